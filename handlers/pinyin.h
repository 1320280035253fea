#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace laoke {

struct Pinyin {
  std::string full;      // "zhangsan"; Latin words joined: "johnsmith"
  std::string initials;  // "zs", "js"
};

// How a folded text reads: Chinese characters by their usual reading, other scripts by their Latin transcription where
// there is one. '' when nothing of it reads. Thread-safe; the first call of a thread that meets Chinese loads the
// tables.
Pinyin pinyin_of(std::string_view folded_text);

// The same with the surname at its front read as a surname; nothing when that reads no different.
std::optional<Pinyin> pinyin_with_surname(std::string_view folded_text, const Pinyin& usual);

}  // namespace laoke
