#include "handlers/traditional.h"

#include <algorithm>

#include "handlers/text.h"
#include "handlers/traditional_table.h"

namespace laoke {
namespace {

constexpr char32_t kFirstOfThreeBytes = 0x800, kBehindTwoBytes = 0x10000;
constexpr unsigned char kHanLead = 0xE4, kLastHanLead = 0xE9;  // U+4000 … U+9FFF in UTF-8

bool begins_han(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
  return byte(0) >= kHanLead && byte(0) <= kLastHanLead && at + 2 < text.size() && byte(1) >> 6 == 2 && byte(2) >> 6 == 2;
}

// How many characters of both are the same.
std::size_t common(std::u32string_view a, std::u32string_view b) {
  return static_cast<std::size_t>(std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin());
}

}  // namespace

char32_t simplified(char32_t point) {
  if (point < kFirstOfThreeBytes || point >= kBehindTwoBytes) return point;
  const auto pairs = traditional_pairs();
  std::size_t from = 0, to = pairs.size() / 2;
  while (from < to) {
    const std::size_t middle = from + (to - from) / 2;
    if (pairs[2 * middle] == point) return pairs[2 * middle + 1];
    if (pairs[2 * middle] < point)
      from = middle + 1;
    else
      to = middle;
  }
  return point;
}

std::string simplified(std::string_view text) {
  std::string out(text);
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!begins_han(text, at)) continue;
    const auto bits = [&](std::size_t i) { return static_cast<char32_t>(static_cast<unsigned char>(text[at + i])); };
    const char32_t point = simplified((bits(0) & 0x0F) << 12 | (bits(1) & 0x3F) << 6 | (bits(2) & 0x3F));
    out[at] = static_cast<char>(0xE0 | point >> 12);
    out[at + 1] = static_cast<char>(0x80 | (point >> 6 & 0x3F));
    out[at + 2] = static_cast<char>(0x80 | (point & 0x3F));
    at += 2;
  }
  return out;
}

std::u32string simplified(std::u32string_view text) {
  std::u32string out(text);
  for (char32_t& point : out) point = simplified(point);
  return out;
}

std::string word_key(std::string_view typed) { return simplified(fold(typed)); }

std::u32string as_typed(std::u32string_view piece, std::u32string_view typed, std::u32string_view plain) {
  std::u32string out;
  while (!piece.empty()) {
    std::size_t longest = 0, place = 0;
    for (std::size_t at = plain.find(piece[0]); at != plain.npos && longest < piece.size(); at = plain.find(piece[0], at + 1))
      if (const std::size_t length = common(piece, plain.substr(at)); length > longest) {
        longest = length;
        place = at;
      }
    out += longest == 0 ? piece.substr(0, 1) : typed.substr(place, longest);
    piece.remove_prefix(std::max<std::size_t>(longest, 1));
  }
  return out;
}

}  // namespace laoke
