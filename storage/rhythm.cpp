#include "storage/rhythm.h"

namespace laoke::storage {
namespace {

constexpr Sql kRhythmProducts{"rhythm.products",
                              "SELECT DISTINCT i.product_id FROM orders o JOIN order_items i ON i.shop_id = o.shop_id "
                              "AND i.order_id = o.order_id "
                              "WHERE o.shop_id = $1 AND o.customer_id = $2 ORDER BY i.product_id"};
constexpr Sql kRhythmLastOrder{
    "rhythm.last_order",
    "SELECT max(placed_at_ms) FROM orders WHERE shop_id = $1 AND customer_id = $2 AND order_id <> $3 "
    "AND state NOT IN ('enquiry', 'cancelled', 'refunded')"};
constexpr Sql kRhythmCare{
    "rhythm.care",
    "SELECT o.order_id, p.product_id, o.delivered_at_ms, p.care_after_days FROM orders o "
    "JOIN order_items i ON i.shop_id = o.shop_id AND i.order_id = o.order_id "
    "JOIN products p ON p.shop_id = i.shop_id AND p.product_id = i.product_id "
    "WHERE o.shop_id = $1 AND o.customer_id = $2 AND o.delivered_at_ms IS NOT NULL "
    "AND o.state IN ('delivered', 'completed') AND p.care <> '' AND p.care_after_days IS NOT NULL "
    "ORDER BY o.order_id, p.product_id"};
constexpr Sql kRhythmTimeline{
    "rhythm.timeline",
    "SELECT event_id, at_ms, data FROM events WHERE shop_id = $1 AND customer_id = $2 AND event_id > $3 "
    "AND kind = $4 AND at_ms >= $5 ORDER BY event_id LIMIT $6"};
constexpr Sql kRhythmCustomers{
    "rhythm.customers",
    "SELECT customer_id FROM customer_facts WHERE shop_id = $1 AND customer_id > $2 AND standing = 0 "
    "ORDER BY customer_id LIMIT $3"};
constexpr Sql kRhythmCustomerCount{"rhythm.customer_count",
                                   "SELECT count(*) FROM customer_facts WHERE shop_id = $1 AND standing = 0"};
constexpr const Sql* kRhythmStatements[] = {&kRhythmProducts, &kRhythmLastOrder, &kRhythmCare,
                                            &kRhythmTimeline, &kRhythmCustomers, &kRhythmCustomerCount};

std::vector<std::int64_t> numbers(Transaction& tx, const Sql& sql, std::initializer_list<Param> params) {
  std::vector<std::int64_t> all;
  tx.query(sql, params, [&](const Row& row) { all.push_back(row.integer(0)); });
  return all;
}

}  // namespace

std::vector<std::int64_t> products_ordered(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id) {
  return numbers(tx, kRhythmProducts, {shop_id, customer_id});
}

std::optional<std::int64_t> last_order_before(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id,
                                              std::int64_t except_order_id) {
  std::optional<std::int64_t> last;
  tx.query(kRhythmLastOrder, {shop_id, customer_id, except_order_id},
           [&](const Row& row) { last = row.maybe_integer(0); });
  return last;
}

std::vector<DeliveredCare> care_of_customer(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id) {
  std::vector<DeliveredCare> all;
  tx.query(kRhythmCare, {shop_id, customer_id}, [&](const Row& row) {
    all.push_back({row.integer(0), row.integer(1), row.integer(2), row.integer(3)});
  });
  return all;
}

std::vector<TimelineEvent> timeline_since(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id, std::string_view kind,
                                          std::int64_t since_ms, std::int64_t after_event_id, int limit) {
  std::vector<TimelineEvent> events;
  tx.query(kRhythmTimeline, {shop_id, customer_id, after_event_id, kind, since_ms, limit}, [&](const Row& row) {
    events.push_back({row.integer(0), row.integer(1), row.string(2)});
  });
  return events;
}

std::vector<std::int64_t> customer_page(Transaction& tx, std::int64_t shop_id, std::int64_t after_id, int limit) {
  return numbers(tx, kRhythmCustomers, {shop_id, after_id, limit});
}

std::int64_t customer_count(Transaction& tx, std::int64_t shop_id) {
  return numbers(tx, kRhythmCustomerCount, {shop_id}).front();
}

std::span<const Sql* const> rhythm_statements() {
  return kRhythmStatements;
}

}  // namespace laoke::storage
