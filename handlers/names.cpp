#include "handlers/names.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>

#include "handlers/pinyin.h"
#include "handlers/text.h"

namespace laoke {
namespace {

void add_part(std::string& key, const std::string& part) {
  if (part.empty() || key.find("|" + part + "|") != std::string::npos) return;
  key += part;
  key += '|';
}

std::string without_blanks(std::string text) {
  std::erase(text, ' ');
  return text;
}

// A name as it is written and as it sounds.
struct Likeness {
  std::string written, heard;
  explicit Likeness(std::string_view name)
      : written(folded(cut_to_code_points(name, kMaxNameCodePoints))), heard(pinyin_of(written).full) {}
};

constexpr std::size_t kUnlike = 1000;

// Edits per ten characters; a third of them at most, else the two are unlike.
std::size_t edits(const std::string& a, const std::string& b) {
  const std::size_t longest = std::max(length_code_points(a), length_code_points(b));
  if (longest == 0) return kUnlike;
  const std::size_t found = edit_distance(a, b);
  return found > std::max<std::size_t>(1, longest / 3) || found == longest ? kUnlike : found * 10 / longest;
}

std::size_t distance(const Likeness& a, const Likeness& b) {
  return std::min(edits(a.written, b.written), edits(a.heard, b.heard));
}

// Marks that make what stands behind a name read the other way round. Right-to-left names need none of them.
bool turns_text(UChar32 c) { return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069); }

}  // namespace

std::string folded(std::string_view text) {
  std::string plain(text);
  std::replace(plain.begin(), plain.end(), '|', ' ');  // '|' sets the parts of a search key apart
  return fold(plain);
}

std::string search_text(std::string_view typed) {
  std::string text = folded(cut_to_code_points(typed, kMaxNameCodePoints));
  const bool latin = std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  return latin ? without_blanks(std::move(text)) : text;
}

std::string search_key_of(std::string_view name) {
  const std::string text = folded(cut_to_code_points(name, kMaxNameCodePoints));
  if (text.empty()) return "";
  std::string key = "|";
  add_part(key, text);
  const Pinyin usual = pinyin_of(text);
  if (const auto as_surname = pinyin_with_surname(text, usual)) {
    add_part(key, as_surname->full);
    add_part(key, as_surname->initials);
  }
  add_part(key, usual.full);
  add_part(key, usual.initials);
  return key;
}

std::string cut_to_code_points(std::string_view text, std::size_t limit) {
  std::string out;
  const auto length =
      static_cast<int32_t>(std::min<std::size_t>(text.size(), limit * 8 + 8));  // 4 bytes a point, blanks around
  std::size_t count = 0;
  for (int32_t i = 0; i < length && count < limit;) {
    UChar32 c = 0;
    U8_NEXT_OR_FFFD(text.data(), i, length, c);
    if (u_charType(c) == U_CONTROL_CHAR || turns_text(c)) c = ' ';
    if (c == ' ' && out.empty()) continue;
    char bytes[U8_MAX_LENGTH];
    int32_t used = 0;
    U8_APPEND_UNSAFE(bytes, used, c);
    out.append(bytes, static_cast<std::size_t>(used));
    ++count;
  }
  while (out.ends_with(' ')) out.pop_back();
  return out;
}

std::vector<std::string> nearest_names(std::string_view typed, const std::vector<std::string>& known,
                                       std::size_t limit) {
  const Likeness wanted(typed);
  std::vector<std::pair<std::size_t, std::string>> near;
  for (const auto& name : known) {
    const std::size_t far = distance(wanted, Likeness(name));
    if (far < kUnlike) near.emplace_back(far, name);
  }
  std::stable_sort(near.begin(), near.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> names;
  for (auto& [far, name] : near)
    if (names.size() < limit) names.push_back(std::move(name));
  return names;
}

}  // namespace laoke
