#include <SQLiteCpp/Database.h>

#include <catch2/catch.hpp>
#include <atomic>
#include <set>
#include <thread>

#include "storage/database.h"
#include "storage/shops.h"
#include "tests/support/test_shop.h"

using namespace laoke;
using storage::Transaction;

namespace {

std::int64_t shop_count(test::TestShop& shop) {
  return shop.read([](Transaction& tx) { return static_cast<std::int64_t>(storage::list_shops(tx).size()); });
}

storage::Shop named(const std::string& slug) {
  storage::Shop shop;
  shop.slug = shop.name = slug;
  shop.settings = "{}";
  return shop;
}

}  // namespace

TEST_CASE("a write that throws leaves nothing behind and its neighbours in the same commit stay", "[storage]") {
  test::TestShop shop;
  std::vector<std::thread> threads;
  std::atomic<int> refused{0};
  for (int i = 0; i < 40; ++i)
    threads.emplace_back([&, i] {
      try {
        shop.write([&](Transaction& tx) {
          storage::insert_shop(tx, named("shop" + std::to_string(i)));
          if (i % 4 == 0) throw std::runtime_error("refused");
        });
      } catch (const std::runtime_error&) {
        ++refused;
      }
    });
  for (auto& thread : threads) thread.join();
  CHECK(refused == 10);
  CHECK(shop_count(shop) == 1 + 30);
}

TEST_CASE("ids stay unique when a transaction that reserved them is rolled back", "[storage]") {
  test::TestShop shop;
  std::set<std::int64_t> seen;
  for (int round = 0; round < 5; ++round) {
    CHECK_THROWS(shop.write([&](Transaction& tx) {
      for (int i = 0; i < 1500; ++i) tx.next_id();
      throw std::runtime_error("refused");
    }));
    const auto ids = shop.write([&](Transaction& tx) {
      std::vector<std::int64_t> taken;
      for (int i = 0; i < 1500; ++i) taken.push_back(tx.next_id());
      return taken;
    });
    for (const auto id : ids) CHECK(seen.insert(id).second);
  }
}

TEST_CASE("signals of a committed write reach the listener, those of a failed one do not", "[storage]") {
  test::TestShop shop;
  std::atomic<unsigned> heard{0};
  shop.db().set_commit_listener([&](unsigned signals) { heard |= signals; });
  CHECK_THROWS(shop.write([](Transaction& tx) {
    tx.raise(storage::kSendWork);
    throw std::runtime_error("refused");
  }));
  shop.write([](Transaction& tx) { tx.raise(storage::kReminderWork); });
  CHECK(heard == storage::kReminderWork);
}

TEST_CASE("a database of a newer program is refused with what to do", "[storage][sqlite]") {
  test::TempDir dir;
  storage::DatabaseOptions options;
  options.url = "sqlite:" + dir.file("laoke.db");
  { storage::open_database(options); }
  {
    SQLite::Database raw(dir.file("laoke.db"), SQLite::OPEN_READWRITE);
    raw.exec("INSERT INTO schema_version VALUES (9999, 0)");
  }
  CHECK_THROWS_WITH(storage::open_database(options), Catch::Contains("9999") && Catch::Contains("newer program"));
}

TEST_CASE("a read sees one snapshot and cannot write", "[storage]") {
  test::TestShop shop;
  shop.read([&](Transaction& tx) {
    const auto before = storage::list_shops(tx).size();
    shop.write([](Transaction& other) { storage::insert_shop(other, named("second")); });
    CHECK(storage::list_shops(tx).size() == before);
    CHECK_THROWS_AS(storage::insert_shop(tx, named("third")), storage::StorageError);
  });
  CHECK(shop_count(shop) == 2);
}

TEST_CASE("a backup taken while writes go on opens as a shop", "[storage][sqlite]") {
  test::TestShop shop;
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    for (int i = 0; !stop; ++i)
      shop.write([&](Transaction& tx) { storage::insert_shop(tx, named("w" + std::to_string(i))); });
  });
  shop.db().backup(shop.dir().file("copy.db"), {});
  stop = true;
  writer.join();
  storage::DatabaseOptions options;
  options.url = "sqlite:" + shop.dir().file("copy.db");
  const auto copy = storage::open_database(options);
  CHECK(copy->check().empty());
  CHECK(copy->read([](Transaction& tx) { return storage::find_shop(tx, "default").has_value(); }));
}
