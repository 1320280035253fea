#include "storage/idempotency.h"

#include <span>

namespace laoke::storage {
namespace {

constexpr Sql kIdempotencyClaim{
    "idempotency.claim",
    "INSERT INTO idempotency (shop_id, key, request_hash, status, body, created_at_ms) VALUES ($1, $2, $3, 0, '', $4) "
    "ON CONFLICT (shop_id, key) DO UPDATE SET request_hash = excluded.request_hash, status = 0, body = '', "
    "created_at_ms = excluded.created_at_ms WHERE idempotency.created_at_ms < $5"};
constexpr Sql kIdempotencyFind{
    "idempotency.find",
    "SELECT request_hash, status, body, created_at_ms FROM idempotency WHERE shop_id = $1 AND key = $2"};
constexpr Sql kIdempotencyStore{"idempotency.store",
                                "UPDATE idempotency SET status = $3, body = $4 WHERE shop_id = $1 AND key = $2"};
constexpr Sql kIdempotencyRelease{"idempotency.release",
                                  "DELETE FROM idempotency WHERE shop_id = $1 AND key = $2 AND status = 0"};
constexpr Sql kIdempotencyPurge{"idempotency.purge",
                                "DELETE FROM idempotency WHERE shop_id = $1 AND created_at_ms < $2"};

constexpr const Sql* kIdempotencyStatements[] = {&kIdempotencyClaim, &kIdempotencyFind, &kIdempotencyStore,
                                                 &kIdempotencyRelease, &kIdempotencyPurge};

}  // namespace

bool claim_idempotency_key(Transaction& tx, std::int64_t shop_id, std::string_view key, std::string_view request_hash,
                           std::int64_t now_ms, std::int64_t valid_since_ms) {
  return tx.execute(kIdempotencyClaim, {shop_id, key, request_hash, now_ms, valid_since_ms}) > 0;
}

std::optional<IdempotentAnswer> find_idempotent_answer(Transaction& tx, std::int64_t shop_id, std::string_view key) {
  std::optional<IdempotentAnswer> found;
  tx.query(kIdempotencyFind, {shop_id, key}, [&](const Row& row) {
    found = {row.string(0), row.integer(1), row.string(2), row.integer(3)};
  });
  return found;
}

void store_idempotent_answer(Transaction& tx, std::int64_t shop_id, std::string_view key, std::int64_t status,
                             std::string_view body) {
  tx.submit(kIdempotencyStore, {shop_id, key, status, body});
}

void release_idempotency_key(Transaction& tx, std::int64_t shop_id, std::string_view key) {
  tx.submit(kIdempotencyRelease, {shop_id, key});
}

std::int64_t purge_idempotency_keys(Transaction& tx, std::int64_t shop_id, std::int64_t before_ms) {
  return tx.execute(kIdempotencyPurge, {shop_id, before_ms});
}

std::span<const Sql* const> idempotency_statements() {
  return kIdempotencyStatements;
}

}  // namespace laoke::storage
