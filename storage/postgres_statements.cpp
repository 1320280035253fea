#include "storage/postgres_statements.h"

#include "storage/postgres_dialect.h"
#include "storage/postgres_errors.h"
#include "storage/postgres_result.h"
#include "storage/postgres_types.h"
#include "storage/statements.h"

namespace laoke::storage {

const Sql kBegin{"postgres.begin", "BEGIN"};
const Sql kBeginReading{"postgres.begin_reading", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"};
const Sql kCommit{"postgres.commit", "COMMIT"};
// Key 0 is every shop's: shared by writes of single shops, alone for what concerns all. Keys are taken in rising order,
// so two nodes never wait for each other.
const Sql kLockAllShops{"postgres.lock_all", "SELECT pg_advisory_xact_lock(0)"};
const Sql kLockShops{"postgres.lock_shops",
                     "SELECT CASE WHEN k = 0 THEN pg_advisory_xact_lock_shared(0) ELSE pg_advisory_xact_lock(k) END "
                     "FROM unnest($1::bigint[]) AS k"};
const Sql kTransactionId{"postgres.transaction_id", "SELECT pg_current_xact_id()"};
const Sql kSharedClock{"postgres.clock", "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint"};

PostgresStatements::PostgresStatements() {
  auto all = all_statements();
  for (const Sql* own : {&kBegin, &kBeginReading, &kCommit, &kLockAllShops, &kLockShops, &kTransactionId, &kSharedClock})
    all.push_back(own);
  for (const Sql* sql : all) {
    const std::size_t number = statements_.size();
    statements_.try_emplace(sql, PostgresStatement{number, std::string(sql->name), "s" + std::to_string(number),
                                                   statement_in_postgres(sql->text), {}});
  }
}

const PostgresStatement* PostgresStatements::find(const Sql& sql) const {
  const auto found = statements_.find(&sql);
  return found == statements_.end() ? nullptr : &found->second;
}

// "$3 > 0" makes the server think of 32 bits: our integers have 64.
void PostgresStatements::check(PGconn* connection) {
  const auto sure = [&](const PGresult* result, const PostgresStatement& statement) {
    if (PQresultStatus(result) != PGRES_COMMAND_OK)
      throw postgres_error(sqlstate_of(result), message_of(result), "preparing " + statement.name);
  };
  PQenterPipelineMode(connection);
  std::vector<PostgresStatement*> all;
  for (auto& [sql, statement] : statements_) {
    all.push_back(&statement);
    PQsendPrepare(connection, "", statement.text.c_str(), 0, nullptr);
    PQsendDescribePrepared(connection, "");
  }
  PQpipelineSync(connection);
  std::exception_ptr first;
  for (PostgresStatement* statement : all) {
    const PostgresResult prepared(PQgetResult(connection));
    PostgresResult(PQgetResult(connection));  // the null after every answer
    const PostgresResult described(PQgetResult(connection));
    PostgresResult(PQgetResult(connection));
    try {
      if (first) continue;
      sure(prepared.get(), *statement);
      sure(described.get(), *statement);
      statement->types.clear();
      for (int i = 0; i < PQnparams(described.get()); ++i) {
        const Oid type = PQparamtype(described.get(), i);
        statement->types.push_back(type == oid::kInt4 ? oid::kInt8 : type);
      }
    } catch (...) {
      first = std::current_exception();
    }
  }
  PostgresResult(PQgetResult(connection));  // the sync
  PQexitPipelineMode(connection);
  if (first) std::rethrow_exception(first);
}

}  // namespace laoke::storage
