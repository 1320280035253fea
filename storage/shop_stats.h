#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "storage/database.h"

// Figures over a whole shop, for the seller's day. Each reads the narrow customer rows or the orders of a time once.
namespace laoke::storage {

// Whether the shop has more than so many customers, orders or messages; looks at no more than so many of each.
bool holds_more_rows(Transaction& tx, std::int64_t shop_id, std::int64_t rows);

struct ShopFigures {
  std::int64_t new_customers = 0;
  std::int64_t orders = 0, paid_orders = 0;  // placed, and paid, within the time; cancelled and refunded left out
  std::int64_t turnover_minor = 0;           // of the paid ones in the shop's currency
  std::int64_t customers_wrote = 0;          // whose last message falls within the time
  std::int64_t messages_in = 0, messages_out = 0;  // with those customers
};
// Of three periods that all end at `until_ms` (from_ms <= t < until_ms): customers, orders and messages are walked once
// for all of them.
std::array<ShopFigures, 3> figures_since(Transaction& tx, std::int64_t shop_id, std::string_view currency,
                                         const std::array<std::int64_t, 3>& from_ms, std::int64_t until_ms);

struct ProductFigure {
  std::string name;
  std::int64_t quantity = 0, orders = 0;
};
// Products of orders paid within the time, most sold first.
std::vector<ProductFigure> top_products(Transaction& tx, std::int64_t shop_id, std::int64_t from_ms,
                                        std::int64_t until_ms, int limit);

std::int64_t count_orders_in_state(Transaction& tx, std::int64_t shop_id, std::string_view state);

struct WaitingCustomer {
  std::int64_t customer_id = 0;
  std::string name;
  std::int64_t last_in_ms = 0;
};
struct WaitingCustomers {
  std::int64_t count = 0;
  std::vector<WaitingCustomer> first;  // who waits longest first
};
// Customers who wrote after `since_ms` and got nothing since.
WaitingCustomers customers_waiting(Transaction& tx, std::int64_t shop_id, std::int64_t since_ms, int limit);

}  // namespace laoke::storage
