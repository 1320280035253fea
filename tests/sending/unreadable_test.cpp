// A broadcast that cannot be planned must not hold up what else the scheduler does.
#include <catch2/catch.hpp>

#include "bot/scheduler.h"
#include "handlers/broadcasts.h"
#include "handlers/orders.h"
#include "handlers/rules.h"
#include "handlers/segments.h"
#include "handlers/tasks.h"
#include "handlers/template_library.h"
#include "storage/segments.h"
#include "tests/support/manual_clock.h"
#include "tests/support/send_desk.h"

using namespace laoke;

TEST_CASE("a broadcast whose saved segment is gone pauses and says so, and reminders go on", "[scheduler]") {
  test::SendDesk desk;
  test::ManualClock clock{test::kMonday10};
  Scheduler scheduler(desk.shop.db(), clock);
  const auto mei = desk.customer("晓梅");
  const auto lost = desk.in([&](const Context& c) {
    load_stock_templates(c);
    install_stock_rules(c);
    const auto saved = save_segment(c, "新客", "orders:0");
    BroadcastDraft draft;
    draft.segment = "@新客";
    draft.body = "周一好";
    draft.rrule = "FREQ=DAILY";
    const auto parent = create_broadcast(c, draft).broadcast_id;
    start_broadcast(c, parent);
    storage::delete_segment(c.tx, c.shop_id(), saved.segment_id);  // as a program before this one let it happen
    OrderDraft order;
    order.customer_id = mei;
    order.items = {{"面膜", 1, 9900}};
    record_order(c, order);
    return parent;
  });
  clock.advance(3 * kHourMs);
  desk.now_ms = clock.now_ms();
  scheduler.run_due();
  const auto child = desk.in([&](const Context& c) {
    for (const auto& one : storage::list_broadcasts(c.tx, c.shop_id(), 0, 10))
      if (one.parent_id == lost) return one;
    throw std::runtime_error("no child");
  });
  CHECK(child.state == "paused");
  const auto tasks = desk.in([&](const Context& c) { return todo_list(c, std::nullopt); });
  REQUIRE(tasks.size() == 1);
  CHECK_THAT(tasks[0].text, Catch::Contains(std::to_string(child.broadcast_id)) && Catch::Contains("新客"));
  const auto nudges = desk.in([&](const Context& c) {
    return storage::list_deliveries(c.tx, c.shop_id(), "r", require_rule(c, "unpaid").row.rule_id, "", std::nullopt, 10);
  });
  CHECK(nudges.size() == 1);

  desk.in([&](const Context& c) {
    save_segment(c, "新客", "all");
    return resume_broadcast(c, child.broadcast_id);
  });
  scheduler.run_due();
  CHECK(desk.state(child.broadcast_id) == "sending");
  CHECK(desk.send_all() == std::vector<std::int64_t>{mei, mei});  // the nudge and the broadcast
}

TEST_CASE("a broadcast that cannot be started stops neither others nor reminders", "[scheduler]") {
  test::SendDesk desk;
  test::ManualClock clock{test::kMonday10};
  Scheduler scheduler(desk.shop.db(), clock);
  const auto mei = desk.customer("晓梅");
  const auto [broken, whole] = desk.in([&](const Context& c) {
    load_stock_templates(c);
    install_stock_rules(c);
    const auto later = [&](const char* rrule) {
      BroadcastDraft draft;
      draft.segment = "all";
      draft.body = "周一好";
      draft.rrule = rrule;
      draft.starts_at_ms = c.now_ms + kHourMs;
      return start_broadcast(c, create_broadcast(c, draft).broadcast_id);
    };
    auto first = later("FREQ=DAILY");
    first.rrule = "FREQ=SOMETIMES";  // as a damaged row, or one of a program after this one
    storage::update_broadcast(c.tx, first);
    OrderDraft order;
    order.customer_id = mei;
    order.items = {{"面膜", 1, 9900}};
    record_order(c, order);
    return std::pair(first.broadcast_id, later("").broadcast_id);
  });
  clock.advance(3 * kHourMs);
  desk.now_ms = clock.now_ms();
  scheduler.run_due();
  CHECK(desk.state(broken) == "scheduled");
  CHECK(desk.state(whole) == "sending");
  CHECK(desk.send_all() == std::vector<std::int64_t>{mei, mei});  // the nudge and the other broadcast
}
