#pragma once
#include <libpq-fe.h>

namespace laoke::storage {

// Brings the database to the newest schema, each migration in one transaction with its version bump, while no node
// writes; returns the version it then has. Several nodes may start at once. Throws as migrations_after().
int migrate_postgres(PGconn* connection, bool allowed);

}  // namespace laoke::storage
