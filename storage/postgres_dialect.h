#pragma once
#include <string>
#include <string_view>

// The one place where the shared SQL becomes PostgreSQL's. Everything else in this folder speaks the shared subset.
namespace laoke::storage {

// A statement: lower() of a parameter folds ASCII letters alone, as it does for a column and as SQLite does.
std::string statement_in_postgres(std::string_view text);
// A migration: text compares by its bytes, as in SQLite and whatever the server's language is.
std::string migration_in_postgres(int number, std::string_view text);

}  // namespace laoke::storage
