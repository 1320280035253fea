#include "handlers/imports/import_file.h"

#include <catch2/catch.hpp>

#include "handlers/refusal.h"
#include "storage/tags.h"
#include "tests/support/test_shop.h"

using namespace laoke;

namespace {

const std::vector<ImportColumn> kColumns = {{"name", {"姓名", "customer name"}, true}, {"phone", {"手机", "电话"}}};

std::string refused(const std::string& bytes, bool attributes = false) {
  try {
    ImportFile file(bytes, kColumns, attributes);
    return "";
  } catch (const Refusal& refusal) {
    return refusal.code();
  }
}

// Makes a tag of every name: enough to see what is kept.
RowOutcome take(const Context& context, const ImportRow& row) {
  const std::string name(row.cell("name"));
  if (name == "bad") throw RowRejected("phone", {"坏", "bad"});
  if (storage::find_tag(context.tx, context.shop_id(), name)) return RowOutcome::kUnchanged;
  storage::find_or_create_tag(context.tx, context.shop_id(), name, "", context.now_ms);
  return RowOutcome::kCreated;
}

struct Run {
  ImportResult result;
  std::size_t tags = 0;
};

Run run(test::TestShop& shop, ImportFile& file, ImportOptions options) {
  const auto home = shop.read([&](storage::Transaction& tx) { return *storage::get_shop(tx, shop.id()); });
  Run run{run_import(shop.db(), home, file, options, take), 0};
  run.tags = shop.read([&](storage::Transaction& tx) { return storage::list_tags(tx, shop.id()).size(); });
  return run;
}

}  // namespace

TEST_CASE("columns are known by Chinese or English names however they are written", "[imports]") {
  const std::string bytes = "手机, Customer_NAME *,,attr.肤质\n138,张三,x,油\n,李四\n";
  ImportFile file(bytes, kColumns, true);
  const auto rows = file.next_rows();
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].cell("name") == "张三");
  CHECK(rows[0].cell("phone") == "138");
  CHECK(rows[0].attributes() == std::vector<std::pair<std::string_view, std::string_view>>{{"肤质", "油"}});
  CHECK_FALSE(rows[1].has("phone"));
  CHECK(rows[1].attributes().empty());
  CHECK(rows[1].cell("nothing") == "");
  CHECK(file.header_of("phone") == "手机");
}

TEST_CASE("a file whose header cannot be used is refused whole", "[imports]") {
  CHECK(refused("") == "import.empty");
  CHECK(refused("\n\n") == "import.empty");
  CHECK(refused("phone\n1\n") == "import.column_missing");
  CHECK(refused("name,姓名\n1,2\n") == "import.column_twice");
  CHECK(refused("name,phnoe\n") == "import.unknown_column_near");
  CHECK(refused("name,一个完全不认识的列\n") == "import.unknown_column");
  CHECK(refused("name,一个完全不认识的列\n", true) == "import.unknown_column_attribute");
  CHECK(refused("name,attr.x\n").substr(0, 21) == "import.unknown_column");
  CHECK(refused("name,attr.x\n", true) == "");
  CHECK(refused("\"name\n") == "import.header");
}

TEST_CASE("good lines come in, bad ones are listed with line, column and reason", "[imports]") {
  test::TestShop shop;
  const std::string bytes = "name,手机\na,1\nbad,2\nb,3,4\n\na,5\nc,6\n";
  ImportFile file(bytes, kColumns);
  const auto [result, tags] = run(shop, file, {});
  CHECK(result.rows == 6 - 1);
  CHECK(result.created == 2);
  CHECK(result.unchanged == 1);
  REQUIRE(result.rejected == 2);
  CHECK(result.rejects[0].line == 3);
  CHECK(result.rejects[0].column == "手机");
  CHECK(result.rejects[1].line == 4);
  CHECK(result.rejects[1].reason.zh.find("3 格") != std::string::npos);
  CHECK(tags == 2);
  const auto listed = rejected_csv(file, result, "en");
  CHECK(listed.find("name,手机,line,column,reason\r\nbad,2,3,手机,bad\r\n") != std::string::npos);
}

TEST_CASE("a dry run counts and keeps nothing", "[imports]") {
  test::TestShop shop;
  const std::string bytes = "name\na\nb\n";
  ImportFile file(bytes, kColumns);
  ImportOptions options;
  options.dry_run = true;
  const auto [result, tags] = run(shop, file, options);
  CHECK(result.created == 2);
  CHECK(tags == 0);
}

TEST_CASE("a stopped import keeps whole slices and says how far it came", "[imports]") {
  test::TestShop shop;
  std::string bytes = "name\n";
  for (int i = 0; i < 1200; ++i) bytes += "t" + std::to_string(i) + "\n";
  ImportFile file(bytes, kColumns);
  ImportOptions options;
  std::size_t calls = 0, read = 0;
  options.progress = [&](const ImportResult&, std::size_t done, std::size_t total) {
    CHECK(total == bytes.size());
    CHECK(done > read);
    read = done;
    ++calls;
  };
  options.stopped = [&] { return calls == 2; };
  CHECK(run(shop, file, options).tags == 2 * kImportSliceRows);
}
