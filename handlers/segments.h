#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "handlers/context.h"
#include "handlers/said.h"
#include "handlers/segment/error.h"
#include "storage/segment_sql.h"
#include "storage/segments.h"

// Segments of a shop: what a seller types, with the names the shop knows. Whoever sends to a segment parses it here and
// asks storage/segment_sql (count_audience, audience_ids, matches_segment) with the result.
namespace laoke {

// The query behind a text; @names are the shop's saved segments. Throws SegmentError.
storage::SegmentQuery shop_segment(const Context& context, std::string_view text);

struct SegmentPreview {
  std::int64_t count = 0;
  std::vector<storage::SegmentCustomer> first;
  std::vector<Said> warnings;  // names the shop does not know, with the nearest it does
  Said explanation;            // the query in words
};
// What the seller sees before anything is sent: the exact audience of this moment. Throws SegmentError.
SegmentPreview preview_segment(const Context& context, std::string_view text, int first = 5);

// Names are trimmed, 1 to 60 code points, without @ at the front. Saving under a name that exists replaces its query.
// Throws SegmentError when the query is wrong, uses itself, or another saved segment uses this one and would then use
// itself; Refusal when the name is not allowed.
storage::SavedSegment save_segment(const Context& context, std::string_view name, std::string_view text);
// By its name, with or without @.
std::optional<storage::SavedSegment> find_saved_segment(const Context& context, std::string_view name);
// False when there is none. Refusal while another saved segment, a broadcast that is to go out, or a rule uses it.
bool remove_segment(const Context& context, std::string_view name);

}  // namespace laoke
