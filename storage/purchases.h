#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "storage/database.h"

namespace laoke::storage {

// One product in one paid order of one customer.
struct Purchase {
  std::int64_t product_id = 0, customer_id = 0, order_id = 0, quantity = 0;
  std::int64_t at_ms = 0;  // when it was paid

  bool operator==(const Purchase&) const = default;
};

// Two lines of one product in one order become one row with both quantities.
void add_purchase(Transaction& tx, std::int64_t shop_id, const Purchase& purchase);
void remove_purchase(Transaction& tx, std::int64_t shop_id, std::int64_t product_id, std::int64_t customer_id,
                     std::int64_t order_id);
// What a customer bought of one product, oldest first.
std::vector<Purchase> list_purchases(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id, std::int64_t product_id);
// What a customer bought of all products of one family, oldest first.
std::vector<Purchase> list_purchases_of_family(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id,
                                               std::string_view family);

}  // namespace laoke::storage
