#include "storage/orders.h"

#include <limits>

namespace laoke::storage {
namespace {

#define ORDER_COLUMNS                                                                                                  \
  "order_id, number, customer_id, state, currency, total_minor, recipient, phone, address, note, source, external_id, " \
  "created_at_ms, placed_at_ms, paid_at_ms, shipped_at_ms, delivered_at_ms, completed_at_ms, cancelled_at_ms, "         \
  "refunded_at_ms, version"
constexpr Sql kOrdersInsert{"orders.insert",
                            "INSERT INTO orders (shop_id, " ORDER_COLUMNS
                            ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, "
                            "$17, $18, $19, $20, $21, $22)"};
constexpr Sql kOrdersUpdate{
    "orders.update",
    "UPDATE orders SET state = $4, note = $5, placed_at_ms = $6, paid_at_ms = $7, shipped_at_ms = $8, "
    "delivered_at_ms = $9, completed_at_ms = $10, cancelled_at_ms = $11, refunded_at_ms = $12, "
    "version = version + 1 WHERE shop_id = $1 AND order_id = $2 AND version = $3"};
constexpr Sql kOrdersGet{"orders.get", "SELECT " ORDER_COLUMNS " FROM orders WHERE shop_id = $1 AND order_id = $2"};
constexpr Sql kOrdersByNumber{"orders.by_number",
                              "SELECT " ORDER_COLUMNS " FROM orders WHERE shop_id = $1 AND number = $2"};
constexpr Sql kOrdersByExternalId{"orders.by_external_id",
                                  "SELECT " ORDER_COLUMNS
                                  " FROM orders WHERE shop_id = $1 AND external_id = $2 AND external_id <> ''"};
constexpr Sql kOrdersList{"orders.list",
                          "SELECT " ORDER_COLUMNS
                          " FROM orders WHERE shop_id = $1 AND order_id < $2 ORDER BY order_id DESC LIMIT $3"};
constexpr Sql kOrdersOfCustomer{"orders.of_customer",
                                "SELECT " ORDER_COLUMNS
                                " FROM orders WHERE shop_id = $1 AND customer_id = $2 AND order_id < $3 "
                                "ORDER BY order_id DESC LIMIT $4"};
constexpr Sql kOrdersInState{"orders.in_state", "SELECT " ORDER_COLUMNS
                                                " FROM orders WHERE shop_id = $1 AND state = $2 AND order_id < $3 "
                                                "ORDER BY order_id DESC LIMIT $4"};
#undef ORDER_COLUMNS
constexpr Sql kOrderItemsInsert{
    "order_items.insert",
    "INSERT INTO order_items (shop_id, order_id, line_no, product_id, name, quantity, unit_price_minor) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7)"};
constexpr Sql kOrderItemsList{"order_items.list",
                              "SELECT product_id, name, quantity, unit_price_minor FROM order_items "
                              "WHERE shop_id = $1 AND order_id = $2 ORDER BY line_no"};
constexpr Sql kOrdersFacts{
    "orders.facts",
    "SELECT max(coalesce(placed_at_ms, created_at_ms)), min(coalesce(placed_at_ms, created_at_ms)), count(*), "
    "coalesce(sum(CASE WHEN paid_at_ms IS NOT NULL AND currency = $3 THEN total_minor ELSE 0 END), 0) "
    "FROM orders WHERE shop_id = $1 AND customer_id = $2 AND state IN ('placed', 'paid', 'shipped', 'delivered', "
    "'completed')"};
constexpr Sql kOrdersPaidCount{"orders.paid_count",
                               "SELECT count(*) FROM orders WHERE shop_id = $1 AND customer_id = $2 AND paid_at_ms IS NOT NULL "
                               "AND state IN ('placed', 'paid', 'shipped', 'delivered', 'completed')"};
constexpr const Sql* kOrdersStatements[] = {
    &kOrdersInsert,     &kOrdersUpdate,  &kOrdersGet,        &kOrdersByNumber, &kOrdersByExternalId, &kOrdersList,
    &kOrdersOfCustomer, &kOrdersInState, &kOrderItemsInsert, &kOrderItemsList, &kOrdersFacts,
    &kOrdersPaidCount};

Order order_of(const Row& row) {
  return {row.integer(0),        row.integer(1),        row.integer(2),        row.string(3),         row.string(4),
          row.integer(5),        row.string(6),         row.string(7),         row.string(8),         row.string(9),
          row.string(10),        row.string(11),        row.integer(12),       row.maybe_integer(13), row.maybe_integer(14),
          row.maybe_integer(15), row.maybe_integer(16), row.maybe_integer(17), row.maybe_integer(18), row.maybe_integer(19),
          row.integer(20)};
}

std::optional<Order> order_by(Transaction& tx, const Sql& sql, std::initializer_list<Param> params) {
  std::optional<Order> order;
  tx.query(sql, params, [&](const Row& row) { order = order_of(row); });
  return order;
}

std::vector<Order> orders_by(Transaction& tx, const Sql& sql, std::initializer_list<Param> params) {
  std::vector<Order> orders;
  tx.query(sql, params, [&](const Row& row) { orders.push_back(order_of(row)); });
  return orders;
}

std::int64_t upper(std::int64_t before_id) { return before_id > 0 ? before_id : std::numeric_limits<std::int64_t>::max(); }

}  // namespace

void insert_order(Transaction& tx, std::int64_t shop_id, const Order& o, const std::vector<OrderItem>& items) {
  tx.submit(kOrdersInsert,
            {shop_id,           o.order_id,        o.number,         o.customer_id, o.state,         o.currency,
             o.total_minor,     o.recipient,       o.phone,          o.address,     o.note,          o.source,
             o.external_id,     o.created_at_ms,   o.placed_at_ms,   o.paid_at_ms,  o.shipped_at_ms, o.delivered_at_ms,
             o.completed_at_ms, o.cancelled_at_ms, o.refunded_at_ms, o.version});
  std::int64_t line_no = 0;
  for (const auto& item : items)
    tx.submit(kOrderItemsInsert,
              {shop_id, o.order_id, ++line_no, item.product_id, item.name, item.quantity, item.unit_price_minor});
}

bool update_order(Transaction& tx, std::int64_t shop_id, const Order& o) {
  return tx.execute(kOrdersUpdate,
                    {shop_id, o.order_id, o.version, o.state, o.note, o.placed_at_ms, o.paid_at_ms, o.shipped_at_ms,
                     o.delivered_at_ms, o.completed_at_ms, o.cancelled_at_ms, o.refunded_at_ms}) == 1;
}

std::optional<Order> get_order(Transaction& tx, std::int64_t shop_id, std::int64_t order_id) {
  return order_by(tx, kOrdersGet, {shop_id, order_id});
}

std::optional<Order> find_order_by_number(Transaction& tx, std::int64_t shop_id, std::int64_t number) {
  return order_by(tx, kOrdersByNumber, {shop_id, number});
}

std::optional<Order> find_order_by_external_id(Transaction& tx, std::int64_t shop_id, std::string_view external_id) {
  return order_by(tx, kOrdersByExternalId, {shop_id, external_id});
}

std::vector<OrderItem> list_order_items(Transaction& tx, std::int64_t shop_id, std::int64_t order_id) {
  std::vector<OrderItem> items;
  tx.query(kOrderItemsList, {shop_id, order_id}, [&](const Row& row) {
    items.push_back({row.integer(0), row.string(1), row.integer(2), row.maybe_integer(3)});
  });
  return items;
}

std::vector<Order> list_orders(Transaction& tx, std::int64_t shop_id, std::int64_t before_id, int limit) {
  return orders_by(tx, kOrdersList, {shop_id, upper(before_id), limit});
}

std::vector<Order> list_orders_of_customer(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id,
                                           std::int64_t before_id, int limit) {
  return orders_by(tx, kOrdersOfCustomer, {shop_id, customer_id, upper(before_id), limit});
}

std::vector<Order> list_orders_in_state(Transaction& tx, std::int64_t shop_id, std::string_view state,
                                        std::int64_t before_id, int limit) {
  return orders_by(tx, kOrdersInState, {shop_id, state, upper(before_id), limit});
}

OrderFacts order_facts_of(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id, std::string_view currency) {
  OrderFacts facts;
  tx.query(kOrdersFacts, {shop_id, customer_id, currency}, [&](const Row& row) {
    facts = {row.maybe_integer(0), row.maybe_integer(1), row.integer(2), row.integer(3)};
  });
  return facts;
}

std::int64_t paid_orders_of(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id) {
  std::int64_t count = 0;
  tx.query(kOrdersPaidCount, {shop_id, customer_id}, [&](const Row& row) { count = row.integer(0); });
  return count;
}

std::span<const Sql* const> order_statements() {
  return kOrdersStatements;
}

}  // namespace laoke::storage
