#pragma once
#include <string>
#include <vector>

#include "storage/sqlite_connection.h"

namespace laoke::storage {

struct Migration {
  int number = 0;
  std::string text;  // the shared SQL, before an engine puts it into its dialect
};

// What a database of this version still needs, in order. Throws StorageError when the database is newer than this
// program, or older and `allowed` is false.
std::vector<Migration> migrations_after(int version, bool allowed);

// Brings the database to the newest schema, each migration in one transaction with its version bump; returns the
// version it then has. Throws as migrations_after().
int migrate_sqlite(SqliteConnection& connection, bool allowed);

}  // namespace laoke::storage
