#pragma once
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "storage/database.h"
#include "storage/sqlite_connection.h"

namespace laoke::storage {

// SQLite with one writer thread and group commit: closures that wait at the same time share one transaction and one
// fsync. A closure that throws undoes only itself.
class SqliteDatabase final : public Database {
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
  struct Pending;
  class Reader;

  void writer_loop();
  bool take_batch(std::vector<Pending*>& batch);
  void tell_listener(unsigned signals);
  void run_batch(const std::vector<Pending*>& batch);
  void run_each_alone(const std::vector<Pending*>& batch);
  void roll_back();

  const std::string file_;
  const DatabaseOptions options_;
  int schema_version_ = 0;
  std::unique_ptr<SqliteConnection> writer_;  // writer thread only, after the constructor

  std::mutex queue_mutex_;  // guards the next five
  std::condition_variable queue_filled_;
  std::deque<Pending*> interactive_, bulk_;
  bool stopping_ = false;
  std::function<void(unsigned)> listener_;

  std::mutex readers_mutex_;  // guards the next two
  std::condition_variable reader_returned_;
  std::vector<std::unique_ptr<SqliteConnection>> idle_readers_;
  int open_readers_ = 0;

  std::thread thread_;
};

}  // namespace laoke::storage
