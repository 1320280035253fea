#pragma once
#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>

#include <string>
#include <unordered_map>

#include "storage/database.h"

namespace laoke::storage {

// Turns SQLiteCpp's exceptions into ours, with what the operator should do.
[[noreturn]] void rethrow_as_storage_error(const SQLite::Exception& error, std::string_view while_doing);

// One SQLite connection and its prepared statements. Belongs to one thread at a time.
class SqliteConnection final : public Transaction {
 public:
  SqliteConnection(const std::string& file, bool writable, int cache_kib);

  std::int64_t execute(const Sql& sql, std::span<const Param> params) override;
  void query(const Sql& sql, std::span<const Param> params, const RowFn& each) override;
  void query_built(const std::string& text, std::span<const Param> params, const RowFn& each) override;
  std::int64_t execute_built(const std::string& text, std::span<const Param> params) override;
  std::int64_t next_id() override;
  std::int64_t shared_clock_ms() override;  // one machine: the system's clock
  bool writable() const override { return writable_; }

  void prepare(const Sql& sql);  // throws StorageError naming the statement
  void run(const char* text);    // plain text: BEGIN, COMMIT, PRAGMA …
  void forget_ids() { ids_left_ = 0; }  // after a rollback: the reserved block may have been rolled back too
  SQLite::Database& handle() { return database_; }

 private:
  struct Prepared;
  Prepared& prepared(const Sql& sql);

  SQLite::Database database_;
  bool writable_;
  std::unordered_map<const Sql*, std::unique_ptr<Prepared>> statements_;
  std::int64_t next_id_ = 0, ids_left_ = 0;

 public:
  ~SqliteConnection() override;
};

}  // namespace laoke::storage
