#include "storage/postgres_writer.h"

#include <algorithm>
#include <thread>

#include "storage/postgres_errors.h"

namespace laoke::storage {
namespace {

constexpr std::int64_t kIdBlock = 1000;  // ids reserved at a time; a restart skips at most this many
constexpr std::chrono::milliseconds kAskAgain{20};
constexpr std::chrono::seconds kLeastToSettle{2};  // a commit is asked for at least this long, however late it is

Deadline in_ms(int milliseconds) { return std::chrono::steady_clock::now() + std::chrono::milliseconds(milliseconds); }

PostgresResult run_with(PGconn* connection, const char* text, const std::string& parameter) {
  const char* values[] = {parameter.c_str()};
  return PostgresResult(PQexecParams(connection, text, 1, nullptr, values, nullptr, nullptr, 0));
}

// "{0,1000,1003}": the key of all shops, then theirs.
std::string lock_keys(std::span<const Scope> scopes) {
  std::string keys = "{0";
  for (const Scope scope : scopes) keys += "," + std::to_string(static_cast<std::int64_t>(scope));
  return keys + "}";
}

// What became of a transaction: 'committed', 'aborted', 'in progress'. A session that still has it open and waits for
// us is ended: it will never hear from us again.
std::string status_of(PGconn* connection, const std::string& transaction_id) {
  const auto result = run_with(connection, "SELECT pg_xact_status($1::xid8)", transaction_id);
  if (PQresultStatus(result.get()) != PGRES_TUPLES_OK) return "";
  const std::string status = PostgresRow(result.get(), 0).string(0);
  if (status == "in progress")
    run_with(connection,
             "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
             "WHERE backend_xid = $1::xid8::xid AND state LIKE 'idle in transaction%'",
             transaction_id);
  return status;
}

}  // namespace

std::int64_t PostgresIds::next() {
  if (left_ == 0) reserve();
  --left_;
  return next_++;
}

void PostgresIds::reserve() {
  for (const auto deadline = in_ms(target_.patience_ms);;) {
    if (!handle_) handle_ = connect_postgres(target_, deadline);
    const auto result = run_with(
        handle_.get(), "UPDATE id_blocks SET next_id = next_id + $1::bigint WHERE name = 'id' RETURNING next_id",
        std::to_string(kIdBlock));
    if (PQresultStatus(result.get()) == PGRES_TUPLES_OK) {
      if (PQntuples(result.get()) == 0)
        throw StorageError(StorageFault::kCorrupt, "database: the table id_blocks has no row 'id'");
      next_ = PostgresRow(result.get(), 0).integer(0) - kIdBlock;
      left_ = kIdBlock;
      return;
    }
    const bool died = PQstatus(handle_.get()) != CONNECTION_OK;
    if (died) handle_.reset();
    if (!died || std::chrono::steady_clock::now() > deadline)
      throw postgres_error(sqlstate_of(result.get()), message_of(result.get()), "reserving ids");
  }
}

PostgresWriter::PostgresWriter(const PostgresTarget& target, PostgresStatements& statements, PostgresHandle handle,
                               std::function<void(unsigned)> committed)
    : target_(target),
      statements_(statements),
      connection_(std::make_unique<PostgresConnection>(std::move(handle), statements)),
      ids_(target),
      committed_(std::move(committed)) {}

void PostgresWriter::connect(Deadline deadline) {
  if (connection_ && connection_->alive()) return;
  connection_.reset();
  try {
    connection_ = std::make_unique<PostgresConnection>(connect_postgres(target_, deadline), statements_);
  } catch (const StorageError& error) {
    throw StillAway(error.fault(), error.what());
  }
}

void PostgresWriter::begin(std::span<const Scope> scopes, Deadline deadline) {
  nothing_remains_ = false;
  transaction_id_.clear();
  connect(deadline);
  try {
    connection_->send(kBegin, {});
    if (scopes.front() == Scope::kEveryShop) {
      connection_->send(kLockAllShops, {});
    } else {
      const auto keys = lock_keys(scopes);
      const Param params[] = {keys};
      connection_->send(kLockShops, params);
    }
    connection_->send(kTransactionId, {}, {&transaction_id_, nullptr});
  } catch (const StorageError& error) {
    connection_.reset();
    throw FailsAll(error.fault(), error.what());
  }
}

std::int64_t PostgresWriter::ask(const Send& send, const RowFn& each) {
  send(*connection_);
  const auto result = connection_->answer();
  each_row(result.get(), each);
  return rows_changed(result.get());
}

void PostgresWriter::submit(const Sql& sql, std::span<const Param> params) { connection_->send(sql, params); }

std::int64_t PostgresWriter::execute_each(const Sql& sql, std::span<const std::vector<Param>> rows) {
  std::int64_t changed = 0;
  for (const auto& params : rows) connection_->send(sql, params, {nullptr, &changed});
  if (!rows.empty()) connection_->answer();
  return changed;
}

void PostgresWriter::query_each(const Sql& sql, std::span<const std::vector<Param>> rows,
                                const std::function<void(std::size_t, const Row&)>& each) {
  std::vector<PostgresResult> answers;
  answers.reserve(rows.size());
  for (const auto& params : rows) connection_->send(sql, params, {nullptr, nullptr, &answers});
  if (!rows.empty()) connection_->answer();
  for (std::size_t i = 0; i < answers.size(); ++i)
    each_row(answers[i].get(), [&](const Row& row) { each(i, row); });
}

void PostgresWriter::commit(Deadline deadline) {
  // Without its number nobody could ask what became of the transaction. Nearly every closure asked something by now.
  if (transaction_id_.empty()) connection_->answer();
  PostgresResult result;
  try {
    connection_->send(kCommit, {});
    result = connection_->finish();
  } catch (const StorageError&) {
    if (connection_->alive()) throw;
    return settle(deadline);
  }
  if (std::string_view(PQcmdStatus(result.get())) != "COMMIT")
    throw StorageError(StorageFault::kOther, "database: the server rolled the transaction back");
}

// The connection died between COMMIT and its answer.
void PostgresWriter::settle(Deadline deadline) {
  connection_.reset();
  deadline = std::max(deadline, std::chrono::steady_clock::now() + kLeastToSettle);
  std::string status;
  try {
    do {
      auto handle = connect_postgres(target_, deadline);
      while ((status = status_of(handle.get(), transaction_id_)) == "in progress" && std::chrono::steady_clock::now() < deadline)
        std::this_thread::sleep_for(kAskAgain);
      if (PQstatus(handle.get()) == CONNECTION_OK)
        connection_ = std::make_unique<PostgresConnection>(std::move(handle), statements_);
    } while (!connection_ && std::chrono::steady_clock::now() < deadline);
  } catch (const StorageError&) {
    // Said below.
  }
  if (status == "committed") return;
  nothing_remains_ = status == "aborted";
  if (nothing_remains_) throw StorageError(StorageFault::kUnavailable, "database: the connection was lost before the commit");
  throw FailsAll(StorageFault::kUnavailable,
                 "database: the connection was lost while saving and the server does not say whether the change was kept; "
                 "look at it before repeating it");
}

bool PostgresWriter::worth_another_try() const {
  return nothing_remains_ || (connection_ && connection_->failure() && cured_by_another_try(*connection_->failure()));
}

void PostgresWriter::roll_back() noexcept {
  if (connection_ && !connection_->reset()) connection_.reset();
}

}  // namespace laoke::storage
