#pragma once
#include "storage/postgres_connection.h"

namespace laoke::storage {

// What reading and writing transactions share: statements and their answers.
class PostgresTransaction : public Transaction {
 public:
  std::int64_t execute(const Sql& sql, std::span<const Param> params) override;
  void query(const Sql& sql, std::span<const Param> params, const RowFn& each) override;
  void query_built(const std::string& text, std::span<const Param> params, const RowFn& each) override;
  std::int64_t execute_built(const std::string& text, std::span<const Param> params) override;
  std::int64_t shared_clock_ms() override;  // the server's

 protected:
  using Send = std::function<void(PostgresConnection&)>;
  // Sends on this transaction's connection, waits for the answer of what was sent last and calls `each` for its rows;
  // the rows it changed.
  virtual std::int64_t ask(const Send& send, const RowFn& each) = 0;
};

}  // namespace laoke::storage
