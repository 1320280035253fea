#include "storage/shop_stats.h"

#include <algorithm>

#include "storage/statements.h"

namespace laoke::storage {
namespace {

constexpr Sql kShopStatsMoreRows{"shop_stats.more_rows",
                        "SELECT 1 FROM (SELECT customer_id FROM customer_facts WHERE shop_id = $1 LIMIT 1 OFFSET $2) AS c UNION ALL "
                        "SELECT 1 FROM (SELECT order_id FROM orders WHERE shop_id = $1 LIMIT 1 OFFSET $2) AS o UNION ALL "
                        "SELECT 1 FROM (SELECT message_id FROM messages WHERE shop_id = $1 LIMIT 1 OFFSET $2) AS m"};
// Three periods in one walk over the table: the seller asks for a day, a week and a month at once.
#define SINCE(column, from, value) "COALESCE(SUM(CASE WHEN " column " >= " from " AND " column " < $5 THEN " value " ELSE 0 END), 0)"
#define SINCE_EACH(column, value) SINCE(column, "$2", value) ", " SINCE(column, "$3", value) ", " SINCE(column, "$4", value)
constexpr Sql kShopStatsCustomersSince{"shop_stats.customers_since",
                              "SELECT " SINCE_EACH("created_at_ms", "1") ", " SINCE_EACH("last_in_ms", "1")
                              " FROM customer_facts WHERE shop_id = $1 AND standing = 0 AND (created_at_ms >= $6 OR last_in_ms >= $6)"};
constexpr Sql kShopStatsOrdersSince{"shop_stats.orders_since",
                           "SELECT " SINCE_EACH("placed_at_ms", "1") ", " SINCE_EACH("paid_at_ms", "1") ", "
                           SINCE_EACH("paid_at_ms", "CASE WHEN currency = $7 THEN total_minor ELSE 0 END")
                           " FROM orders WHERE shop_id = $1 AND (placed_at_ms >= $6 OR paid_at_ms >= $6) AND "
                           "state NOT IN ('cancelled', 'refunded')"};
constexpr Sql kShopStatsMessagesSince{"shop_stats.messages_since",
                             "SELECT m.direction, " SINCE_EACH("m.at_ms", "1")
                             " FROM customer_facts f JOIN messages m ON m.shop_id = f.shop_id AND m.customer_id = f.customer_id "
                             "WHERE f.shop_id = $1 AND f.standing = 0 AND f.last_in_ms >= $6 AND m.at_ms >= $6 GROUP BY m.direction"};
#undef SINCE_EACH
#undef SINCE
constexpr Sql kShopStatsTopProducts{"shop_stats.top_products",
                           "SELECT p.name, SUM(i.quantity), COUNT(DISTINCT o.order_id) FROM orders o JOIN order_items i "
                           "ON i.shop_id = o.shop_id AND i.order_id = o.order_id JOIN products p ON p.shop_id = "
                           "i.shop_id AND p.product_id = i.product_id WHERE o.shop_id = $1 AND o.paid_at_ms >= $2 AND "
                           "o.paid_at_ms < $3 AND o.state NOT IN ('cancelled', 'refunded') GROUP BY p.product_id, "
                           "p.name ORDER BY SUM(i.quantity) DESC, p.name LIMIT $4"};
constexpr Sql kShopStatsInState{"shop_stats.in_state", "SELECT COUNT(*) FROM orders WHERE shop_id = $1 AND state = $2"};
constexpr Sql kShopStatsCountWaiting{"shop_stats.count_waiting",
                            "SELECT COUNT(*) FROM customer_facts WHERE shop_id = $1 AND standing = 0 AND last_in_ms >= "
                            "$2 AND (last_out_ms IS NULL OR last_out_ms < last_in_ms)"};
constexpr Sql kShopStatsWaiting{"shop_stats.waiting",
                       "SELECT f.customer_id, c.name, f.last_in_ms FROM customer_facts f JOIN customers c ON c.shop_id "
                       "= f.shop_id AND c.customer_id = f.customer_id WHERE f.shop_id = $1 AND f.standing = 0 AND "
                       "f.last_in_ms >= $2 AND (f.last_out_ms IS NULL OR f.last_out_ms < f.last_in_ms) ORDER BY "
                       "f.last_in_ms, f.customer_id LIMIT $3"};

std::int64_t count(Transaction& tx, const Sql& sql, std::initializer_list<Param> params) {
  std::int64_t number = 0;
  tx.query(sql, params, [&](const Row& row) { number = row.integer(0); });
  return number;
}

}  // namespace

bool holds_more_rows(Transaction& tx, std::int64_t shop_id, std::int64_t rows) {
  bool more = false;
  tx.query(kShopStatsMoreRows, {shop_id, rows}, [&](const Row&) { more = true; });
  return more;
}

std::array<ShopFigures, 3> figures_since(Transaction& tx, std::int64_t shop_id, std::string_view currency,
                                         const std::array<std::int64_t, 3>& from_ms, std::int64_t until_ms) {
  std::array<ShopFigures, 3> all;
  const std::int64_t first_ms = std::ranges::min(from_ms);
  tx.query(kShopStatsCustomersSince, {shop_id, from_ms[0], from_ms[1], from_ms[2], until_ms, first_ms}, [&](const Row& row) {
    for (int i = 0; i < 3; ++i) {
      auto& figures = all[static_cast<std::size_t>(i)];
      figures.new_customers = row.integer(i);
      figures.customers_wrote = row.integer(3 + i);
    }
  });
  tx.query(kShopStatsOrdersSince, {shop_id, from_ms[0], from_ms[1], from_ms[2], until_ms, first_ms, currency}, [&](const Row& row) {
    for (int i = 0; i < 3; ++i) {
      auto& figures = all[static_cast<std::size_t>(i)];
      figures.orders = row.integer(i);
      figures.paid_orders = row.integer(3 + i);
      figures.turnover_minor = row.integer(6 + i);
    }
  });
  tx.query(kShopStatsMessagesSince, {shop_id, from_ms[0], from_ms[1], from_ms[2], until_ms, first_ms}, [&](const Row& row) {
    for (int i = 0; i < 3; ++i) {
      auto& figures = all[static_cast<std::size_t>(i)];
      (row.text(0) == "in" ? figures.messages_in : figures.messages_out) = row.integer(1 + i);
    }
  });
  return all;
}

std::vector<ProductFigure> top_products(Transaction& tx, std::int64_t shop_id, std::int64_t from_ms,
                                        std::int64_t until_ms, int limit) {
  std::vector<ProductFigure> products;
  tx.query(kShopStatsTopProducts, {shop_id, from_ms, until_ms, limit}, [&](const Row& row) {
    products.push_back({row.string(0), row.integer(1), row.integer(2)});
  });
  return products;
}

std::int64_t count_orders_in_state(Transaction& tx, std::int64_t shop_id, std::string_view state) {
  return count(tx, kShopStatsInState, {shop_id, state});
}

WaitingCustomers customers_waiting(Transaction& tx, std::int64_t shop_id, std::int64_t since_ms, int limit) {
  WaitingCustomers waiting;
  waiting.count = count(tx, kShopStatsCountWaiting, {shop_id, since_ms});
  tx.query(kShopStatsWaiting, {shop_id, since_ms, limit}, [&](const Row& row) {
    waiting.first.push_back({row.integer(0), row.string(1), row.integer(2)});
  });
  return waiting;
}

std::span<const Sql* const> shop_stats_statements() {
  static constexpr const Sql* kShopStatsStatements[] = {&kShopStatsMoreRows, &kShopStatsCustomersSince, &kShopStatsOrdersSince, &kShopStatsMessagesSince, &kShopStatsTopProducts,  &kShopStatsInState, &kShopStatsCountWaiting, &kShopStatsWaiting};
  return kShopStatsStatements;
}

}  // namespace laoke::storage
