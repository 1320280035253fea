#pragma once
#include <string_view>

#include "handlers/said.h"
#include "storage/segment_query.h"
#include "storage/shops.h"

namespace laoke {

// The query in words, so that a seller sees how it was understood: "标签是“油性皮肤”，且不满足：标签是“过敏”".
Said explain_segment(const storage::SegmentQuery& query, const storage::Shop& shop);

// All fields with an example each, one a line: what help shows.
Said segment_help();

}  // namespace laoke
