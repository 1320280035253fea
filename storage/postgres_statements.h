#pragma once
#include <libpq-fe.h>

#include <string>
#include <unordered_map>
#include <vector>

#include "storage/database.h"

namespace laoke::storage {

// One statement in PostgreSQL's dialect. `number` is its place in every connection's list of what is prepared there.
struct PostgresStatement {
  std::size_t number = 0;
  std::string name;          // "customers.find", for errors
  std::string handle;        // what the server calls it: "s17"
  std::string text;
  std::vector<Oid> types;    // of the parameters; 0 where the server decides
};

// All statements of one database. Unchanged after check(), so that every connection may ask at once.
class PostgresStatements {
 public:
  PostgresStatements();

  // Nothing for a statement that no store lists: it is sent without being prepared.
  const PostgresStatement* find(const Sql& sql) const;
  std::size_t count() const { return statements_.size(); }
  // Prepares every statement on this connection (not in pipeline mode) and learns the types of the parameters. Throws
  // StorageError naming the statement the server refuses.
  void check(PGconn* connection);

 private:
  std::unordered_map<const Sql*, PostgresStatement> statements_;
};

// The engine's own statements.
extern const Sql kBegin, kBeginReading, kCommit, kLockAllShops, kLockShops, kTransactionId, kSharedClock;

}  // namespace laoke::storage
