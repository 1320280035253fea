#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "handlers/segment/error.h"
#include "handlers/segment/lexer.h"
#include "storage/segment_query.h"
#include "storage/shops.h"

namespace laoke {

inline constexpr int kSegmentMaxDepth = 20;   // parentheses, negations and saved segments inside each other
inline constexpr int kSegmentMaxTerms = 100;  // saved segments included; far below what a statement can hold

// The text of a saved segment, or nothing when there is none of that name.
using SavedSegmentText = std::function<std::optional<std::string>(const std::string& name)>;

// Reads a segment as a seller types it. Saved segments (@name) become part of the query. The shop gives the currency of
// amounts. Throws SegmentError.
storage::SegmentQuery parse_segment(std::string_view text, const storage::Shop& shop, const SavedSegmentText& saved);

// The names after @ in a text, as far as it can be read at all.
std::vector<std::string> saved_segments_used(std::string_view text);

}  // namespace laoke
