#include "storage/events.h"

#include <limits>

namespace laoke::storage {
namespace {

constexpr Sql kEventsInsert{
    "events.insert",
    "INSERT INTO events (shop_id, customer_id, event_id, kind, at_ms, data) VALUES ($1, $2, $3, $4, $5, $6)"};
constexpr Sql kEventsList{"events.list",
                          "SELECT event_id, customer_id, at_ms, kind, data FROM events "
                          "WHERE shop_id = $1 AND customer_id = $2 AND event_id < $3 ORDER BY event_id DESC LIMIT $4"};
constexpr const Sql* kEventsStatements[] = {&kEventsInsert, &kEventsList};

}  // namespace

std::int64_t insert_event(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id, std::string_view kind,
                          std::int64_t at_ms, std::string_view data) {
  const std::int64_t id = tx.next_id();
  tx.submit(kEventsInsert, {shop_id, customer_id, id, kind, at_ms, data});
  return id;
}

std::vector<EventRow> list_events(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id,
                                  std::int64_t before_id, int limit) {
  std::vector<EventRow> events;
  const std::int64_t before = before_id > 0 ? before_id : std::numeric_limits<std::int64_t>::max();
  tx.query(kEventsList, {shop_id, customer_id, before, limit}, [&](const Row& row) {
    events.push_back({row.integer(0), row.integer(1), row.integer(2), row.string(3), row.string(4)});
  });
  return events;
}

std::span<const Sql* const> event_statements() {
  return kEventsStatements;
}

}  // namespace laoke::storage
