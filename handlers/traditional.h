#pragma once
#include <string>
#include <string_view>

// Our own words are written in simplified characters. Sellers and customers in Taiwan and Hong Kong type them in
// traditional ones: 群發, 退訂, 後天. What they type is looked up by its simplified form; it is never stored or shown so.
namespace laoke {

// The simplified form of a traditional character that occurs in a word of ours (handlers/traditional_table.cpp); any
// other character as it is.
char32_t simplified(char32_t point);

// Each character simplified. It takes as many bytes as before, so a place in the one text is the same place in the other.
// Bad UTF-8 stays as it is.
std::string simplified(std::string_view text);
std::u32string simplified(std::u32string_view text);

// What our own words are looked up by: fold() and simplified().
std::string word_key(std::string_view typed);

// Gives a piece that was cut out of `plain`, which is simplified(`typed`), the characters that were typed; what does not
// stand in it stays.
std::u32string as_typed(std::u32string_view piece, std::u32string_view typed, std::u32string_view plain);

}  // namespace laoke
