#pragma once
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <span>
#include <thread>

#include "storage/database.h"

namespace laoke::storage {

using Deadline = std::chrono::steady_clock::time_point;

// Thrown by begin() and commit() when running each closure by itself would be useless or wrong: all of them get it.
class FailsAll : public StorageError {
 public:
  using StorageError::StorageError;
};

// begin() waited for the database until the deadline in vain. Closures that have patience left wait on.
class StillAway : public FailsAll {
 public:
  using FailsAll::FailsAll;
};

// What group commit asks of an engine. Used by the writer thread alone.
class WriterEngine {
 public:
  virtual ~WriterEngine() = default;
  virtual Transaction& transaction() = 0;
  // Opens the transaction that writes for these scopes (sorted, each once). Waits for a database that is away, until the
  // deadline at the latest, and throws StillAway then. Throws FailsAll when there is none; nothing is open then.
  virtual void begin(std::span<const Scope> scopes, Deadline deadline) = 0;
  // Everything since begin() is durable when it returns; when it throws nothing of it is, but for FailsAll that says
  // nobody knows.
  virtual void commit(Deadline deadline) = 0;
  // Undoes what begin() started, also after a failed commit().
  virtual void roll_back() noexcept = 0;
  // After a failure, before roll_back(): it lay in the moment (a lost connection, a deadlock) and nothing of the
  // transaction remains, so that running the same closures again is right.
  virtual bool worth_another_try() const { return false; }
  // Commits raised these signals; before the commit listener hears of them.
  virtual void committed(unsigned signals) { static_cast<void>(signals); }
  // Everybody who waited for the last transaction was let go: the moment for what keeps nobody waiting but the next.
  virtual void settled() {}
};

constexpr std::size_t kMaxBatch = 256;  // closures in one commit; keeps a commit under some 20 ms

// The writer thread and its queue: closures that wait at the same time share one transaction and one commit. One that
// throws undoes only itself. Thread-safe.
class GroupCommit {
 public:
  // `most`: closures in one commit. `patience`: how long a closure waits for a database that is away.
  GroupCommit(WriterEngine& engine, std::size_t most, std::chrono::milliseconds patience);
  ~GroupCommit();
  // Finishes what is queued and takes no more.
  void stop();

  void run(const std::function<void(Transaction&)>& body, Lane lane, Scope scope);
  void set_commit_listener(std::function<void(unsigned)> listener);
  // Also called by an engine that hears of commits elsewhere; one call at a time.
  void tell_listener(unsigned signals);

 private:
  struct Pending;
  using Batch = std::vector<Pending*>;

  void writer_loop();
  bool take_batch(Batch& batch);
  void run_batch(std::span<Pending* const> batch);
  void try_until(std::span<Pending* const> batch, Deadline deadline);
  void run_each_alone(std::span<Pending* const> batch);

  WriterEngine& engine_;
  const std::size_t most_;
  const std::chrono::milliseconds patience_;

  std::mutex queue_mutex_;  // guards the next three
  std::condition_variable queue_filled_;
  std::deque<Pending*> interactive_, bulk_;
  bool stopping_ = false;

  std::mutex listener_mutex_;  // guards the next, held while it is called
  std::function<void(unsigned)> listener_;

  std::thread thread_;
};

}  // namespace laoke::storage
