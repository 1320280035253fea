#pragma once
#include <memory>

#include "storage/group_commit.h"
#include "storage/postgres_listener.h"
#include "storage/postgres_readers.h"
#include "storage/postgres_statistics.h"
#include "storage/postgres_writer.h"

namespace laoke::storage {

// PostgreSQL: one writing connection a node with group commit, a small pool for reading, one connection on which nodes
// wake each other. A server that goes away and comes back is found again by itself.
class PostgresDatabase final : public Database {
 public:
  explicit PostgresDatabase(const DatabaseOptions& options);
  ~PostgresDatabase() override;  // finishes what is queued

  void set_commit_listener(std::function<void(unsigned)> listener) override;
  void backup(const std::string& file, const std::function<void(BackupProgress)>& progress) override;
  std::vector<std::string> check() override;
  int schema_version() override { return schema_version_; }
  std::string describe() const override { return shown_; }

 protected:
  void run_read(const std::function<void(Transaction&)>& body) override;
  void run_write(const std::function<void(Transaction&)>& body, Lane lane, Scope scope) override;

 private:
  const PostgresTarget target_, writing_target_;
  const std::string shown_;
  int schema_version_ = 0;
  PostgresStatements statements_;
  PostgresReaders readers_;
  std::unique_ptr<PostgresWriter> writer_;
  std::unique_ptr<GroupCommit> commits_;
  std::unique_ptr<PostgresListener> listener_;
  std::unique_ptr<PostgresStatistics> statistics_;
};

}  // namespace laoke::storage
