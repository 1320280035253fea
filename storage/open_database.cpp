#include "storage/postgres.h"
#include "storage/sqlite.h"

namespace laoke::storage {

std::unique_ptr<Database> open_database(const DatabaseOptions& options) {
  const auto has_scheme = [&](std::string_view scheme) {
    return options.url.starts_with(scheme) && options.url.size() > scheme.size();
  };
  if (has_scheme("sqlite:")) return std::make_unique<SqliteDatabase>(options);
  if (has_scheme("postgresql://") || has_scheme("postgres://")) return std::make_unique<PostgresDatabase>(options);
  throw StorageError(StorageFault::kUnavailable, "database: '" + options.url +
                                                     "' is not understood; allowed are sqlite:FILE, for example "
                                                     "sqlite:var/laoke.db, and postgresql://user:password@host/name");
}

}  // namespace laoke::storage
