#pragma once
#include <cstdint>
#include <functional>

#include "handlers/reminder_chains.h"
#include "storage/jobs.h"

// A rule that was switched on or edited also reminds customers who were there before: a job walks them in slices, goes on
// where it stood after a restart, and plans nothing twice (the queue's keys see to it). What falls due between the change
// and the job's reaching that customer is planned too, and fires at once. A later change of the rule ends the job; its own
// job takes over.
namespace laoke {

// Queues what the rule asks for one customer who is there already, nothing that would have been due before now. How many.
int plan_existing(const Context& context, const Rule& rule, std::int64_t customer_id);

// Stores the job; 0 when the shop has no customers to plan for.
std::int64_t start_backfill(const Context& context, const Rule& rule);

// One slice of the job; the job as it stands then. `done` of `total` customers were looked at.
storage::Job run_backfill_slice(storage::Database& database, std::int64_t shop_id, std::int64_t job_id, std::int64_t now_ms);
// All slices of one job; `progress` after each (may be empty).
storage::Job run_backfill(storage::Database& database, std::int64_t shop_id, std::int64_t job_id, std::int64_t now_ms,
                          const std::function<void(const storage::Job&)>& progress);
// One slice of each unfinished job of all shops that is `mine` (empty: all), for the scheduler. True while there is more.
bool run_backfills(storage::Database& database, std::int64_t now_ms, const std::function<bool(const storage::Job&)>& mine = {});
// How many reminders the job planned so far.
std::int64_t planned_by(const storage::Job& job);

}  // namespace laoke
