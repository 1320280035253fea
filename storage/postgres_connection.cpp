#include "storage/postgres_connection.h"

#include "storage/postgres_dialect.h"
#include "storage/postgres_errors.h"

namespace laoke::storage {
namespace {

// Answers nobody waits for stay in the sockets' buffers; more of them than fit there would stop both sides. 256 short
// ones are some 15 KiB, a socket holds 64 or more.
constexpr std::size_t kMostUnread = 256;
constexpr int kAnswersInText = 0;
const std::string kDied;  // the SQLSTATE of a connection that died

}  // namespace

PostgresConnection::PostgresConnection(PostgresHandle handle, PostgresStatements& statements)
    : handle_(std::move(handle)), statements_(statements), prepared_(statements.count()) {
  PQenterPipelineMode(handle_.get());
}

void PostgresConnection::fail(const PGresult* result, std::string_view while_doing) {
  if (failure_) return;  // the first is the cause of the others
  failed_state_ = result != nullptr && PQstatus(handle_.get()) == CONNECTION_OK ? sqlstate_of(result) : kDied;
  const std::string state = result != nullptr ? sqlstate_of(result) : kDied;
  failure_ = postgres_error(state, result != nullptr ? message_of(result) : message_of(handle_.get()), while_doing);
}

void PostgresConnection::throw_if_failed() const {
  if (failure_) throw *failure_;
}

void PostgresConnection::sent(int ok, Sent what) {
  if (ok == 1) {
    sent_.push_back(what);
    return;
  }
  fail(nullptr, what.name);
  throw_if_failed();
}

void PostgresConnection::prepare(const PostgresStatement& statement) {
  if (prepared_[statement.number] != 0) return;
  sent(PQsendPrepare(handle_.get(), statement.handle.c_str(), statement.text.c_str(), static_cast<int>(statement.types.size()),
                     statement.types.data()),
       {&statement, statement.name, false, {}});
  prepared_[statement.number] = 1;
}

void PostgresConnection::send(const Sql& sql, std::span<const Param> params, Wanted wanted) {
  const PostgresStatement* statement = statements_.find(sql);
  if (statement == nullptr) return send_built(std::string(sql.text), params, wanted);
  make_way();
  throw_if_failed();
  keep_answers_few();
  prepare(*statement);
  params_.set(params, statement->types, statement->name);
  const int count = static_cast<int>(statement->types.size());
  sent(PQsendQueryPrepared(handle_.get(), statement->handle.c_str(), count, params_.values(), params_.lengths(),
                           params_.formats(), kAnswersInText),
       {nullptr, statement->name, false, wanted});
}

void PostgresConnection::send_built(const std::string& text, std::span<const Param> params, Wanted wanted) {
  make_way();
  throw_if_failed();
  keep_answers_few();
  params_.set(params, {}, "built statement");
  sent(PQsendQueryParams(handle_.get(), statement_in_postgres(text).c_str(), params_.count(), params_.types(),
                         params_.values(), params_.lengths(), params_.formats(), kAnswersInText),
       {nullptr, "built statement", false, wanted});
}

void PostgresConnection::keep_answers_few() {
  if (sent_.size() >= kMostUnread) answer();
}

// An answer as it came, after a look at whether it is one.
PostgresResult PostgresConnection::judged(PostgresResult result, const Sent& what) {
  const auto status = PQresultStatus(result.get());  // of none: a fatal error
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_SINGLE_TUPLE) {
    if (what.prepared != nullptr) prepared_[what.prepared->number] = 0;
    fail(result.get(), what.name);
  } else {
    if (what.wanted.keep != nullptr && PQntuples(result.get()) > 0) *what.wanted.keep = PostgresRow(result.get(), 0).string(0);
    if (what.wanted.changed != nullptr) *what.wanted.changed += rows_changed(result.get());
  }
  return result;
}

PostgresResult PostgresConnection::receive(const Sent& what) {
  PostgresResult result(PQgetResult(handle_.get()));
  if (what.sync) {
    if (PQresultStatus(result.get()) != PGRES_PIPELINE_SYNC) fail(result.get(), "ending the pipeline");
    return nullptr;
  }
  result = judged(std::move(result), what);
  while (result && PostgresResult(PQgetResult(handle_.get()))) {
    // a null ends the answer
  }
  if (what.wanted.whole != nullptr && !failure_) {
    what.wanted.whole->push_back(std::move(result));
    return nullptr;
  }
  return result;
}

PostgresResult PostgresConnection::receive_all() {
  PostgresResult last;
  while (!sent_.empty()) {
    const Sent what = sent_.front();
    sent_.pop_front();
    if (auto result = receive(what)) last = std::move(result);
    if (!alive()) {
      fail(nullptr, what.name);
      failed_state_ = kDied;
      sent_.clear();
    }
  }
  throw_if_failed();
  return last;
}

PostgresResult PostgresConnection::answer() {
  throw_if_failed();
  if (PQsendFlushRequest(handle_.get()) != 1) fail(nullptr, "sending");
  return receive_all();
}

PostgresResult PostgresConnection::next_of(Stream& stream) {
  if (stream.ended) return nullptr;
  PostgresResult result(PQgetResult(handle_.get()));
  if (result) result = judged(std::move(result), stream.what);
  stream.ended = !result || !alive();
  if (!alive()) fail(result.get(), stream.what.name);
  return result;
}

// Another question comes while an answer is being read: the rest of that answer stands before its own in the wire.
void PostgresConnection::make_way() {
  if (streaming_ == nullptr) return;
  while (auto result = next_of(*streaming_)) streaming_->kept.push_back(std::move(result));
  streaming_ = nullptr;
}

void PostgresConnection::stream(const RowFn& each) {
  throw_if_failed();
  if (PQsendFlushRequest(handle_.get()) != 1) fail(nullptr, "sending");
  const Sent last = sent_.back();
  sent_.pop_back();
  receive_all();  // of what was sent before it
  PQsetSingleRowMode(handle_.get());
  Stream mine{last, {}, false};
  streaming_ = &mine;
  struct MakeWay {  // also when `each` throws
    PostgresConnection& connection;
    Stream& stream;
    ~MakeWay() {
      if (connection.streaming_ == &stream) connection.make_way();
    }
  } at_the_end{*this, mine};
  for (;;) {
    PostgresResult result;
    if (!mine.kept.empty()) {
      result = std::move(mine.kept.front());
      mine.kept.pop_front();
    } else if (!(result = next_of(mine))) {
      break;
    }
    each_row(result.get(), each);
  }
  throw_if_failed();
}

PostgresResult PostgresConnection::finish() {
  throw_if_failed();
  sent(PQpipelineSync(handle_.get()), {nullptr, "ending the pipeline", true, {}});
  return receive_all();
}

void PostgresConnection::finish_later() {
  throw_if_failed();
  sent(PQpipelineSync(handle_.get()), {nullptr, "ending the pipeline", true, {}});
}

bool PostgresConnection::reset() noexcept {
  const auto forget = [this] {
    failure_.reset();
    failed_state_.reset();
  };
  try {
    if (!alive()) return false;
    forget();
    sent(PQpipelineSync(handle_.get()), {nullptr, "ending the pipeline", true, {}});
    sent(PQsendQueryParams(handle_.get(), "ROLLBACK", 0, nullptr, nullptr, nullptr, nullptr, kAnswersInText),
         {nullptr, "ROLLBACK", false, {}});
    sent(PQpipelineSync(handle_.get()), {nullptr, "ending the pipeline", true, {}});
    receive_all();
  } catch (const StorageError&) {
    // What was sent and not answered fails here for the reason that led here.
  }
  forget();
  return alive();
}

}  // namespace laoke::storage
