#include "storage/sqlite.h"

#include <SQLiteCpp/Backup.h>
#include <sqlite3.h>

#include <filesystem>

#include "storage/migrations.h"
#include "storage/statements.h"

namespace laoke::storage {
namespace {

constexpr int kBackupPagesPerStep = 1000;

}  // namespace

// A read connection taken from the pool for one unit of work.
class SqliteDatabase::Reader {
 public:
  explicit Reader(SqliteDatabase& owner) : owner_(owner) {
    std::unique_lock lock(owner_.readers_mutex_);
    owner_.reader_returned_.wait(
        lock, [&] { return !owner_.idle_readers_.empty() || owner_.open_readers_ < owner_.options_.readers; });
    if (owner_.idle_readers_.empty()) {
      ++owner_.open_readers_;
      lock.unlock();
      try {
        connection_ = std::make_unique<SqliteConnection>(owner_.file_, false, owner_.options_.reader_cache_kib);
      } catch (...) {
        const std::lock_guard relock(owner_.readers_mutex_);
        --owner_.open_readers_;
        owner_.reader_returned_.notify_one();
        throw;
      }
    } else {
      connection_ = std::move(owner_.idle_readers_.back());
      owner_.idle_readers_.pop_back();
    }
  }
  ~Reader() {
    if (!connection_) return;
    const std::lock_guard lock(owner_.readers_mutex_);
    owner_.idle_readers_.push_back(std::move(connection_));
    owner_.reader_returned_.notify_one();
  }
  SqliteConnection& operator*() { return *connection_; }

 private:
  SqliteDatabase& owner_;
  std::unique_ptr<SqliteConnection> connection_;
};

SqliteDatabase::SqliteDatabase(const DatabaseOptions& options)
    : file_(options.url.substr(std::string_view("sqlite:").size())), options_(options), checkpointer_(file_) {
  const auto folder = std::filesystem::path(file_).parent_path();
  std::error_code ignored;  // the open below says what is wrong
  if (!folder.empty()) std::filesystem::create_directories(folder, ignored);
  writer_ = std::make_unique<SqliteConnection>(file_, true, options_.writer_cache_kib);
  schema_version_ = migrate_sqlite(*writer_, options_.migrate);
  for (const Sql* sql : all_statements()) writer_->prepare(*sql);
  // In place of SQLite's own checkpoints inside commits.
  sqlite3_wal_hook(
      writer_->handle().getHandle(),
      [](void* pages, sqlite3*, const char*, int count) {
        *static_cast<int*>(pages) = count;
        return SQLITE_OK;
      },
      &log_pages_);
  commits_ = std::make_unique<GroupCommit>(static_cast<WriterEngine&>(*this), options.group_commit ? kMaxBatch : 1,
                                           std::chrono::milliseconds(options.patience_ms));
}

SqliteDatabase::~SqliteDatabase() = default;

void SqliteDatabase::set_commit_listener(std::function<void(unsigned)> listener) {
  commits_->set_commit_listener(std::move(listener));
}

void SqliteDatabase::run_read(const std::function<void(Transaction&)>& body) {
  Reader reader(*this);
  (*reader).run("BEGIN");
  try {
    body(*reader);
  } catch (...) {
    (*reader).run("ROLLBACK");
    throw;
  }
  (*reader).run("COMMIT");
}

void SqliteDatabase::run_write(const std::function<void(Transaction&)>& body, Lane lane, Scope scope) {
  commits_->run(body, lane, scope);
}

void SqliteDatabase::begin(std::span<const Scope>, Deadline) {
  try {
    writer_->run("BEGIN IMMEDIATE");
  } catch (const StorageError& error) {
    throw FailsAll(error.fault(), error.what());
  }
}

void SqliteDatabase::commit(Deadline) { writer_->run("COMMIT"); }

void SqliteDatabase::settled() {
  if (!checkpointer_.committed(log_pages_)) return;
  try {
    writer_->query_built("PRAGMA wal_checkpoint(PASSIVE)", {}, nullptr);
  } catch (const StorageError&) {
    // What is in the log is durable; it is tried again later.
  }
}

void SqliteDatabase::roll_back() noexcept {
  writer_->forget_ids();
  try {
    writer_->run("ROLLBACK");
  } catch (const StorageError&) {
    // SQLite already rolled back by itself (disk full, I/O error): there is nothing left to undo.
  }
}

void SqliteDatabase::backup(const std::string& file, const std::function<void(BackupProgress)>& progress) {
  try {
    Reader source(*this);
    SQLite::Database target(file, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    // One read transaction holds the snapshot: without it every write of the shop would start the copy again.
    (*source).run("BEGIN");
    (*source).handle().execAndGet("SELECT count(*) FROM shops");
    {
      SQLite::Backup copy(target, (*source).handle());
      while (copy.executeStep(kBackupPagesPerStep) != SQLITE_DONE)
        if (progress) progress({copy.getTotalPageCount() - copy.getRemainingPageCount(), copy.getTotalPageCount()});
    }
    (*source).run("COMMIT");
    target.exec("PRAGMA journal_mode=DELETE");
  } catch (const SQLite::Exception& error) {
    rethrow_as_storage_error(error, "backup to " + file);
  }
}

std::vector<std::string> SqliteDatabase::check() {
  std::vector<std::string> faults;
  Reader reader(*this);
  (*reader).query_built("PRAGMA integrity_check(20)", {}, [&](const Row& row) {
    if (row.text(0) != "ok") faults.push_back(row.string(0));
  });
  return faults;
}

}  // namespace laoke::storage
