#include "handlers/stages.h"

#include <catch2/catch.hpp>

#include "handlers/customers.h"
#include "handlers/orders.h"
#include "tests/orders/sales.h"

using namespace laoke;

TEST_CASE("a stage follows the paid orders until a seller writes another", "[stages]") {
  struct Row {
    const char *says, *stage;
    std::int64_t before, after;
    const char* becomes;
  };
  const auto row = GENERATE(values<Row>({
      {"the first payment", "潜客", 0, 1, "新客"},
      {"the first payment of somebody imported", "", 0, 1, "新客"},
      {"the second payment", "新客", 1, 2, "老客"},
      {"the third changes nothing", "老客", 2, 3, "老客"},
      {"a refund goes back", "老客", 2, 1, "新客"},
      {"the only one refunded", "新客", 1, 0, "潜客"},
      {"the English word is the same stage", "new", 1, 2, "老客"},
      {"regular by hand before the orders say so", "老客", 0, 1, "老客"},
      {"loyal by hand", "忠诚客", 4, 5, "忠诚客"},
      {"a word of the shop's own", "VIP", 0, 1, "VIP"},
      {"lost, and back", "流失", 3, 4, "老客"},
      {"lost stays lost by a refund", "流失", 3, 2, "流失"},
  }));
  INFO(row.says);
  CHECK(stage_moved(row.stage, row.before, row.after, "zh-CN") == row.becomes);
}

TEST_CASE("two that are one keep what was written by hand, else the furthest stage", "[stages]") {
  CHECK(stage_together("潜客", "新客", 1, "zh-CN") == "新客");
  CHECK(stage_together("新客", "新客", 2, "zh-CN") == "老客");
  CHECK(stage_together("新客", "粉丝", 2, "zh-CN") == "粉丝");
  CHECK(stage_together("VIP", "粉丝", 2, "zh-CN") == "VIP");
  CHECK(stage_together("", "", 0, "en") == "lead");
  CHECK(stage_together("老客", "潜客", 0, "zh-CN") == "老客");
}

TEST_CASE("a stage is told in the reader's language, a word of the shop's own as it is", "[stages]") {
  CHECK(stage_words("老客", "en") == "regular");
  CHECK(stage_words("regular", "zh-CN") == "老客");
  CHECK(stage_words("VIP", "en") == "VIP");
  CHECK(stage_words("", "en").empty());
}

TEST_CASE("orders move a customer's stage, and emptying it hands it back to them", "[stages][orders]") {
  test::Sales sales;
  const auto id = sales.customer();
  const auto stage = [&] { return sales.run([&](const Context& c) { return storage::get_facts(c.tx, c.shop_id(), id)->stage; }); };
  const auto order = [&](OrderState state) {
    return sales.run([&](const Context& c) {
      OrderDraft draft;
      draft.customer_id = id;
      draft.items = {{"面膜", 1, 9900}};
      draft.state = state;
      return record_order(c, draft).order_id;
    });
  };
  const auto first = order(OrderState::kPlaced);
  sales.run([&](const Context& c) { move_order(c, first, OrderState::kPaid); });
  CHECK(stage() == "新客");
  const auto second = order(OrderState::kPaid);
  CHECK(stage() == "老客");
  sales.run([&](const Context& c) { set_customer_field(c, id, CustomerField::kStage, "分销商"); });
  sales.run([&](const Context& c) { move_order(c, second, OrderState::kRefunded); });
  CHECK(stage() == "分销商");
  sales.run([&](const Context& c) { CHECK(set_customer_field(c, id, CustomerField::kStage, "")); });
  CHECK(stage() == "新客");
  sales.run([&](const Context& c) { CHECK_FALSE(set_customer_field(c, id, CustomerField::kStage, "")); });
}
