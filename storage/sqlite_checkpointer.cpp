#include "storage/sqlite_checkpointer.h"

#include <memory>

#include "storage/sqlite_connection.h"

namespace laoke::storage {
namespace {

constexpr int kPassPages = 1000;  // 4 MB, as SQLite's own default
constexpr int kMostPages = 4000;  // 16 MB; a longer log slows reading
constexpr int kCacheKib = 64;     // a checkpoint does not use it

}  // namespace

SqliteCheckpointer::~SqliteCheckpointer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

bool SqliteCheckpointer::committed(int pages) {
  const std::lock_guard lock(mutex_);
  if (pages < pages_) seen_pages_ = 0;  // the log began anew
  pages_ = pages;
  if (at_work_) return false;
  if (passed_ && pages_ > kMostPages) {  // right behind a pass least is left; once, for a reader may need the log
    passed_ = false;
    seen_pages_ = pages_;
    return true;
  }
  if (pages_ - seen_pages_ < kPassPages) return false;
  at_work_ = true;
  if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
  wake_.notify_one();
  return false;
}

void SqliteCheckpointer::run() {
  std::unique_ptr<SqliteConnection> connection;
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return at_work_ || stopping_; });
    if (stopping_) return;
    seen_pages_ = pages_;
    lock.unlock();
    try {
      if (!connection) connection = std::make_unique<SqliteConnection>(file_, false, kCacheKib);
      connection->query_built("PRAGMA wal_checkpoint(PASSIVE)", {}, nullptr);
    } catch (const StorageError&) {
      // A full disk, say: what is in the log is durable and read from there. The writer hears of it when it writes.
    }
    lock.lock();
    at_work_ = false;
    passed_ = true;
  }
}

}  // namespace laoke::storage
