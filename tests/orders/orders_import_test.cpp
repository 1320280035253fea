#include "handlers/imports/orders_import.h"

#include <catch2/catch.hpp>

#include "handlers/calendar.h"
#include "handlers/imports/products_import.h"
#include "storage/products.h"
#include "tests/orders/sales.h"

using namespace laoke;
using storage::Transaction;
using test::kMonday10;

namespace {

constexpr const char* kZone = "Asia/Shanghai";

class Importing : public test::Sales {
 public:
  ImportResult orders(const std::string& csv, bool dry_run = false) { return import(csv, order_columns(), import_order, dry_run); }
  ImportResult products(const std::string& csv) { return import(csv, product_columns(), import_product, false); }
  std::vector<storage::Order> all() {
    return shop().read([&](Transaction& tx) { return storage::list_orders(tx, shop().id(), 0, 100); });
  }
  std::optional<storage::Product> product(const char* name) {
    return shop().read([&](Transaction& tx) { return storage::find_product_by_name(tx, shop().id(), name); });
  }

 private:
  ImportResult import(const std::string& csv, std::span<const ImportColumn> columns,
                      RowOutcome (*row)(const Context&, const ImportRow&), bool dry_run) {
    const auto settings = shop().read([&](Transaction& tx) { return storage::get_shop(tx, shop().id()).value(); });
    ImportFile file(csv, columns);
    ImportOptions options;
    options.now_ms = kMonday10;
    options.dry_run = dry_run;
    return run_import(shop().db(), settings, file, options, row);
  }
};

}  // namespace

TEST_CASE("past orders are imported once, however often the file is", "[orders][orders_import]") {
  Importing shop;
  const std::string csv =
      "订单号,客户,电话,日期,商品,金额,状态\n"
      "T1,李四,13912345678,2026-01-05 10:30,面膜x2 精华,298,交易成功\n"
      "T2,李四,13912345678,2026/2/1,面膜x1,¥99.00,已付款\n"
      "T3,张三,,20260110,精华,100,已取消\n";
  const auto dry = shop.orders(csv, true);
  CHECK(dry.created == 3);
  CHECK(shop.all().empty());
  const auto first = shop.orders(csv);
  CHECK(first.created == 3);
  CHECK(first.rejected == 0);
  const auto again = shop.orders(csv);
  CHECK(again.unchanged == 3);
  CHECK(again.created == 0);
  const auto all = shop.all();
  REQUIRE(all.size() == 3);
  CHECK(all[2].state == "completed");
  CHECK(all[2].source == "import");
  CHECK(all[2].placed_at_ms == to_utc({{2026, 1, 5}, 10, 30, 0}, kZone));
  CHECK(all[1].total_minor == 9900);
  const auto facts = shop.facts(all[2].customer_id);
  CHECK(facts.order_count == 2);
  CHECK(facts.spent_minor == 39700);
  CHECK(facts.last_order_ms == to_utc({{2026, 2, 1}, 0, 0, 0}, kZone));
  CHECK(all[0].customer_id == shop.customer());
  CHECK(shop.facts().order_count == 0);
}

TEST_CASE("without order numbers the row itself tells whether it is known", "[orders][orders_import]") {
  Importing shop;
  const std::string csv = "customer,date,product,quantity,unit_price\n张三,2026-01-05,面膜,2,99\n张三,2026-01-06,面膜,2,99\n";
  CHECK(shop.orders(csv).created == 2);
  CHECK(shop.orders(csv + "张三,2026-01-07,面膜,1,99\n").created == 1);
  CHECK(shop.facts().spent_minor == 49500);
}

TEST_CASE("an imported order tells its payment and where it stands, with their dates", "[orders][orders_import]") {
  Importing shop;
  shop.orders("external_id,customer,date,product,amount,state\nA,张三,2026-01-05,面膜,99,completed\nB,张三,2026-01-06,面膜,99,placed\n");
  REQUIRE(shop.timeline() == "order.paid order.completed order.placed");
  CHECK(shop.events()[2].at_ms == to_utc({{2026, 1, 5}, 0, 0, 0}, kZone));
}

TEST_CASE("a broken line of orders is rejected with its reason and leaves nothing behind", "[orders][orders_import]") {
  Importing shop;
  const auto [row, column] = GENERATE(table<std::string, std::string>({
      {"X,,13912345678,2026-13-05,面膜x1,99,CNY,paid", "date"},
      {"X,,13912345678,3/2/2026,面膜x1,99,CNY,paid", "date"},
      {"X,,13912345678,2027-01-05,面膜x1,99,CNY,paid", "date"},
      {"X,,13912345678,2026-01-05,面膜x1,abc,CNY,paid", "amount"},
      {"X,,13912345678,2026-01-05,面膜x1,-5,CNY,paid", "amount"},
      {"X,,13912345678,2026-01-05,面膜x1,99,CNY,flying", "state"},
      {"X,,12,2026-01-05,面膜x1,99,CNY,paid", "phone"},
      {"X,nobody,,2026-01-05,面膜x1,99,CNY,paid", "customer_id"},
      {"X,,13912345678,2026-01-05,面膜x1,99,XYZ,paid", ""},
      {"X,,13912345678,2026-01-05,面膜x0,99,CNY,paid", ""},
      {"X,,13912345678,2026-01-05,,,CNY,paid", ""},
  }));
  CAPTURE(row);
  const auto result = shop.orders("external_id,customer_id,phone,date,items,amount,currency,state\n" + row + "\nY,,13912345678,2026-01-05,精华,1,CNY,paid\n");
  CHECK(result.rejected == 1);
  CHECK(result.created == 1);
  REQUIRE(result.rejects.size() == 1);
  CHECK(result.rejects[0].line == 2);
  if (!column.empty()) CHECK(result.rejects[0].column == column);
  CHECK_FALSE(result.rejects[0].reason.zh.empty());
  CHECK(shop.all().size() == 1);
  CHECK_FALSE(shop.product("面膜"));
}

TEST_CASE("dates are read as tables write them", "[orders][orders_import]") {
  const auto at = [](const char* text) { return table_date(text, kZone).value_or(-1); };
  const auto day = to_utc({{2026, 3, 2}, 0, 0, 0}, kZone);
  for (const auto* text : {"2026-03-02", "2026/3/2", "20260302", "2026年3月2日", "2026.03.02", "２０２６－０３－０２"}) {
    CAPTURE(text);
    CHECK(at(text) == day);
  }
  for (const auto* text : {"2026-03-02 10:30", "2026-03-02T10:30:00", "2026/3/2 10:30"}) CHECK(at(text) == day + 37'800'000);
  for (const auto* text : {"", "3/2/2026", "2026-02-30", "2026-3", "1234567890", "2026-03-02 25:00", "2026-03-02x", "昨天"}) {
    CAPTURE(text);
    CHECK(at(text) == -1);
  }
}

TEST_CASE("products are imported, changed by their sku, and unchanged the second time", "[orders][orders_import]") {
  Importing shop;
  const std::string csv = "名称,货号,价格,使用天数,护理提示,提示天数,系列\n面膜,FM1,99,30天,敷完要洗脸,3,护肤\n精华,,¥268.50,,,,\n";
  CHECK(shop.products(csv).created == 2);
  CHECK(shop.products(csv).unchanged == 2);
  const auto mask = shop.product("面膜").value();
  CHECK(mask.price_minor == 9900);
  CHECK(mask.usage_days == 30);
  CHECK(mask.care_after_days == 3);
  CHECK(mask.family == "护肤");
  CHECK(shop.products("name,sku,price\n补水面膜,FM1,109\n").updated == 1);
  CHECK(shop.product("补水面膜").value().product_id == mask.product_id);
  CHECK(shop.product("补水面膜").value().usage_days == 30);
}

TEST_CASE("a broken line of products is rejected with its reason", "[orders][orders_import]") {
  Importing shop;
  const auto result = shop.products("name,price,usage_days,currency\n面膜,abc,,\n精华,10,soon,\n,10,,\n口红,10,,XYZ\n面霜,10,0,\n唇膏,10,30,\n");
  CHECK(result.rejected == 5);
  CHECK(result.created == 1);
}
