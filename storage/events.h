#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "storage/database.h"

namespace laoke::storage {

// One fact of a customer's timeline.
struct EventRow {
  std::int64_t event_id = 0, customer_id = 0, at_ms = 0;
  std::string kind;  // handlers/happened.h lists them
  std::string data;  // JSON
};

// Returns the new event's id.
std::int64_t insert_event(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id, std::string_view kind,
                          std::int64_t at_ms, std::string_view data);
// Newest first; `before_id` 0 starts at the newest.
std::vector<EventRow> list_events(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id,
                                  std::int64_t before_id, int limit);

}  // namespace laoke::storage
