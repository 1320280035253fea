#include "handlers/seller/grammar.h"

#include <array>

#include "handlers/text.h"
#include "handlers/traditional.h"

namespace laoke::seller {
namespace {

// Length in bytes of the character a text begins with, also of a broken one.
std::size_t character_bytes(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t bytes = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
  return std::min(bytes, text.size());
}

std::size_t blank_bytes(std::string_view text) {
  if (text.empty()) return 0;
  const char c = text.front();
  if (c == ' ' || (c >= '\t' && c <= '\r')) return 1;
  const auto lead = static_cast<unsigned char>(c);
  if (lead != 0xC2 && lead != 0xE2 && lead != 0xE3) return 0;  // none of those below begins with it
  for (const std::string_view blank : {"\u3000", "\u00a0", "\u2002", "\u2003", "\u2009", "\u202f"})
    if (text.starts_with(blank)) return blank.size();
  return 0;
}

struct Quotes {
  std::string_view open, close;
};
constexpr std::array<Quotes, 5> kQuotes{{{"\"", "\""}, {"“", "”"}, {"「", "」"}, {"『", "』"}, {"＂", "＂"}}};

std::optional<std::string> take_quoted(std::string_view& rest) {
  for (const auto& [open, close] : kQuotes) {
    if (!rest.starts_with(open)) continue;
    const auto end = rest.find(close, open.size());
    if (end == std::string_view::npos || end == open.size()) return std::nullopt;
    std::string inside(rest.substr(open.size(), end - open.size()));
    rest.remove_prefix(end + close.size());
    return inside;
  }
  return std::nullopt;
}

constexpr std::array<std::string_view, 3> kCommas{",", "，", "、"};

// The labels of one piece, cut at commas; empty ones dropped.
void add_labels(std::string_view piece, std::vector<std::string>& labels) {
  std::string label;
  const auto close = [&] {
    if (const auto trimmed = trim(label); !trimmed.empty()) labels.emplace_back(trimmed);
    label.clear();
  };
  while (!piece.empty()) {
    bool comma = false;
    for (const auto mark : kCommas)
      if (piece.starts_with(mark)) {
        piece.remove_prefix(mark.size());
        comma = true;
        break;
      }
    if (comma) {
      close();
      continue;
    }
    const auto bytes = character_bytes(piece);
    label += piece.substr(0, bytes);
    piece.remove_prefix(bytes);
  }
  close();
}

// '+' or '-' the piece begins with, cut off; 0 when none.
char take_sign(std::string_view& rest) {
  struct Sign {
    std::string_view text;
    char means;
  };
  static constexpr std::array<Sign, 6> kSigns{
      {{"+", '+'}, {"＋", '+'}, {"-", '-'}, {"－", '-'}, {"—", '-'}, {"−", '-'}}};
  for (const auto& sign : kSigns)
    if (rest.starts_with(sign.text)) {
      rest.remove_prefix(sign.text.size());
      return sign.means;
    }
  return 0;
}

bool ends_with_comma(std::string_view piece) {
  return piece.ends_with(",") || piece.ends_with("，") || piece.ends_with("、");
}

bool all_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

void skip_blanks(std::string_view& rest) {
  while (const auto bytes = blank_bytes(rest)) rest.remove_prefix(bytes);
}

std::string take_token(std::string_view& rest) {
  skip_blanks(rest);
  if (auto quoted = take_quoted(rest)) return *quoted;
  std::size_t end = 0;
  while (end < rest.size() && blank_bytes(rest.substr(end)) == 0) end += character_bytes(rest.substr(end));
  std::string token(rest.substr(0, end));
  rest.remove_prefix(end);
  return token;
}

std::vector<std::string> tokens_of(std::string_view text) {
  std::vector<std::string> tokens;
  for (skip_blanks(text); !text.empty(); skip_blanks(text)) tokens.push_back(take_token(text));
  return tokens;
}

std::string half_width(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto bytes = character_bytes(text);
    const auto piece = text.substr(0, bytes);
    text.remove_prefix(bytes);
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(piece[i]); };
    if (bytes == 3 && byte(0) == 0xEF && (byte(1) == 0xBC || byte(1) == 0xBD)) {  // U+FF01 … U+FF5E
      const unsigned code = (byte(1) & 0x3Fu) << 6 | (byte(2) & 0x3Fu);
      const unsigned ascii = code - 0xF00u + 0x20u;
      if (ascii > 0x20 && ascii < 0x7F) {
        out += static_cast<char>(ascii);
        continue;
      }
    }
    if (piece == "—" || piece == "–" || piece == "−")
      out += '-';
    else
      out += piece;
  }
  return out;
}

std::optional<std::int64_t> number_of(std::string_view text) {
  const std::string narrow = half_width(trim(text));
  std::string_view digits = narrow;
  if (digits.starts_with('#')) digits.remove_prefix(1);
  if (!all_digits(digits) || digits.size() > 15) return std::nullopt;
  std::int64_t number = 0;
  for (const char c : digits) number = number * 10 + (c - '0');
  if (number == 0) return std::nullopt;
  return number;
}

TagMarks parse_tags(std::string_view text, char sign) {
  TagMarks marks;
  bool first = true, goes_on = false;
  while (true) {
    skip_blanks(text);
    std::string_view behind = text;
    const char own = take_sign(behind);
    if (text.empty() || !(first || goes_on || own != 0)) break;
    if (own != 0) sign = own;
    skip_blanks(behind);
    const std::string piece = take_token(behind);
    add_labels(piece, sign == '-' ? marks.remove : marks.add);
    goes_on = ends_with_comma(piece);
    first = false;
    text = behind;
  }
  marks.rest = trim(text);
  return marks;
}

std::string first_line(std::string_view text) { return std::string(trim(text.substr(0, text.find('\n')))); }

std::optional<bool> yes_or_no(std::string_view text) {
  const std::string word = word_key(text);
  for (const std::string_view yes : {"是", "是的", "确认", "确定", "yes", "y"})
    if (word == yes) return true;
  for (const std::string_view no : {"否", "不", "不是", "不要", "取消", "no", "n", "cancel"})
    if (word == no) return false;
  return std::nullopt;
}

}  // namespace laoke::seller
