#include "storage/migrations.h"

#include <string>

#include "storage/embedded.h"

namespace laoke::storage {
namespace {

// "storage/migrations/0007_x.sql" -> 7
int number_of(const embedded::File& migration) {
  return std::stoi(migration.path.substr(migration.path.rfind('/') + 1, 4));
}

std::string in_sqlite_dialect(std::string text) {
  constexpr std::string_view kMark = "/*clustered*/", kDialect = "WITHOUT ROWID";
  for (auto at = text.find(kMark); at != std::string::npos; at = text.find(kMark, at)) text.replace(at, kMark.size(), kDialect);
  return text;
}

int current_version(SqliteConnection& connection) {
  connection.run("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT PRIMARY KEY, applied_at_ms BIGINT NOT NULL)");
  return connection.handle().execAndGet("SELECT coalesce(max(version), 0) FROM schema_version").getInt();
}

void apply(SqliteConnection& connection, const Migration& migration) {
  connection.run("BEGIN IMMEDIATE");
  try {
    // Another process may have been first.
    if (current_version(connection) < migration.number) {
      connection.run(in_sqlite_dialect(migration.text).c_str());
      connection.run(("INSERT INTO schema_version VALUES (" + std::to_string(migration.number) +
                      ", CAST(strftime('%s','now') AS INTEGER) * 1000)").c_str());
    }
    connection.run("COMMIT");
  } catch (...) {
    connection.run("ROLLBACK");
    throw;
  }
}

}  // namespace

std::vector<Migration> migrations_after(int version, bool allowed) {
  const auto files = embedded::embedded_migrations();
  const int newest = number_of(files.back());
  if (version > newest)
    throw StorageError(StorageFault::kNewerSchema,
                       "database: its schema is version " + std::to_string(version) + ", this program knows " +
                           std::to_string(newest) + "; run the newer program, or restore a backup of this version");
  if (version < newest && !allowed)
    throw StorageError(StorageFault::kOther, "database: schema version " + std::to_string(version) +
                                                 " is older than " + std::to_string(newest) + "; run 'laoke migrate'");
  std::vector<Migration> needed;
  for (const auto& file : files)
    if (number_of(file) > version) needed.push_back({number_of(file), file.text});
  return needed;
}

int migrate_sqlite(SqliteConnection& connection, bool allowed) {
  int version = current_version(connection);
  for (const auto& migration : migrations_after(version, allowed)) {
    apply(connection, migration);
    version = migration.number;
  }
  return version;
}

}  // namespace laoke::storage
