#include "storage/postgres_transaction.h"

namespace laoke::storage {

std::int64_t PostgresTransaction::execute(const Sql& sql, std::span<const Param> params) {
  return ask([&](PostgresConnection& connection) { connection.send(sql, params); }, nullptr);
}

void PostgresTransaction::query(const Sql& sql, std::span<const Param> params, const RowFn& each) {
  ask([&](PostgresConnection& connection) { connection.send(sql, params); }, each);
}

void PostgresTransaction::query_built(const std::string& text, std::span<const Param> params, const RowFn& each) {
  ask([&](PostgresConnection& connection) { connection.send_built(text, params, {}); }, each);
}

std::int64_t PostgresTransaction::execute_built(const std::string& text, std::span<const Param> params) {
  return ask([&](PostgresConnection& connection) { connection.send_built(text, params, {}); }, nullptr);
}

std::int64_t PostgresTransaction::shared_clock_ms() {
  std::int64_t now_ms = 0;
  Transaction::query(kSharedClock, {}, [&](const Row& row) { now_ms = row.integer(0); });
  return now_ms;
}

}  // namespace laoke::storage
