#include <catch2/catch.hpp>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "storage/table_shapes.h"
#include "tests/support/test_shop.h"

// The rules by which the tables can be spread over servers by shop, held against the schema itself.
using namespace laoke;
using storage::Row;
using storage::Transaction;

namespace {

// Small tables of the whole installation: every server has them (deploy/citus.sql).
const std::set<std::string> kOfAllShops{"id_blocks", "nodes", "shops", "work_leases"};

// What a catalogue query answers, its columns joined by '.'.
std::set<std::string> answers(test::TestShop& shop, const std::string& catalogue, int columns) {
  std::set<std::string> all;
  shop.read([&](Transaction& tx) {
    tx.query_built(catalogue, {}, [&](const Row& row) {
      std::string one = row.string(0);
      for (int i = 1; i < columns; ++i) one += "." + row.string(i);
      all.insert(one);
    });
  });
  return all;
}

std::set<std::string> tables_named(const std::string& text, const std::string& function) {
  std::set<std::string> names;
  const std::regex call(function + R"(\('([a-z_]+)')");
  for (std::sregex_iterator at(text.begin(), text.end(), call), end; at != end; ++at) names.insert((*at)[1]);
  return names;
}

}  // namespace

TEST_CASE("each table but those of the whole installation carries the shop, and its key contains it", "[schema][sqlite]") {
  test::TestShop shop;
  const auto tables = storage::table_shapes(shop.db());
  CHECK(tables.size() > 40);
  for (const auto& table : tables) {
    CAPTURE(table.name);
    if (kOfAllShops.contains(table.name)) continue;
    CHECK(std::any_of(table.columns.begin(), table.columns.end(), [](const storage::Column& column) { return column.name == "shop_id"; }));
    CHECK(std::find(table.key.begin(), table.key.end(), "shop_id") != table.key.end());
  }
}

TEST_CASE("each unique index contains the shop", "[schema][sqlite]") {
  test::TestShop shop;
  const std::string unique = "SELECT m.name, i.name FROM sqlite_master m JOIN pragma_index_list(m.name) i WHERE m.type = 'table' AND i.\"unique\" = 1";
  const auto all = answers(shop, unique, 2);
  const auto with_shop = answers(shop, unique + " AND EXISTS (SELECT 1 FROM pragma_index_info(i.name) c WHERE c.name = 'shop_id')", 2);
  CHECK(all.size() > 40);
  for (const auto& index : all) {
    CAPTURE(index);
    const auto table = index.substr(0, index.find('.'));
    if (!kOfAllShops.contains(table) && table != "schema_version") CHECK(with_shop.contains(index));
  }
}

TEST_CASE("no foreign key crosses tables", "[schema][sqlite]") {
  test::TestShop shop;
  CHECK(answers(shop, "SELECT m.name, k.\"table\" FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) k WHERE m.type = 'table'", 2).empty());
}

TEST_CASE("the script that spreads the tables names each of them once", "[schema][sqlite]") {
  test::TestShop shop;
  std::ostringstream text;
  text << std::ifstream(LAOKE_SOURCE_DIR "/deploy/citus.sql").rdbuf();
  const auto spread = tables_named(text.str(), "create_distributed_table"), everywhere = tables_named(text.str(), "create_reference_table");
  for (const auto& table : storage::table_shapes(shop.db())) {
    CAPTURE(table.name);
    CHECK(everywhere.contains(table.name) == kOfAllShops.contains(table.name));
    CHECK(spread.contains(table.name) != kOfAllShops.contains(table.name));
  }
}
