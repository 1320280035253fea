#pragma once
#include <condition_variable>
#include <mutex>

#include "storage/postgres_transaction.h"

namespace laoke::storage {

// Connections for reading, opened when they are needed and kept. Thread-safe.
class PostgresReaders {
 public:
  PostgresReaders(const PostgresTarget& target, PostgresStatements& statements, int most);

  // Runs `body` on one snapshot. A connection that died while nobody used it is replaced unnoticed.
  void run(const std::function<void(Transaction&)>& body);

 private:
  using Connection = std::unique_ptr<PostgresConnection>;
  class Lease;
  class Reading;

  Connection take();  // nothing: the caller may open one
  void give_back(Connection connection);
  Connection open(Deadline deadline);

  const PostgresTarget target_;
  PostgresStatements& statements_;
  const int most_;

  std::mutex mutex_;  // guards the next two
  std::condition_variable returned_;
  std::vector<Connection> idle_;
  int in_use_ = 0;
};

}  // namespace laoke::storage
