#include "bot/scheduler.h"

#include "bot/log.h"
#include "handlers/broadcast_progress.h"
#include "handlers/broadcast_trouble.h"
#include "handlers/broadcasts.h"
#include "handlers/reminder_backfill.h"
#include "handlers/reminders.h"
#include "handlers/seller/later.h"
#include "storage/callbacks.h"
#include "storage/idempotency.h"
#include "storage/ledger.h"
#include "storage/shops.h"

namespace laoke {
namespace {

using storage::Lane;
using storage::Transaction;

constexpr std::chrono::milliseconds kSchedulerSleep{1'000};
constexpr std::size_t kPlanSlice = 500;  // rows a commit: some 2 to 3 ms of the writer
constexpr int kCancelSlice = 1'000;
constexpr int kReminderLimit = 500;
constexpr std::chrono::milliseconds kPlanGap{1};  // lets callbacks in between
constexpr std::int64_t kSweepEveryMs = 3'600'000;
constexpr std::int64_t kSweepSlackMs = 60'000;
constexpr int kSweepSlice = 2'000;
constexpr std::int64_t kCallbackMemoryMs = 8 * 86'400'000LL;   // no platform repeats a callback after a week
constexpr std::int64_t kIdempotencyMemoryMs = 86'400'000LL;    // docs/openapi.yaml promises 24 h
constexpr std::int64_t kMarketingMemoryMs = 8 * 86'400'000LL;  // the longest frequency cap is 7 days

}  // namespace

Scheduler::~Scheduler() { stop(); }

void Scheduler::start() { thread_ = std::thread([this] { loop(); }); }

void Scheduler::wake() {
  const std::lock_guard lock(mutex_);
  rung_ = true;
  changed_.notify_all();
}

void Scheduler::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Scheduler::loop() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    rung_ = false;
    lock.unlock();
    try {
      while (step() && !stopping()) {
      }
      sweep_old();
    } catch (const std::exception& error) {
      log::error("scheduler.fault", {{"why", error.what()}});
    }
    lock.lock();
    if (!stopping_ && !rung_) changed_.wait_for(lock, kSchedulerSleep, [this] { return rung_ || stopping_; });
  }
}

void Scheduler::run_due() {
  while (step()) {
  }
}

bool Scheduler::step() {
  const auto now_ms = clock_.now_ms();
  struct Work {
    bool progress = false, answers = false;
    std::vector<storage::Broadcast> starting, planning, sweeping;
  };
  const auto work = database_.read([&](Transaction& tx) {
    Work work;
    const auto start = storage::next_start_ms(tx);
    if (start && *start <= now_ms) work.starting = storage::broadcasts_in_state(tx, "scheduled", now_ms);
    work.planning = storage::broadcasts_in_state(tx, "planning", now_ms);
    work.sweeping = storage::broadcasts_to_sweep(tx);
    work.progress = progress_due(tx, now_ms);
    work.answers = answers_wait(tx);
    return work;
  });
  bool more = false;
  for (const auto& broadcast : work.starting)
    more = guarded("starting", [&] {
      database_.write([&](Transaction& tx) { start_if_due(tx, broadcast.shop_id, broadcast.broadcast_id, now_ms); }, storage::of_shop(broadcast.shop_id));
      return true;
    }) || more;
  for (const auto& broadcast : work.planning)
    more = guarded("planning", [&] { return plan(broadcast.shop_id, broadcast.broadcast_id); }) || more;
  for (const auto& broadcast : work.sweeping)
    more = guarded("cancelling", [&] {
      return database_.write([&](Transaction& tx) { return cancel_slice(tx, broadcast.shop_id, broadcast.broadcast_id, kCancelSlice, now_ms); },
                             Lane::kBulk, storage::of_shop(broadcast.shop_id));
    }) || more;
  if (work.progress) guarded("progress", [&] {
    database_.write([&](Transaction& tx) { show_progress(tx, now_ms); }, Lane::kBulk);
    return false;
  });
  if (work.answers) guarded("answers", [&] {
    answer_sellers(now_ms);
    return false;
  });
  more = guarded("reminders", [&] {
    const auto fired = fire_due(database_, now_ms, kReminderLimit);
    if (fired.broken > 0) log::error("reminders.broken", {{"count", fired.broken}});
    return fired.more;
  }) || more;
  return guarded("backfills", [&] { return run_backfills_of_this_node(now_ms); }) || more;
}

bool Scheduler::guarded(std::string_view part, const std::function<bool()>& work) try {
  return work();
} catch (const storage::StorageError& error) {
  if (error.fault() != storage::StorageFault::kConstraint && error.fault() != storage::StorageFault::kOther) throw;
  log::error("scheduler.fault", {{"part", part}, {"why", error.what()}});
  return false;
} catch (const std::exception& error) {
  log::error("scheduler.fault", {{"part", part}, {"why", error.what()}});
  return false;
}

// The audience is read once, in one snapshot, and written in slices; after a crash it goes on behind the last customer
// planned, on whichever node. 8 bytes a customer are held.
bool Scheduler::plan(std::int64_t shop_id, std::int64_t broadcast_id) try {
  const auto lease = "plan:" + std::to_string(broadcast_id);
  if (work_ != nullptr && !work_->take(shop_id, lease)) return false;
  const auto audience = database_.read([&](Transaction& tx) {
    const auto broadcast = storage::get_broadcast(tx, shop_id, broadcast_id);
    return broadcast ? audience_of(tx, *broadcast) : std::vector<std::int64_t>{};
  });
  std::size_t at = 0;
  for (bool wanted = true; wanted;) {
    const auto slice = std::span(audience).subspan(at, std::min(kPlanSlice, audience.size() - at));
    at += slice.size();
    wanted = database_.write([&](Transaction& tx) {
      // A node that slept through its lease must not write the audience it read before: another plans with a newer one.
      if (work_ != nullptr && !work_->keep(tx, shop_id, lease)) return false;
      return plan_slice(tx, shop_id, broadcast_id, slice, at == audience.size(), clock_.now_ms());
    }, Lane::kBulk, storage::of_shop(shop_id));
    if (stopping()) return true;
    std::this_thread::sleep_for(kPlanGap);
  }
  if (work_ != nullptr) work_->give_back(shop_id, lease);
  log::info("broadcast.planned", {{"broadcast_id", broadcast_id}, {"audience", audience.size()}});
  return true;
} catch (const SegmentError& error) {
  // It must not stand before the reminders of every shop, step after step.
  log::warning("broadcast.unreadable", {{"broadcast_id", broadcast_id}});
  database_.write([&](Transaction& tx) {
    if (const auto shop = storage::get_shop(tx, shop_id)) pause_unreadable({tx, *shop, clock_.now_ms()}, broadcast_id, error);
  }, storage::of_shop(shop_id));
  return true;
}

void Scheduler::answer_sellers(std::int64_t now_ms) {
  std::vector<std::pair<std::int64_t, std::string>> leases;
  const auto mine = [&](const storage::Job& job) {
    if (work_ == nullptr) return true;
    const auto lease = "answer:" + std::to_string(job.job_id);
    if (!work_->take(job.shop_id, lease)) return false;
    leases.emplace_back(job.shop_id, lease);
    return true;
  };
  const auto done = answer_waiting(database_, now_ms, mine);
  for (const auto& [shop_id, lease] : leases) work_->give_back(shop_id, lease);
  if (done.failed > 0) log::error("answers.failed", {{"count", done.failed}, {"why", done.why}});
}

bool Scheduler::run_backfills_of_this_node(std::int64_t now_ms) {
  if (work_ == nullptr) return run_backfills(database_, now_ms);
  return run_backfills(database_, now_ms,
                       [&](const storage::Job& job) { return work_->take(job.shop_id, "backfill:" + std::to_string(job.job_id)); });
}

void Scheduler::sweep_old() {
  const auto now_ms = clock_.now_ms();
  if (now_ms < next_sweep_ms_) return;
  next_sweep_ms_ = now_ms + kSweepEveryMs;
  // Whoever is first; the lease lasts until shortly before the next time.
  if (work_ != nullptr && !work_->take(0, "sweep", kSweepEveryMs - kSweepSlackMs)) return;
  for (const auto& shop : database_.read([](Transaction& tx) { return storage::list_shops(tx); })) {
    sweep_callbacks(shop.shop_id, now_ms - kCallbackMemoryMs);
    sweep_marketing(shop.shop_id, now_ms - kMarketingMemoryMs);
    database_.write([&](Transaction& tx) { storage::purge_idempotency_keys(tx, shop.shop_id, now_ms - kIdempotencyMemoryMs); }, Lane::kBulk, storage::of_shop(shop.shop_id));
  }
}

// What is old is looked for by a reader and deleted by key, so that the writer never walks a large table.
void Scheduler::sweep_callbacks(std::int64_t shop_id, std::int64_t before_ms) {
  for (bool more = true; more && !stopping();) {
    const auto marks = database_.read([&](Transaction& tx) { return storage::old_callbacks(tx, shop_id, before_ms, kSweepSlice); });
    more = marks.size() == static_cast<std::size_t>(kSweepSlice);
    if (!marks.empty()) database_.write([&](Transaction& tx) { storage::delete_callbacks(tx, shop_id, marks); }, Lane::kBulk, storage::of_shop(shop_id));
  }
}

void Scheduler::sweep_marketing(std::int64_t shop_id, std::int64_t before_ms) {
  for (bool more = true; more && !stopping();) {
    const auto customers =
        database_.read([&](Transaction& tx) { return storage::customers_with_old_marketing(tx, shop_id, before_ms, kSweepSlice); });
    more = customers.size() == static_cast<std::size_t>(kSweepSlice);
    if (customers.empty()) return;
    database_.write([&](Transaction& tx) {
      for (const auto customer : customers) storage::forget_old_marketing(tx, shop_id, customer, before_ms);
    }, Lane::kBulk, storage::of_shop(shop_id));
  }
}

bool Scheduler::stopping() {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

}  // namespace laoke
