#pragma once
#include "storage/sqlite_connection.h"

namespace laoke::storage {

// Brings the database to the newest schema, each migration in one transaction with its version bump; returns the
// version it then has. Throws StorageError when the database is newer than this program, or older and `allowed` is
// false.
int migrate_sqlite(SqliteConnection& connection, bool allowed);

}  // namespace laoke::storage
