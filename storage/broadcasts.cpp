#include "storage/broadcasts.h"

#include <limits>

namespace laoke::storage {
namespace {

#define COLUMNS                                                                                                            \
  "shop_id, broadcast_id, name, segment, template_name, template_version, body, extras, class, state, state_before_pause, " \
  "starts_at_ms, expires_at_ms, rrule, parent_id, occurrence_ms, audience_count, plan_cursor, send_cursor, created_by, "    \
  "created_at_ms, started_at_ms, finished_at_ms, progress"
#define PLACES "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24"
constexpr Sql kBroadcastsInsert{"broadcasts.insert",
                                "INSERT INTO broadcasts (" COLUMNS ") VALUES (" PLACES ") ON CONFLICT DO NOTHING"};
constexpr Sql kBroadcastsGet{"broadcasts.get",
                             "SELECT " COLUMNS " FROM broadcasts WHERE shop_id = $1 AND broadcast_id = $2"};
constexpr Sql kBroadcastsUpdate{
    "broadcasts.update",
    "UPDATE broadcasts SET name = $3, state = $4, state_before_pause = $5, starts_at_ms = $6, expires_at_ms = $7, "
    "audience_count = $8, plan_cursor = $9, send_cursor = $10, started_at_ms = $11, finished_at_ms = $12, "
    "progress = $13, rrule = $14 WHERE shop_id = $1 AND broadcast_id = $2"};
constexpr Sql kBroadcastsSetSendCursor{
    "broadcasts.set_send_cursor", "UPDATE broadcasts SET send_cursor = $3 WHERE shop_id = $1 AND broadcast_id = $2"};
constexpr Sql kBroadcastsList{
    "broadcasts.list",
    "SELECT " COLUMNS " FROM broadcasts WHERE shop_id = $1 AND broadcast_id < $2 ORDER BY broadcast_id DESC LIMIT $3"};
constexpr Sql kBroadcastsInState{
    "broadcasts.in_state",
    "SELECT " COLUMNS " FROM broadcasts WHERE state = $1 AND starts_at_ms <= $2 ORDER BY starts_at_ms, broadcast_id"};
constexpr Sql kBroadcastsToSweep{
    "broadcasts.to_sweep", "SELECT " COLUMNS " FROM broadcasts WHERE state = 'cancelled' AND finished_at_ms IS NULL"};
constexpr Sql kBroadcastsWatched{"broadcasts.watched", "SELECT " COLUMNS " FROM broadcasts WHERE progress <> ''"};
constexpr Sql kBroadcastsNextStart{"broadcasts.next_start",
                                   "SELECT min(starts_at_ms) FROM broadcasts WHERE state = 'scheduled'"};
constexpr Sql kBroadcastCountsAdd{
    "broadcast_counts.add",
    "INSERT INTO broadcast_counts (shop_id, broadcast_id, state, reason, count) VALUES ($1, $2, $3, $4, $5) "
    "ON CONFLICT (shop_id, broadcast_id, state, reason) DO UPDATE SET count = broadcast_counts.count + excluded.count"};
constexpr Sql kBroadcastCountsList{
    "broadcast_counts.list",
    "SELECT state, reason, count FROM broadcast_counts WHERE shop_id = $1 AND broadcast_id = $2 AND count <> 0 "
    "ORDER BY state, reason"};
#undef COLUMNS
#undef PLACES
constexpr const Sql* kBroadcastsStatements[] = {&kBroadcastsInsert,        &kBroadcastsGet,      &kBroadcastsUpdate,
                                                &kBroadcastsSetSendCursor, &kBroadcastsList,     &kBroadcastsInState,
                                                &kBroadcastsToSweep,       &kBroadcastsWatched,  &kBroadcastsNextStart,
                                                &kBroadcastCountsAdd,      &kBroadcastCountsList};

Broadcast broadcast_of(const Row& row) {
  Broadcast b;
  b.shop_id = row.integer(0);
  b.broadcast_id = row.integer(1);
  b.name = row.string(2);
  b.segment = row.string(3);
  b.template_name = row.string(4);
  b.template_version = row.integer(5);
  b.body = row.string(6);
  b.extras = row.string(7);
  b.klass = row.string(8);
  b.state = row.string(9);
  b.state_before_pause = row.string(10);
  b.starts_at_ms = row.integer(11);
  b.expires_at_ms = row.integer(12);
  b.rrule = row.string(13);
  b.parent_id = row.maybe_integer(14);
  b.occurrence_ms = row.maybe_integer(15);
  b.audience_count = row.integer(16);
  b.plan_cursor = row.integer(17);
  b.send_cursor = row.integer(18);
  b.created_by = row.maybe_integer(19);
  b.created_at_ms = row.integer(20);
  b.started_at_ms = row.maybe_integer(21);
  b.finished_at_ms = row.maybe_integer(22);
  b.progress = row.string(23);
  return b;
}

std::optional<std::int64_t> insert(Transaction& tx, const Broadcast& b) {
  const std::int64_t id = tx.next_id();
  const auto rows = tx.execute(
      kBroadcastsInsert,
      {b.shop_id,       id,           b.name,          b.segment,       b.template_name,      b.template_version,
       b.body,          b.extras,     b.klass,         b.state,         b.state_before_pause, b.starts_at_ms,
       b.expires_at_ms, b.rrule,      b.parent_id,     b.occurrence_ms, b.audience_count,     b.plan_cursor,
       b.send_cursor,   b.created_by, b.created_at_ms, b.started_at_ms, b.finished_at_ms,     b.progress});
  tx.raise(kBroadcastWork);
  return rows > 0 ? std::optional(id) : std::nullopt;
}

std::vector<Broadcast> broadcasts_by(Transaction& tx, const Sql& sql, std::initializer_list<Param> params) {
  std::vector<Broadcast> rows;
  tx.query(sql, params, [&](const Row& row) { rows.push_back(broadcast_of(row)); });
  return rows;
}

}  // namespace

std::int64_t insert_broadcast(Transaction& tx, const Broadcast& broadcast) { return insert(tx, broadcast).value(); }

std::optional<std::int64_t> insert_occurrence(Transaction& tx, const Broadcast& child) { return insert(tx, child); }

std::optional<Broadcast> get_broadcast(Transaction& tx, std::int64_t shop_id, std::int64_t broadcast_id) {
  auto rows = broadcasts_by(tx, kBroadcastsGet, {shop_id, broadcast_id});
  return rows.empty() ? std::nullopt : std::optional(std::move(rows.front()));
}

void update_broadcast(Transaction& tx, const Broadcast& b) {
  tx.submit(kBroadcastsUpdate,
            {b.shop_id, b.broadcast_id, b.name, b.state, b.state_before_pause, b.starts_at_ms, b.expires_at_ms,
             b.audience_count, b.plan_cursor, b.send_cursor, b.started_at_ms, b.finished_at_ms, b.progress, b.rrule});
  tx.raise(kBroadcastWork);
}

void set_send_cursor(Transaction& tx, std::int64_t shop_id, std::int64_t broadcast_id, std::int64_t cursor) {
  tx.submit(kBroadcastsSetSendCursor, {shop_id, broadcast_id, cursor});
}

std::vector<Broadcast> list_broadcasts(Transaction& tx, std::int64_t shop_id, std::int64_t before_id, int limit) {
  const std::int64_t before = before_id > 0 ? before_id : std::numeric_limits<std::int64_t>::max();
  return broadcasts_by(tx, kBroadcastsList, {shop_id, before, limit});
}

std::vector<Broadcast> broadcasts_in_state(Transaction& tx, std::string_view state, std::int64_t started_by_ms) {
  return broadcasts_by(tx, kBroadcastsInState, {state, started_by_ms});
}

std::vector<Broadcast> broadcasts_to_sweep(Transaction& tx) {
  return broadcasts_by(tx, kBroadcastsToSweep, {});
}

std::vector<Broadcast> watched_broadcasts(Transaction& tx) {
  return broadcasts_by(tx, kBroadcastsWatched, {});
}

std::optional<std::int64_t> next_start_ms(Transaction& tx) {
  std::optional<std::int64_t> next;
  tx.query(kBroadcastsNextStart, {}, [&](const Row& row) { next = row.maybe_integer(0); });
  return next;
}

void add_count(Transaction& tx, std::int64_t shop_id, std::int64_t broadcast_id, std::string_view state,
               std::string_view reason, std::int64_t change) {
  tx.submit(kBroadcastCountsAdd, {shop_id, broadcast_id, state, reason, change});
}

std::vector<BroadcastCount> broadcast_counts(Transaction& tx, std::int64_t shop_id, std::int64_t broadcast_id) {
  std::vector<BroadcastCount> counts;
  tx.query(kBroadcastCountsList, {shop_id, broadcast_id}, [&](const Row& row) {
    counts.push_back({row.string(0), row.string(1), row.integer(2)});
  });
  return counts;
}

std::span<const Sql* const> broadcast_statements() {
  return kBroadcastsStatements;
}

}  // namespace laoke::storage
