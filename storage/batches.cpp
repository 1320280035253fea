#include "storage/batches.h"

namespace laoke::storage {
namespace {

#define COLUMNS \
  "shop_id, batch_key, channel_id, broadcast_id, state, content, members, attempts, since_ms, due_at_ms, platform_message_id"
constexpr Sql kBatchesInsert{"batches.insert",
                             "INSERT INTO batches (" COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"};
constexpr Sql kBatchesUpdate{"batches.update",
                             "UPDATE batches SET state = $3, members = $4, attempts = $5, since_ms = $6, due_at_ms = $7, "
                             "platform_message_id = $8 WHERE shop_id = $1 AND batch_key = $2"};
constexpr Sql kBatchesList{"batches.list", "SELECT " COLUMNS " FROM batches WHERE shop_id = $1 OR $1 = 0 ORDER BY shop_id, since_ms, batch_key"};
constexpr Sql kBatchesDeleteIfDone{"batches.delete_if_done",
                             "DELETE FROM batches WHERE shop_id = $1 AND batch_key = $2 AND NOT EXISTS (SELECT 1 FROM in_flight f "
                             "WHERE f.shop_id = $1 AND f.source = 'b' AND f.source_id = $3 AND f.batch = $2)"};
constexpr Sql kBatchesRepeat{"batches.repeat",
                             "UPDATE batches SET due_at_ms = $3 WHERE shop_id = $1 AND batch_key = $2 AND state = 'sealed'"};
constexpr Sql kBatchesAnswered{"batches.answered",
                               "UPDATE batches SET state = $3, platform_message_id = $4 "
                               "WHERE shop_id = $1 AND batch_key = $2 AND state = 'sealed'"};
constexpr Sql kBatchesAdopt{"batches.adopt",
                            "UPDATE in_flight SET node = $4, fence = $5 WHERE shop_id = $1 AND source = 'b' AND source_id = $3 AND batch = $2"};
constexpr Sql kBatchesMembers{"batches.members",
                              "SELECT f.customer_id, f.cause, f.address, d.class, d.contact_id, d.attempts, f.fence FROM in_flight f "
                              "JOIN deliveries d ON d.shop_id = f.shop_id AND d.source = f.source AND d.source_id = f.source_id "
                              "AND d.customer_id = f.customer_id AND d.cause = f.cause "
                              "WHERE f.shop_id = $1 AND f.source = 'b' AND f.source_id = $3 AND f.batch = $2 "
                              "ORDER BY f.customer_id, f.cause LIMIT $4"};
#undef COLUMNS
constexpr const Sql* kBatchesStatements[] = {&kBatchesInsert, &kBatchesUpdate, &kBatchesList, &kBatchesDeleteIfDone, &kBatchesRepeat, &kBatchesAnswered, &kBatchesAdopt, &kBatchesMembers};

}  // namespace

void insert_batch(Transaction& tx, const Batch& batch) {
  tx.submit(kBatchesInsert, {batch.shop_id, batch.key, batch.channel_id, batch.broadcast_id, batch.state, batch.content, batch.members,
                             batch.attempts, batch.since_ms, batch.due_at_ms, batch.platform_message_id});
}

void update_batch(Transaction& tx, const Batch& batch) {
  tx.submit(kBatchesUpdate, {batch.shop_id, batch.key, batch.state, batch.members, batch.attempts, batch.since_ms, batch.due_at_ms,
                             batch.platform_message_id});
}

std::vector<Batch> list_batches(Transaction& tx, std::int64_t shop_id) {
  std::vector<Batch> batches;
  tx.query(kBatchesList, {shop_id}, [&](const Row& row) {
    batches.push_back({row.integer(0), row.string(1), row.integer(2), row.integer(3), row.string(4), row.string(5), row.integer(6),
                       row.integer(7), row.integer(8), row.integer(9), row.string(10)});
  });
  return batches;
}

bool delete_batch_if_done(Transaction& tx, std::int64_t shop_id, std::string_view key, std::int64_t broadcast_id) {
  return tx.execute(kBatchesDeleteIfDone, {shop_id, key, broadcast_id}) > 0;
}

void repeat_batch(Transaction& tx, std::int64_t shop_id, std::string_view key, std::int64_t due_at_ms) {
  tx.submit(kBatchesRepeat, {shop_id, key, due_at_ms});
}

void note_batch_answered(Transaction& tx, std::int64_t shop_id, std::string_view key, std::string_view state,
                         std::string_view platform_message_id) {
  tx.submit(kBatchesAnswered, {shop_id, key, state, platform_message_id});
}

void adopt_batch(Transaction& tx, const Batch& batch, std::string_view node, std::int64_t fence) {
  tx.submit(kBatchesAdopt, {batch.shop_id, batch.key, batch.broadcast_id, node, fence});
}

std::vector<BatchMember> members_of(Transaction& tx, const Batch& batch, int limit) {
  std::vector<BatchMember> members;
  tx.query(kBatchesMembers, {batch.shop_id, batch.key, batch.broadcast_id, limit}, [&](const Row& row) {
    members.push_back({{"b", batch.broadcast_id, row.integer(0), row.string(1)}, row.string(2), row.string(3), row.integer(4),
                       row.integer(5), row.integer(6)});
  });
  return members;
}

std::span<const Sql* const> batch_statements() { return kBatchesStatements; }

}  // namespace laoke::storage
