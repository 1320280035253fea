#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Text as people write it: Chinese, emoji, right-to-left, any length. All functions take UTF-8, are thread-safe, and
// count each invalid byte sequence as the one replacement character it would be repaired to.
namespace laoke {

// "Length" is three different numbers; a platform's limit is in one of them.
enum class TextUnit { kUtf16, kCodePoints, kBytes };

std::size_t length_utf16(std::string_view text);
std::size_t length_code_points(std::string_view text);
std::size_t length_bytes(std::string_view text);  // after repair
std::size_t length_of(std::string_view text, TextUnit unit);

// Cuts `text` into parts of at most `limit` units each, preferably between paragraphs, else lines, sentences, words,
// and never inside a grapheme cluster (an emoji with its skin tone) unless one cluster alone is longer than the limit,
// never inside a code point. White space at the cuts is dropped, nothing else is lost. Text that fits comes back as it
// is; empty text gives no part. `limit` must hold any code point (4 bytes or 2 UTF-16 units), else
// std::invalid_argument.
std::vector<std::string> split_text(std::string_view text, std::size_t limit, TextUnit unit);

// At most `limit_code_points` including the "…" that marks a cut; never cuts a grapheme cluster.
std::string shorten(std::string_view text, std::size_t limit_code_points);

bool is_valid_utf8(std::string_view text);
// Invalid sequences, and NUL (which no engine stores), become U+FFFD. What needs no repair comes back byte for byte.
std::string repair_utf8(std::string_view text);

// For comparing, never for showing: NFKC, case folded, zero-width characters removed, white space trimmed and each run
// of it one space. fold("ＶＩＰ\u200b ") == "vip".
std::string fold(std::string_view text);
// White space of any script cut from both ends; borrowed from `text`.
std::string_view trim(std::string_view text);

// Steps (insert, delete, replace, swap neighbours) from one to the other, over code points as given.
std::size_t edit_distance(std::string_view a, std::string_view b);
// "Did you mean": the candidates close enough to `word` to be a slip, compared folded, nearest first, at most `max`.
std::vector<std::string> nearest(std::string_view word, std::span<const std::string_view> candidates,
                                 std::size_t max = 1);
std::vector<std::string> nearest(std::string_view word, const std::vector<std::string>& candidates,
                                 std::size_t max = 1);

}  // namespace laoke
