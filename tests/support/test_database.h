#pragma once
#include <optional>
#include <string>
#include <vector>

#include "storage/database.h"
#include "tests/support/temp_dir.h"

namespace laoke::test {

// The engine the tests run on: LAOKE_TEST_DATABASE holds the URL of a PostgreSQL whose user may create databases
// (deploy/postgres.sh makes one); without it, or empty, SQLite. Tests that are about SQLite's file are tagged [sqlite], those that
// are about the server [.postgres], so that they run only when they are asked for: "~[sqlite],[postgres]".
bool on_postgres();
std::string postgres_server();  // throws when the tests run on SQLite

// Runs statements one after the other on a connection of its own; throws what the server says.
void run_on(const std::string& url, const std::vector<std::string>& statements);
// The URL of another database on the same server.
std::string with_database(const std::string& url, const std::string& name);

// An empty, migrated database of its own for one test: a file, or a database on the server. Whoever opened it closes it
// before this goes.
class TestDatabase {
 public:
  TestDatabase();
  explicit TestDatabase(const std::string& sqlite_file);  // where the file is, when it is one
  ~TestDatabase();
  TestDatabase(const TestDatabase&) = delete;
  TestDatabase& operator=(const TestDatabase&) = delete;

  const std::string& url() const { return url_; }
  storage::DatabaseOptions options() const;

 private:
  std::optional<TempDir> dir_;
  std::string on_server_;  // its name there
  std::string url_;
};

// The same for a test tagged [.postgres]: says so when there is no server.
class ServerDatabase : public TestDatabase {
 public:
  ServerDatabase() : ServerDatabase(postgres_server()) {}

 private:
  explicit ServerDatabase(const std::string&) {}
};

}  // namespace laoke::test
