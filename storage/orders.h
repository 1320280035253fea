#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/customers.h"
#include "storage/database.h"

namespace laoke::storage {

struct Order {
  std::int64_t order_id = 0;
  std::int64_t number = 0;  // what people say: #1024
  std::int64_t customer_id = 0;
  std::string state;        // handlers/order_states.h
  std::string currency;     // ISO 4217
  std::int64_t total_minor = 0;
  std::string recipient, phone, address, note;
  std::string source;       // 'chat', 'api', 'import', …
  std::string external_id;  // key of an import or another system, "" none
  std::int64_t created_at_ms = 0;
  std::optional<std::int64_t> placed_at_ms, paid_at_ms, shipped_at_ms, delivered_at_ms, completed_at_ms, cancelled_at_ms,
      refunded_at_ms;
  std::int64_t version = 1;  // rises with every change

  bool operator==(const Order&) const = default;
};

struct OrderItem {
  std::int64_t product_id = 0;
  std::string name;  // as it was called when it was ordered
  std::int64_t quantity = 1;
  std::optional<std::int64_t> unit_price_minor;

  bool operator==(const OrderItem&) const = default;
};

// Stores a new order under order.order_id (the caller takes it from next_id()). Number and external id must be free.
void insert_order(Transaction& tx, std::int64_t shop_id, const Order& order, const std::vector<OrderItem>& items);
// Writes state, times and note; true when the stored version was still `order.version`, which then rises by one.
[[nodiscard]] bool update_order(Transaction& tx, std::int64_t shop_id, const Order& order);

std::optional<Order> get_order(Transaction& tx, std::int64_t shop_id, std::int64_t order_id);
std::optional<Order> find_order_by_number(Transaction& tx, std::int64_t shop_id, std::int64_t number);
std::optional<Order> find_order_by_external_id(Transaction& tx, std::int64_t shop_id, std::string_view external_id);
std::vector<OrderItem> list_order_items(Transaction& tx, std::int64_t shop_id, std::int64_t order_id);

// Newest first; `before_id` 0 starts at the newest.
std::vector<Order> list_orders(Transaction& tx, std::int64_t shop_id, std::int64_t before_id, int limit);
std::vector<Order> list_orders_of_customer(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id,
                                           std::int64_t before_id, int limit);
std::vector<Order> list_orders_in_state(Transaction& tx, std::int64_t shop_id, std::string_view state,
                                        std::int64_t before_id, int limit);

// What the customer's orders say. Orders placed and later count; of those the paid ones in `currency` (the shop's) count as
// spent; enquiries, cancelled and refunded ones do not.
// How many the customer paid for and did not give back.
std::int64_t paid_orders_of(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id);
OrderFacts order_facts_of(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id, std::string_view currency);

}  // namespace laoke::storage
