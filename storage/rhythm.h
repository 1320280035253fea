#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/database.h"

// What reminder rules ask about a customer's past.
namespace laoke::storage {

// Products in the customer's orders, by id.
std::vector<std::int64_t> products_ordered(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id);
// When the customer last placed an order that still counts, other than `except_order_id`.
std::optional<std::int64_t> last_order_before(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id,
                                              std::int64_t except_order_id);

struct DeliveredCare {
  std::int64_t order_id = 0, product_id = 0, delivered_at_ms = 0, care_after_days = 0;
};
// Products with a care tip in the customer's delivered orders.
std::vector<DeliveredCare> care_of_customer(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id);

// An event of the customer's timeline of this kind at or after `since_ms` with an id above `after_event_id`; the oldest
// first, at most `limit`.
struct TimelineEvent {
  std::int64_t event_id = 0, at_ms = 0;
  std::string data;
};
std::vector<TimelineEvent> timeline_since(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id, std::string_view kind,
                                          std::int64_t since_ms, std::int64_t after_event_id, int limit);

// Customers (no staff, nobody merged away) in the order of their ids, after `after_id`.
std::vector<std::int64_t> customer_page(Transaction& tx, std::int64_t shop_id, std::int64_t after_id, int limit);
std::int64_t customer_count(Transaction& tx, std::int64_t shop_id);

}  // namespace laoke::storage
