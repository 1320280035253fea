#include "storage/group_commit.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>

namespace laoke::storage {
namespace {

std::vector<Scope> scopes_of(const auto& batch) {
  std::vector<Scope> scopes;
  for (const auto* pending : batch) scopes.push_back(pending->scope);
  std::sort(scopes.begin(), scopes.end());
  scopes.erase(std::unique(scopes.begin(), scopes.end()), scopes.end());
  return scopes;
}

}  // namespace

// Lives on the stack of the thread that waits for it.
struct GroupCommit::Pending {
  const std::function<void(Transaction&)>& body;
  Scope scope;
  Deadline deadline;
  std::exception_ptr error;
  std::atomic<int> done{0};

  // Straight to the kernel: the library's wait() gives the processor away several times before it sleeps, and each time
  // costs a change of threads while the writer needs the processor.
  void wait() {
    while (done.load(std::memory_order_acquire) == 0) ::syscall(SYS_futex, &done, FUTEX_WAIT_PRIVATE, 0, nullptr, nullptr, 0);
  }
  // The waiter may be gone before it is woken: then nobody sleeps at this address, or somebody who looks again.
  void finish() {
    done.store(1, std::memory_order_release);
    ::syscall(SYS_futex, &done, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
  }
};
static_assert(sizeof(std::atomic<int>) == sizeof(int) && std::atomic<int>::is_always_lock_free, "a futex is a plain int");

GroupCommit::GroupCommit(WriterEngine& engine, std::size_t most, std::chrono::milliseconds patience)
    : engine_(engine), most_(most), patience_(patience), thread_([this] { writer_loop(); }) {}

GroupCommit::~GroupCommit() { stop(); }

void GroupCommit::stop() {
  {
    const std::lock_guard lock(queue_mutex_);
    stopping_ = true;
  }
  queue_filled_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void GroupCommit::set_commit_listener(std::function<void(unsigned)> listener) {
  const std::lock_guard lock(listener_mutex_);
  listener_ = std::move(listener);
}

void GroupCommit::tell_listener(unsigned signals) {
  if (signals == kNothing) return;
  const std::lock_guard lock(listener_mutex_);
  if (listener_) listener_(signals);
}

void GroupCommit::run(const std::function<void(Transaction&)>& body, Lane lane, Scope scope) {
  Pending pending{body, scope, std::chrono::steady_clock::now() + patience_, nullptr, {}};
  {
    const std::lock_guard lock(queue_mutex_);
    if (stopping_) throw StorageError(StorageFault::kUnavailable, "database: the program is stopping");
    (lane == Lane::kBulk ? bulk_ : interactive_).push_back(&pending);
  }
  queue_filled_.notify_one();
  pending.wait();
  if (pending.error) std::rethrow_exception(pending.error);
}

bool GroupCommit::take_batch(Batch& batch) {
  std::unique_lock lock(queue_mutex_);
  queue_filled_.wait(lock, [this] { return stopping_ || !interactive_.empty() || !bulk_.empty(); });
  while (!interactive_.empty() && batch.size() < most_) {
    batch.push_back(interactive_.front());
    interactive_.pop_front();
  }
  if (!bulk_.empty() && batch.size() < most_) {
    batch.push_back(bulk_.front());
    bulk_.pop_front();
  }
  return !batch.empty();
}

void GroupCommit::writer_loop() {
  Batch batch;
  while (take_batch(batch)) {
    engine_.transaction().forget_signals();
    run_batch(batch);
    const unsigned signals = engine_.transaction().signals();
    if (signals != kNothing) engine_.committed(signals);
    tell_listener(signals);
    for (Pending* pending : batch) pending->finish();
    batch.clear();
    engine_.settled();
  }
}

// Runs the closures in one transaction, again while that may help. Throws what finally stood in the way; of the signals
// those raised before remain.
void GroupCommit::try_until(std::span<Pending* const> batch, Deadline deadline) {
  const auto scopes = scopes_of(batch);
  Transaction& tx = engine_.transaction();
  const unsigned before = tx.signals();
  for (bool again = false;; again = true) {
    engine_.begin(scopes, deadline);
    tx.forget_kept();
    try {
      for (Pending* pending : batch) pending->body(tx);
      engine_.commit(deadline);
      return;
    } catch (...) {
      const bool helps = engine_.worth_another_try() && (!again || std::chrono::steady_clock::now() < deadline);
      engine_.roll_back();
      tx.forget_signals();
      tx.raise(static_cast<Signal>(before));
      if (!helps) throw;
    }
  }
}

// The usual way is without savepoints: they cost more than the rare second run after a failure.
void GroupCommit::run_batch(std::span<Pending* const> batch) {
  Deadline first = batch.front()->deadline;
  for (const Pending* pending : batch) first = std::min(first, pending->deadline);
  try {
    try_until(batch, first);
  } catch (const StillAway&) {
    Batch patient;
    for (Pending* pending : batch) {
      if (pending->deadline > first) patient.push_back(pending);
      else pending->error = std::current_exception();
    }
    if (!patient.empty()) run_batch(patient);
  } catch (const FailsAll&) {
    for (Pending* pending : batch) pending->error = std::current_exception();
  } catch (...) {
    if (batch.size() > 1) return run_each_alone(batch);
    batch.front()->error = std::current_exception();
  }
}

void GroupCommit::run_each_alone(std::span<Pending* const> batch) {
  for (Pending* const& pending : batch) {
    try {
      try_until({&pending, 1}, pending->deadline);
    } catch (...) {
      pending->error = std::current_exception();
    }
  }
}

}  // namespace laoke::storage
