// Files with one line per item: lines of one order that follow each other are one order with all its items.
#include <catch2/catch.hpp>

#include "handlers/calendar.h"
#include "tests/imports/order_files.h"

using namespace laoke;
using test::counts;
using test::OrderFiles;

namespace {

constexpr const char* kItemHead = "external_id,customer,phone,date,product,quantity,unit_price,amount,currency,state,recipient,address,note\n";

// Numbered "O1", "O2", … each of so many lines.
std::string orders_of_lines(int orders, int lines) {
  std::string csv = "external_id,customer,date,product,quantity,unit_price\n";
  for (int order = 1; order <= orders; ++order)
    for (int line = 1; line <= lines; ++line)
      csv += "O" + std::to_string(order) + (line == 1 ? ",张三,2026-01-05" : ",,") + ",面膜" + std::to_string(line % 7) + ",1,2\n";
  return csv;
}

std::string lines_put_aside(const ImportResult& result) {
  std::string lines;
  for (const auto& reject : result.rejects) lines += (lines.empty() ? "" : " ") + std::to_string(reject.line);
  return lines;
}

}  // namespace

TEST_CASE("lines of one order become one order with all its items", "[imports][order_lines]") {
  struct Case {
    const char* says;
    std::string lines;
    const char *counts, *order;
  };
  const auto one = GENERATE(values<Case>({
      {"one line", "A,张三,,2026-01-05,面膜,2,99,,,paid,,,\n", "1 1 0 0 0", "paid 19800: 2面膜"},
      {"two items", "A,张三,,2026-01-05,面膜,2,99,,,paid,,,\nA,张三,,2026-01-05,精华,1,100,,,paid,,,\n", "2 1 0 0 0", "paid 29800: 2面膜 1精华"},
      {"three items with empty cells", "A,张三,,2026-01-05,面膜,2,99,,,shipped,,,\nA,,,,精华,1,100,,,,,,\nA,,,,口红,3,10,,,,,,\n", "3 1 0 0 0",
       "shipped 32800: 2面膜 1精华 3口红"},
      {"a total that is given counts, not the sum", "A,张三,,2026-01-05,面膜,2,99,250,,paid,,,\nA,,,,精华,1,100,,,,,,\n", "2 1 0 0 0", "paid 25000: 2面膜 1精华"},
      {"a total on every line is one total", "A,张三,,2026-01-05,面膜,2,99,250,,paid,,,\nA,,,,精华,1,100,250,,,,,\n", "2 1 0 0 0", "paid 25000: 2面膜 1精华"},
      {"what only a later line says counts", "A,,,,面膜,1,99,,,,,,\nA,张三,,2026-01-05,精华,1,100,150,,placed,,,\n", "2 1 0 0 0", "placed 15000: 1面膜 1精华"},
      {"a line without an item adds none", "A,张三,,2026-01-05,面膜,1,99,,,paid,,,\nA,,,,,,,,,,,,\n", "2 1 0 0 0", "paid 9900: 1面膜"},
      {"capitals do not contradict", "A,张三,,2026-01-05,面膜,1,99,,,Paid,,,\nA,张三,,2026-01-05,精华,1,1,,,paid,,,\n", "2 1 0 0 0", "paid 10000: 1面膜 1精华"},
      {"one product twice", "A,张三,,2026-01-05,面膜,1,99,,,paid,,,\nA,张三,,2026-01-05,面膜,1,99,,,paid,,,\n", "2 1 0 0 0", "paid 19800: 1面膜 1面膜"},
      {"lines without a number are orders of their own", ",张三,,2026-01-05,面膜,1,99,,,paid,,,\n,张三,,2026-01-05,精华,1,1,,,paid,,,\n", "2 2 0 0 0", ""},
  }));
  DYNAMIC_SECTION(one.says) {
    OrderFiles shop;
    const std::string csv = kItemHead + one.lines;
    const auto result = shop.orders(csv);
    for (const auto& reject : result.rejects) UNSCOPED_INFO(reject.line << " " << reject.column << " " << reject.reason.en);
    CHECK(counts(result) == one.counts);
    if (*one.order != 0) CHECK(shop.told("A") == one.order);
    const auto orders = shop.count();
    const auto again = shop.orders(csv);
    CHECK(counts(again) == counts({result.rows, 0, 0, result.created, 0, {}}));
    CHECK(shop.count() == orders);
    if (*one.order != 0) CHECK(shop.told("A") == one.order);
  }
}

TEST_CASE("what the lines say of recipient, address and note is kept of all of them", "[imports][order_lines]") {
  OrderFiles shop;
  CHECK(shop.orders(std::string(kItemHead) + "A,张三,13912345678,2026-01-05,面膜,1,99,,,paid,李四,,送礼\nA,,,,精华,1,1,,,,,人民路1号,送礼\nA,,,,口红,1,1,,,,,,红色\n").created == 1);
  const auto order = shop.found("A");
  CHECK(order.recipient == "李四");
  CHECK(order.phone == "+8613912345678");
  CHECK(order.address == "人民路1号");
  CHECK(order.note == "送礼; 红色");
  CHECK(order.placed_at_ms == to_utc({{2026, 1, 5}, 0, 0, 0}, "Asia/Shanghai"));
}

TEST_CASE("items as text add up over the lines, with their amounts", "[imports][order_lines]") {
  const auto [second, created, order] = GENERATE(table<std::string, std::size_t, std::string>({
      {"精华 100元", 1, "completed 29800: 2面膜 1精华"},
      {"精华", 0, ""},
  }));
  OrderFiles shop;
  const auto result = shop.orders("external_id,customer,date,items\nA,张三,2026-01-05,面膜x2 198元\nA,,," + second + "\n");
  CHECK(result.created == created);
  CHECK(shop.told("A") == order);
  if (created == 0) CHECK(result.rejects.at(1).column == "items");
}

TEST_CASE("a wrong line puts the whole order aside and names both lines", "[imports][order_lines]") {
  struct Case {
    const char *says, *third;
    const char *column, *reason;  // of the wrong line
  };
  const auto one = GENERATE(values<Case>({
      {"another customer", "A,李四,,,口红,1,10,,,,,,", "customer", "line 2 of the same order says '张三', line 4 '李四'"},
      {"another date", "A,,,2026-01-06,口红,1,10,,,,,,", "date", "line 2 of the same order says '2026-01-05', line 4 '2026-01-06'"},
      {"another total", "A,,,,口红,1,10,11,,,,,", "amount", "line 3 of the same order says '300', line 4 '11'"},
      {"another state", "A,,,,口红,1,10,,,shipped,,,", "state", "line 2 of the same order says 'paid', line 4 'shipped'"},
      {"another address", "A,,,,口红,1,10,,,,,人民路2号,", "address", "line 3 of the same order says '人民路1号', line 4 '人民路2号'"},
      {"a quantity that is none", "A,,,,口红,two,10,,,,,,", "quantity", "'two' is no quantity"},
      {"another currency", "A,,,,口红,1,US$10,,,,,,", "unit_price", "one order has one currency"},
      {"too many cells", "A,,,,口红,1,10,,,,,,,,,", "", "cells"},
  }));
  DYNAMIC_SECTION(one.says) {
    OrderFiles shop;
    const auto result = shop.orders(std::string(kItemHead) + "A,张三,,2026-01-05,面膜,2,99,,,paid,,,\nA,,,,精华,1,100,300,,,,人民路1号,\n" + one.third +
                                    "\nB,张三,,2026-01-05,面膜,1,99,,,paid,,,\n");
    REQUIRE(counts(result) == "4 1 0 0 3");
    CHECK(lines_put_aside(result) == "2 3 4");
    CHECK(shop.told("A").empty());
    CHECK(shop.told("B") == "paid 9900: 1面膜");
    REQUIRE(result.rejects.size() == 3);
    CHECK(result.rejects[2].column == one.column);
    CHECK_THAT(result.rejects[2].reason.en, Catch::Contains(one.reason));
    CHECK_THAT(result.rejects[0].reason.en, Catch::Contains("ine 4"));
    CHECK_THAT(result.rejects[1].reason.zh, Catch::Contains("第 4 行"));
  }
}

TEST_CASE("lines of an order that do not follow each other are all put aside", "[imports][order_lines]") {
  OrderFiles shop;
  const std::string head = "external_id,customer,date,product,unit_price\n";
  const auto result = shop.orders(head + "A,张三,2026-01-05,面膜,99\nB,张三,2026-01-05,精华,1\nA,,,口红,10\nA,,,面霜,10\nC,张三,2026-01-05,精华,1\n");
  REQUIRE(counts(result) == "5 2 0 0 3");
  CHECK(lines_put_aside(result) == "2 4 5");
  CHECK_THAT(result.rejects[0].reason.en, Catch::Contains("must follow each other") && Catch::Contains("line 4"));
  CHECK_THAT(result.rejects[1].reason.zh, Catch::Contains("连在一起") && Catch::Contains("第 2 行"));
  CHECK_THAT(result.rejects[2].reason.en, Catch::Contains("Line 4"));
  CHECK(shop.told("A").empty());
  CHECK(counts(shop.orders(head + "A,张三,2026-01-05,面膜,99\nA,,,口红,10\nA,,,面霜,10\nB,张三,2026-01-05,精华,1\n")) == "4 1 0 1 0");
  CHECK(shop.told("A") == "completed 11900: 1面膜 1口红 1面霜");
}

TEST_CASE("an order has as many lines as are allowed, and one more puts all of it aside", "[imports][order_lines]") {
  const int most = static_cast<int>(kMaxJoinedLines);
  const auto [lines, created, rejected] = GENERATE_COPY(table<int, std::size_t, std::size_t>({
      {most, 1, 0}, {most + 1, 0, kMaxJoinedLines + 1}, {2 * most + 5, 0, 2 * kMaxJoinedLines + 5}}));
  CAPTURE(lines);
  OrderFiles shop;
  const auto result = shop.orders(orders_of_lines(1, lines) + "Z,张三,2026-01-05,精华,1,1\n");
  CHECK(result.created == created + 1);
  CHECK(result.rejected == rejected);
  CHECK(result.rows == static_cast<std::size_t>(lines) + 1);
  if (rejected > 0) CHECK_THAT(result.rejects.back().reason.en, Catch::Contains("at most 200"));
  CHECK(shop.told("Z") == "completed 100: 1精华");
}

TEST_CASE("an order at the end of a slice is not cut in two", "[imports][order_lines]") {
  const int lines = GENERATE(3, 199, 200);
  CAPTURE(lines);
  const std::string csv = orders_of_lines(static_cast<int>(kImportSliceRows) / lines + 2, lines);
  ImportFile file(csv, order_columns());
  std::size_t orders = 0, slices = 0;
  for (auto rows = file.next_rows(); !rows.empty(); rows = file.next_rows(), ++slices) {
    std::size_t held = 0;
    for (const auto& row : rows) {
      held += 1 + row.further.size();
      CHECK(row.further.size() + 1 == static_cast<std::size_t>(lines));
      CHECK_FALSE(row.problem);
    }
    CHECK(held < kImportSliceRows + kMaxJoinedLines);
    orders += rows.size();
  }
  CHECK(slices == 2);
  CHECK(orders == kImportSliceRows / static_cast<std::size_t>(lines) + 2);
}

TEST_CASE("an import that ended in between is run again without doubles", "[imports][order_lines]") {
  OrderFiles shop;
  const std::string csv = orders_of_lines(200, 3);
  ImportOptions stops;
  stops.stopped = [] { return true; };
  const auto begun = shop.orders(csv, stops);
  CHECK(counts(begun) == "501 167 0 0 0");
  CHECK(counts(shop.orders(csv)) == "600 33 0 167 0");
  CHECK(shop.count() == 200);
  CHECK(shop.told("O167") == "completed 600: 1面膜1 1面膜2 1面膜3");
  CHECK(shop.facts().order_count == 200);
  CHECK(shop.facts().spent_minor == 200 * 600);
}

TEST_CASE("the file of rejected lines holds all lines of the order", "[imports][order_lines]") {
  const std::string csv = "external_id,customer,date,product\nA,张三,2026-01-05,面膜\nA,李四,,精华\n";
  OrderFiles shop;
  ImportFile file(csv, order_columns());
  const auto put_aside = rejected_csv(file, shop.orders(csv), "en");
  CHECK_THAT(put_aside, Catch::Contains("A,张三,2026-01-05,面膜,2,,") && Catch::Contains("A,李四,,精华,3,customer,"));
}
