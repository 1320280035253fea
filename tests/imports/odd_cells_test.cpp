// OddCells as people leave them in tables: each is taken as it is meant or put aside with its reason, in both languages, and a line
// that is put aside leaves nothing behind.
#include <catch2/catch.hpp>
#include <functional>

#include "handlers/imports/customers.h"
#include "handlers/imports/orders_import.h"
#include "handlers/imports/products_import.h"
#include "storage/orders.h"
#include "storage/phones.h"
#include "storage/products.h"
#include "storage/tags.h"
#include "tests/customers/desk.h"

using namespace laoke;

namespace {

using OddColumns = std::span<const ImportColumn> (*)();
using OddRow = RowOutcome (*)(const Context&, const ImportRow&);

struct OddCells {
  test::Desk desk;

  ImportResult take(OddColumns columns, OddRow row, const std::string& csv, bool attributes = false) {
    const auto home = desk.run([](const Context& c) { return c.shop; });
    ImportFile file(csv, columns(), attributes);
    ImportOptions options;
    options.now_ms = test::kMonday10;
    return run_import(desk.shop.db(), home, file, options, row);
  }
  ImportResult customers(const std::string& csv) { return take(customer_columns, import_customer, csv, true); }
  ImportResult orders(const std::string& csv) { return take(order_columns, import_order, csv); }
  ImportResult products(const std::string& csv) { return take(product_columns, import_product, csv); }
  // "customers orders products tags" that are there.
  std::string kept() {
    return desk.run([](const Context& c) {
      return std::to_string(storage::list_customers(c.tx, c.shop_id(), 0, 99).size()) + " " + std::to_string(storage::list_orders(c.tx, c.shop_id(), 0, 99).size()) +
             " " + std::to_string(storage::list_products(c.tx, c.shop_id(), 0, 99).size()) + " " + std::to_string(storage::list_tags(c.tx, c.shop_id()).size());
    });
  }
};

// One line was put aside, for this column, and says why to everybody.
void check_put_aside(const ImportResult& result, const std::string& column) {
  CHECK(result.created == 0);
  REQUIRE(result.rejects.size() == 1);
  CHECK(result.rejects[0].line == 2);
  CHECK(result.rejects[0].column == column);
  CHECK_FALSE(result.rejects[0].reason.zh.empty());
  CHECK_FALSE(result.rejects[0].reason.en.empty());
  CHECK(result.rejects[0].reason.zh != result.rejects[0].reason.en);
}

std::string many(const char* piece, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += piece;
  return all;
}

}  // namespace

TEST_CASE("a customer's cell that cannot be is put aside", "[imports]") {
  struct Case {
    const char* says;
    std::string head, cell, column;
  };
  const auto one = GENERATE(values<Case>({
      {"a name of nothing but blanks", "name", "   ", "name"},
      {"a name without an end", "name", many("长", 2'000), "name"},
      {"a phone with letters", "phone", "1381234abcd", "phone"},
      {"a phone that is too short", "phone", "1381234", "phone"},
      {"a phone that is too long", "phone", "138123456789012345", "phone"},
      {"a phone of another country without its code", "phone", "+999123456789", "phone"},
      {"an e-mail without a name", "email", "@example.com", "email"},
      {"an e-mail without a host", "email", "mei@", "email"},
      {"a birthday that is none", "birthday", "1990-02-30", "birthday"},
      {"a birthday in words", "birthday", "someday", "birthday"},
      {"a birthday to come", "birthday", "2999-01-01", "birthday"},
      {"a tag without an end", "tags", many("标", 500), "tags"},
      {"a time zone nobody knows", "time_zone", "Mars/Base", "time_zone"},
      {"a language nobody speaks here", "language", "klingon-language-of-ours", "language"},
      {"an address without an end", "address", many("路", 5'000), "address"},
      {"a note without an end", "note", many("记", 30'000), "note"},
      {"a postcode without an end", "postcode", many("9", 2'000), "postcode"},
      {"neither yes nor no", "opted_out", "perhaps", "opted_out"},
  }));
  DYNAMIC_SECTION(one.says) {
    OddCells cells;
    const bool names = one.head == "name";
    const auto result = cells.customers(names ? "name,tags\n" + one.cell + ",vip\n" : "name,source," + one.head + "\n张三,market," + one.cell + "\n");
    check_put_aside(result, one.column);
    CHECK(cells.kept() == "0 0 0 0");
  }
}

TEST_CASE("a customer's cell is taken as it is meant", "[imports]") {
  struct Case {
    const char* says;
    std::string head, cell;
    std::function<std::string(const Context&, const storage::Customer&)> what;
    std::string is;
  };
  const auto phone = [](const Context& c, const storage::Customer& one) {
    const auto all = storage::phones_of_customer(c.tx, c.shop_id(), one.customer_id);
    return all.empty() ? std::string("none") : all.front().phone;
  };
  const auto tags = [](const Context& c, const storage::Customer& one) {
    std::string all;
    for (const auto& tag : storage::tags_of_customer(c.tx, c.shop_id(), one.customer_id)) all += (all.empty() ? "" : "|") + tag.name;
    return all;
  };
  const auto birthday = [](const Context&, const storage::Customer& one) { return one.birthday; };
  const auto name = [](const Context&, const storage::Customer& one) { return one.name; };
  const std::vector<Case> all{
      {"a phone with blanks and dashes", "phone", "138-1234 5678", phone, "+8613812345678"},
      {"a phone in wide digits", "phone", "１３８１２３４５６７８", phone, "+8613812345678"},
      {"a phone with its country", "phone", "+86 138 1234 5678", phone, "+8613812345678"},
      {"a phone with 00", "phone", "008613812345678", phone, "+8613812345678"},
      {"a phone of another country", "phone", "+12025550101", phone, "+12025550101"},
      {"no phone at all", "phone", "", phone, "none"},
      {"tags by semicolons", "tags", "油性；VIP", tags, "VIP|油性"},
      {"one tag twice", "tags", "vip;VIP", tags, "vip"},
      {"a tag of a group", "tags", "肤质/油性", tags, "油性"},
      {"a whole birthday", "birthday", "1990/3/8", birthday, "1990-03-08"},
      {"a birthday without a year", "birthday", "3月8日", birthday, "--03-08"},
      {"a leap day", "birthday", "2000-02-29", birthday, "2000-02-29"},
      {"blanks around a name", "name2", "  李四  ", name, "李四"},
      {"a name with a comma", "name2", "\"Smith, Anna\"", name, "Smith, Anna"},
      {"a name with quotes", "name2", "\"王\"\"小\"\"明\"", name, "王\"小\"明"},
  };
  const auto at = GENERATE_COPY(range(std::size_t{0}, all.size()));
  const auto& one = all[at];
  DYNAMIC_SECTION(one.says) {
    OddCells cells;
    const auto result = one.head == "name2" ? cells.customers("name,source\n" + one.cell + ",x\n") : cells.customers("name,source," + one.head + "\n张三,x," + one.cell + "\n");
    for (const auto& reject : result.rejects) INFO(reject.column << " " << reject.reason.en);
    REQUIRE(result.created == 1);
    cells.desk.run([&](const Context& c) {
      const auto customer = storage::list_customers(c.tx, c.shop_id(), 0, 9).at(0);
      CHECK(one.what(c, customer) == one.is);
    });
  }
}

TEST_CASE("an order's cell that cannot be is put aside, and makes neither customer nor product", "[imports]") {
  struct Case {
    const char* says;
    const char *date, *product, *quantity, *unit_price, *amount, *column;
  };
  const auto one = GENERATE(values<Case>({
      {"no date", "", "面膜", "1", "99", "", "date"},
      {"a date before any of ours", "1989-12-31", "面膜", "1", "99", "", "date"},
      {"a day that was not", "2025-02-29", "面膜", "1", "99", "", "date"},
      {"a clock that is none", "2026-01-05 24:00", "面膜", "1", "99", "", "date"},
      {"the day after tomorrow", "2026-03-04", "面膜", "1", "99", "", "date"},
      {"a quantity in words", "2026-01-05", "面膜", "two", "99", "", "quantity"},
      {"half a piece", "2026-01-05", "面膜", "1.5", "99", "", "quantity"},
      {"a quantity no machine holds", "2026-01-05", "面膜", "99999999999999999999", "99", "", "quantity"},
      {"none of it", "2026-01-05", "面膜", "0", "99", "", ""},
      {"less than none", "2026-01-05", "面膜", "-1", "99", "", ""},
      {"a price below nothing", "2026-01-05", "面膜", "1", "-1", "", "unit_price"},
      {"a price of three digits behind the point", "2026-01-05", "面膜", "1", "9.999", "", "unit_price"},
      {"a price in words", "2026-01-05", "面膜", "1", "cheap", "", "unit_price"},
      {"more money than there is", "2026-01-05", "面膜", "1", "", "10000000000.01", "amount"},
      {"lines that add up to more than there is", "2026-01-05", "面膜", "9999", "9999999999", "", ""},
      {"two currencies in one line", "2026-01-05", "面膜", "2", "US$99", "198元", "unit_price"},
      {"nothing that was bought", "2026-01-05", "", "", "", "", ""},
  }));
  DYNAMIC_SECTION(one.says) {
    OddCells cells;
    const auto result = cells.orders(std::string("external_id,customer,date,product,quantity,unit_price,amount,state\nX1,王五,") + one.date + "," + one.product + "," +
                                     one.quantity + "," + one.unit_price + "," + one.amount + ",paid\n");
    check_put_aside(result, one.column);
    CHECK(cells.kept() == "0 0 0 0");
  }
}

TEST_CASE("an order's cells at their edges are taken", "[imports]") {
  struct Case {
    const char* says;
    const char *date, *quantity, *unit_price, *amount;
    std::int64_t total_minor;
  };
  const auto one = GENERATE(values<Case>({
      {"the first day of ours", "1990-01-01", "1", "99", "", 9'900},
      {"a leap day", "2024-02-29", "1", "99", "", 9'900},
      {"the last minute of a day", "2026-01-05 23:59", "1", "99", "", 9'900},
      {"tomorrow, where the shop's clock is behind", "2026-03-03 09:59", "1", "99", "", 9'900},
      {"for nothing", "2026-01-05", "1", "0", "", 0},
      {"a cent", "2026-01-05", "1", "0.01", "", 1},
      {"all the money there is", "2026-01-05", "1", "", "10000000000", 1'000'000'000'000},
      {"a total that is not the sum", "2026-01-05", "3", "99", "200", 20'000},
      {"money with its signs", "2026-01-05", "2", "¥1,280.50", "", 256'100},
  }));
  DYNAMIC_SECTION(one.says) {
    OddCells cells;
    const auto result = cells.orders(std::string("external_id,customer,date,product,quantity,unit_price,amount,state\nX1,王五,") + one.date + ",面膜," + one.quantity +
                                     ",\"" + one.unit_price + "\"," + one.amount + ",paid\n");
    for (const auto& reject : result.rejects) INFO(reject.column << " " << reject.reason.en);
    REQUIRE(result.created == 1);
    CHECK(cells.kept() == "1 1 1 0");
    CHECK(cells.desk.run([](const Context& c) { return storage::list_orders(c.tx, c.shop_id(), 0, 9).at(0).total_minor; }) == one.total_minor);
  }
}

TEST_CASE("each word a shop system has for a state of an order is understood", "[imports]") {
  const auto [typed, state] = GENERATE(table<std::string, std::string>({
      {"", "completed"}, {"placed", "placed"}, {"PAID", "paid"}, {"已付款", "paid"}, {"待付款", "placed"}, {"等待买家付款", "placed"}, {"pending", "placed"},
      {"processing", "paid"}, {"买家已付款", "paid"}, {"卖家已发货", "shipped"}, {"Fulfilled", "shipped"}, {"已收货", "delivered"}, {"交易成功", "completed"},
      {"done", "completed"}, {"交易关闭", "cancelled"}, {"退款成功", "refunded"}, {"  已退货 ", "refunded"},
  }));
  CAPTURE(typed);
  OddCells cells;
  CHECK(cells.orders("external_id,customer,date,product,amount,state\nX1,王五,2026-01-05,面膜,99," + typed + "\n").created == 1);
  cells.desk.run([&](const Context& c) { CHECK(storage::list_orders(c.tx, c.shop_id(), 0, 9).at(0).state == state); });
}

TEST_CASE("a product's cell that cannot be is put aside, one at its edge is taken", "[imports]") {
  struct Case {
    const char* says;
    std::string head, cell;
    const char* column;  // nullptr: it is taken
  };
  const auto one = GENERATE(values<Case>({
      {"a price in words", "price", "cheap", "price"},
      {"a price below nothing", "price", "-0.01", "price"},
      {"a price of nothing", "price", "0", nullptr},
      {"the largest price", "price", "10000000000", nullptr},
      {"more than the largest", "price", "10000000000.01", "price"},
      {"days in words", "usage_days", "soon", "usage_days"},
      {"no day", "usage_days", "0", ""},
      {"one day", "usage_days", "1", nullptr},
      {"ten years", "usage_days", "3650天", nullptr},
      {"more than ten years", "usage_days", "3651", ""},
      {"days no machine holds", "usage_days", "99999999999999999999", "usage_days"},
      {"days below nothing", "care_after_days", "-1", ""},
      {"a currency nobody has", "currency", "XYZ", ""},
      {"another currency", "currency", "USD", nullptr},
      {"a sku without an end", "sku", std::string(65, 'x'), ""},
      {"the longest sku", "sku", std::string(64, 'x'), nullptr},
      {"a family without an end", "family", std::string(61, 'x'), ""},
      {"a tip without an end", "care", std::string(2'001, 'x'), ""},
      {"the longest tip", "care", std::string(2'000, 'x'), nullptr},
  }));
  DYNAMIC_SECTION(one.says) {
    OddCells cells;
    const auto result = cells.products("name," + one.head + "\n面膜," + one.cell + "\n");
    if (one.column != nullptr) {
      check_put_aside(result, one.column);
      CHECK(cells.kept() == "0 0 0 0");
    } else {
      CHECK(result.created == 1);
      CHECK(cells.products("name," + one.head + "\n面膜," + one.cell + "\n").unchanged == 1);
    }
  }
}
