#pragma once
#include <functional>
#include <string>
#include <string_view>

// Characters of what sellers type about orders, one code point each.
namespace laoke {

// Half-width forms for full-width ones, blanks for every kind of blank, '\n' for every line end; invisible characters
// dropped, bad UTF-8 repaired, '×' and its kin made 'x' between digits and words, '￥' made '¥'.
std::u32string plain_characters(std::string_view utf8);
std::string utf8_of(std::u32string_view text);

inline bool is_digit(char32_t c) { return c >= U'0' && c <= U'9'; }
inline char32_t lower_latin(char32_t c) { return c >= U'A' && c <= U'Z' ? c + 32 : c; }
inline bool is_latin(char32_t c) { return (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z') || (c >= 0xC0 && c < 0x250); }
inline bool is_han(char32_t c) { return (c >= 0x3400 && c <= 0x9FFF) || (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x20000 && c <= 0x3FFFF); }
bool has_han(std::u32string_view text);
bool all_digits(std::u32string_view text);  // at least one

// 1 … 99 of "两", "十二", "三"; 0 when it is no such number.
int chinese_number(std::u32string_view text);
// 盒 瓶 个 件 …, box, pcs: what stands behind a count. Length of the one `text` begins with, 0 none.
std::size_t measure_word_at(std::u32string_view text);

std::u32string_view trimmed(std::u32string_view text);

// Orders in traditional characters are read in simplified ones (handlers/traditional.h). What is cut out of them is given
// back as it was written, and a product is known by either spelling. Borrows both texts, and `knows`.
struct Script {
  std::u32string_view written, plain;
  using KnowsProduct = std::function<bool(std::string_view name)>;

  std::string as_written(std::string_view piece) const;
  KnowsProduct known_as_written(const KnowsProduct& knows) const;
};

}  // namespace laoke
