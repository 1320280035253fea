#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/database.h"

namespace laoke::storage {

// A typed named value of a customer; handlers/attributes.h makes it from what a person typed.
struct Attribute {
  std::string name;
  std::string kind;                    // 'text', 'number', 'date', 'yesno'
  std::string text_value;              // as shown; dates 'YYYY-MM-DD'; yes/no '1' or '0'
  std::optional<double> number_value;  // numbers; dates as UTC epoch ms of their midnight; yes/no 1 or 0
  bool operator==(const Attribute&) const = default;
};

// Whether it changed.
bool set_attribute(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id, const Attribute& attribute,
                   std::int64_t now_ms);
bool remove_attribute(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id, std::string_view name);
// By name.
std::vector<Attribute> attributes_of_customer(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id);
std::optional<Attribute> get_attribute(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id,
                                       std::string_view name);
// Every name in use, sorted; cost grows with the names, not with the customers.
std::vector<std::string> attribute_names(Transaction& tx, std::int64_t shop_id);

}  // namespace laoke::storage
