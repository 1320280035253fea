#include "storage/batch_jobs.h"

#include <span>

namespace laoke::storage {
namespace {

#define COLUMNS                                                                                                                   \
  "channel_id, platform_message_id, broadcast_id, first_customer_id, last_customer_id, state, addressed, kept, sent, errors, words, " \
  "at_ms"
constexpr Sql kBatchJobsNote{
    "batch_jobs.note",
    "INSERT INTO batch_jobs (shop_id, " COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, '', -1, -1, -1, -1, '', $7) "
    "ON CONFLICT (shop_id, channel_id, platform_message_id) DO UPDATE SET broadcast_id = $4, "
    "first_customer_id = CASE WHEN batch_jobs.broadcast_id = 0 OR batch_jobs.first_customer_id > $5 THEN $5 "
    "ELSE batch_jobs.first_customer_id END, "
    "last_customer_id = CASE WHEN batch_jobs.last_customer_id < $6 THEN $6 ELSE batch_jobs.last_customer_id END"};
constexpr Sql kBatchJobsResult{
    "batch_jobs.result",
    "INSERT INTO batch_jobs (shop_id, " COLUMNS ") VALUES ($1, $2, $3, 0, 0, 0, $4, $5, $6, $7, $8, $9, $10) "
    "ON CONFLICT (shop_id, channel_id, platform_message_id) DO UPDATE SET state = $4, addressed = $5, kept = $6, sent = $7, "
    "errors = $8, words = $9"};
constexpr Sql kBatchJobsGet{"batch_jobs.get",
                            "SELECT " COLUMNS " FROM batch_jobs WHERE shop_id = $1 AND channel_id = $2 AND platform_message_id = $3"};
constexpr Sql kBatchJobsOfBroadcast{"batch_jobs.of_broadcast", "SELECT " COLUMNS
                                    " FROM batch_jobs WHERE shop_id = $1 AND broadcast_id = $2 ORDER BY channel_id, platform_message_id"};
constexpr Sql kBatchJobsForget{"batch_jobs.forget", "DELETE FROM batch_jobs WHERE shop_id = $1 AND at_ms < $2"};
#define MEMBERS                                                                                                        \
  "shop_id = $1 AND source = 'b' AND source_id = $2 AND customer_id BETWEEN $3 AND $4 AND state = 'accepted' AND "    \
  "platform_message_id = $5"
constexpr Sql kBatchJobsGiveBack{"batch_jobs.give_back",
                                 "DELETE FROM marketing_sent WHERE shop_id = $1 AND customer_id BETWEEN $3 AND $4 AND source = 'b' "
                                 "AND source_id = $2 AND customer_id IN (SELECT customer_id FROM deliveries WHERE " MEMBERS ")"};
constexpr Sql kBatchJobsFail{"batch_jobs.fail", "UPDATE deliveries SET state = 'failed', reason = $6, updated_at_ms = $7 WHERE " MEMBERS};
#undef MEMBERS
#undef COLUMNS
constexpr const Sql* kBatchJobsStatements[] = {&kBatchJobsNote, &kBatchJobsResult, &kBatchJobsGet, &kBatchJobsOfBroadcast, &kBatchJobsForget, &kBatchJobsGiveBack, &kBatchJobsFail};

BatchJob batch_job_of(const Row& row) {
  return {row.integer(0), row.string(1),  row.integer(2), row.integer(3), row.integer(4),  row.string(5),
          row.integer(6), row.integer(7), row.integer(8), row.integer(9), row.string(10), row.integer(11)};
}

}  // namespace

void note_batch_job(Transaction& tx, std::int64_t shop_id, const BatchJob& job) {
  tx.submit(kBatchJobsNote, {shop_id, job.channel_id, job.platform_message_id, job.broadcast_id, job.first_customer_id, job.last_customer_id, job.at_ms});
}

void note_batch_result(Transaction& tx, std::int64_t shop_id, const BatchJob& job) {
  tx.submit(kBatchJobsResult, {shop_id, job.channel_id, job.platform_message_id, job.state, job.addressed, job.kept, job.sent, job.errors, job.words, job.at_ms});
}

std::optional<BatchJob> get_batch_job(Transaction& tx, std::int64_t shop_id, std::int64_t channel_id, std::string_view platform_message_id) {
  std::optional<BatchJob> job;
  tx.query(kBatchJobsGet, {shop_id, channel_id, platform_message_id}, [&](const Row& row) { job = batch_job_of(row); });
  return job;
}

std::vector<BatchJob> batch_jobs_of(Transaction& tx, std::int64_t shop_id, std::int64_t broadcast_id) {
  std::vector<BatchJob> jobs;
  tx.query(kBatchJobsOfBroadcast, {shop_id, broadcast_id}, [&](const Row& row) { jobs.push_back(batch_job_of(row)); });
  return jobs;
}

void forget_old_batch_jobs(Transaction& tx, std::int64_t shop_id, std::int64_t before_ms) {
  tx.submit(kBatchJobsForget, {shop_id, before_ms});
}

std::int64_t fail_batch_rows(Transaction& tx, std::int64_t shop_id, const BatchJob& job, std::string_view reason, std::int64_t now_ms) {
  tx.submit(kBatchJobsGiveBack, {shop_id, job.broadcast_id, job.first_customer_id, job.last_customer_id, job.platform_message_id});
  return tx.execute(kBatchJobsFail, {shop_id, job.broadcast_id, job.first_customer_id, job.last_customer_id, job.platform_message_id, reason, now_ms});
}

std::span<const Sql* const> batch_job_statements() { return kBatchJobsStatements; }

}  // namespace laoke::storage
