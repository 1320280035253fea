#include "storage/database_file.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>

#include <filesystem>

#include "storage/embedded.h"
#include "storage/sqlite_connection.h"

namespace laoke::storage {

std::optional<std::string> sqlite_file_of(const std::string& url) {
  constexpr std::string_view kScheme = "sqlite:";
  if (!url.starts_with(kScheme)) return std::nullopt;
  return url.substr(kScheme.size());
}

std::optional<int> schema_version_of_file(const std::string& file) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(file, ignored)) return std::nullopt;
  try {
    SQLite::Database database(file, SQLite::OPEN_READONLY);
    if (!database.tableExists("schema_version") || !database.tableExists("shops")) return 0;
    return database.execAndGet("SELECT coalesce(max(version), 0) FROM schema_version").getInt();
  } catch (const SQLite::Exception& error) {
    constexpr int kNotADatabase = 26;  // SQLITE_NOTADB
    if (error.getErrorCode() == kNotADatabase) return 0;
    rethrow_as_storage_error(error, "reading " + file);
  }
}

int newest_schema_version() {
  const auto path = embedded::embedded_migrations().back().path;
  return std::stoi(std::string(path.substr(path.rfind('/') + 1, 4)));
}

}  // namespace laoke::storage
