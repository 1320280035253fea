#include "storage/postgres_migrations.h"

#include <string>

#include "storage/migrations.h"
#include "storage/postgres_dialect.h"
#include "storage/postgres_errors.h"
#include "storage/postgres_result.h"

namespace laoke::storage {
namespace {

PostgresResult run(PGconn* connection, const std::string& text, const std::string& while_doing) {
  PostgresResult result(PQexec(connection, text.c_str()));
  const auto status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
    throw postgres_error(sqlstate_of(result.get()), message_of(result.get()), while_doing);
  return result;
}

std::int64_t number(PGconn* connection, const std::string& text) {
  return PostgresRow(run(connection, text, "reading the schema version").get(), 0).integer(0);
}

int current_version(PGconn* connection) {
  if (number(connection, "SELECT to_regclass('schema_version') IS NOT NULL") == 0) return 0;
  return static_cast<int>(number(connection, "SELECT coalesce(max(version), 0) FROM schema_version"));
}

// Key 0 alone: as a write that concerns every shop, and one node after the other. A node may write for longer than a
// write waits, so this waits until it is done.
void apply(PGconn* connection, const Migration& migration) {
  const std::string what = "migration " + std::to_string(migration.number);
  run(connection, "BEGIN; SET LOCAL lock_timeout = 0; SELECT pg_advisory_xact_lock(0)", what);
  try {
    run(connection, "CREATE TABLE IF NOT EXISTS schema_version (version BIGINT PRIMARY KEY, applied_at_ms BIGINT NOT NULL)", what);
    // Another node may have been first.
    if (current_version(connection) < migration.number) {
      run(connection, migration_in_postgres(migration.number, migration.text), what);
      run(connection, "INSERT INTO schema_version VALUES (" + std::to_string(migration.number) +
                          ", (extract(epoch FROM clock_timestamp()) * 1000)::bigint)", what);
    }
    run(connection, "COMMIT", what);
  } catch (...) {
    PostgresResult(PQexec(connection, "ROLLBACK"));
    throw;
  }
}

}  // namespace

int migrate_postgres(PGconn* connection, bool allowed) {
  int version = current_version(connection);
  for (const auto& migration : migrations_after(version, allowed)) {
    apply(connection, migration);
    version = migration.number;
  }
  return version;
}

}  // namespace laoke::storage
