#include "storage/jobs.h"

#include <limits>

namespace laoke::storage {
namespace {

#define JOB_COLUMNS "shop_id, job_id, kind, state, done, total, data, error, created_at_ms, updated_at_ms"
constexpr Sql kJobsInsert{"jobs.insert",
                          "INSERT INTO jobs (" JOB_COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"};
constexpr Sql kJobsUpdate{
    "jobs.update",
    "UPDATE jobs SET state = $3, done = $4, total = $5, data = $6, error = $7, updated_at_ms = $8 "
    "WHERE shop_id = $1 AND job_id = $2"};
constexpr Sql kJobsGet{"jobs.get", "SELECT " JOB_COLUMNS " FROM jobs WHERE shop_id = $1 AND job_id = $2"};
constexpr Sql kJobsList{
    "jobs.list", "SELECT " JOB_COLUMNS " FROM jobs WHERE shop_id = $1 AND job_id < $2 ORDER BY job_id DESC LIMIT $3"};
constexpr Sql kJobsRunning{"jobs.running",
                           "SELECT " JOB_COLUMNS " FROM jobs WHERE kind = $1 AND state = 'running' ORDER BY job_id"};
#undef JOB_COLUMNS
constexpr Sql kJobsRemove{"jobs.remove", "DELETE FROM jobs WHERE shop_id = $1 AND job_id = $2"};
constexpr const Sql* kJobsStatements[] = {&kJobsInsert, &kJobsUpdate, &kJobsGet, &kJobsList, &kJobsRunning, &kJobsRemove};

Job job_of(const Row& row) {
  return {row.integer(0), row.integer(1), row.string(2), row.string(3),  row.integer(4),
          row.integer(5), row.string(6),  row.string(7), row.integer(8), row.integer(9)};
}

std::vector<Job> jobs_by(Transaction& tx, const Sql& sql, std::initializer_list<Param> params) {
  std::vector<Job> jobs;
  tx.query(sql, params, [&](const Row& row) { jobs.push_back(job_of(row)); });
  return jobs;
}

}  // namespace

std::int64_t insert_job(Transaction& tx, const Job& job) {
  const std::int64_t id = tx.next_id();
  tx.submit(kJobsInsert, {job.shop_id, id, job.kind, job.state, job.done, job.total, job.data, job.error,
                          job.created_at_ms, job.updated_at_ms});
  return id;
}

void update_job(Transaction& tx, const Job& job) {
  tx.submit(kJobsUpdate,
            {job.shop_id, job.job_id, job.state, job.done, job.total, job.data, job.error, job.updated_at_ms});
}

bool remove_job(Transaction& tx, std::int64_t shop_id, std::int64_t job_id) {
  return tx.execute(kJobsRemove, {shop_id, job_id}) > 0;
}

std::optional<Job> get_job(Transaction& tx, std::int64_t shop_id, std::int64_t job_id) {
  const auto jobs = jobs_by(tx, kJobsGet, {shop_id, job_id});
  return jobs.empty() ? std::nullopt : std::optional(jobs.front());
}

std::vector<Job> list_jobs(Transaction& tx, std::int64_t shop_id, std::int64_t before_id, int limit) {
  return jobs_by(tx, kJobsList, {shop_id, before_id > 0 ? before_id : std::numeric_limits<std::int64_t>::max(), limit});
}

std::vector<Job> running_jobs(Transaction& tx, std::string_view kind) {
  return jobs_by(tx, kJobsRunning, {kind});
}

std::span<const Sql* const> job_statements() {
  return kJobsStatements;
}

}  // namespace laoke::storage
