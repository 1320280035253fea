#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/database.h"

namespace laoke::storage {

struct Product {
  std::int64_t product_id = 0;
  std::string sku, name;        // name is unique in the shop; sku too unless ""
  std::string search_key;       // folded name, pinyin and initials (handlers/products fills it)
  std::string family;           // products that replace each other, "" none
  std::optional<std::int64_t> price_minor;
  std::string currency;
  std::optional<std::int64_t> usage_days;  // how long one unit lasts
  std::string care;                        // care tip, "" none
  std::optional<std::int64_t> care_after_days;
  bool active = true;
  std::int64_t created_at_ms = 0;

  bool operator==(const Product&) const = default;
};

// Stores a new product under a new id and returns the id. Name and sku must be free (else StorageError kConstraint).
std::int64_t insert_product(Transaction& tx, std::int64_t shop_id, const Product& product);
void update_product(Transaction& tx, std::int64_t shop_id, const Product& product);
std::optional<Product> get_product(Transaction& tx, std::int64_t shop_id, std::int64_t product_id);
std::optional<Product> find_product_by_name(Transaction& tx, std::int64_t shop_id, std::string_view name);
std::optional<Product> find_product_by_sku(Transaction& tx, std::int64_t shop_id, std::string_view sku);
// By id, after `after_id`; retired ones too.
std::vector<Product> list_products(Transaction& tx, std::int64_t shop_id, std::int64_t after_id, int limit);
// Active products whose search key holds `folded` (already folded by handlers/names), by name.
std::vector<Product> search_products(Transaction& tx, std::int64_t shop_id, std::string_view folded, int limit);

}  // namespace laoke::storage
