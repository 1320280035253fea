#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/database.h"

namespace laoke::storage {

struct Address {
  std::int64_t address_id = 0, customer_id = 0;
  std::string recipient, phone;
  std::string region, city;  // province and city as people write them: "浙江", "杭州"
  std::string line;          // the whole address as written
  std::string postcode, country;
  bool is_default = false;
  std::int64_t created_at_ms = 0;
  bool operator==(const Address&) const = default;
};

// Stores a new address; its id comes from next_id(). A default one takes that from the one before.
std::int64_t insert_address(Transaction& tx, std::int64_t shop_id, const Address& address);
bool update_address(Transaction& tx, std::int64_t shop_id, const Address& address);
bool remove_address(Transaction& tx, std::int64_t shop_id, std::int64_t address_id);
std::optional<Address> get_address(Transaction& tx, std::int64_t shop_id, std::int64_t address_id);
// The default first, then the newest.
std::vector<Address> addresses_of_customer(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id);

}  // namespace laoke::storage
