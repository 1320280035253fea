#pragma once
#include <string>
#include <string_view>
#include <vector>

// Names as people look for them. Thread-safe; the tables behind pinyin (about 2 MB a thread) are made at the first use.
namespace laoke {

inline constexpr std::size_t kMaxNameCodePoints = 200;  // longer names are refused, display names of platforms are cut

// What two names are compared by: fold() of handlers/text.h, and '|' a blank.
std::string folded(std::string_view text);
// What a person typed, ready for storage::find_customers(): folded, and without blanks when it is Latin ("zhang san").
std::string search_text(std::string_view typed);
// "|folded name|pinyin in full|initials|…|": every way a search may begin. Surnames that are read otherwise than the
// character usually is (单 shàn, 曾 zēng) are read as surnames and, too, as usual. For products as well.
std::string search_key_of(std::string_view name);

// The first `limit` code points, never within a character; invalid UTF-8 repaired and control characters made blanks.
std::string cut_to_code_points(std::string_view text, std::size_t limit);

// Of `known`, those most like `typed`, the best first: few edits apart in writing or in pinyin. None when nothing is
// near.
std::vector<std::string> nearest_names(std::string_view typed, const std::vector<std::string>& known,
                                       std::size_t limit = 3);

}  // namespace laoke
