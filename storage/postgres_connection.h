#pragma once
#include <libpq-fe.h>

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "storage/group_commit.h"
#include "storage/postgres_params.h"
#include "storage/postgres_result.h"
#include "storage/postgres_statements.h"

namespace laoke::storage {

struct CloseConnection {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
using PostgresHandle = std::unique_ptr<PGconn, CloseConnection>;

// Where the database is and how its connections are set up.
struct PostgresTarget {
  std::string url;
  int patience_ms = 5'000;
  int idle_in_transaction_ms = 0;  // the server ends a transaction that was silent for so long; 0 never
};

// Opens a connection and sets it up; tries again, with growing pauses, until the deadline. Throws StorageError with what
// to do.
PostgresHandle connect_postgres(const PostgresTarget& target, Deadline deadline);
// The URL for people: user, host, port and database. Throws StorageError when libpq does not understand it.
std::string shown_without_password(const std::string& url);

// A connection in pipeline mode: what is sent waits here until an answer is needed, then all of it goes in one round
// trip. Belongs to one thread at a time.
class PostgresConnection {
 public:
  PostgresConnection(PostgresHandle handle, PostgresStatements& statements);

  // What becomes of the answer, once it is read: its first value is kept, its changed rows are added, all of it is put
  // behind others.
  struct Wanted {
    std::string* keep = nullptr;
    std::int64_t* changed = nullptr;
    std::vector<PostgresResult>* whole = nullptr;
  };
  void send(const Sql& sql, std::span<const Param> params, Wanted wanted);
  void send(const Sql& sql, std::span<const Param> params) { send(sql, params, Wanted{}); }
  void send_built(const std::string& text, std::span<const Param> params, Wanted wanted);
  // The answer of what was sent last. Throws StorageError when that, or anything sent before it, failed; from then on
  // every call throws the same until reset().
  PostgresResult answer();
  // The same, row by row as they come, so that a long answer is never held as a whole. `each` may send and ask: what has
  // not come by then is kept first.
  void stream(const RowFn& each);
  // Ends the pipeline behind what was sent last and waits for all of it. Throws as answer().
  PostgresResult finish();
  // The same without waiting: the answers are read before the next transaction.
  void finish_later();
  // Rolls back and makes the connection as new. False: it is of no more use.
  bool reset() noexcept;

  bool alive() const { return PQstatus(handle_.get()) == CONNECTION_OK; }
  // The SQLSTATE of the failure, "" when the connection died; nothing while all is well.
  const std::optional<std::string>& failure() const { return failed_state_; }
  int backend() const { return PQbackendPID(handle_.get()); }

 private:
  struct Sent {
    const PostgresStatement* prepared = nullptr;  // set: the preparation of this statement
    std::string_view name;
    bool sync = false;
    Wanted wanted;
  };

  // An answer that is being read row by row.
  struct Stream {
    Sent what;
    std::deque<PostgresResult> kept;  // came while `each` was busy with another question
    bool ended = false;
  };

  void prepare(const PostgresStatement& statement);
  void sent(int ok, Sent what);
  PostgresResult receive(const Sent& what);
  PostgresResult receive_all();
  void fail(const PGresult* result, std::string_view while_doing);
  void throw_if_failed() const;
  void keep_answers_few();
  void make_way();
  PostgresResult next_of(Stream& stream);
  PostgresResult judged(PostgresResult result, const Sent& what);

  PostgresHandle handle_;
  PostgresStatements& statements_;
  PostgresParams params_;
  std::vector<char> prepared_;  // by number of the statement
  std::deque<Sent> sent_;       // whose answers were not read yet
  Stream* streaming_ = nullptr;  // the innermost whose end has not come
  std::optional<std::string> failed_state_;
  std::optional<StorageError> failure_;
};

}  // namespace laoke::storage
