#include "storage/segments.h"

#include <span>

namespace laoke::storage {
namespace {

#define SEGMENT_COLUMNS "segment_id, name, query, created_at_ms, updated_at_ms"
constexpr Sql kSegmentsFind{"segments.find",
                            "SELECT " SEGMENT_COLUMNS " FROM segments WHERE shop_id = $1 AND name = $2"};
constexpr Sql kSegmentsGet{"segments.get",
                           "SELECT " SEGMENT_COLUMNS " FROM segments WHERE shop_id = $1 AND segment_id = $2"};
constexpr Sql kSegmentsList{"segments.list",
                            "SELECT " SEGMENT_COLUMNS " FROM segments WHERE shop_id = $1 ORDER BY name"};
constexpr Sql kSegmentsPut{
    "segments.put",
    "INSERT INTO segments (shop_id, " SEGMENT_COLUMNS
    ") VALUES ($1, $2, $3, $4, $5, $5) "
    "ON CONFLICT (shop_id, name) DO UPDATE SET query = excluded.query, updated_at_ms = excluded.updated_at_ms "
    "RETURNING " SEGMENT_COLUMNS};
constexpr Sql kSegmentsDelete{"segments.delete", "DELETE FROM segments WHERE shop_id = $1 AND segment_id = $2"};
#undef SEGMENT_COLUMNS

constexpr const Sql* kSegmentsStatements[] = {&kSegmentsFind, &kSegmentsGet, &kSegmentsList, &kSegmentsPut,
                                              &kSegmentsDelete};

SavedSegment segment_of(const Row& row) {
  return {row.integer(0), row.string(1), row.string(2), row.integer(3), row.integer(4)};
}

}  // namespace

std::optional<SavedSegment> find_segment(Transaction& tx, std::int64_t shop_id, std::string_view name) {
  std::optional<SavedSegment> segment;
  tx.query(kSegmentsFind, {shop_id, name}, [&](const Row& row) { segment = segment_of(row); });
  return segment;
}

std::optional<SavedSegment> get_segment(Transaction& tx, std::int64_t shop_id, std::int64_t segment_id) {
  std::optional<SavedSegment> segment;
  tx.query(kSegmentsGet, {shop_id, segment_id}, [&](const Row& row) { segment = segment_of(row); });
  return segment;
}

std::vector<SavedSegment> list_segments(Transaction& tx, std::int64_t shop_id) {
  std::vector<SavedSegment> segments;
  tx.query(kSegmentsList, {shop_id}, [&](const Row& row) { segments.push_back(segment_of(row)); });
  return segments;
}

SavedSegment put_segment(Transaction& tx, std::int64_t shop_id, std::string_view name, std::string_view query,
                         std::int64_t now_ms) {
  SavedSegment stored;
  tx.query(kSegmentsPut, {shop_id, tx.next_id(), name, query, now_ms},
           [&](const Row& row) { stored = segment_of(row); });
  return stored;
}

bool delete_segment(Transaction& tx, std::int64_t shop_id, std::int64_t segment_id) {
  return tx.execute(kSegmentsDelete, {shop_id, segment_id}) != 0;
}

std::span<const Sql* const> segment_statements() {
  return kSegmentsStatements;
}

}  // namespace laoke::storage
