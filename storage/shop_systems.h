#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/database.h"
#include "storage/orders.h"

namespace laoke::storage {

// Who a shop system's buyer is here.
struct ShopBuyer {
  std::int64_t channel_id = 0;
  std::string external_id;
  std::int64_t customer_id = 0;  // may have been merged away since: living_customer()
  std::int64_t consent_at_ms = 0;
};
std::optional<ShopBuyer> find_shop_buyer(Transaction& tx, std::int64_t shop_id, std::int64_t channel_id, std::string_view external_id);
// Stores it, or the newer customer and time.
void put_shop_buyer(Transaction& tx, std::int64_t shop_id, const ShopBuyer& buyer);
void remove_shop_buyer(Transaction& tx, std::int64_t shop_id, std::int64_t channel_id, std::string_view external_id);
// Customers, staff left out, with this e-mail in any letter case; `email` in lower case. The oldest first.
std::vector<std::int64_t> customers_with_email(Transaction& tx, std::int64_t shop_id, std::string_view email);

// What was told of one order.
struct ShopOrder {
  std::int64_t channel_id = 0;
  std::string external_id;
  std::int64_t order_id = 0;  // 0: not recorded yet
  std::string known, moves;   // JSON of handlers/shop_order_known.h and handlers/shop_orders.cpp
};
std::optional<ShopOrder> find_shop_order(Transaction& tx, std::int64_t shop_id, std::int64_t channel_id, std::string_view external_id);
void put_shop_order(Transaction& tx, std::int64_t shop_id, const ShopOrder& order);

struct ShopCheckout {
  std::int64_t channel_id = 0;
  std::string external_id;
  std::int64_t checkout_no = 0, customer_id = 0;
  std::string state = "open";  // 'open', 'ordered'
  std::int64_t changed_at_ms = 0, told_at_ms = 0;
  std::string url, items, currency;  // items: in one line
  std::int64_t total_minor = 0;
};
std::optional<ShopCheckout> find_shop_checkout(Transaction& tx, std::int64_t shop_id, std::int64_t channel_id, std::string_view external_id);
std::optional<ShopCheckout> get_shop_checkout(Transaction& tx, std::int64_t shop_id, std::int64_t checkout_no);
void put_shop_checkout(Transaction& tx, std::int64_t shop_id, const ShopCheckout& checkout);
void remove_shop_checkouts_of(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id);

// Writes what an order holds (amount, currency, recipient, phone, address, note, lines) but not its state; true when the
// stored version was still `order.version`, which then rises by one.
[[nodiscard]] bool rewrite_order(Transaction& tx, std::int64_t shop_id, const Order& order, const std::vector<OrderItem>& items);
// Takes recipient, phone, address and note off an order.
void remove_order_person(Transaction& tx, std::int64_t shop_id, std::int64_t order_id);
// Empties the facts that name the customer: created, updated, brought.
void remove_named_facts(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id);

}  // namespace laoke::storage
