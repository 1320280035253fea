#pragma once
#include <optional>
#include <string>

// A database as a file, before or instead of opening it: what backup, restore and doctor ask.
namespace laoke::storage {

// "sqlite:var/laoke.db" -> "var/laoke.db"; nothing for another engine.
std::optional<std::string> sqlite_file_of(const std::string& url);
// The schema version of the database in that file; 0 when it is there and no database of this program, nothing when
// there is no such file. Changes nothing in it. Throws StorageError when it cannot be read.
std::optional<int> schema_version_of_file(const std::string& file);
// The newest schema this program knows.
int newest_schema_version();

}  // namespace laoke::storage
