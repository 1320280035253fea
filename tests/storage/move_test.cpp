#include "storage/move.h"

#include <catch2/catch.hpp>
#include <fstream>

#include "bot/default_shop.h"
#include "handlers/segments.h"
#include "storage/table_shapes.h"
#include "tests/support/program.h"
#include "tests/support/test_shop.h"

using namespace laoke;
using storage::Transaction;

namespace {

std::unique_ptr<storage::Database> new_database(const test::TempDir& dir, const std::string& name) {
  storage::DatabaseOptions options;
  options.url = "sqlite:" + dir.file(name);
  return storage::open_database(options);
}

std::int64_t rows_of(const std::vector<storage::TableMoved>& all, const std::string& table) {
  for (const auto& one : all)
    if (one.table == table) return one.rows;
  return -1;
}

// Rows of every kind of value: null, whole, broken, Chinese, a quote, nothing.
void fill(test::TestShop& shop, int customers) {
  shop.write([&](Transaction& tx) {
    for (int i = 1; i <= customers; ++i) {
      const std::string id = std::to_string(i);
      tx.execute_built("INSERT INTO phones (shop_id, customer_id, phone, source, created_at_ms) VALUES ($1, $2, $3, $4, $5)",
                       std::vector<storage::Param>{shop.id(), i, "+8613800" + id, "晓梅's", 9'007'199'254'740'991});
      tx.execute_built("INSERT INTO attributes (shop_id, name, customer_id, kind, text_value, number_value, updated_at_ms) VALUES ($1, $2, $3, $4, $5, $6, $7)",
                       std::vector<storage::Param>{shop.id(), "skin", i, "number", "", i % 3 == 0 ? storage::Param(nullptr) : storage::Param(i / 7.0), i});
    }
  });
}

}  // namespace

TEST_CASE("a move carries every row of every table and says what it carried", "[move]") {
  test::TestShop shop;
  const int customers = GENERATE(0, 1, 12'000);  // more than a page, more than a statement
  fill(shop, customers);
  test::TempDir dir;
  const auto target = new_database(dir, "new.db");
  std::int64_t last = 0, total = 0;
  const auto moved = storage::move_database(shop.db(), *target, [&](const storage::MoveProgress& at) {
    last = at.rows_done;
    total = at.rows_total;
  });
  CHECK(rows_of(moved, "phones") == customers);
  CHECK(rows_of(moved, "shops") == 1);
  CHECK(last == total);
  CHECK_FALSE(target->read([](Transaction& tx) { return storage::half_moved(tx); }));
  const auto left = storage::sum_database(shop.db()), arrived = storage::sum_database(*target);
  REQUIRE(left.size() == arrived.size());
  for (std::size_t i = 0; i < left.size(); ++i) {
    CAPTURE(left[i].table);
    CHECK(left[i].rows == arrived[i].rows);
    CHECK(left[i].checksum == arrived[i].checksum);
  }
  const auto newest_id = [](storage::Database& database) { return database.write([](Transaction& tx) { return tx.next_id(); }); };
  CHECK(newest_id(*target) >= newest_id(shop.db()));
}

TEST_CASE("the checksum tells tables apart that differ in one value", "[move]") {
  test::TestShop shop;
  fill(shop, 3);
  const auto sums = [&] {
    std::map<std::string, std::string> all;
    for (const auto& one : storage::sum_database(shop.db())) all[one.table] = one.checksum;
    return all;
  };
  const auto before = sums();
  const auto change = GENERATE(as<std::string>(), "UPDATE attributes SET number_value = 0.25 WHERE customer_id = 1",
                               "UPDATE attributes SET number_value = NULL WHERE customer_id = 1", "UPDATE attributes SET text_value = ' ' WHERE customer_id = 2",
                               "UPDATE attributes SET updated_at_ms = 4 - updated_at_ms WHERE customer_id <> 2");
  CAPTURE(change);
  shop.write([&](Transaction& tx) { tx.execute_built(change, {}); });
  CHECK(sums()["attributes"] != before.at("attributes"));
  CHECK(sums()["phones"] == before.at("phones"));
}

TEST_CASE("a target that holds a shop is refused and stays as it is", "[move]") {
  test::TestShop shop, other;
  fill(other, 2);
  const auto before = storage::sum_database(other.db());
  CHECK_THROWS_WITH(storage::move_database(shop.db(), other.db(), {}), Catch::Contains("is not empty"));
  const auto after = storage::sum_database(other.db());
  CHECK(std::equal(before.begin(), before.end(), after.begin(), [](const auto& a, const auto& b) { return a.rows == b.rows && a.checksum == b.checksum; }));
}

TEST_CASE("a move that broke off is told by its mark, keeps servers away and begins again", "[move]") {
  test::TestShop shop;
  fill(shop, 6000);
  test::TempDir dir;
  const auto target = new_database(dir, "new.db");
  struct Cut {};
  const auto cut_short = [](const storage::MoveProgress& at) {
    if (at.table == "phones") throw Cut();
  };
  CHECK_THROWS_AS(storage::move_database(shop.db(), *target, cut_short), Cut);
  CHECK(target->read([](Transaction& tx) { return storage::half_moved(tx); }));
  CHECK_THROWS_WITH(create_default_shop(*target, Config{}, 1), Catch::Contains("did not end"));
  CHECK_THROWS_WITH(storage::move_database(*target, shop.db(), {}), Catch::Contains("repeat that one first"));
  CHECK(rows_of(storage::move_database(shop.db(), *target, {}), "phones") == 6000);
  CHECK_FALSE(target->read([](Transaction& tx) { return storage::half_moved(tx); }));
}

TEST_CASE("what does not arrive as it left is told by table, and the mark stays", "[move]") {
  test::TestShop shop;
  fill(shop, 10);
  test::TempDir dir;
  const auto target = new_database(dir, "new.db");
  bool spoiled = false;
  const auto spoil = [&](const storage::MoveProgress& at) {
    // Behind the move's back, when attributes have gone over and a later table goes.
    if (spoiled || at.comparing || at.table != "phones") return;
    spoiled = true;
    target->write([](Transaction& tx) { tx.execute_built("DELETE FROM attributes WHERE customer_id = 5", {}); });
  };
  CHECK_THROWS_WITH(storage::move_database(shop.db(), *target, spoil), Catch::Contains("attributes") && Catch::Contains("9 with"));
  CHECK(target->read([](Transaction& tx) { return storage::half_moved(tx); }));
}

TEST_CASE("laoke migrate moves a shop and the same people are in its segments", "[move][cli]") {
  const test::Program program;
  program.write_file("people.csv", "name,phone,tags\nAnn,+12025550101,VIP\nBob,+12025550102,\nCem,+12025550103,VIP\n");
  program.run("import customers people.csv --yes");
  const std::string from = program.url(), to = "sqlite:" + program.file("new.db");
  const auto moved = program.run({"migrate", "--from", from, "--to", to, "--json"});
  CAPTURE(moved.out, moved.err);
  CHECK(moved.exit_code == 0);
  CHECK(moved.json()["compared"] == true);
  const auto preview = program.run({"segment", "preview", "tag:VIP", "--database", to, "--json"}).json();
  CHECK(preview["count"] == 2);
  CHECK(preview == program.run("segment preview tag:VIP --json").json());
  const auto again = program.run({"migrate", "--from", from, "--to", to});
  CHECK(again.exit_code == 1);
  CHECK(again.err.find("is not empty") != std::string::npos);
}

TEST_CASE("a move without both ends, or without a source, says what is missing", "[move][cli]") {
  const auto [arguments, says] = GENERATE(table<std::string, std::string>({
      {"migrate --from sqlite:a.db", "go together"},
      {"migrate --to sqlite:a.db", "go together"},
      {"migrate --from sqlite:a.db --to sqlite:a.db", "same database"},
      {"migrate --from sqlite:none.db --to sqlite:b.db", "there is no file none.db"},
      {"migrate --from mysql:x --to sqlite:b.db", "sqlite:FILE"},
  }));
  const test::Program program;
  const auto ran = program.run(arguments);
  CAPTURE(arguments, ran.out, ran.err);
  CHECK(ran.exit_code == 1);
  CHECK(ran.err.find(says) != std::string::npos);
  CHECK_FALSE(std::ifstream(program.file("b.db")).good());
}
