#include "storage/sqlite_connection.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <chrono>
#include <string>

namespace laoke::storage {
namespace {

constexpr std::int64_t kIdBlock = 1000;   // ids reserved at a time; a crash skips at most this many
constexpr int kBusyTimeoutMs = 10'000;    // another process (an import, a backup) may hold the lock this long
constexpr Sql kIdsReserve{"ids.reserve",
                          "UPDATE id_blocks SET next_id = next_id + $1 WHERE name = 'id' RETURNING next_id"};

// SQLiteCpp's Statement neither binds a string_view nor shows its handle, and counts a reference for every column read:
// statements go to SQLite itself.
class SqliteRow final : public Row {
 public:
  explicit SqliteRow(sqlite3_stmt* statement) : statement_(statement) {}
  bool is_null(int column) const override { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
  std::int64_t integer(int column) const override { return sqlite3_column_int64(statement_, column); }
  double real(int column) const override { return sqlite3_column_double(statement_, column); }
  std::string_view text(int column) const override {
    const auto* bytes = sqlite3_column_text(statement_, column);  // first: it fixes the encoding that bytes() counts in
    if (bytes == nullptr) return {};
    return {reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
  }

 private:
  sqlite3_stmt* statement_;
};

StorageFault fault_of(int code) {
  switch (code & 0xff) {
    case SQLITE_FULL: return StorageFault::kDiskFull;
    case SQLITE_IOERR: return StorageFault::kDiskFull;
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return StorageFault::kBusy;
    case SQLITE_READONLY:
    case SQLITE_PERM: return StorageFault::kReadOnly;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return StorageFault::kCorrupt;
    case SQLITE_CANTOPEN: return StorageFault::kUnavailable;
    case SQLITE_CONSTRAINT: return StorageFault::kConstraint;
    default: return StorageFault::kOther;
  }
}

const char* advice(StorageFault fault) {
  switch (fault) {
    case StorageFault::kDiskFull: return "the disk is full or cannot be written: free some space, nothing accepted is lost";
    case StorageFault::kBusy: return "another program holds the database: stop it or wait for it to finish";
    case StorageFault::kReadOnly: return "the file or its folder may not be written: check owner and permissions";
    case StorageFault::kCorrupt: return "the file is damaged or no database: run 'laoke doctor', then restore a backup";
    case StorageFault::kUnavailable: return "the file cannot be opened: check that its folder exists and may be written";
    default: return "";
  }
}

}  // namespace

void rethrow_as_storage_error(const SQLite::Exception& error, std::string_view while_doing) {
  const auto fault = fault_of(error.getErrorCode());
  const std::string hint = advice(fault);
  throw StorageError(fault, "database, " + std::string(while_doing) + ": " + error.what() + (hint.empty() ? "" : "; " + hint));
}

// A compiled statement, reset after every use.
struct SqliteConnection::Prepared {
  Prepared(sqlite3* database, std::string_view text, std::string_view name) : name_(name) {
    const int code = sqlite3_prepare_v2(database, text.data(), static_cast<int>(text.size()), &statement_, nullptr);
    if (code != SQLITE_OK) fail("preparing " + std::string(name), database);
    // SQLite numbers named parameters by first appearance, our callers by their name: "$3" is 3.
    for (int index = 1; index <= sqlite3_bind_parameter_count(statement_); ++index) {
      const char* parameter = sqlite3_bind_parameter_name(statement_, index);
      order_.push_back(parameter != nullptr && parameter[0] == '$' ? std::atoi(parameter + 1) : 0);
    }
  }
  ~Prepared() { sqlite3_finalize(statement_); }
  Prepared(const Prepared&) = delete;
  Prepared& operator=(const Prepared&) = delete;

  void run(std::span<const Param> params, const RowFn& each) {
    const ResetAfter reset{statement_};
    bind(params);
    const SqliteRow row(statement_);
    int code = sqlite3_step(statement_);
    for (; code == SQLITE_ROW; code = sqlite3_step(statement_))
      if (each) each(row);
    if (code != SQLITE_DONE) fail(name_, sqlite3_db_handle(statement_));
  }

 private:
  struct ResetAfter {
    sqlite3_stmt* statement;
    ~ResetAfter() { sqlite3_reset(statement); }
  };

  // Text is bound in place: it outlives the step.
  void bind(std::span<const Param> params) {
    for (std::size_t i = 0; i < order_.size(); ++i) {
      const int index = static_cast<int>(i) + 1;
      if (order_[i] < 1 || order_[i] > static_cast<int>(params.size()))
        throw std::logic_error(std::string(name_) + ": parameter $" + std::to_string(order_[i]) + " was not given");
      const auto& value = params[static_cast<std::size_t>(order_[i] - 1)].value();
      if (const auto* integer = std::get_if<std::int64_t>(&value))
        sqlite3_bind_int64(statement_, index, *integer);
      else if (const auto* real = std::get_if<double>(&value))
        sqlite3_bind_double(statement_, index, *real);
      else if (const auto* text = std::get_if<std::string_view>(&value))
        sqlite3_bind_text(statement_, index, text->data() != nullptr ? text->data() : "", static_cast<int>(text->size()),
                          SQLITE_STATIC);
      else
        sqlite3_bind_null(statement_, index);
    }
  }
  [[noreturn]] static void fail(std::string_view while_doing, sqlite3* database) {
    rethrow_as_storage_error(SQLite::Exception(database, sqlite3_extended_errcode(database)), while_doing);
  }

  std::string_view name_;
  sqlite3_stmt* statement_ = nullptr;
  std::vector<int> order_;
};

namespace {

// The library counts its memory under one lock for all connections; nobody asks for the count. Only before its first use.
void prepare_library() {
  static const int done = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  static_cast<void>(done);
}

// The file holds customers and the keys of the shop's chat accounts: only its owner may read it. SQLite gives the files
// beside it the same rights.
void create_private(const std::string& file) {
  const int made = ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (made >= 0) ::close(made);  // else it is there already, or opening it says what is wrong
}

}  // namespace

SqliteConnection::SqliteConnection(const std::string& file, bool writable, int cache_kib) try
    : database_((prepare_library(), create_private(file), file),
                SQLite::OPEN_READWRITE | SQLite::OPEN_NOMUTEX | (writable ? SQLite::OPEN_CREATE : 0), kBusyTimeoutMs),
      writable_(writable) {
  run("PRAGMA journal_mode=WAL");
  run("PRAGMA synchronous=FULL");
  run(("PRAGMA cache_size=-" + std::to_string(cache_kib)).c_str());
  run("PRAGMA temp_store=MEMORY");
  if (!writable) run("PRAGMA query_only=1");
} catch (const SQLite::Exception& error) {
  rethrow_as_storage_error(error, "opening " + file);
}

SqliteConnection::~SqliteConnection() = default;

void SqliteConnection::run(const char* text) {
  try {
    database_.exec(text);
  } catch (const SQLite::Exception& error) {
    rethrow_as_storage_error(error, text);
  }
}

SqliteConnection::Prepared& SqliteConnection::prepared(const Sql& sql) {
  auto& slot = statements_[&sql];
  if (!slot) slot = std::make_unique<Prepared>(database_.getHandle(), sql.text, sql.name);
  return *slot;
}

void SqliteConnection::prepare(const Sql& sql) { prepared(sql); }

std::int64_t SqliteConnection::execute(const Sql& sql, std::span<const Param> params) {
  prepared(sql).run(params, nullptr);
  return sqlite3_changes(database_.getHandle());
}

void SqliteConnection::query(const Sql& sql, std::span<const Param> params, const RowFn& each) {
  prepared(sql).run(params, each);
}

void SqliteConnection::query_built(const std::string& text, std::span<const Param> params, const RowFn& each) {
  Prepared(database_.getHandle(), text, "built statement").run(params, each);
}

std::int64_t SqliteConnection::execute_built(const std::string& text, std::span<const Param> params) {
  query_built(text, params, nullptr);
  return sqlite3_changes(database_.getHandle());
}

std::int64_t SqliteConnection::shared_clock_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::int64_t SqliteConnection::next_id() {
  if (ids_left_ == 0) {
    Transaction::query(kIdsReserve, {kIdBlock}, [this](const Row& row) {
      next_id_ = row.integer(0) - kIdBlock;
      ids_left_ = kIdBlock;
    });
    if (ids_left_ == 0) throw StorageError(StorageFault::kCorrupt, "database: the table id_blocks has no row 'id'");
  }
  --ids_left_;
  return next_id_++;
}

}  // namespace laoke::storage
