#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "storage/segment_query.h"

// The pieces of a segment text. Full-width signs and Chinese quotes mean what their ASCII kin mean.
namespace laoke {

// Code points of one query, saved segments not counted: far more than a person types, little enough to parse at once.
inline constexpr int kSegmentMaxLength = 4000;

struct SegmentToken {
  enum class Kind { kWord, kQuoted, kCompare, kOpen, kClose, kNot, kAt, kEnd };
  Kind kind = Kind::kEnd;
  std::string text;  // of kQuoted without its quotes and escapes
  storage::SegmentCompare compare = storage::SegmentCompare::kIs;
  bool unequal = false;        // kCompare was !=
  bool glued = false;          // nothing stands between it and the token before
  int column = 1, length = 0;  // code points, from 1
};

// Ends with one kEnd. A '-' before a term is kNot; inside a word or after a comparison it is text. Throws SegmentError
// when the text is not UTF-8, is too long, or a quote is not closed.
std::vector<SegmentToken> segment_tokens(std::string_view text);

// The value, in quotes where it needs them to be read back as one value. `value` is UTF-8.
std::string quoted_segment_value(std::string_view value);

}  // namespace laoke
