#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/database.h"

// Long work done in slices: its row says how far it came, so that it goes on after a restart.
namespace laoke::storage {

struct Job {
  std::int64_t shop_id = 0, job_id = 0;
  std::string kind;               // "plan_rule", …
  std::string state = "running";  // 'running', 'done', 'failed', 'cancelled'
  std::int64_t done = 0, total = 0;
  std::string data;               // JSON: what to do, where it stands, what came of it
  std::string error;              // for people, "" none
  std::int64_t created_at_ms = 0, updated_at_ms = 0;
};

// Stores a new job under a new id and returns the id.
std::int64_t insert_job(Transaction& tx, const Job& job);
// Writes state, done, total, data, error and updated_at_ms.
void update_job(Transaction& tx, const Job& job);
// False when it was not there any more.
bool remove_job(Transaction& tx, std::int64_t shop_id, std::int64_t job_id);
std::optional<Job> get_job(Transaction& tx, std::int64_t shop_id, std::int64_t job_id);
// Newest first; `before_id` 0 starts at the newest.
std::vector<Job> list_jobs(Transaction& tx, std::int64_t shop_id, std::int64_t before_id, int limit);
// Unfinished jobs of one kind in all shops, oldest first.
std::vector<Job> running_jobs(Transaction& tx, std::string_view kind);

}  // namespace laoke::storage
