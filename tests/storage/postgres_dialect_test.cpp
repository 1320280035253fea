#include <catch2/catch.hpp>

#include "storage/postgres_connection.h"
#include "storage/postgres_dialect.h"
#include "storage/postgres_errors.h"
#include "storage/postgres_params.h"

using namespace laoke::storage;

TEST_CASE("the shared SQL becomes PostgreSQL's where the two differ", "[storage][dialect]") {
  const auto [shared, dialect] = GENERATE(table<std::string, std::string>({
      {"SELECT 1 FROM tags WHERE name = $1", "SELECT 1 FROM tags WHERE name = $1"},
      {"lower(name) = lower($2)", "lower(name) = lower($2::text COLLATE \"C\")"},
      {"lower(a) = lower($2) OR lower(b) LIKE lower($13)", "lower(a) = lower($2::text COLLATE \"C\") OR lower(b) LIKE lower($13::text COLLATE \"C\")"},
      {"lower($1", "lower($1"},
      {"", ""},
  }));
  CHECK(statement_in_postgres(shared) == dialect);
}

TEST_CASE("text in a table compares by its bytes on every server", "[storage][dialect]") {
  const auto [shared, dialect] = GENERATE(table<std::string, std::string>({
      {"CREATE TABLE t (a TEXT NOT NULL, b BIGINT)", "CREATE TABLE t (a TEXT COLLATE \"C\" NOT NULL, b BIGINT)"},
      {"ALTER TABLE t ADD COLUMN c TEXT", "ALTER TABLE t ADD COLUMN c TEXT COLLATE \"C\""},
      {"SELECT CAST(b AS TEXT) FROM t", "SELECT CAST(b AS TEXT) FROM t"},
      {"CREATE TABLE CONTEXTS (TEXT_ID BIGINT)", "CREATE TABLE CONTEXTS (TEXT_ID BIGINT)"},
  }));
  CHECK(migration_in_postgres(2, shared) == dialect);
}

TEST_CASE("the first schema's queues are swept early", "[storage][dialect]") {
  CHECK(migration_in_postgres(1, "").find("ALTER TABLE send_queue SET (autovacuum") != std::string::npos);
  CHECK(migration_in_postgres(2, "").empty());
}

TEST_CASE("what the server refuses for becomes a fault the program knows", "[storage][dialect]") {
  const auto [sqlstate, fault, again] = GENERATE(table<std::string, StorageFault, bool>({
      {"23505", StorageFault::kConstraint, false},
      {"23502", StorageFault::kConstraint, false},
      {"53100", StorageFault::kDiskFull, false},
      {"53300", StorageFault::kUnavailable, false},
      {"25006", StorageFault::kReadOnly, false},
      {"28P01", StorageFault::kUnavailable, false},
      {"40001", StorageFault::kBusy, true},
      {"40P01", StorageFault::kBusy, true},
      {"55P03", StorageFault::kBusy, true},
      {"57P01", StorageFault::kUnavailable, true},
      {"08006", StorageFault::kUnavailable, true},
      {"", StorageFault::kUnavailable, true},
      {"XX001", StorageFault::kCorrupt, false},
      {"42601", StorageFault::kOther, false},
  }));
  CAPTURE(sqlstate);
  CHECK(postgres_fault(sqlstate) == fault);
  CHECK(cured_by_another_try(sqlstate) == again);
  CHECK(postgres_error(sqlstate, "said\nso", "asking").fault() == fault);
}

TEST_CASE("an error says in one line what was done, what the server said and what to do", "[storage][dialect]") {
  const std::string text = postgres_error("53100", "could not extend file\nHINT: check it\n", "customers.insert").what();
  CHECK(text == "database, customers.insert: could not extend file HINT: check it (53100); the server's disk is full: free some space there, "
                "nothing accepted is lost");
}

TEST_CASE("a URL is shown without its password", "[storage][dialect]") {
  const auto [url, shown] = GENERATE(table<std::string, std::string>({
      {"postgresql://ann:secret@db.example:5433/shop", "postgresql://ann@db.example:5433/shop"},
      {"postgresql:///shop?host=/run/pg&user=ann&password=secret", "postgresql://ann@/shop?host=/run/pg"},
      {"postgres://db.example/shop?sslmode=require", "postgresql://db.example/shop"},
  }));
  CHECK(shown_without_password(url) == shown);
}

TEST_CASE("a URL that is none is refused without repeating it", "[storage][dialect]") {
  CHECK_THROWS_WITH(shown_without_password("postgresql://ann:secret@[bad/shop"),
                    Catch::Contains("postgresql://user:password@host") && !Catch::Contains("secret"));
}

TEST_CASE("a parameter travels in the form the server expects", "[storage][dialect]") {
  constexpr Oid kBigint = 20, kText = 25, kDouble = 701;
  PostgresParams params;
  const std::string nul("a\0b", 3);
  const std::string_view none;
  const Param given[] = {std::int64_t{-2}, 1.5, "老客", nullptr, nul, std::int64_t{7}, none, "12"};
  const Oid types[] = {kBigint, kDouble, kText, kText, kText, kText, kText, kBigint};
  params.set(given, types, "test");
  REQUIRE(params.count() == 8);
  const auto bytes = [&](int i) { return std::string(params.values()[i], static_cast<std::size_t>(params.lengths()[i])); };
  CHECK(bytes(0) == std::string("\xff\xff\xff\xff\xff\xff\xff\xfe", 8));
  CHECK(bytes(1) == std::string("\x3f\xf8\0\0\0\0\0\0", 8));
  CHECK(bytes(2) == "老客");
  CHECK(params.values()[3] == nullptr);
  CHECK(bytes(4) == "a\xEF\xBF\xBD""b");  // the server keeps no U+0000
  CHECK(bytes(5) == "7");
  CHECK(params.formats()[5] == 0);
  CHECK((params.values()[6] != nullptr && bytes(6).empty()));  // empty and not null
  CHECK((bytes(7) == "12" && params.formats()[7] == 0));
}

TEST_CASE("a statement given too few parameters is our mistake and says which", "[storage][dialect]") {
  PostgresParams params;
  const Oid types[] = {20, 20};
  const Param one[] = {1};
  CHECK_THROWS_WITH(params.set(one, types, "customers.find"), Catch::Contains("customers.find") && Catch::Contains("$2"));
}
