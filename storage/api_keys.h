#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/database.h"

namespace laoke::storage {

// An API key; the key itself is not stored.
struct ApiKey {
  std::int64_t shop_id = 0, key_id = 0;
  std::string name, role;  // role: "owner", "operator", "viewer"
  std::string hash;        // SHA-256 of the key, hex
  std::string prefix;      // the key's first characters
  std::int64_t created_at_ms = 0;
  std::optional<std::int64_t> revoked_at_ms, last_used_ms;
};

std::int64_t insert_api_key(Transaction& tx, const ApiKey& key);  // returns its new id
// Of whichever shop, unless revoked.
std::optional<ApiKey> find_api_key(Transaction& tx, std::string_view hash);
std::vector<ApiKey> list_api_keys(Transaction& tx, std::int64_t shop_id);  // revoked ones too
// False when there is none, or it was revoked before.
bool revoke_api_key(Transaction& tx, std::int64_t shop_id, std::int64_t key_id, std::int64_t now_ms);
void touch_api_key(Transaction& tx, std::int64_t shop_id, std::int64_t key_id, std::int64_t now_ms);

}  // namespace laoke::storage
