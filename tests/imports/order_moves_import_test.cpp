// A later file moves the orders it names on, by the moves that any order has.
#include <catch2/catch.hpp>

#include "handlers/calendar.h"
#include "tests/imports/order_files.h"

using namespace laoke;
using test::counts;
using test::OrderFiles;

namespace {

std::string in_state(const std::string& state) {
  return "external_id,customer,date,product,unit_price,state\nA,张三,2026-01-05,面膜,99," + state + "\nA,,,精华,1,\n";
}

}  // namespace

TEST_CASE("an order that is there takes the state of a later file", "[imports][order_moves_import]") {
  struct Case {
    const char *before, *asked, *counts, *after;
    bool paid;
  };
  const auto one = GENERATE(values<Case>({
      {"placed", "placed", "2 0 0 1 0", "placed", false},
      {"placed", "", "2 0 0 1 0", "placed", false},
      {"placed", "paid", "2 0 1 0 0", "paid", true},
      {"placed", "shipped", "2 0 1 0 0", "shipped", true},
      {"placed", "交易成功", "2 0 1 0 0", "completed", true},
      {"placed", "cancelled", "2 0 1 0 0", "cancelled", false},
      {"placed", "refunded", "2 0 1 0 0", "refunded", true},
      {"paid", "shipped", "2 0 1 0 0", "shipped", true},
      {"paid", "delivered", "2 0 1 0 0", "delivered", true},
      {"shipped", "completed", "2 0 1 0 0", "completed", true},
      {"completed", "refunded", "2 0 1 0 0", "refunded", true},
      {"enquiry", "placed", "2 0 1 0 0", "placed", false},
      {"enquiry", "cancelled", "2 0 1 0 0", "cancelled", false},
      {"paid", "placed", "2 0 0 0 2", "paid", true},
      {"paid", "cancelled", "2 0 0 0 2", "paid", true},
      {"shipped", "paid", "2 0 0 0 2", "shipped", true},
      {"completed", "shipped", "2 0 0 0 2", "completed", true},
      {"cancelled", "completed", "2 0 0 0 2", "cancelled", false},
      {"refunded", "paid", "2 0 0 0 2", "refunded", true},
      {"placed", "flying", "2 0 0 0 2", "placed", false},
  }));
  DYNAMIC_SECTION(one.before << " asked to be " << (*one.asked == 0 ? "nothing" : one.asked)) {
    OrderFiles shop;
    REQUIRE(shop.orders(in_state(one.before)).created == 1);
    const auto result = shop.orders(in_state(one.asked));
    for (const auto& reject : result.rejects) UNSCOPED_INFO(reject.line << " " << reject.column << " " << reject.reason.en);
    CHECK(counts(result) == one.counts);
    CHECK(shop.told("A") == std::string(one.after) + " 10000: 1面膜 1精华");
    CHECK(shop.found("A").paid_at_ms.has_value() == one.paid);
    CHECK(shop.count() == 1);
    if (result.rejected == 0) CHECK(counts(shop.orders(in_state(one.asked))) == "2 0 0 1 0");
  }
}

TEST_CASE("a state that goes back is refused with what the order is and may become", "[imports][order_moves_import]") {
  OrderFiles shop;
  shop.orders(in_state("shipped"));
  const auto version = shop.found("A").version;
  const auto result = shop.orders(in_state("placed"));
  REQUIRE(result.rejects.size() == 2);
  CHECK(result.rejects[0].line == 2);
  CHECK(result.rejects[0].column == "state");
  CHECK_THAT(result.rejects[0].reason.en, Catch::Contains("is shipped and paid, it cannot become placed; allowed: delivered, completed, refunded"));
  CHECK_THAT(result.rejects[0].reason.zh, Catch::Contains("不能改为已下单"));
  CHECK(shop.found("A").version == version);
}

TEST_CASE("a move by a file is dated as the order and counts for the customer", "[imports][order_moves_import]") {
  OrderFiles shop;
  const auto day = to_utc({{2026, 1, 5}, 0, 0, 0}, "Asia/Shanghai");
  shop.orders(in_state("placed"));
  CHECK(shop.facts().spent_minor == 0);
  shop.orders(in_state("completed"));
  CHECK(shop.facts().spent_minor == 10'000);
  CHECK(shop.facts().order_count == 1);
  CHECK(shop.timeline() == "order.placed order.paid order.completed");
  for (const auto& event : shop.events()) CHECK(event.at_ms == day);
  CHECK(shop.found("A").completed_at_ms == day);
  shop.orders(in_state("refunded"));
  CHECK(shop.facts().spent_minor == 0);
}

TEST_CASE("a dry run tells the moves and makes none", "[imports][order_moves_import]") {
  OrderFiles shop;
  shop.orders(in_state("placed"));
  ImportOptions dry;
  dry.dry_run = true;
  CHECK(counts(shop.orders(in_state("shipped"), dry)) == "2 0 1 0 0");
  CHECK(shop.told("A") == "placed 10000: 1面膜 1精华");
}

TEST_CASE("an order that was moved on by hand is not taken back by the file it came from", "[imports][order_moves_import]") {
  OrderFiles shop;
  shop.orders(in_state("paid"));
  shop.move(shop.found("A").order_id, OrderState::kShipped);
  CHECK(counts(shop.orders(in_state("paid"))) == "2 0 0 0 2");
  CHECK(shop.told("A") == "shipped 10000: 1面膜 1精华");
  CHECK(counts(shop.orders(in_state("shipped"))) == "2 0 0 1 0");
  CHECK(counts(shop.orders(in_state("delivered"))) == "2 0 1 0 0");
  CHECK(shop.found("A").delivered_at_ms == test::kMonday10);  // not before it was sent
}
