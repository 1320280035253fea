#include <catch2/catch.hpp>
#include <filesystem>

#include "storage/addresses.h"
#include "storage/attributes.h"
#include "storage/customers.h"
#include "storage/notes.h"
#include "storage/products.h"
#include "tests/support/program.h"

#include "handlers/attributes.h"
#include "handlers/consent.h"
#include "handlers/customers.h"
#include "handlers/orders.h"
#include "handlers/tags.h"

using laoke::test::Program;
namespace fs = std::filesystem;

namespace {

// A handler's work in the program's database while the program is not running.
template <class F>
void in_shop(const Program& program, F&& work) {
  program.run("shop list");
  laoke::storage::DatabaseOptions options;
  options.url = program.url();
  const auto database = laoke::storage::open_database(options);
  database->write([&](laoke::storage::Transaction& tx) {
    const auto shop = *laoke::storage::find_shop(tx, "default");
    work(laoke::Context{tx, shop, 1'772'416'800'000});
  });
}

}  // namespace

TEST_CASE("importing a file twice changes nothing the second time", "[cli]") {
  const auto [says, name, text] = GENERATE(table<std::string, std::string, std::string>({
      {"UTF-8 with everything", "a.csv", "name,phone,tags,birthday,note,attr.skin\nAnn,+12025550101,VIP;oily,1990-03-08,likes tea,7\nBob,+12025550102,,,,\n"},
      {"GB18030 as Excel saves it", "b.csv", "\xD0\xD5\xC3\xFB,\xCA\xD6\xBB\xFA\xBA\xC5\n\xD5\xC5\xC8\xFD,13800138000\n\xC0\xEE\xCB\xC4,13800138001\n"},
      {"semicolons and CRLF", "c.csv", "name;phone\r\nAnn;+12025550101\r\nBob;+12025550102\r\n"},
  }));
  const Program program(name == "b.csv" ? "zh-CN" : "en");
  program.write_file(name, text);
  const auto dry = program.run("import customers " + name + " --dry-run --json");
  CAPTURE(says, dry.out, dry.err);
  CHECK(dry.json()["created"] == 2);
  CHECK(program.run("segment preview all --json").json()["count"] == 0);
  CHECK(program.run("import customers " + name + " --yes --json").json()["created"] == 2);
  const auto again = program.run("import customers " + name + " --yes --json");
  CHECK(again.json()["unchanged"] == 2);
  CHECK(again.json()["created"] == 0);
  CHECK(again.exit_code == 0);
}

TEST_CASE("wrong lines are told with their reason and put aside", "[cli]") {
  const auto [text, exit_code, rejected] = GENERATE(table<std::string, int, int>({
      {"name,phone\nAnn,+12025550101\nBob,not a phone\n", 0, 1},
      {"name,phone\nAnn,12\nBob,not a phone\n", 2, 2},
      {"name,phone\n", 0, 0},
  }));
  const Program program;
  program.write_file("people.csv", text);
  const auto ran = program.run("import customers people.csv --yes --json");
  CAPTURE(text, ran.out, ran.err);
  CHECK(ran.exit_code == exit_code);
  CHECK(ran.json()["rejected"] == rejected);
  CHECK(fs::exists(program.file("people.rejected.csv")) == (rejected > 0));
  if (rejected > 0) CHECK(program.read_file("people.rejected.csv").find("not a phone") != std::string::npos);
}

TEST_CASE("a file that is no import is refused whole", "[cli]") {
  const auto [text, says] = GENERATE(table<std::string, std::string>({
      {"", ""}, {"PK\x03\x04 workbook", ""}, {"nmae,phone\nAnn,1\n", "name"}, {std::string("name\0,x\n", 8), ""}}));
  const Program program;
  program.write_file("people.csv", text);
  const auto ran = program.run("import customers people.csv --yes");
  CAPTURE(text, ran.out, ran.err);
  CHECK(ran.exit_code == 1);
  CHECK(ran.err.find(says) != std::string::npos);
}

TEST_CASE("importing what was exported changes nothing", "[cli]") {
  const std::string language = GENERATE("en", "zh-CN");
  const Program program(language);
  REQUIRE(program.run("demo load").exit_code == 0);
  in_shop(program, [](const laoke::Context& context) {
    // Namesakes without phone or number, a name a spreadsheet would run, and everything else a card can hold.
    for (int i = 0; i < 2; ++i) {
      laoke::NewCustomer twin;
      twin.name = "Twin";
      const auto id = laoke::create_customer(context, twin);
      laoke::set_customer_field(context, id, laoke::CustomerField::kBirthday, i == 0 ? "03-08" : "1991-02-28");
      laoke::tag_customer(context, id, i == 0 ? "first" : "group/second");
    }
    laoke::NewCustomer odd;
    odd.name = "=HYPERLINK(\"x\")";
    odd.phone = "+12025550777";
    const auto id = laoke::create_customer(context, odd);
    laoke::add_customer_note(context, id, "-buys \"a lot\",\nin two lines");
    laoke::set_customer_attribute(context, id, "pregnant", "yes");
    laoke::set_customer_attribute(context, id, "size", "42");
    laoke::set_customer_attribute(context, id, "since", "2026-01-05");
    laoke::opt_out(context, id, "STOP");
    laoke::OrderDraft order;
    order.customer_id = id;
    order.items = {{"Soap", 2, 500}, {"Tea", 1, 900}};
    laoke::record_order(context, order);
  });
  const std::string what = GENERATE("customers", "orders", "products");
  const auto exported = program.run("export " + what + " out.csv --json");
  CAPTURE(what, exported.err, program.read_file("out.csv"));
  REQUIRE(exported.exit_code == 0);
  CHECK(program.read_file("out.csv").starts_with("\xEF\xBB\xBF"));
  const auto again = program.run("import " + what + " out.csv --yes --json");
  CAPTURE(again.out, again.err, program.read_file("out.rejected.csv"));
  CHECK(again.json()["unchanged"] == exported.json()["rows"]);
  CHECK(again.json()["rows"] == exported.json()["rows"]);
}

TEST_CASE("an export guards what a spreadsheet would run and overwrites only when told", "[cli]") {
  const Program program;
  program.write_file("people.csv", "name,phone\n=1+cmd,+12025550101\n@sum,+12025550102\n-x,+12025550103\n");
  REQUIRE(program.run("import customers people.csv --yes").exit_code == 0);
  REQUIRE(program.run("export customers out.csv").exit_code == 0);
  const auto text = program.read_file("out.csv");
  CAPTURE(text);
  for (const char* cell : {",'=1+cmd,", ",'@sum,", ",'-x,"}) CHECK(text.find(cell) != std::string::npos);
  CHECK(program.run("export customers out.csv").exit_code == 1);
  CHECK(program.run("export customers out.csv --force").exit_code == 0);
  CHECK(program.run("export messages talk.csv --json").json()["rows"] == 0);
}
