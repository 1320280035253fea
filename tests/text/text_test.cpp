#include "handlers/text.h"

#include <catch2/catch.hpp>
#include <numeric>

using namespace laoke;

namespace {

const std::string kFamily = "👨‍👩‍👧‍👦";  // one grapheme of 7 code points, 11 UTF-16 units, 25 bytes
const std::string kThumb = "👍🏽";

std::string repeated(std::string_view piece, int times) {
  std::string text;
  for (int i = 0; i < times; ++i) text += piece;
  return text;
}

std::string without_space(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (c != ' ' && c != '\n') out += c;
  return out;
}

std::string joined(const std::vector<std::string>& parts) {
  return std::accumulate(parts.begin(), parts.end(), std::string());
}

}  // namespace

TEST_CASE("the length of a text depends on who counts", "[text]") {
  const auto [text, utf16, points, bytes] = GENERATE(table<std::string, std::size_t, std::size_t, std::size_t>({
      {"", 0, 0, 0},
      {"hello", 5, 5, 5},
      {"老客", 2, 2, 6},
      {"😀", 2, 1, 4},
      {"👨‍👩‍👧‍👦", 11, 7, 25},
      {"שלום", 4, 4, 8},
      {"a\u200b", 2, 2, 4},
      {"\xff", 1, 1, 3},
      {"\xe8\x80", 1, 1, 3},
  }));
  CAPTURE(text);
  CHECK(length_utf16(text) == utf16);
  CHECK(length_code_points(text) == points);
  CHECK(length_bytes(text) == bytes);
  CHECK(length_of(text, TextUnit::kBytes) == bytes);
}

TEST_CASE("a long message is cut where a reader would pause", "[text]") {
  struct Row {
    const char* says;
    std::string text;
    std::size_t limit;
    std::vector<std::string> parts;
  };
  const auto row = GENERATE(values<Row>({
      {"what fits is left alone", " hi \n", 5, {" hi \n"}},
      {"nothing makes no message", "", 10, {}},
      {"a paragraph border comes first", "One. Two.\n\nThree four.", 18, {"One. Two.", "Three four."}},
      {"then a line", "one two\nthree four", 14, {"one two", "three four"}},
      {"then a sentence", "One two. Three four.", 14, {"One two.", "Three four."}},
      {"a Chinese sentence too", "今天天气好。我们去看看吧", 8, {"今天天气好。", "我们去看看吧"}},
      {"then a word", "onetwothree fourfivesix", 14, {"onetwothree", "fourfivesix"}},
      {"without any border between letters", "aaaaaaaaaa", 4, {"aaaa", "aaaa", "aa"}},
      {"a border so early that it wastes a message is passed over", "a\nbbbbbbbbbb ccc", 12, {"a\nbbbbbbbbbb", "ccc"}},
      {"a border exactly at the limit counts", "abcd\nefgh", 4, {"abcd", "efgh"}},
      {"only white space behind", "abcd      ", 4, {"abcd"}},
  }));
  DYNAMIC_SECTION(row.says) {
    CHECK(split_text(row.text, row.limit, TextUnit::kUtf16) == row.parts);
  }
}

TEST_CASE("a cut never falls inside an emoji", "[text]") {
  const auto unit = GENERATE(TextUnit::kUtf16, TextUnit::kCodePoints, TextUnit::kBytes);
  const auto parts = split_text(repeated(kFamily, 30), 60, unit);
  REQUIRE(parts.size() > 1);
  for (const auto& part : parts) {
    CHECK(part.size() % kFamily.size() == 0);
    CHECK(length_of(part, unit) <= 60);
  }
  CHECK(joined(parts) == repeated(kFamily, 30));
}

TEST_CASE("a cluster longer than the limit is cut between code points", "[text]") {
  const auto parts = split_text(kFamily, 4, TextUnit::kBytes);
  CHECK(joined(parts) == kFamily);
  for (const auto& part : parts) CHECK(is_valid_utf8(part));
}

TEST_CASE("100 kB of anything is cut without losing a character", "[text]") {
  const std::string piece = GENERATE(as<std::string>{}, "你好，老客！今天上新。\n", "word and word. ", "👍🏽",
                                     "שלום עולם ", "a\u200bb", "e\u0301");
  const std::string text = repeated(piece, static_cast<int>(100'000 / piece.size()));
  const auto parts = split_text(text, 4096, TextUnit::kUtf16);
  CHECK(parts.size() < 40);
  for (const auto& part : parts) {
    CHECK(length_utf16(part) <= 4096);
    CHECK(is_valid_utf8(part));
  }
  CHECK(without_space(joined(parts)) == without_space(text));
}

TEST_CASE("a limit that cannot hold every character is our own mistake", "[text]") {
  CHECK_THROWS_AS(split_text("abc", 3, TextUnit::kBytes), std::invalid_argument);
  CHECK_THROWS_AS(split_text("abc", 1, TextUnit::kUtf16), std::invalid_argument);
  CHECK_THROWS_AS(split_text("abc", 0, TextUnit::kCodePoints), std::invalid_argument);
}

TEST_CASE("broken bytes are repaired and sound ones kept", "[text]") {
  const auto [broken, repaired] = GENERATE(table<std::string, std::string>({
      {"老客", "老客"},
      {"a\xff"
       "b",
       "a\uFFFD"
       "b"},
      {"\xe8\x80", "\uFFFD"},
      {"\xed\xa0\x80", "\uFFFD\uFFFD\uFFFD"},
      {std::string("a\0b", 3),
       "a\uFFFD"
       "b"},
      {"\uFFFD", "\uFFFD"},
      {"", ""},
  }));
  CHECK(repair_utf8(broken) == repaired);
  CHECK(is_valid_utf8(repair_utf8(broken)));
  CHECK(is_valid_utf8(broken) == (broken == repaired || broken.find('\0') != std::string::npos));
}

TEST_CASE("names compare equal however they were typed", "[text]") {
  const auto [typed, folded] = GENERATE(table<std::string, std::string>({
      {"ＶＩＰ\u200b ", "vip"},
      {"  Li   Wei\t", "li wei"},
      {"油性皮肤", "油性皮肤"},
      {"Straße", "strasse"},
      {"\u3000张三\u3000", "张三"},
      {"\ufeff张三", "张三"},
      {"É", "é"},
      {"E\u0301", "é"},
      {"", ""},
      {" \u200b ", ""},
  }));
  CHECK(fold(typed) == folded);
  CHECK(fold(folded) == folded);
}

TEST_CASE("white space is cut from both ends only", "[text]") {
  CHECK(trim(" \u3000a b\n") == "a b");
  CHECK(trim("\n\t").empty());
  CHECK(trim("").empty());
}

TEST_CASE("did you mean knows a slip from another word", "[text]") {
  const std::vector<std::string> names{
      "customer.name", "customer.first_name", "order.number", "油性皮肤", "干性皮肤", "tag"};
  const auto [typed, meant] = GENERATE(table<std::string, std::vector<std::string>>({
      {"custmer.name", {"customer.name"}},
      {"Customer.Nmae", {"customer.name"}},
      {"油性皮服", {"油性皮肤"}},
      {"tga", {"tag"}},
      {"x", {}},
      {"", {}},
      {"broadcast", {}},
  }));
  CAPTURE(typed);
  CHECK(nearest(typed, names) == meant);
}

TEST_CASE("the nearest candidates come first and no more than asked for", "[text]") {
  const std::vector<std::string> names{"panda", "pandas", "pandax", "bandas"};
  CHECK(nearest("pandas", names, 2) == std::vector<std::string>{"pandas", "panda"});
  CHECK(nearest(repeated("panda", 20'000), names, 2).empty());
  CHECK(edit_distance("ab", "ba") == 1);
  CHECK(edit_distance("张三", "张四") == 1);
  CHECK(edit_distance("", "abc") == 3);
}

TEST_CASE("a shortened text shows that it was cut", "[text]") {
  CHECK(shorten("老客回来了", 5) == "老客回来了");
  CHECK(shorten("老客回来了吗", 5) == "老客回来…");
  CHECK(shorten("hello world", 7) == "hello…");
  CHECK(shorten(kThumb + kThumb, 2) == "…");
  CHECK(shorten(kThumb + kThumb, 3) == kThumb + "…");
  CHECK(shorten("abc", 0).empty());
  CHECK(shorten("", 3).empty());
}
