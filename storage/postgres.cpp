#include "storage/postgres.h"

#include "storage/database_file.h"
#include "storage/postgres_check.h"
#include "storage/postgres_migrations.h"

namespace laoke::storage {
namespace {

// A node that froze inside a transaction holds its shops' locks: after this long the server lets go of them.
constexpr int kIdleInTransactionMs = 10'000;

}  // namespace

PostgresDatabase::PostgresDatabase(const DatabaseOptions& options)
    : target_{options.url, options.patience_ms, 0},
      writing_target_{options.url, options.patience_ms, kIdleInTransactionMs},
      shown_(shown_without_password(options.url)),
      readers_(target_, statements_, options.readers) {
  const std::chrono::milliseconds patience(options.patience_ms);
  auto handle = connect_postgres(writing_target_, std::chrono::steady_clock::now() + patience);
  schema_version_ = migrate_postgres(handle.get(), options.migrate);
  statements_.check(handle.get());
  writer_ = std::make_unique<PostgresWriter>(writing_target_, statements_, std::move(handle), [this](unsigned signals) { listener_->tell(signals); });
  commits_ = std::make_unique<GroupCommit>(*writer_, options.group_commit ? kMaxBatch : 1, patience);
  listener_ = std::make_unique<PostgresListener>(target_, [this](unsigned signals) { commits_->tell_listener(signals); });
  statistics_ = std::make_unique<PostgresStatistics>(target_);
}

PostgresDatabase::~PostgresDatabase() {
  commits_->stop();
  listener_.reset();  // before commits_, which it calls
}

void PostgresDatabase::set_commit_listener(std::function<void(unsigned)> listener) {
  commits_->set_commit_listener(std::move(listener));
}

void PostgresDatabase::run_read(const std::function<void(Transaction&)>& body) { readers_.run(body); }

void PostgresDatabase::run_write(const std::function<void(Transaction&)>& body, Lane lane, Scope scope) {
  commits_->run(body, lane, scope);
}

void PostgresDatabase::backup(const std::string& file, const std::function<void(BackupProgress)>&) {
  throw StorageError(StorageFault::kOther, "database: PostgreSQL is backed up with its own tool, also while the server runs: pg_dump --format=custom --file='" +
                                               file + "' '" + shown_ + "'");
}

std::vector<std::string> PostgresDatabase::check() {
  std::vector<std::string> faults;
  if (schema_version_ != newest_schema_version())
    faults.push_back("schema version " + std::to_string(schema_version_) + " instead of " + std::to_string(newest_schema_version()));
  readers_.run([&](Transaction& tx) { look_for_faults(tx, faults); });
  return faults;
}

}  // namespace laoke::storage
