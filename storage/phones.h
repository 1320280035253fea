#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "storage/database.h"

namespace laoke::storage {

struct Phone {
  std::string phone;   // E.164
  std::string source;  // 'customer', 'staff', 'import', 'api', 'order'
  std::int64_t created_at_ms = 0;
  bool operator==(const Phone&) const = default;
};

// Both do nothing the second time and answer whether something changed.
bool add_phone(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id, const Phone& phone);
bool remove_phone(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id, std::string_view phone);
// Oldest first.
std::vector<Phone> phones_of_customer(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id);
// Customers, staff left out, who have this number, the oldest first.
std::vector<std::int64_t> customers_with_phone(Transaction& tx, std::int64_t shop_id, std::string_view phone);

}  // namespace laoke::storage
