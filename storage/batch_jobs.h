#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/database.h"

// Accepted calls for many (storage/batches.h) by the platform's id of each, for what it says of the call later.
namespace laoke::storage {

struct BatchJob {
  std::int64_t channel_id = 0;
  std::string platform_message_id;
  std::int64_t broadcast_id = 0;                            // 0: not known yet
  std::int64_t first_customer_id = 0, last_customer_id = 0; // its members lie between
  std::string state;                                        // "" nothing told yet, "sent", "failed"
  std::int64_t addressed = -1, kept = -1, sent = -1, errors = -1;  // -1 not told
  std::string words;
  std::int64_t at_ms = 0;

  bool operator==(const BatchJob&) const = default;
};

// Its broadcast and members; what the platform told of it stays, and members come to those known before.
void note_batch_job(Transaction& tx, std::int64_t shop_id, const BatchJob& job);
// What the platform told of it; broadcast and members stay.
void note_batch_result(Transaction& tx, std::int64_t shop_id, const BatchJob& job);
std::optional<BatchJob> get_batch_job(Transaction& tx, std::int64_t shop_id, std::int64_t channel_id, std::string_view platform_message_id);
std::vector<BatchJob> batch_jobs_of(Transaction& tx, std::int64_t shop_id, std::int64_t broadcast_id);
void forget_old_batch_jobs(Transaction& tx, std::int64_t shop_id, std::int64_t before_ms);

// The job's accepted rows become "failed" with this reason, and no longer count in the frequency cap; how many.
std::int64_t fail_batch_rows(Transaction& tx, std::int64_t shop_id, const BatchJob& job, std::string_view reason, std::int64_t now_ms);

}  // namespace laoke::storage
