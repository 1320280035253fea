#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "storage/database.h"

namespace laoke::storage {

// What a request with an Idempotency-Key was and how it was answered.
struct IdempotentAnswer {
  std::string request_hash;
  std::int64_t status = 0;  // 0: not answered yet
  std::string body;
  std::int64_t created_at_ms = 0;
};

// Takes the key for this request, over one older than `valid_since_ms`. False: it is taken.
bool claim_idempotency_key(Transaction& tx, std::int64_t shop_id, std::string_view key, std::string_view request_hash,
                           std::int64_t now_ms, std::int64_t valid_since_ms);
std::optional<IdempotentAnswer> find_idempotent_answer(Transaction& tx, std::int64_t shop_id, std::string_view key);
void store_idempotent_answer(Transaction& tx, std::int64_t shop_id, std::string_view key, std::int64_t status,
                             std::string_view body);
void release_idempotency_key(Transaction& tx, std::int64_t shop_id, std::string_view key);
// Removes a shop's keys older than `before_ms`; how many.
std::int64_t purge_idempotency_keys(Transaction& tx, std::int64_t shop_id, std::int64_t before_ms);

}  // namespace laoke::storage
