#pragma once
#include <atomic>

#include "storage/database.h"

namespace laoke::test {

// A real database that can be away: while it is, nothing is read or written, as when a server cannot be reached.
class FlakyDatabase : public storage::Database {
 public:
  explicit FlakyDatabase(storage::Database& real) : real_(real) {}

  std::atomic<bool> no_writes{false}, no_reads{false};
  std::atomic<bool> no_commits{false};  // the closure runs, then nothing of it holds
  std::atomic<storage::StorageFault> fault{storage::StorageFault::kUnavailable};
  std::atomic<int> refused{0};
  void away(bool is) { no_writes = no_reads = is; }

  void set_commit_listener(std::function<void(unsigned)> listener) override { real_.set_commit_listener(std::move(listener)); }
  void backup(const std::string& file, const std::function<void(storage::BackupProgress)>& progress) override { real_.backup(file, progress); }
  std::vector<std::string> check() override { return real_.check(); }
  int schema_version() override { return real_.schema_version(); }
  std::string describe() const override { return real_.describe(); }

 protected:
  void run_read(const std::function<void(storage::Transaction&)>& body) override {
    refuse_when(no_reads);
    real_.read([&](storage::Transaction& tx) { body(tx); });
  }
  void run_write(const std::function<void(storage::Transaction&)>& body, storage::Lane lane, storage::Scope scope) override {
    refuse_when(no_writes);
    real_.write(
        [&](storage::Transaction& tx) {
          body(tx);
          if (no_commits) throw storage::StorageError(fault, "database, COMMIT: cannot be written");
        },
        lane, scope);
  }

 private:
  void refuse_when(bool away) {
    if (!away) return;
    ++refused;
    throw storage::StorageError(fault, "database: cannot be reached");
  }

  storage::Database& real_;
};

}  // namespace laoke::test
