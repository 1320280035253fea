#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "storage/database.h"
#include "storage/ledger.h"

// Calls that carry one message of a broadcast to many contacts. A row lives from the first member gathered until every
// member has its outcome; the members are rows of in_flight that name its key.
namespace laoke::storage {

struct Batch {
  std::int64_t shop_id = 0;
  std::string key;  // the idempotency key of every attempt: 32 hex digits
  std::int64_t channel_id = 0, broadcast_id = 0;
  // "gathering" and "dissolving" (its members go back) were never called; "sealed" was, or is about to be; "accepted" as
  // a whole and "answered" otherwise, with members not recorded yet.
  std::string state = "gathering";
  std::string content;  // JSON of MessageContent
  std::int64_t members = 0, attempts = 0;
  std::int64_t since_ms = 0;   // begun; once sealed: when that was
  std::int64_t due_at_ms = 0;  // sealed: when to call
  std::string platform_message_id;
};
void insert_batch(Transaction& tx, const Batch& batch);
// Writes state, members, attempts, times and platform id.
void update_batch(Transaction& tx, const Batch& batch);
// Of one shop, or of all (0); there are few.
std::vector<Batch> list_batches(Transaction& tx, std::int64_t shop_id = 0);
// Forgets it when no member is left; false when there are some.
bool delete_batch_if_done(Transaction& tx, std::int64_t shop_id, std::string_view key, std::int64_t broadcast_id);
// A sealed one will be called again at `due_at_ms`.
void repeat_batch(Transaction& tx, std::int64_t shop_id, std::string_view key, std::int64_t due_at_ms);
// It has an outcome, and members that are not recorded yet.
void note_batch_answered(Transaction& tx, std::int64_t shop_id, std::string_view key, std::string_view state,
                         std::string_view platform_message_id);
// From now on members are claimed by this node under this fence.
void adopt_batch(Transaction& tx, const Batch& batch, std::string_view node, std::int64_t fence);

struct BatchMember {
  DeliveryKey key;
  std::string address, klass;
  std::int64_t contact_id = 0, attempts = 0, fence = 0;
};
// In the order of customers: always the same.
std::vector<BatchMember> members_of(Transaction& tx, const Batch& batch, int limit);

}  // namespace laoke::storage
