#include <unicode/brkiter.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/utf16.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

#include "handlers/text.h"

namespace laoke {
namespace {

using Breaks = std::unique_ptr<icu::BreakIterator>;
using Maker = icu::BreakIterator* (*)(const icu::Locale&, UErrorCode&);

// A cut that leaves a part shorter than this share of the limit makes more messages than a finer cut would.
constexpr std::size_t kShortestShare = 2;

std::string utf8_of(const icu::UnicodeString& text, std::int32_t from, std::int32_t to) {
  std::string out;
  text.tempSubStringBetween(from, to).toUTF8String(out);
  return out;
}

std::size_t units_of(UChar32 point, TextUnit unit) {
  if (unit == TextUnit::kUtf16) return U16_LENGTH(point);
  return unit == TextUnit::kBytes ? U8_LENGTH(point) : 1;
}

// Walks one text from cut to cut. Break iterators are made when a kind of border is first asked for: they cost far more
// than the texts that need no cut.
class Splitter {
 public:
  Splitter(std::string_view text, std::size_t limit, TextUnit unit)
      : text_(icu::UnicodeString::fromUTF8({text.data(), static_cast<std::int32_t>(text.size())})),
        limit_(limit),
        unit_(unit) {}

  std::vector<std::string> parts() {
    std::vector<std::string> parts;
    std::int32_t from = 0;
    while (from < text_.length()) {
      const std::int32_t to = next_cut(from);
      const std::int32_t end = to == text_.length() ? to : without_trailing_space(from, to);
      if (end > from) parts.push_back(utf8_of(text_, from, end));
      from = to == text_.length() ? to : after_space(to);
    }
    return parts;
  }

 private:
  std::int32_t next_cut(std::int32_t from) {
    std::int32_t half = from;
    const std::int32_t end = reach(from, half);
    if (end == text_.length()) return end;
    for (const auto border : {&Splitter::paragraph, &Splitter::line, &Splitter::sentence, &Splitter::word}) {
      const std::int32_t cut = (this->*border)(end);
      if (cut > half && cut <= end) return cut;
    }
    const std::int32_t cluster = at_or_before(clusters_, icu::BreakIterator::createCharacterInstance, end);
    return cluster > from ? cluster : end;
  }

  // The furthest code point border within the limit; `half` gets the border from which a cut is worth its message.
  std::int32_t reach(std::int32_t from, std::int32_t& half) const {
    std::size_t used = 0;
    std::int32_t at = from;
    while (at < text_.length()) {
      const UChar32 point = text_.char32At(at);
      used += units_of(point, unit_);
      if (used > limit_) break;
      at += U16_LENGTH(point);
      if (used * kShortestShare <= limit_) half = at;
    }
    return at;
  }

  // A cut may stand at the end of what fits even when the border's own newline lies just behind it.
  std::int32_t paragraph(std::int32_t end) {
    const std::int32_t at = text_.lastIndexOf(u"\n\n", 2, 0, std::min(end + 2, text_.length()));
    return std::min(at, end);
  }
  std::int32_t line(std::int32_t end) {
    const std::int32_t at = text_.lastIndexOf(u'\n', 0, std::min(end + 1, text_.length()));
    return std::min(at, end);
  }
  std::int32_t sentence(std::int32_t end) {
    return at_or_before(sentences_, icu::BreakIterator::createSentenceInstance, end);
  }
  std::int32_t word(std::int32_t end) { return at_or_before(words_, icu::BreakIterator::createLineInstance, end); }

  std::int32_t at_or_before(Breaks& breaks, Maker make, std::int32_t end) {
    if (!breaks) {
      UErrorCode status = U_ZERO_ERROR;
      breaks.reset(make(icu::Locale::getRoot(), status));
      if (U_FAILURE(status)) throw std::runtime_error(std::string("ICU break iterator: ") + u_errorName(status));
      breaks->setText(text_);
    }
    return breaks->isBoundary(end) ? end : breaks->preceding(end);
  }

  std::int32_t without_trailing_space(std::int32_t from, std::int32_t to) const {
    while (to > from && u_isUWhiteSpace(text_.char32At(to - 1))) --to;
    return to;
  }
  std::int32_t after_space(std::int32_t from) const {
    while (from < text_.length() && u_isUWhiteSpace(text_.char32At(from))) ++from;
    return from;
  }

  icu::UnicodeString text_;
  std::size_t limit_;
  TextUnit unit_;
  Breaks sentences_, words_, clusters_;
};

}  // namespace

std::vector<std::string> split_text(std::string_view text, std::size_t limit, TextUnit unit) {
  if (limit < units_of(0x10FFFF, unit))
    throw std::invalid_argument("split_text: the limit cannot hold every character");
  if (text.empty()) return {};
  const std::string sound = repair_utf8(text);
  if (length_of(sound, unit) <= limit) return {sound};
  return Splitter(sound, limit, unit).parts();
}

std::string shorten(std::string_view text, std::size_t limit_code_points) {
  const std::string sound = repair_utf8(text);
  if (length_code_points(sound) <= limit_code_points) return sound;
  if (limit_code_points == 0) return {};
  const auto wide = icu::UnicodeString::fromUTF8(sound);
  const std::int32_t room = wide.moveIndex32(0, static_cast<std::int32_t>(limit_code_points - 1));
  UErrorCode status = U_ZERO_ERROR;
  const Breaks clusters(icu::BreakIterator::createCharacterInstance(icu::Locale::getRoot(), status));
  if (U_FAILURE(status)) throw std::runtime_error(std::string("ICU break iterator: ") + u_errorName(status));
  clusters->setText(wide);
  const std::int32_t end = clusters->isBoundary(room) ? room : clusters->preceding(room);
  return std::string(trim(utf8_of(wide, 0, std::max(end, 0)))) + "…";
}

}  // namespace laoke
