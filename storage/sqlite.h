#pragma once
#include <condition_variable>
#include <mutex>

#include "storage/database.h"
#include "storage/group_commit.h"
#include "storage/sqlite_checkpointer.h"
#include "storage/sqlite_connection.h"

namespace laoke::storage {

// SQLite with one writer thread and group commit: closures that wait at the same time share one transaction and one
// fsync.
class SqliteDatabase final : public Database, private WriterEngine {
 public:
  explicit SqliteDatabase(const DatabaseOptions& options);
  ~SqliteDatabase() override;  // finishes what is queued

  void set_commit_listener(std::function<void(unsigned)> listener) override;
  void backup(const std::string& file, const std::function<void(BackupProgress)>& progress) override;
  std::vector<std::string> check() override;
  int schema_version() override { return schema_version_; }
  std::string describe() const override { return "sqlite:" + file_; }

 protected:
  void run_read(const std::function<void(Transaction&)>& body) override;
  void run_write(const std::function<void(Transaction&)>& body, Lane lane, Scope scope) override;

 private:
  class Reader;

  Transaction& transaction() override { return *writer_; }
  void begin(std::span<const Scope> scopes, Deadline deadline) override;
  void commit(Deadline deadline) override;
  void roll_back() noexcept override;
  void settled() override;

  const std::string file_;
  const DatabaseOptions options_;
  int schema_version_ = 0;
  std::unique_ptr<SqliteConnection> writer_;  // writer thread only, after the constructor
  SqliteCheckpointer checkpointer_;
  int log_pages_ = 0;  // writer thread only: after the last commit

  std::mutex readers_mutex_;  // guards the next two
  std::condition_variable reader_returned_;
  std::vector<std::unique_ptr<SqliteConnection>> idle_readers_;
  int open_readers_ = 0;

  std::unique_ptr<GroupCommit> commits_;  // last: its thread uses the rest
};

}  // namespace laoke::storage
