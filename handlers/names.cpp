#include "handlers/names.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <stdexcept>

#include "handlers/pinyin.h"

namespace laoke {
namespace {

bool is_blank(UChar32 c) {
  return u_isUWhiteSpace(c) || u_charType(c) == U_CONTROL_CHAR || c == '|';
}

icu::UnicodeString case_folded(std::string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  const auto* normalizer = icu::Normalizer2::getNFKCCasefoldInstance(status);
  if (U_FAILURE(status)) throw std::runtime_error("ICU has no NFKC_Casefold data: install the package libicu");
  const auto source = icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<int32_t>(text.size())));
  icu::UnicodeString out = normalizer->normalize(source, status);
  if (U_FAILURE(status)) throw std::runtime_error("ICU cannot normalize a text");
  return out;
}

icu::UnicodeString folded_units(std::string_view text) {
  const icu::UnicodeString normal = case_folded(text);
  icu::UnicodeString out;
  bool blank_before = true;
  for (int32_t i = 0; i < normal.length(); i = normal.moveIndex32(i, 1)) {
    const UChar32 c = normal.char32At(i);
    const bool blank = is_blank(c);
    if (!blank) out.append(c);
    if (blank && !blank_before) out.append(UChar32{' '});
    blank_before = blank;
  }
  if (out.endsWith(icu::UnicodeString(u" "))) out.truncate(out.length() - 1);
  return out;
}

std::string utf8(const icu::UnicodeString& text) {
  std::string out;
  text.toUTF8String(out);
  return out;
}

void add_part(std::string& key, const std::string& part) {
  if (part.empty() || key.find("|" + part + "|") != std::string::npos) return;
  key += part;
  key += '|';
}

// Edits between two texts (insert, delete, replace), given up above `most`.
std::size_t edits(const std::u32string& a, const std::u32string& b, std::size_t most) {
  if (a.size() > b.size() + most || b.size() > a.size() + most) return most + 1;
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row[b.size()];
}

std::u32string points(std::string_view folded_text) {
  std::u32string out;
  const auto length = static_cast<int32_t>(folded_text.size());
  for (int32_t i = 0; i < length;) {
    UChar32 c = 0;
    U8_NEXT_OR_FFFD(folded_text.data(), i, length, c);
    out.push_back(static_cast<char32_t>(c));
  }
  return out;
}

std::string without_blanks(std::string text) {
  std::erase(text, ' ');
  return text;
}

// How far apart two names are, in writing or in sound, per ten characters; nothing when they are unlike.
struct Likeness {
  std::u32string written, heard;
  explicit Likeness(std::string_view name) {
    const std::string text = cut_to_code_points(name, kMaxNameCodePoints);
    written = points(folded(text));
    heard = points(pinyin_of(folded(text)).full);
  }
};

constexpr std::size_t kUnlike = 1000;

std::size_t distance(const Likeness& a, const Likeness& b) {
  const auto scaled = [](const std::u32string& x, const std::u32string& y) {
    const std::size_t longest = std::max(x.size(), y.size());
    if (longest == 0) return kUnlike;
    const std::size_t most = std::max<std::size_t>(1, longest / 3);
    const std::size_t found = edits(x, y, most);
    return found > most ? kUnlike : found * 10 / longest;
  };
  return std::min(scaled(a.written, b.written), scaled(a.heard, b.heard));
}

}  // namespace

std::string folded(std::string_view text) {
  return utf8(folded_units(text));
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
    if (u_charType(c) == U_CONTROL_CHAR) c = ' ';
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

std::size_t code_points(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
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
