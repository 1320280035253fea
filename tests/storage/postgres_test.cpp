#include <catch2/catch.hpp>
#include <condition_variable>
#include <future>
#include <set>
#include <thread>

#include "storage/postgres_statistics.h"
#include "storage/shops.h"
#include "tests/support/patience.h"
#include "tests/support/test_database.h"

// What the PostgreSQL engine promises beyond what every engine does.
using namespace laoke;
using namespace laoke::test;
using namespace std::chrono_literals;
using storage::Lane;
using storage::of_shop;
using storage::Scope;
using storage::Sql;
using storage::StorageFault;
using storage::Transaction;

namespace {

constexpr Sql kReadValue{"test.read", "SELECT value FROM counters WHERE shop_id = $1 AND name = 'n'"};
constexpr Sql kWriteValue{"test.write",
                          "INSERT INTO counters (shop_id, name, value) VALUES ($1, 'n', $2) "
                          "ON CONFLICT (shop_id, name) DO UPDATE SET value = excluded.value"};
constexpr Sql kInsertValue{"test.insert", "INSERT INTO counters (shop_id, name, value) VALUES ($1, 'n', $2)"};

std::int64_t value(Transaction& tx, std::int64_t shop) {
  std::int64_t found = 0;
  tx.query(kReadValue, {shop}, [&](const storage::Row& row) { found = row.integer(0); });
  return found;
}

// Loses an update when another write of the shop comes between its two halves.
void count_up(Transaction& tx, std::int64_t shop) { tx.submit(kWriteValue, {shop, value(tx, shop) + 1}); }

std::unique_ptr<storage::Database> node(const TestDatabase& home) { return storage::open_database(home.options()); }

StorageFault fault_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const storage::StorageError& error) {
    return error.fault();
  }
  throw std::logic_error("it did not fail");
}

}  // namespace

TEST_CASE("writes of one shop follow each other, whichever nodes they start on", "[.postgres][concurrent]") {
  const ServerDatabase home;
  const auto one = node(home), two = node(home);
  constexpr int kEach = 40;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&, i] {
      auto& database = i % 2 == 0 ? *one : *two;
      for (int n = 0; n < kEach; ++n) {
        if (n % 5 == 0)  // what concerns every shop keeps out of the way of a shop's writes too
          database.write([](Transaction& tx) { count_up(tx, 1); count_up(tx, 2); });
        else
          database.write([&](Transaction& tx) { count_up(tx, i % 4 < 2 ? 1 : 2); }, of_shop(i % 4 < 2 ? 1 : 2));
      }
    });
  for (auto& thread : threads) thread.join();
  constexpr int kForBoth = 8 * kEach / 5, kForOne = 4 * (kEach - kEach / 5);
  one->read([&](Transaction& tx) {
    CHECK(value(tx, 1) == kForBoth + kForOne);
    CHECK(value(tx, 2) == kForBoth + kForOne);
  });
}

TEST_CASE("a long write of one shop keeps no other shop waiting, and what concerns all waits for it", "[.postgres][concurrent]") {
  const ServerDatabase home;
  const auto one = node(home), two = node(home), three = node(home);
  std::promise<void> inside, go_on;
  std::thread slow([&] {
    one->write([&](Transaction& tx) {
      count_up(tx, 1);
      value(tx, 1);
      inside.set_value();
      go_on.get_future().wait();
    }, of_shop(1));
  });
  inside.get_future().wait();
  two->write([](Transaction& tx) { count_up(tx, 2); }, of_shop(2));  // would never come back if it waited
  std::int64_t seen = -1;
  std::thread all([&] { three->write([&](Transaction& tx) { seen = value(tx, 1); }); });
  go_on.set_value();
  slow.join();
  all.join();
  CHECK(seen == 1);
}

TEST_CASE("nodes never share an id, and a rollback gives none back", "[.postgres][concurrent]") {
  const ServerDatabase home;
  const auto one = node(home), two = node(home);
  std::mutex mutex;
  std::set<std::int64_t> ids;
  const auto take = [&](storage::Database& database) {
    for (int round = 0; round < 5; ++round) {
      std::vector<std::int64_t> taken;
      try {
        database.write([&](Transaction& tx) {
          taken.clear();
          for (int i = 0; i < 700; ++i) taken.push_back(tx.next_id());
          if (round % 2 == 0) throw std::runtime_error("refused");
        });
      } catch (const std::runtime_error&) {
      }
      const std::lock_guard lock(mutex);
      for (const auto id : taken) CHECK(ids.insert(id).second);
    }
  };
  std::thread other([&] { take(*two); });
  take(*one);
  other.join();
  CHECK(ids.size() == 7000);
}

TEST_CASE("three nodes that start at once on an empty database all find the schema made once", "[.postgres][concurrent]") {
  const std::string name = "laoke_test_empty";
  run_on(postgres_server(), {"DROP DATABASE IF EXISTS " + name, "CREATE DATABASE " + name});
  storage::DatabaseOptions options;
  options.url = with_database(postgres_server(), name);
  std::vector<std::future<int>> nodes;
  for (int i = 0; i < 3; ++i)
    nodes.push_back(std::async(std::launch::async, [&] { return storage::open_database(options)->schema_version(); }));
  std::set<int> versions;
  for (auto& one : nodes) versions.insert(one.get());
  CHECK(versions.size() == 1);
  std::int64_t newest = 0;
  {
    const auto database = storage::open_database(options);
    CHECK(database->check().empty());
    database->read([&](Transaction& tx) {
      tx.query_built("SELECT max(version) FROM schema_version", {}, [&](const storage::Row& row) { newest = row.integer(0); });
    });
  }
  CHECK(newest == *versions.begin());
  run_on(postgres_server(), {"DROP DATABASE " + name});
}

TEST_CASE("a schema newer than the program, or older when it may not be changed, is refused", "[.postgres]") {
  const ServerDatabase home;
  run_on(home.url(), {"INSERT INTO schema_version VALUES (9999, 0)"});
  CHECK_THROWS_WITH(node(home), Catch::Contains("9999") && Catch::Contains("newer program"));
  run_on(home.url(), {"DELETE FROM schema_version"});
  auto options = home.options();
  options.migrate = false;
  CHECK_THROWS_WITH(storage::open_database(options), Catch::Contains("laoke migrate"));
}

TEST_CASE("a commit on one node wakes the others, and a failed one nobody", "[.postgres][concurrent]") {
  const ServerDatabase home;
  const auto one = node(home), two = node(home);
  std::mutex mutex;
  std::condition_variable changed;
  unsigned heard = 0;
  two->set_commit_listener([&](unsigned signals) {
    const std::lock_guard lock(mutex);
    heard |= signals;
    changed.notify_all();
  });
  CHECK_THROWS(one->write([](Transaction& tx) {
    tx.raise(storage::kReminderWork);
    throw std::runtime_error("refused");
  }));
  one->write([](Transaction& tx) { tx.raise(storage::kConfigChange); });
  std::unique_lock lock(mutex);
  REQUIRE(changed.wait_for(lock, kPatience, [&] { return (heard & storage::kConfigChange) != 0; }));
  CHECK(heard == storage::kConfigChange);
}

TEST_CASE("what a program that ends at once has committed still wakes the others", "[.postgres][concurrent]") {
  const ServerDatabase home;
  const auto serving = node(home);
  std::promise<unsigned> heard;
  serving->set_commit_listener([&](unsigned signals) { heard.set_value(signals); });
  node(home)->write([](Transaction& tx) { tx.raise(storage::kConfigChange); });
  auto future = heard.get_future();
  REQUIRE(future.wait_for(kPatience) == std::future_status::ready);
  CHECK(future.get() == storage::kConfigChange);
}

TEST_CASE("the error of a statement nobody waited for undoes its own write and no other", "[.postgres]") {
  const ServerDatabase home;
  const auto database = node(home);
  std::vector<std::thread> threads;
  std::atomic<int> refused{0};
  for (int i = 0; i < 12; ++i)
    threads.emplace_back([&, i] {
      const auto shop = i % 3 == 0 ? 1 : 100 + i;  // four of them want the same row
      try {
        database->write([&](Transaction& tx) { tx.submit(kInsertValue, {shop, 1}); });
      } catch (const storage::StorageError& error) {
        if (error.fault() == StorageFault::kConstraint) ++refused;
      }
    });
  for (auto& thread : threads) thread.join();
  CHECK(refused == 3);
  std::int64_t rows = 0;
  database->read([&](Transaction& tx) {
    tx.query_built("SELECT count(*) FROM counters", {}, [&](const storage::Row& row) { rows = row.integer(0); });
  });
  CHECK(rows == 9);
}

TEST_CASE("more statements than the wire holds are sent without waiting for each", "[.postgres]") {
  const ServerDatabase home;
  const auto database = node(home);
  database->write([](Transaction& tx) {
    for (int shop = 1; shop <= 5000; ++shop) tx.submit(kInsertValue, {shop, shop});
  });
  database->read([](Transaction& tx) { CHECK(value(tx, 5000) == 5000); });
}

TEST_CASE("one statement for many rows counts what each changed", "[.postgres]") {
  const ServerDatabase home;
  const auto database = node(home);
  const std::vector<std::vector<storage::Param>> rows = {{1, 10}, {2, 20}, {3, 30}};
  constexpr static Sql kFresh{"test.fresh", "INSERT INTO counters (shop_id, name, value) VALUES ($1, 'n', $2) ON CONFLICT DO NOTHING"};
  database->write([&](Transaction& tx) {
    tx.execute(kInsertValue, {2, 2});
    CHECK(tx.execute_each(kFresh, rows) == 2);
    CHECK(tx.execute_each(kFresh, {}) == 0);
    CHECK(value(tx, 2) == 2);
  });
  CHECK_THROWS_AS(database->write([&](Transaction& tx) { tx.execute_each(kInsertValue, rows); }), storage::StorageError);
}

TEST_CASE("refusals of the server are faults the program knows", "[.postgres]") {
  const ServerDatabase home;
  const auto database = node(home);
  CHECK(fault_of([&] { database->write([](Transaction& tx) { tx.execute(kInsertValue, {1, nullptr}); }); }) == StorageFault::kConstraint);
  CHECK(fault_of([&] { database->read([](Transaction& tx) { tx.execute(kInsertValue, {1, 1}); }); }) == StorageFault::kReadOnly);
  CHECK(fault_of([&] { database->write([](Transaction& tx) { tx.execute_built("nonsense", {}); }); }) == StorageFault::kOther);
  auto missing = home.options();
  missing.url = with_database(home.url(), "no_such_database");
  missing.patience_ms = 100;
  CHECK(fault_of([&] { storage::open_database(missing); }) == StorageFault::kUnavailable);
}

TEST_CASE("values come back as they went in", "[.postgres]") {
  const ServerDatabase home;
  const auto database = node(home);
  const std::string text = "it's 老客 \\ \"x\" $1\n";
  database->read([&](Transaction& tx) {
    const storage::Param params[] = {std::int64_t{9'007'199'254'740'993}, 0.1, std::string_view(text), nullptr, true};
    tx.query_built("SELECT $1, $2, CAST($3 AS TEXT), CAST($4 AS TEXT), $5 = 1, sum($1)", params, [&](const storage::Row& row) {
      CHECK(row.integer(0) == 9'007'199'254'740'993);
      CHECK(row.real(1) == 0.1);
      CHECK(row.text(2) == text);
      CHECK(row.is_null(3));
      CHECK(row.text(3).empty());
      CHECK(row.yes(4));
      CHECK(row.integer(5) == 9'007'199'254'740'993);
    });
  });
}

TEST_CASE("a long answer is read row by row, and other questions may be asked in between", "[.postgres]") {
  const ServerDatabase home;
  const auto database = node(home);
  constexpr int kRows = 20'000;
  const auto walk = [](Transaction& tx) {
    std::int64_t sum = 0, asked = 0;
    tx.query_built("SELECT generate_series(1, 20000)", {}, [&](const storage::Row& row) {
      sum += row.integer(0);
      if (row.integer(0) % 5'000 != 0) return;
      const storage::Param params[] = {row.integer(0)};
      tx.query_built("SELECT $1 + generate_series(1, 3)", params, [&](const storage::Row& inner) {
        asked += inner.integer(0) - row.integer(0);
        CHECK(value(tx, 1) == 0);
      });
    });
    CHECK(sum == std::int64_t{kRows} * (kRows + 1) / 2);
    CHECK(asked == 4 * 6);
  };
  database->read(walk);
  database->write(walk);
  // Leaving in the middle leaves a connection that works.
  for (int i = 0; i < 6; ++i)
    CHECK_THROWS_WITH(database->read([](Transaction& tx) {
      tx.query_built("SELECT generate_series(1, 20000)", {}, [](const storage::Row&) { throw std::runtime_error("enough"); });
    }), "enough");
  database->read(walk);
}

TEST_CASE("all nodes read one clock", "[.postgres]") {
  const ServerDatabase home;
  const auto one = node(home), two = node(home);
  const auto clock = [](storage::Database& database) { return database.write([](Transaction& tx) { return tx.shared_clock_ms(); }); };
  const auto first = clock(*one), second = clock(*two), third = clock(*one);
  CHECK(first > 1'700'000'000'000);
  CHECK(first <= second);
  CHECK(second <= third);
}

TEST_CASE("backing up names the tool and the check finds what belongs to nothing", "[.postgres]") {
  const ServerDatabase home;
  const auto database = node(home);
  CHECK_THROWS_WITH(database->backup("shop.dump", {}), Catch::Contains("pg_dump") && Catch::Contains("shop.dump") && Catch::Contains(database->describe()));
  CHECK(database->check().empty());
  run_on(home.url(), {"INSERT INTO in_flight VALUES (1, 'm', 0, 1, 'x', 1, 'n', 0)"});
  const auto faults = database->check();
  REQUIRE(faults.size() == 1);
  CHECK(faults[0] == "in_flight: 1 rows belong to nothing");
}

TEST_CASE("tables that have doubled are looked at again, and only those", "[.postgres]") {
  ServerDatabase home;
  const auto database = node(home);
  storage::PostgresHandle handle(PQconnectdb(home.url().c_str()));
  REQUIRE(PQstatus(handle.get()) == CONNECTION_OK);
  run_on(home.url(), {"INSERT INTO counters SELECT g, 'n', g FROM generate_series(1000000, 1005000) g"});
  CHECK(storage::PostgresStatistics::refresh(handle.get()) >= 1);
  CHECK(storage::PostgresStatistics::refresh(handle.get()) == 0);
  run_on(home.url(), {"INSERT INTO counters SELECT g, 'n', g FROM generate_series(2000000, 2001000) g"});
  CHECK(storage::PostgresStatistics::refresh(handle.get()) == 0);  // a fifth more
  run_on(home.url(), {"INSERT INTO counters SELECT g, 'n', g FROM generate_series(3000000, 3010000) g"});
  CHECK(storage::PostgresStatistics::refresh(handle.get()) == 1);
}
