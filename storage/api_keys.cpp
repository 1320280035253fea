#include "storage/api_keys.h"

#include <span>

namespace laoke::storage {
namespace {

#define KEY_COLUMNS "shop_id, key_id, name, role, hash, prefix, created_at_ms, revoked_at_ms, last_used_ms"
constexpr Sql kApiKeysInsert{"api_keys.insert",
                             "INSERT INTO api_keys (" KEY_COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, NULL, NULL)"};
constexpr Sql kApiKeysFind{"api_keys.find",
                           "SELECT " KEY_COLUMNS " FROM api_keys WHERE hash = $1 AND revoked_at_ms IS NULL"};
constexpr Sql kApiKeysList{"api_keys.list", "SELECT " KEY_COLUMNS " FROM api_keys WHERE shop_id = $1 ORDER BY key_id"};
constexpr Sql kApiKeysRevoke{
    "api_keys.revoke",
    "UPDATE api_keys SET revoked_at_ms = $3 WHERE shop_id = $1 AND key_id = $2 AND revoked_at_ms IS NULL"};
constexpr Sql kApiKeysTouch{"api_keys.touch",
                            "UPDATE api_keys SET last_used_ms = $3 WHERE shop_id = $1 AND key_id = $2"};
#undef KEY_COLUMNS

constexpr const Sql* kApiKeysStatements[] = {&kApiKeysInsert, &kApiKeysFind, &kApiKeysList, &kApiKeysRevoke,
                                             &kApiKeysTouch};

ApiKey key_of(const Row& row) {
  return {row.integer(0), row.integer(1),       row.string(2),       row.string(3), row.string(4), row.string(5),
          row.integer(6), row.maybe_integer(7), row.maybe_integer(8)};
}

}  // namespace

std::int64_t insert_api_key(Transaction& tx, const ApiKey& key) {
  const std::int64_t id = tx.next_id();
  tx.submit(kApiKeysInsert, {key.shop_id, id, key.name, key.role, key.hash, key.prefix, key.created_at_ms});
  return id;
}

std::optional<ApiKey> find_api_key(Transaction& tx, std::string_view hash) {
  std::optional<ApiKey> found;
  tx.query(kApiKeysFind, {hash}, [&](const Row& row) { found = key_of(row); });
  return found;
}

std::vector<ApiKey> list_api_keys(Transaction& tx, std::int64_t shop_id) {
  std::vector<ApiKey> keys;
  tx.query(kApiKeysList, {shop_id}, [&](const Row& row) { keys.push_back(key_of(row)); });
  return keys;
}

bool revoke_api_key(Transaction& tx, std::int64_t shop_id, std::int64_t key_id, std::int64_t now_ms) {
  return tx.execute(kApiKeysRevoke, {shop_id, key_id, now_ms}) > 0;
}

void touch_api_key(Transaction& tx, std::int64_t shop_id, std::int64_t key_id, std::int64_t now_ms) {
  tx.submit(kApiKeysTouch, {shop_id, key_id, now_ms});
}

std::span<const Sql* const> api_key_statements() {
  return kApiKeysStatements;
}

}  // namespace laoke::storage
