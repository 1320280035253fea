#include "storage/postgres_statistics.h"

#include <string>
#include <vector>

namespace laoke::storage {
namespace {

// relpages is the size at the last look; below 64 KiB any plan is a good one. Of several nodes the one that gets the lock
// looks; it is held for this statement's session until it is given back.
constexpr const char* kGrown =
    "SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE c.relkind = 'r' AND n.nspname = current_schema() AND pg_relation_size(c.oid) > greatest(2 * c.relpages::bigint * "
    "current_setting('block_size')::bigint, 65536)";
constexpr const char* kLock = "SELECT pg_try_advisory_lock(hashtext('laoke statistics'))";
constexpr const char* kUnlock = "SELECT pg_advisory_unlock(hashtext('laoke statistics'))";

PostgresResult run(PGconn* connection, const std::string& text) { return PostgresResult(PQexec(connection, text.c_str())); }

bool is_true(const PostgresResult& result) {
  return PQresultStatus(result.get()) == PGRES_TUPLES_OK && PQntuples(result.get()) == 1 && PQgetvalue(result.get(), 0, 0)[0] == 't';
}

}  // namespace

int PostgresStatistics::refresh(PGconn* connection) {
  const auto grown = run(connection, kGrown);
  if (PQresultStatus(grown.get()) != PGRES_TUPLES_OK || PQntuples(grown.get()) == 0 || !is_true(run(connection, kLock))) return 0;
  int analysed = 0;
  for (int row = 0; row < PQntuples(grown.get()); ++row)
    analysed += PQresultStatus(run(connection, std::string("ANALYZE ") + PQgetvalue(grown.get(), row, 0)).get()) == PGRES_COMMAND_OK;
  run(connection, kUnlock);
  return analysed;
}

PostgresStatistics::PostgresStatistics(const PostgresTarget& target) : target_(target), thread_([this] { loop(); }) {}

PostgresStatistics::~PostgresStatistics() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stop_.notify_all();
  thread_.join();
}

void PostgresStatistics::loop() {
  PostgresHandle handle;
  std::unique_lock lock(mutex_);
  while (!stop_.wait_for(lock, kEvery, [this] { return stopping_; })) {
    lock.unlock();
    try {
      if (!handle) handle = connect_postgres(target_, std::chrono::steady_clock::now() + std::chrono::seconds(1));
      refresh(handle.get());
      if (PQstatus(handle.get()) != CONNECTION_OK) handle.reset();
    } catch (const StorageError&) {
      handle.reset();
    }
    lock.lock();
  }
}

}  // namespace laoke::storage
