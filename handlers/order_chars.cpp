#include "handlers/order_chars.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>

#include "handlers/traditional.h"

namespace laoke {
namespace {

constexpr std::u32string_view kMeasures[] = {
    U"盒装", U"小盒", U"大盒", U"pieces", U"piece", U"boxes", U"bottles", U"bottle", U"packs", U"pairs", U"units", U"box", U"pcs",
    U"pack", U"pair", U"unit", U"pc",     U"ea",    U"盒",    U"瓶",      U"个",     U"個",    U"件",    U"支",    U"枝",  U"片",
    U"包",   U"套",   U"箱",   U"袋",     U"罐",    U"双",    U"条",      U"只",     U"份",    U"张",    U"本",    U"斤",  U"组",
    U"台",   U"桶",   U"提",   U"贴",     U"颗",    U"粒",    U"对",      U"副",     U"把",    U"块",    U"根",    U"束",  U"单"};

struct Width {
  char32_t from;
  char32_t to;
};
constexpr Width kSame[] = {{U'×', U'x'}, {U'✕', U'x'}, {U'✖', U'x'}, {U'╳', U'x'}, {U'Х', U'x'}, {U'х', U'x'},
                           {U'￥', U'¥'}, {U'﹣', U'-'}, {U'–', U'-'}, {U'—', U'-'}, {U'‐', U'-'}, {U'‑', U'-'},
                           {U'−', U'-'}, {U'\t', U' '}, {U'\u2028', U'\n'}, {U'\u2029', U'\n'}, {U'\r', U'\n'}, {U'\0', U' '}};

char32_t plain(char32_t c) {
  for (const auto& same : kSame)
    if (same.from == c) return same.to;
  if (c >= 0xFF01 && c <= 0xFF5E) return c - 0xFEE0;
  if (c != U'\n' && u_isUWhiteSpace(static_cast<UChar32>(c))) return U' ';
  return c;
}

bool invisible(char32_t c) {
  const auto kind = u_charType(static_cast<UChar32>(c));
  return kind == U_FORMAT_CHAR || (kind == U_CONTROL_CHAR && c != U'\n' && c != U'\t' && c != U'\r' && c != U'\0') ||
         (c >= 0xFE00 && c <= 0xFE0F);
}

int chinese_digit(char32_t c) {
  constexpr std::u32string_view kDigits = U"零一二三四五六七八九";
  if (c == U'两' || c == U'俩') return 2;
  const auto at = kDigits.find(c);
  return at == std::u32string_view::npos ? -1 : static_cast<int>(at);
}

}  // namespace

std::u32string plain_characters(std::string_view utf8) {
  std::u32string out;
  out.reserve(utf8.size());
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(utf8.data());
  for (std::size_t at = 0; at < utf8.size();) {
    UChar32 point;
    U8_NEXT_OR_FFFD(bytes, at, utf8.size(), point);
    const auto c = static_cast<char32_t>(point);
    if (!invisible(c)) out.push_back(plain(c));
  }
  return out;
}

std::string utf8_of(std::u32string_view text) {
  std::string out;
  out.reserve(text.size() * 3);
  for (const char32_t c : text) {
    char buffer[U8_MAX_LENGTH];
    std::size_t length = 0;
    U8_APPEND_UNSAFE(buffer, length, static_cast<UChar32>(c));
    out.append(buffer, length);
  }
  return out;
}

bool has_han(std::u32string_view text) { return std::any_of(text.begin(), text.end(), is_han); }

bool all_digits(std::u32string_view text) { return !text.empty() && std::all_of(text.begin(), text.end(), is_digit); }

int chinese_number(std::u32string_view text) {
  if (text.empty() || text.size() > 3) return 0;
  const auto ten = text.find(U'十');
  if (ten == std::u32string_view::npos) return text.size() == 1 ? std::max(0, chinese_digit(text[0])) : 0;
  const int tens = ten == 0 ? 1 : ten == 1 ? chinese_digit(text[0]) : -1;
  const int ones = ten + 1 == text.size() ? 0 : ten + 2 == text.size() ? chinese_digit(text[ten + 1]) : -1;
  return tens < 1 || ones < 0 ? 0 : tens * 10 + ones;
}

std::size_t measure_word_at(std::u32string_view text) {
  for (const auto measure : kMeasures) {
    if (text.size() < measure.size()) continue;
    const bool same = std::equal(measure.begin(), measure.end(), text.begin(), [](char32_t a, char32_t b) { return a == lower_latin(b); });
    if (!same) continue;
    const bool word_goes_on = is_latin(measure.back()) && text.size() > measure.size() && is_latin(text[measure.size()]);
    if (!word_goes_on) return measure.size();
  }
  return 0;
}

std::u32string_view trimmed(std::u32string_view text) {
  constexpr std::u32string_view kBlank = U" \n";
  const auto from = text.find_first_not_of(kBlank);
  if (from == std::u32string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(kBlank) - from + 1);
}

std::string Script::as_written(std::string_view piece) const { return utf8_of(as_typed(plain_characters(piece), written, plain)); }

Script::KnowsProduct Script::known_as_written(const KnowsProduct& knows) const {
  if (!knows) return knows;
  return [&knows, script = *this](std::string_view name) {
    const std::string typed = script.as_written(name);
    return knows(typed) || (typed != name && knows(name));
  };
}

}  // namespace laoke
