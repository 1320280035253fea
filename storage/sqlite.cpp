#include "storage/sqlite.h"

#include <SQLiteCpp/Backup.h>
#include <sqlite3.h>

#include <atomic>
#include <filesystem>

#include "storage/migrations.h"
#include "storage/statements.h"

namespace laoke::storage {
namespace {

constexpr std::size_t kMaxBatch = 256;  // closures in one commit; keeps a commit under some 20 ms
constexpr int kBackupPagesPerStep = 1000;

}  // namespace

// Lives on the stack of the thread that waits for it.
struct SqliteDatabase::Pending {
  const std::function<void(Transaction&)>& body;
  std::exception_ptr error;
  // An int and no bool: libstdc++ waits on an int with a futex of its own, on anything else with one of 16 that all
  // waiters share, and each commit would wake every one of them for every other.
  std::atomic<int> done{0};

  void finish() {
    done.store(1, std::memory_order_release);
    done.notify_one();
  }
};

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
    : file_(options.url.substr(std::string_view("sqlite:").size())), options_(options) {
  const auto folder = std::filesystem::path(file_).parent_path();
  std::error_code ignored;  // the open below says what is wrong
  if (!folder.empty()) std::filesystem::create_directories(folder, ignored);
  writer_ = std::make_unique<SqliteConnection>(file_, true, options_.writer_cache_kib);
  schema_version_ = migrate_sqlite(*writer_, options_.migrate);
  for (const Sql* sql : all_statements()) writer_->prepare(*sql);
  thread_ = std::thread([this] { writer_loop(); });
}

SqliteDatabase::~SqliteDatabase() {
  {
    const std::lock_guard lock(queue_mutex_);
    stopping_ = true;
  }
  queue_filled_.notify_all();
  thread_.join();
}

void SqliteDatabase::set_commit_listener(std::function<void(unsigned)> listener) {
  const std::lock_guard lock(queue_mutex_);
  listener_ = std::move(listener);
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

void SqliteDatabase::run_write(const std::function<void(Transaction&)>& body, Lane lane, Scope) {
  Pending pending{body, nullptr, {}};
  {
    const std::lock_guard lock(queue_mutex_);
    if (stopping_) throw StorageError(StorageFault::kUnavailable, "database: the program is stopping");
    (lane == Lane::kBulk ? bulk_ : interactive_).push_back(&pending);
  }
  queue_filled_.notify_one();
  pending.done.wait(0, std::memory_order_acquire);
  if (pending.error) std::rethrow_exception(pending.error);
}

bool SqliteDatabase::take_batch(std::vector<Pending*>& batch) {
  std::unique_lock lock(queue_mutex_);
  queue_filled_.wait(lock, [this] { return stopping_ || !interactive_.empty() || !bulk_.empty(); });
  const std::size_t most = options_.group_commit ? kMaxBatch : 1;
  while (!interactive_.empty() && batch.size() < most) {
    batch.push_back(interactive_.front());
    interactive_.pop_front();
  }
  if (!bulk_.empty() && batch.size() < most) {
    batch.push_back(bulk_.front());
    bulk_.pop_front();
  }
  return !batch.empty();
}

void SqliteDatabase::writer_loop() {
  std::vector<Pending*> batch;
  while (take_batch(batch)) {
    writer_->forget_signals();
    run_batch(batch);
    tell_listener(writer_->signals());
    for (Pending* pending : batch) pending->finish();
    batch.clear();
  }
}

void SqliteDatabase::tell_listener(unsigned signals) {
  if (signals == kNothing) return;
  std::function<void(unsigned)> listener;
  {
    const std::lock_guard lock(queue_mutex_);
    listener = listener_;
  }
  if (listener) listener(signals);
}

void SqliteDatabase::roll_back() {
  writer_->forget_ids();
  writer_->forget_signals();
  try {
    writer_->run("ROLLBACK");
  } catch (const StorageError&) {
    // SQLite already rolled back by itself (disk full, I/O error): there is nothing left to undo.
  }
}

// The usual way is without savepoints: they cost more than the rare second run after a failure.
void SqliteDatabase::run_batch(const std::vector<Pending*>& batch) {
  try {
    writer_->run("BEGIN IMMEDIATE");
  } catch (...) {
    for (Pending* pending : batch) pending->error = std::current_exception();
    return;
  }
  try {
    for (Pending* pending : batch) pending->body(*writer_);
    writer_->run("COMMIT");
  } catch (...) {
    roll_back();
    if (batch.size() == 1)
      batch.front()->error = std::current_exception();
    else
      run_each_alone(batch);
  }
}

void SqliteDatabase::run_each_alone(const std::vector<Pending*>& batch) {
  for (Pending* pending : batch) {
    const unsigned before = writer_->signals();
    try {
      writer_->run("BEGIN IMMEDIATE");
      pending->body(*writer_);
      writer_->run("COMMIT");
    } catch (...) {
      pending->error = std::current_exception();
      roll_back();
      writer_->raise(static_cast<Signal>(before));
    }
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

std::unique_ptr<Database> open_database(const DatabaseOptions& options) {
  if (options.url.starts_with("sqlite:") && options.url.size() > 7) return std::make_unique<SqliteDatabase>(options);
  throw StorageError(StorageFault::kUnavailable,
                     "database: '" + options.url + "' is not understood; allowed is sqlite:FILE, for example sqlite:var/laoke.db");
}

}  // namespace laoke::storage
