#include <catch2/catch.hpp>
#include <condition_variable>
#include <mutex>

#include "storage/database.h"
#include "tests/fakes/postgres_wire.h"
#include "tests/support/patience.h"
#include "tests/support/postgres_server.h"
#include "tests/support/test_database.h"

// Connections that die, at the worst moments.
using namespace laoke;
using namespace laoke::test;
using namespace std::chrono_literals;
using storage::Sql;
using storage::StorageFault;
using storage::Transaction;

namespace {

constexpr Sql kAdd{"test.add",
                   "INSERT INTO counters (shop_id, name, value) VALUES (1, 'n', 1) "
                   "ON CONFLICT (shop_id, name) DO UPDATE SET value = counters.value + 1"};
constexpr Sql kValue{"test.value", "SELECT value FROM counters WHERE shop_id = 1 AND name = 'n'"};

std::int64_t value(Transaction& tx) {
  std::int64_t found = 0;
  tx.query(kValue, {}, [&](const storage::Row& row) { found = row.integer(0); });
  return found;
}
std::int64_t value(storage::Database& database) {
  return database.read([](Transaction& tx) { return value(tx); });
}
void add(storage::Database& database) {
  database.write([](Transaction& tx) { tx.submit(kAdd, {}); });
}

// Every connection to this database but the one that asks.
void cut_all(const TestDatabase& home) {
  run_on(home.url(), {"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"});
}

std::string why(const std::function<void()>& work) {
  try {
    work();
  } catch (const storage::StorageError& error) {
    CHECK(error.fault() == StorageFault::kUnavailable);
    return error.what();
  }
  return "it did not fail";
}

}  // namespace

TEST_CASE("a write whose connection dies in its middle runs again and counts once", "[.postgres]") {
  const ServerDatabase home;
  const auto database = storage::open_database(home.options());
  int runs = 0;
  database->write([&](Transaction& tx) {
    tx.execute(kAdd, {});
    if (++runs == 1) tx.query_built("SELECT pg_terminate_backend(pg_backend_pid())", {}, nullptr);
  });
  CHECK(runs == 2);
  CHECK(value(*database) == 1);
}

TEST_CASE("connections that died while nobody used them are replaced unnoticed", "[.postgres]") {
  const ServerDatabase home;
  const auto database = storage::open_database(home.options());
  add(*database);
  CHECK(value(*database) == 1);
  cut_all(home);
  CHECK(value(*database) == 1);
  cut_all(home);
  database->write([](Transaction& tx) {
    tx.next_id();
    tx.execute(kAdd, {});
  });
  CHECK(value(*database) == 2);
}

TEST_CASE("a read whose connection dies in its middle says so and does not run twice", "[.postgres]") {
  const ServerDatabase home;
  const auto database = storage::open_database(home.options());
  int runs = 0;
  const auto said = why([&] {
    database->read([&](Transaction& tx) {
      ++runs;
      value(tx);
      cut_all(home);
      value(tx);
    });
  });
  CHECK(said.find("database server does not answer") != std::string::npos);
  CHECK(runs == 1);
  CHECK(value(*database) == 0);
}

TEST_CASE("a commit that the server never finished runs again", "[.postgres]") {
  const ServerDatabase home;
  const auto database = storage::open_database(home.options());
  // The session dies in its first commit, behind everything the closure did. A sequence remembers what is rolled back.
  run_on(home.url(), {"CREATE SEQUENCE public.deaths",
                      "CREATE FUNCTION public.die_once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                      "IF nextval('deaths') = 1 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF; RETURN NULL; END $$",
                      "CREATE CONSTRAINT TRIGGER die AFTER INSERT ON counters DEFERRABLE INITIALLY DEFERRED "
                      "FOR EACH ROW EXECUTE FUNCTION die_once()"});
  int runs = 0;
  database->write([&](Transaction& tx) {
    ++runs;
    tx.execute(kAdd, {});
  });
  CHECK(runs == 2);
  CHECK(value(*database) == 1);
  run_on(home.url(), {"DROP FUNCTION public.die_once() CASCADE", "DROP SEQUENCE public.deaths"});
}

TEST_CASE("a commit whose answer was lost is asked for and not repeated", "[.postgres]") {
  const ServerDatabase home;
  PostgresWire wire(home.url());
  storage::DatabaseOptions options;
  options.url = wire.url();
  const auto database = storage::open_database(options);
  const bool waits = GENERATE(true, false);  // or the commit goes out with all the rest
  int runs = 0;
  database->write([&](Transaction& tx) {
    if (++runs == 1) wire.cut_at_commit();
    if (waits) tx.execute(kAdd, {});
    else tx.submit(kAdd, {});
  });
  CHECK(wire.cuts() == 1);
  CHECK(runs == 1);
  CHECK(value(*database) == 1);
  add(*database);
  CHECK(value(*database) == 2);
}

TEST_CASE("a deadlock or a conflict is run again, any other refusal is not", "[.postgres]") {
  const auto [sqlstate, expected] = GENERATE(table<std::string, int>({{"40P01", 2}, {"40001", 2}, {"55P03", 2}, {"22012", 1}}));
  const ServerDatabase home;
  const auto database = storage::open_database(home.options());
  int runs = 0;
  try {
    database->write([&](Transaction& tx) {
      tx.execute(kAdd, {});
      if (++runs == 1) tx.execute_built("DO $x$ BEGIN RAISE EXCEPTION USING ERRCODE = '" + sqlstate + "'; END $x$", {});
    });
  } catch (const storage::StorageError&) {
  }
  CHECK(runs == expected);
  CHECK(value(*database) == expected - 1);
}

TEST_CASE("while the server is away calls say what to do, and when it is back they work", "[.postgres]") {
  PostgresServer server;
  storage::DatabaseOptions options;
  options.url = server.url();
  options.patience_ms = 300;
  const auto database = storage::open_database(options);
  std::mutex mutex;
  std::condition_variable changed;
  unsigned heard = 0;
  database->set_commit_listener([&](unsigned signals) {
    const std::lock_guard lock(mutex);
    heard |= signals;
    changed.notify_all();
  });
  add(*database);
  CHECK(value(*database) == 1);

  server.stop();
  CHECK(why([&] { add(*database); }).find("check that PostgreSQL runs") != std::string::npos);
  CHECK(why([&] { value(*database); }).find("check that PostgreSQL runs") != std::string::npos);
  CHECK(why([&] { database->write([](Transaction& tx) { tx.next_id(); }); }).find("check that") != std::string::npos);

  server.restart();
  CHECK(eventually([&] {
    try {
      return database->write([](Transaction& tx) { return tx.next_id(); }) > 0;
    } catch (const storage::StorageError&) {
      return false;  // the server may need longer to accept than this patience
    }
  }));
  add(*database);
  CHECK(value(*database) == 2);
  CHECK(database->write([](Transaction& tx) { return tx.next_id(); }) > 0);
  // Some signals of other nodes may have passed meanwhile: all are raised.
  std::unique_lock lock(mutex);
  CHECK(changed.wait_for(lock, kPatience, [&] { return (heard & storage::kSendWork) != 0; }));
}
