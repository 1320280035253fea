#pragma once
#include <cstdint>
#include <optional>

#include "storage/database.h"
#include "storage/segment_query.h"
#include "storage/shops.h"

namespace laoke::storage {

// How many customers a segment finds that asks for tags, and perhaps for the time of the last order, all of which must
// hold: the ids its indexes keep are merged here, and nobody's facts are looked up. None when the segment asks for
// anything else, has no tag that must be there, or when its lists would be longer than looking up is expensive. The
// answer is that of compile_segment().
std::optional<std::int64_t> count_by_lists(Transaction& tx, const Shop& shop, const SegmentQuery& query, std::int64_t now_ms);

}  // namespace laoke::storage
