// What a reminder waits for may be over when its turn comes: paid at night, bought again, the rule switched off.
#include <catch2/catch.hpp>

#include <functional>

#include "handlers/happened.h"
#include "handlers/orders.h"
#include "handlers/reasons.h"
#include "handlers/reminders.h"
#include "handlers/rules.h"
#include "handlers/template_library.h"
#include "storage/ledger.h"
#include "tests/support/send_desk.h"

using namespace laoke;
using test::SendDesk;

namespace {

constexpr std::int64_t kHalfPastEight = test::kMonday10 + 10 * kHourMs + 30 * kMinuteMs;  // 20:30, quiet hours begin at 21:00

// One rule is on; a customer of the shop has ordered in the evening.
struct Evening {
  explicit Evening(const char* rule) : name(rule) {
    desk.in([&](const Context& c) {
      load_stock_templates(c);
      install_stock_rules(c);
      for (const auto& one : list_rules(c)) switch_rule(c, one.row.rule_id, one.row.name == rule);
    });
  }
  std::int64_t order(OrderState state = OrderState::kPlaced) {
    return desk.in([&](const Context& c) {
      OrderDraft draft;
      draft.customer_id = mei;
      draft.items = {{"面膜", 1, 9900}};
      draft.state = state;
      return record_order(c, draft).order_id;
    });
  }
  void move(std::int64_t order_id, OrderState state) {
    desk.in([&](const Context& c) { move_order(c, order_id, state); });
  }
  void tick() { fire_due(desk.shop.db(), desk.now_ms, 1'000); }
  std::vector<storage::Delivery> rows() {
    return desk.in([&](const Context& c) {
      return storage::list_deliveries(c.tx, c.shop_id(), "r", require_rule(c, name).row.rule_id, "", std::nullopt, 10);
    });
  }

  const char* name;
  SendDesk desk{kHalfPastEight};
  std::int64_t mei = desk.customer("晓梅");
};

}  // namespace

TEST_CASE("who pays at night is not asked to pay in the morning", "[dispatch][overtaken]") {
  struct Row {
    const char* what;
    std::function<void(Evening&, std::int64_t)> at_night;
    std::string state, reason;
  };
  const Row rows[] = {
      {"nothing happens", [](Evening&, std::int64_t) {}, "sending", ""},
      {"she pays", [](Evening& e, std::int64_t order) { e.move(order, OrderState::kPaid); }, "dropped", "no_longer_due"},
      {"the order is cancelled", [](Evening& e, std::int64_t order) { e.move(order, OrderState::kCancelled); }, "dropped", "no_longer_due"},
      {"the payment was a mistake",
       [](Evening& e, std::int64_t order) {
         e.desk.in([&](const Context& c) { undo_order_change(c, move_order(c, order, OrderState::kPaid)); });
       },
       "sending", ""},
      {"the seller switches the rule off",
       [](Evening& e, std::int64_t) { e.desk.in([&](const Context& c) { switch_rule(c, require_rule(c, "unpaid").row.rule_id, false); }); },
       "dropped", "rule_changed"},
      {"somebody else pays another order", [](Evening& e, std::int64_t) { e.move(e.order(), OrderState::kPaid); }, "sending", ""},
  };
  for (const auto& row : rows) {
    INFO(row.what);
    Evening evening("unpaid");
    const auto order = evening.order();
    evening.desk.now_ms += 2 * kHourMs;
    evening.tick();
    CHECK(evening.desk.claim().empty());
    REQUIRE(evening.rows().size() == 1);
    CHECK(evening.rows()[0].reason == reasons::kQuietHours);
    evening.desk.now_ms += 10 * kMinuteMs;
    row.at_night(evening, order);
    evening.desk.now_ms = test::kMonday10 + 23 * kHourMs;
    CHECK(evening.desk.claim().size() == (row.state == "sending" ? 1 : 0));
    CHECK(evening.rows()[0].state == row.state);
    CHECK(evening.rows()[0].reason == row.reason);
  }
}

TEST_CASE("an enquiry that became an order overnight is not followed up", "[dispatch][overtaken]") {
  for (const bool orders : {false, true}) {
    Evening evening("enquiry_followup");
    evening.desk.in([&](const Context& c) { happened(c, {"customer.enquired", evening.mei, nlohmann::json::object(), "", 0}); });
    evening.desk.now_ms += 25 * kHourMs;  // 21:30
    evening.tick();
    CHECK(evening.desk.claim().empty());
    if (orders) evening.order();
    evening.desk.now_ms += 12 * kHourMs;
    CHECK(evening.desk.claim().size() == (orders ? 0 : 1));
    CHECK(evening.rows().at(0).reason == (orders ? reasons::kNoLongerDue : ""));
  }
}

TEST_CASE("who bought again while the reminder waited for a free place is not told that it runs out", "[dispatch][overtaken]") {
  for (const bool again : {false, true}) {
    Evening evening("winback");
    evening.order(OrderState::kPaid);
    evening.desk.in([&](const Context& c) {
      for (int i = 1; i <= 2; ++i)
        storage::add_marketing_sent(c.tx, c.shop_id(), {"b", i, evening.mei, ""}, evening.desk.now_ms + 88 * kDayMs + i);
    });
    evening.desk.now_ms = test::kMonday10 + 91 * kDayMs + kHourMs;
    evening.tick();
    CHECK(evening.desk.claim().empty());
    REQUIRE(evening.rows().size() == 1);
    CHECK(evening.rows()[0].reason == reasons::kWeeklyCap);
    if (again) evening.order(OrderState::kPaid);
    evening.desk.now_ms += 5 * kDayMs;
    CHECK(evening.desk.claim().size() == (again ? 0 : 1));
    CHECK(evening.rows()[0].reason == (again ? reasons::kNoLongerDue : ""));
  }
}

TEST_CASE("a reminder that was tried and may have arrived is not declared unsent by what came later", "[dispatch][overtaken]") {
  Evening evening("shipped");
  const auto order = evening.order(OrderState::kPaid);
  evening.move(order, OrderState::kShipped);
  evening.tick();
  const auto claimed = evening.desk.claim();
  REQUIRE(claimed.size() == 1);
  evening.desk.record(claimed[0], Outcome::Kind::kUnknown, std::string(reasons::kNoAnswer));
  evening.move(order, OrderState::kRefunded);
  evening.desk.now_ms += kMinuteMs;
  CHECK(evening.desk.claim().size() == 1);  // the one repeat its rule asks for
}
