#include "handlers/reminder_backfill.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "storage/rhythm.h"
#include "storage/rules.h"
#include "storage/shops.h"

namespace laoke {
namespace {

using storage::Job;
using storage::Transaction;

constexpr std::string_view kKind = "plan_rule";
constexpr int kCustomersPerSlice = 200;  // about 10 ms: far below the 50 ms a slice may hold the writer

struct Progress {
  std::int64_t rule_id = 0, version = 0, after_customer = 0, planned = 0;
  std::int64_t since_ms = 0;  // of the change, or of the first of several whose jobs did not come to their end
};

std::string to_text(const Progress& p) {
  return nlohmann::json{{"rule_id", p.rule_id}, {"version", p.version}, {"after", p.after_customer}, {"planned", p.planned}, {"since", p.since_ms}}.dump();
}

Progress progress_of(const Job& job) {
  const auto in = nlohmann::json::parse(job.data);
  return {in.at("rule_id"), in.at("version"), in.at("after"), in.at("planned"), in.value("since", job.created_at_ms)};
}

// The rule while it is still the one the job was made for.
std::optional<Rule> rule_of_job(Transaction& tx, const Job& job, const Progress& progress) {
  auto row = storage::get_rule(tx, job.shop_id, progress.rule_id);
  if (!row || !row->enabled || row->version != progress.version) return std::nullopt;
  return rule_of(std::move(*row));
}

void finish(Transaction& tx, Job& job, const char* state, std::int64_t now_ms) {
  job.state = state;
  job.updated_at_ms = now_ms;
  storage::update_job(tx, job);
}

Job slice(Transaction& tx, Job job, std::int64_t now_ms) {
  Progress progress = progress_of(job);
  const auto shop = storage::get_shop(tx, job.shop_id);
  const auto rule = rule_of_job(tx, job, progress);
  if (!shop || !rule) {
    finish(tx, job, "cancelled", now_ms);
    return job;
  }
  // As of the change: what falls due while the job is still on its way must come too, at once.
  const Context context{tx, *shop, progress.since_ms, {}};
  const auto customers = storage::customer_page(tx, job.shop_id, progress.after_customer, kCustomersPerSlice);
  for (const auto customer_id : customers) progress.planned += plan_existing(context, *rule, customer_id);
  if (!customers.empty()) progress.after_customer = customers.back();
  job.done += static_cast<std::int64_t>(customers.size());
  job.total = std::max(job.total, job.done);
  job.data = to_text(progress);
  const bool last = customers.size() < static_cast<std::size_t>(kCustomersPerSlice);
  if (last) job.total = job.done;
  finish(tx, job, last ? "done" : "running", now_ms);
  return job;
}

// A job that the next change ends leaves to that one's job what fell due on its way. Not across a time when the rule was off.
std::int64_t since(const Context& context, const Rule& rule) {
  std::int64_t since_ms = context.now_ms;
  for (const Job& job : storage::running_jobs(context.tx, kKind)) {
    if (job.shop_id != context.shop_id()) continue;
    const Progress progress = progress_of(job);
    if (progress.rule_id == rule.row.rule_id && progress.version == rule.row.version - 1) since_ms = std::min(since_ms, progress.since_ms);
  }
  return since_ms;
}

}  // namespace

std::int64_t start_backfill(const Context& context, const Rule& rule) {
  Job job;
  job.total = storage::customer_count(context.tx, context.shop_id());
  if (job.total == 0) return 0;
  job.shop_id = context.shop_id();
  job.kind = kKind;
  job.data = to_text({rule.row.rule_id, rule.row.version, 0, 0, since(context, rule)});
  job.created_at_ms = job.updated_at_ms = context.now_ms;
  context.tx.raise(storage::kReminderWork);
  return storage::insert_job(context.tx, job);
}

Job run_backfill_slice(storage::Database& database, std::int64_t shop_id, std::int64_t job_id, std::int64_t now_ms) {
  return database.write(
      [&](Transaction& tx) {
        auto job = storage::get_job(tx, shop_id, job_id);
        if (!job) throw std::invalid_argument("no job " + std::to_string(job_id));
        return job->state == "running" ? slice(tx, std::move(*job), now_ms) : *job;
      },
      storage::Lane::kBulk, storage::of_shop(shop_id));
}

Job run_backfill(storage::Database& database, std::int64_t shop_id, std::int64_t job_id, std::int64_t now_ms,
                 const std::function<void(const Job&)>& progress) {
  for (;;) {
    const Job job = run_backfill_slice(database, shop_id, job_id, now_ms);
    if (progress) progress(job);
    if (job.state != "running") return job;
  }
}

bool run_backfills(storage::Database& database, std::int64_t now_ms, const std::function<bool(const Job&)>& mine) {
  bool more = false;
  for (const Job& job : database.read([](Transaction& tx) { return storage::running_jobs(tx, kKind); }))
    if (!mine || mine(job)) more = run_backfill_slice(database, job.shop_id, job.job_id, now_ms).state == "running" || more;
  return more;
}

std::int64_t planned_by(const Job& job) { return progress_of(job).planned; }

}  // namespace laoke
