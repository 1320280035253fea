#pragma once
#include <libpq-fe.h>

#include <string>

#include "storage/database.h"

namespace laoke::storage {

// What PostgreSQL refused for, by its SQLSTATE; a connection that died has "".
StorageFault postgres_fault(std::string_view sqlstate);
// Nothing of the transaction remains and the same closures may succeed when they run again: a deadlock, a conflict, a
// lock held too long, a server that ends our connection.
bool cured_by_another_try(std::string_view sqlstate);

// The error as the operator reads it: what was done, what the server said, what to do. Holds no parameter values.
StorageError postgres_error(std::string_view sqlstate, std::string_view message, std::string_view while_doing);
// What a failed call on this connection, or its answer, says.
std::string message_of(const PGconn* connection);
std::string message_of(const PGresult* result);
std::string sqlstate_of(const PGresult* result);

}  // namespace laoke::storage
