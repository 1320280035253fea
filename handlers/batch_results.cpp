#include "handlers/batch_results.h"

#include <algorithm>

#include "handlers/broadcasts.h"
#include "handlers/calendar.h"
#include "handlers/owner_chat.h"
#include "handlers/reasons.h"
#include "handlers/tasks.h"
#include "handlers/text.h"
#include "handlers/wording.h"
#include "storage/broadcasts.h"
#include "storage/shops.h"

namespace laoke {
namespace {

using storage::BatchJob;

constexpr std::int64_t kRememberedMs = 60 * kDayMs;
constexpr std::size_t kShownName = 40, kShownWords = 200;

std::string broadcast_name(const Context& context, std::int64_t broadcast_id) {
  const auto broadcast = storage::get_broadcast(context.tx, context.shop_id(), broadcast_id);
  return broadcast ? shorten(broadcast->name, kShownName) : "?";
}

// Nobody got it: its rows say so, and the seller hears it once and finds it among the tasks.
void fail_members(const Context& context, const BatchJob& job) {
  if (job.broadcast_id == 0) return;
  const auto failed = storage::fail_batch_rows(context.tx, context.shop_id(), job, reasons::kReceiptFailed, context.now_ms);
  if (failed == 0) return;
  storage::add_count(context.tx, context.shop_id(), job.broadcast_id, "accepted", "", -failed);
  storage::add_count(context.tx, context.shop_id(), job.broadcast_id, "failed", reasons::kReceiptFailed, failed);
  const auto name = broadcast_name(context, job.broadcast_id);
  const auto count = std::max(failed, job.addressed);
  const auto words = [&](std::string_view language) {
    return say(language, "batch.failed", {{"name", name}, {"count", count}, {"why", shorten(repair_utf8(job.words), kShownWords)}});
  };
  TaskDraft task;
  task.text = words(context.shop.language);
  task.source_key = "batch:" + std::to_string(job.channel_id) + ":" + job.platform_message_id;
  if (add_task(context, task)) tell_owners(context, words);
}

// Told once all of a broadcast's calls were reported, and only when somebody was left out.
void tell_left_out(const Context& context, std::int64_t broadcast_id) {
  const auto totals = batch_totals(context, broadcast_id);
  if (!totals || !totals->all_told || totals->sent >= totals->addressed) return;
  const auto name = broadcast_name(context, broadcast_id);
  tell_owners(context, [&](std::string_view language) {
    return say(language, "batch.left_out", {{"name", name}, {"addressed", totals->addressed}, {"kept", totals->kept}, {"sent", totals->sent}, {"errors", totals->errors}});
  });
}

}  // namespace

void take_batch_result(const Context& context, std::int64_t channel_id, const std::string& platform_message_id, const BatchResult& result) {
  auto job = storage::get_batch_job(context.tx, context.shop_id(), channel_id, platform_message_id);
  if (platform_message_id.empty() || (job && !job->state.empty())) return;
  if (!job) job.emplace();
  job->channel_id = channel_id;
  job->platform_message_id = platform_message_id;
  job->state = result.failed ? "failed" : "sent";
  job->addressed = result.addressed;
  job->kept = result.kept;
  job->sent = result.sent;
  job->errors = result.errors;
  job->words = result.words;
  job->at_ms = context.now_ms;
  storage::note_batch_result(context.tx, context.shop_id(), *job);
  storage::forget_old_batch_jobs(context.tx, context.shop_id(), context.now_ms - kRememberedMs);
  if (result.failed)
    fail_members(context, *job);
  else if (job->broadcast_id != 0)
    tell_left_out(context, job->broadcast_id);
}

void note_batch_members(storage::Transaction& tx, std::int64_t shop_id, const BatchJob& job) {
  const auto before = storage::get_batch_job(tx, shop_id, job.channel_id, job.platform_message_id);
  storage::note_batch_job(tx, shop_id, job);
  if (!before || before->state.empty()) return;
  const auto shop = storage::get_shop(tx, shop_id);
  if (!shop) return;
  const Context context{tx, *shop, job.at_ms};
  if (before->state == "failed") {
    BatchJob late = job;
    late.addressed = before->addressed;
    late.words = before->words;
    fail_members(context, late);
  } else if (before->broadcast_id == 0) {
    tell_left_out(context, job.broadcast_id);
  }
}

std::optional<BatchTotals> batch_totals(const Context& context, std::int64_t broadcast_id) {
  const auto jobs = storage::batch_jobs_of(context.tx, context.shop_id(), broadcast_id);
  BatchTotals totals;
  for (const auto& job : jobs) {
    if (job.state.empty()) continue;
    ++totals.calls;
    if (job.state == "failed") {
      ++totals.failed_calls;
      continue;
    }
    if (job.addressed < 0 || job.sent < 0) continue;
    totals.addressed += job.addressed;
    totals.kept += std::max(job.kept, job.sent);
    totals.sent += job.sent;
    totals.errors += std::max<std::int64_t>(job.errors, 0);
  }
  if (totals.calls == 0) return std::nullopt;
  totals.all_told = totals.calls == static_cast<std::int64_t>(jobs.size());
  return totals;
}

}  // namespace laoke
