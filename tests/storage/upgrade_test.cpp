#include <sqlite3.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "storage/database_file.h"
#include "storage/embedded.h"
#include "storage/table_shapes.h"
#include "tests/support/temp_dir.h"

// Databases as earlier programs left them: tests/storage/schemas/NNNN.sql holds rows that schema NNNN is the first
// to have a place for.
using namespace laoke;
namespace fs = std::filesystem;

namespace {

const fs::path kSchemas = LAOKE_SOURCE_DIR "/tests/storage/schemas";

std::string contents(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

// A bare connection: no migration runs by itself.
class Bare {
 public:
  explicit Bare(const std::string& file) { REQUIRE(sqlite3_open(file.c_str(), &database_) == SQLITE_OK); }
  ~Bare() { sqlite3_close(database_); }
  void run(std::string text) {
    for (auto at = text.find("/*clustered*/"); at != std::string::npos; at = text.find("/*clustered*/")) text.replace(at, 13, "WITHOUT ROWID");
    char* error = nullptr;
    const int code = sqlite3_exec(database_, text.c_str(), nullptr, nullptr, &error);
    INFO((error != nullptr ? error : ""));
    REQUIRE(code == SQLITE_OK);
  }
  std::vector<std::string> column(const std::string& query) {
    std::vector<std::string> all;
    const auto keep = [](void* kept, int, char** values, char**) {
      static_cast<std::vector<std::string>*>(kept)->push_back(values[0] != nullptr ? values[0] : "null");
      return 0;
    };
    REQUIRE(sqlite3_exec(database_, query.c_str(), keep, &all, nullptr) == SQLITE_OK);
    return all;
  }

 private:
  sqlite3* database_ = nullptr;
};

// What stands in a table, each row as one text, by the columns given.
std::multiset<std::string> rows_of(Bare& database, const std::string& table, const std::vector<std::string>& columns) {
  std::string all;
  for (const auto& column : columns) all += (all.empty() ? "" : " || '|' || ") + ("coalesce(" + column + ", 'null')");
  const auto rows = database.column("SELECT " + all + " FROM " + table);
  return {rows.begin(), rows.end()};
}

struct Before {
  std::vector<std::string> columns;
  std::multiset<std::string> rows;
};

}  // namespace

TEST_CASE("a database of every earlier schema comes up to date with every value it had", "[upgrade][sqlite]") {
  // Each schema is filled with what the one before it could hold and what only it can.
  std::vector<int> expected;
  for (int version = 1; version <= storage::newest_schema_version(); ++version) expected.push_back(version);

  for (const int version : expected) {
    DYNAMIC_SECTION("schema " << version) {
      test::TempDir dir;
      const std::string file = dir.file("old.db");
      std::map<std::string, Before> before;
      {
        Bare old(file);
        old.run("CREATE TABLE schema_version (version BIGINT PRIMARY KEY, applied_at_ms BIGINT NOT NULL)");
        for (const auto& migration : embedded::embedded_migrations()) {
          const int number = std::stoi(fs::path(migration.path).filename().string().substr(0, 4));
          if (number > version) break;
          old.run(migration.text);
          old.run("INSERT INTO schema_version VALUES (" + std::to_string(number) + ", 1)");
          char name[16];
          std::snprintf(name, sizeof name, "%04d.sql", number);
          if (fs::exists(kSchemas / name)) old.run(contents(kSchemas / name));
        }
        for (const auto& table : old.column("SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'schema_version'")) {
          const auto columns = old.column("SELECT name FROM pragma_table_info('" + table + "') ORDER BY name");
          before[table] = {columns, rows_of(old, table, columns)};
        }
      }
      storage::DatabaseOptions options;
      options.url = "sqlite:" + file;
      {
        const auto database = storage::open_database(options);  // every statement is prepared against it
        CHECK(database->schema_version() == storage::newest_schema_version());
        CHECK(database->check().empty());
      }
      Bare now(file);
      std::size_t filled = 0;
      for (const auto& [table, was] : before) {
        CAPTURE(table);
        CHECK(rows_of(now, table, was.columns) == was.rows);
        filled += was.rows.empty() ? 0 : 1;
      }
      CHECK(filled == before.size());
    }
  }
}
