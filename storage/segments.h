#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/database.h"

namespace laoke::storage {

// A query with a name, kept as it was typed.
struct SavedSegment {
  std::int64_t segment_id = 0;
  std::string name, query;
  std::int64_t created_at_ms = 0, updated_at_ms = 0;
  bool operator==(const SavedSegment&) const = default;
};

// Names are compared exactly.
std::optional<SavedSegment> find_segment(Transaction& tx, std::int64_t shop_id, std::string_view name);
std::optional<SavedSegment> get_segment(Transaction& tx, std::int64_t shop_id, std::int64_t segment_id);
// By name.
std::vector<SavedSegment> list_segments(Transaction& tx, std::int64_t shop_id);
// Keeps the query under that name, in place of what had it; the row as stored.
SavedSegment put_segment(Transaction& tx, std::int64_t shop_id, std::string_view name, std::string_view query,
                         std::int64_t now_ms);
bool delete_segment(Transaction& tx, std::int64_t shop_id, std::int64_t segment_id);

}  // namespace laoke::storage
