#include "handlers/text.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <stdexcept>

namespace laoke {
namespace {

constexpr UChar32 kReplacement = 0xFFFD;

// Calls `each(code_point, first_byte, end_byte)`; an invalid sequence comes as U+FFFD.
template <class F>
void each_code_point(std::string_view text, F&& each) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t start = at;
    UChar32 point;
    U8_NEXT_OR_FFFD(bytes, at, text.size(), point);
    each(point, start, at);
  }
}

std::u32string code_points(std::string_view text) {
  std::u32string points;
  points.reserve(text.size());
  each_code_point(text,
                  [&](UChar32 point, std::size_t, std::size_t) { points.push_back(static_cast<char32_t>(point)); });
  return points;
}

const icu::Normalizer2& folding() {
  static const icu::Normalizer2& instance = [&]() -> const icu::Normalizer2& {
    UErrorCode status = U_ZERO_ERROR;
    const auto* normalizer = icu::Normalizer2::getNFKCCasefoldInstance(status);
    if (U_FAILURE(status)) throw std::runtime_error(std::string("ICU has no NFKC_Casefold: ") + u_errorName(status));
    return *normalizer;
  }();
  return instance;
}

bool is_plain_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > 0; });
}

std::string one_space_each(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  bool gap = false;
  each_code_point(text, [&](UChar32 point, std::size_t from, std::size_t to) {
    if (u_isUWhiteSpace(point)) {
      gap = !out.empty();
      return;
    }
    if (gap) out += ' ';
    gap = false;
    out.append(text.substr(from, to - from));
  });
  return out;
}

// A third of the word may be wrong; of a word of two or three letters one.
std::size_t tolerated_slips(std::size_t length) {
  return length <= 1 ? 0 : std::max<std::size_t>(1, length / 3);
}

std::size_t distance(const std::u32string& a, const std::u32string& b) {
  std::vector<std::size_t> before(b.size() + 1), previous(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) previous[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({previous[j] + 1, row[j - 1] + 1, replaced});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, previous);
    std::swap(previous, row);
  }
  return previous[b.size()];
}

template <class Candidates>
std::vector<std::string> nearest_of(std::string_view word, const Candidates& candidates, std::size_t max) {
  // Longer than any name there is: not a slip, and the distance would cost its square.
  constexpr std::size_t kLongestName = 100;
  const std::u32string wanted = code_points(fold(word.substr(0, 4 * kLongestName)));
  std::vector<std::pair<std::size_t, std::string>> close;
  if (wanted.empty() || wanted.size() > kLongestName) return {};
  for (const auto& candidate : candidates) {
    const std::u32string name = code_points(fold(candidate));
    const std::size_t longer = std::max(name.size(), wanted.size()), shorter = std::min(name.size(), wanted.size());
    const std::size_t allowed = tolerated_slips(longer);
    if (longer - shorter > allowed || name.size() > kLongestName) continue;
    const std::size_t steps = distance(wanted, name);
    if (steps <= allowed && steps < longer) close.emplace_back(steps, std::string(candidate));
  }
  std::ranges::stable_sort(close, {}, &std::pair<std::size_t, std::string>::first);
  std::vector<std::string> names;
  for (auto& [steps, name] : close)
    if (names.size() < max && std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
  return names;
}

}  // namespace

std::size_t length_utf16(std::string_view text) {
  std::size_t length = 0;
  each_code_point(text, [&](UChar32 point, std::size_t, std::size_t) { length += U16_LENGTH(point); });
  return length;
}

std::size_t length_code_points(std::string_view text) {
  std::size_t length = 0;
  each_code_point(text, [&](UChar32, std::size_t, std::size_t) { ++length; });
  return length;
}

std::size_t length_bytes(std::string_view text) {
  std::size_t length = 0;
  each_code_point(text, [&](UChar32 point, std::size_t, std::size_t) { length += U8_LENGTH(point); });
  return length;
}

std::size_t length_of(std::string_view text, TextUnit unit) {
  switch (unit) {
    case TextUnit::kUtf16:
      return length_utf16(text);
    case TextUnit::kCodePoints:
      return length_code_points(text);
    case TextUnit::kBytes:
      break;
  }
  return length_bytes(text);
}

bool is_valid_utf8(std::string_view text) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  for (std::size_t at = 0; at < text.size();) {
    UChar32 point;
    U8_NEXT(bytes, at, text.size(), point);
    if (point < 0) return false;
  }
  return true;
}

std::string repair_utf8(std::string_view text) {
  if (text.find('\0') == std::string_view::npos && is_valid_utf8(text)) return std::string(text);
  std::string out;
  out.reserve(text.size() + 16);
  each_code_point(text, [&](UChar32 point, std::size_t from, std::size_t to) {
    if (point == 0 || point == kReplacement)
      out += "\uFFFD";
    else
      out.append(text.substr(from, to - from));
  });
  return out;
}

std::string fold(std::string_view text) {
  if (is_plain_ascii(text)) {
    std::string lower(text);
    for (char& c : lower)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return one_space_each(lower);
  }
  UErrorCode status = U_ZERO_ERROR;
  const auto source = icu::UnicodeString::fromUTF8({text.data(), static_cast<std::int32_t>(text.size())});
  const icu::UnicodeString folded = folding().normalize(source, status);
  if (U_FAILURE(status)) throw std::runtime_error(std::string("folding text: ") + u_errorName(status));
  std::string out;
  folded.toUTF8String(out);
  return one_space_each(out);
}

std::string_view trim(std::string_view text) {
  std::size_t first = text.size(), end = 0;
  each_code_point(text, [&](UChar32 point, std::size_t from, std::size_t to) {
    if (u_isUWhiteSpace(point)) return;
    first = std::min(first, from);
    end = to;
  });
  return end == 0 ? text.substr(0, 0) : text.substr(first, end - first);
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  return distance(code_points(a), code_points(b));
}

std::vector<std::string> nearest(std::string_view word, std::span<const std::string_view> candidates, std::size_t max) {
  return nearest_of(word, candidates, max);
}

std::vector<std::string> nearest(std::string_view word, const std::vector<std::string>& candidates, std::size_t max) {
  return nearest_of(word, candidates, max);
}

}  // namespace laoke
