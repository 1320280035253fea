#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/database.h"

namespace laoke::storage {

struct Shop {
  std::int64_t shop_id = 0;
  std::string slug, name;
  std::string time_zone;  // IANA name
  std::string language;   // "zh-CN" or "en"
  std::string currency;   // ISO 4217
  std::string country;    // ISO 3166 alpha-2
  std::string settings;   // JSON
  std::int64_t config_version = 0;
  std::int64_t created_at_ms = 0;
};

std::optional<Shop> find_shop(Transaction& tx, std::string_view slug);
std::optional<Shop> get_shop(Transaction& tx, std::int64_t shop_id);
std::vector<Shop> list_shops(Transaction& tx);
// Stores a new shop; its id comes from next_id(). The slug must be free (else StorageError kConstraint).
std::int64_t insert_shop(Transaction& tx, const Shop& shop);
void update_shop(Transaction& tx, const Shop& shop);
// Tells running servers to read channels, rules and settings again.
void bump_config(Transaction& tx, std::int64_t shop_id);
// Sum over all shops: changes whenever any configuration changed.
std::int64_t config_mark(Transaction& tx);
// The next short number of a kind, from 1001 on ("order" -> 1001, 1002, …).
std::int64_t next_number(Transaction& tx, std::int64_t shop_id, std::string_view counter);

}  // namespace laoke::storage
