#include <SQLiteCpp/Database.h>

#include "storage/tasks.h"
#include "tests/reminders/story.h"

using namespace laoke;
using test::ReminderStory;
using test::Texts;

TEST_CASE("an unpaid order is nudged twice, and payment stops the second nudge", "[reminders]") {
  ReminderStory shop;
  shop.only({"unpaid"});
  const auto customer = shop.customer();
  const auto order = shop.order(customer);
  CHECK(shop.pending(customer) == Texts{"unpaid@2026-03-02 12:00"});
  CHECK(shop.until(shop.now_ms + 3 * kHourMs) == Texts{"unpaid_1@2026-03-02 12:00"});
  CHECK(shop.pending(customer) == Texts{"unpaid@2026-03-03 06:00"});
  SECTION("nobody pays") { CHECK(shop.for_days(3) == Texts{"unpaid_2@2026-03-03 06:00"}); }
  SECTION("the customer pays") {
    shop.move(order, OrderState::kPaid);
    CHECK(shop.pending(customer).empty());
    CHECK(shop.for_days(3).empty());
  }
  SECTION("the order is cancelled") {
    shop.move(order, OrderState::kCancelled);
    CHECK(shop.for_days(3).empty());
  }
  CHECK(shop.queued() == 0);
}

TEST_CASE("a payment that was taken back lets the nudge go again", "[reminders]") {
  ReminderStory shop;
  shop.only({"unpaid", "paid_thanks"});
  const auto order = shop.order(shop.customer());
  const auto change = shop.write([&](const Context& c) { return move_order(c, order, OrderState::kPaid); });
  shop.write([&](const Context& c) { undo_order_change(c, change); });
  CHECK(shop.for_days(1) == Texts{"unpaid_1@2026-03-02 12:00", "unpaid_2@2026-03-03 06:00"});
}

TEST_CASE("the same tick a second time plans nothing", "[reminders]") {
  ReminderStory shop;
  shop.only({"unpaid"});
  shop.order(shop.customer());
  shop.now_ms += 2 * kHourMs;
  CHECK(shop.tick().planned == 1);
  const auto second = shop.tick();
  CHECK(second.taken == 0);
  CHECK(second.next_due_ms == shop.now_ms + 18 * kHourMs);
  CHECK(shop.ledger().size() == 1);
}

TEST_CASE("a row that fires again for the same cause makes no second message", "[reminders]") {
  ReminderStory shop;
  shop.only({"unpaid"});
  const auto customer = shop.customer();
  shop.order(customer);
  const auto row = shop.read([&](const Context& c) { return storage::list_reminders(c.tx, c.shop_id(), {}, shop.now_ms + kDayMs, 10); });
  REQUIRE(row.size() == 1);
  shop.now_ms += 2 * kHourMs;
  CHECK(shop.tick().planned == 1);
  shop.write([&](const Context& c) { storage::put_reminder(c.tx, row.front()); });
  const auto again = shop.tick();
  CHECK(again.taken == 1);
  CHECK(again.planned == 0);
  CHECK(shop.ledger().size() == 1);
}

TEST_CASE("an edited or switched-off rule's old reminders never fire", "[reminders]") {
  ReminderStory shop;
  shop.only({"unpaid"});
  shop.order(shop.customer());
  const auto rule_id = shop.rule_id("unpaid");
  SECTION("switched off") {
    shop.write([&](const Context& c) { switch_rule(c, rule_id, false); });
    CHECK(shop.for_days(2).empty());
  }
  SECTION("deleted") {
    shop.write([&](const Context& c) { remove_rule(c, rule_id); });
    CHECK(shop.for_days(2).empty());
  }
  SECTION("edited to wait longer: the old time passes, the job plans the new one") {
    const auto change = shop.write([&](const Context& c) {
      auto rule = nlohmann::json::parse(require_rule(c, rule_id).row.definition);
      rule["steps"] = {{{"offset", "+5h"}, {"template", "unpaid_1"}}};
      return edit_rule(c, rule_id, rule.dump());
    });
    CHECK(change.rule.row.stock == false);
    const auto job = run_backfill(shop.shop().db(), shop.shop().id(), change.job_id, shop.now_ms, {});
    CHECK(planned_by(job) == 1);
    CHECK(shop.for_days(2) == Texts{"unpaid_1@2026-03-02 15:00"});
  }
  CHECK(shop.queued() == 0);
}

TEST_CASE("whoever's reminder falls due around an edit of its rule gets it once", "[reminders]") {
  ReminderStory shop;
  shop.only({"unpaid"});
  shop.order(shop.customer());  // due at 12:00
  const auto rule_id = shop.rule_id("unpaid");
  const auto edit = [&] {
    return shop.write([&](const Context& c) {
      auto rule = nlohmann::json::parse(require_rule(c, rule_id).row.definition);
      rule["steps"] = {{{"offset", "+2h"}, {"template", "unpaid_2"}}};
      return edit_rule(c, rule_id, rule.dump());
    });
  };
  SECTION("it falls due after the edit, before the job has come to this customer") {
    shop.now_ms += 2 * kHourMs - 1'000;
    const auto change = edit();
    shop.now_ms += 5'000;
    CHECK(shop.tick().planned == 0);
    CHECK(planned_by(run_backfill(shop.shop().db(), shop.shop().id(), change.job_id, shop.now_ms, {})) == 1);
    CHECK(shop.tick().planned == 1);
  }
  SECTION("it was due before the edit and nobody had taken it up") {
    shop.now_ms += 2 * kHourMs + 1'000;
    const auto change = edit();
    CHECK(planned_by(run_backfill(shop.shop().db(), shop.shop().id(), change.job_id, shop.now_ms, {})) == 0);
    CHECK(shop.tick().planned == 1);
  }
  SECTION("it was due before the edit, and others follow before anybody takes it up") {
    shop.now_ms += 2 * kHourMs + 1'000;
    edit();
    for (const char* offset : {"+121m", "+2h"}) {
      shop.now_ms += 5'000;
      shop.write([&](const Context& c) {
        auto rule = nlohmann::json::parse(require_rule(c, rule_id).row.definition);
        rule["steps"][0]["offset"] = offset;
        return edit_rule(c, rule_id, rule.dump());
      });
    }
    CHECK(shop.tick().planned == 1);
  }
  SECTION("it falls due between two edits, and the first one's job has not come to this customer") {
    shop.now_ms += 2 * kHourMs - 1'000;
    edit();
    shop.now_ms += 5'000;
    CHECK(shop.tick().planned == 0);
    const auto again = shop.write([&](const Context& c) {
      auto rule = nlohmann::json::parse(require_rule(c, rule_id).row.definition);
      rule["title"]["en"] = "Unpaid orders";
      return edit_rule(c, rule_id, rule.dump());
    });
    CHECK(planned_by(run_backfill(shop.shop().db(), shop.shop().id(), again.job_id, shop.now_ms, {})) == 1);
    CHECK(shop.tick().planned == 1);
  }
  SECTION("it went out before the edit") {
    shop.now_ms += 2 * kHourMs;
    CHECK(shop.tick().planned == 1);
    const auto change = edit();
    run_backfill(shop.shop().db(), shop.shop().id(), change.job_id, shop.now_ms, {});
    shop.for_days(2);
    CHECK(shop.ledger() == Texts{"unpaid_1@2026-03-02 12:00"});
    return;
  }
  shop.for_days(2);
  CHECK(shop.ledger() == Texts{"unpaid_2@2026-03-02 12:00"});
}

TEST_CASE("a reminder that was due while its rule was off does not come when it is switched on", "[reminders]") {
  ReminderStory shop;
  shop.only({"unpaid"});
  shop.order(shop.customer());
  const auto rule_id = shop.rule_id("unpaid");
  shop.write([&](const Context& c) { switch_rule(c, rule_id, false); });
  shop.now_ms += 3 * kHourMs;
  const auto change = shop.write([&](const Context& c) { return switch_rule(c, rule_id, true); });
  run_backfill(shop.shop().db(), shop.shop().id(), change.job_id, shop.now_ms, {});
  CHECK(shop.until(shop.now_ms + kHourMs).empty());
}

TEST_CASE("a rule switched off and on again in time still sends once", "[reminders]") {
  ReminderStory shop;
  shop.only({"unpaid"});
  shop.order(shop.customer());
  const auto rule_id = shop.rule_id("unpaid");
  shop.write([&](const Context& c) { switch_rule(c, rule_id, false); });
  const auto change = shop.write([&](const Context& c) { return switch_rule(c, rule_id, true); });
  CHECK(planned_by(run_backfill(shop.shop().db(), shop.shop().id(), change.job_id, shop.now_ms, {})) == 1);
  CHECK(shop.queued() == 1);
  CHECK(shop.until(shop.now_ms + 3 * kHourMs) == Texts{"unpaid_1@2026-03-02 12:00"});
}

TEST_CASE("payment, parcel and delivery are told as they happen", "[reminders]") {
  ReminderStory shop;
  shop.only({"paid_thanks", "shipped", "delivered_checkin"});
  const auto order = shop.order(shop.customer(), OrderState::kPaid);
  CHECK(shop.until(shop.now_ms + kHourMs) == Texts{"paid_thanks@2026-03-02 10:00"});
  shop.move(order, OrderState::kShipped);
  CHECK(shop.until(shop.now_ms + kHourMs) == Texts{"shipped@2026-03-02 11:00"});
  shop.move(order, OrderState::kDelivered);
  CHECK(shop.for_days(3) == Texts{"delivered_checkin@2026-03-03 10:00"});
}

TEST_CASE("after downtime what is stale expires instead of being sent late", "[reminders]") {
  ReminderStory shop;
  shop.only({"unpaid"});
  shop.order(shop.customer());
  shop.now_ms += 10 * kDayMs;
  CHECK(shop.tick().planned == 2);
  shop.read([&](const Context& c) {
    for (const auto& d : storage::list_deliveries(c.tx, c.shop_id(), "r", require_rule(c, "unpaid").row.rule_id, "", std::nullopt, 10))
      CHECK(d.expires_at_ms < c.now_ms);  // policy drops it with that reason
  });
}

TEST_CASE("an enquiry is followed up once, a day after the last one, unless it became an order", "[reminders]") {
  ReminderStory shop;
  shop.only({"enquiry_followup", "followup_task"});
  const auto customer = shop.customer();
  const auto enquire = [&] { shop.tell("customer.enquired", customer); };
  enquire();
  shop.until(shop.now_ms + 5 * kHourMs);
  enquire();
  SECTION("no order comes") {
    CHECK(shop.for_days(2) == Texts{"enquiry_followup@2026-03-03 15:00"});
    shop.for_days(3);
    const auto tasks = shop.read([&](const Context& c) { return storage::list_open_tasks(c.tx, c.shop_id(), std::nullopt, c.now_ms + 1, 10); });
    REQUIRE(tasks.size() == 1);
    CHECK(tasks[0].text == "跟进未下单的咨询 · 张三");
    CHECK(tasks[0].customer_id == customer);
    CHECK(ReminderStory::local(tasks[0].due_at_ms) == "2026-03-05 10:00");
  }
  SECTION("an order comes") {
    shop.order(customer);
    CHECK(shop.for_days(5).empty());
  }
}

TEST_CASE("a birthday is wished every year at ten in the customer's morning, 29 February included", "[reminders]") {
  ReminderStory shop;
  shop.only({"birthday"});
  const auto leap = shop.customer("闰", "2000-02-29");
  shop.customer("纽约", "--03-05", "America/New_York");
  CHECK(shop.queued() == 2);
  const auto sent = shop.until(to_utc({{2028, 12, 31}, 0, 0, 0}, "Asia/Shanghai"), 6 * kHourMs);
  CHECK(sent == Texts{"birthday@2026-03-05 23:00", "birthday@2027-02-28 10:00", "birthday@2027-03-05 23:00", "birthday@2028-02-29 10:00",
                      "birthday@2028-03-05 23:00"});
  CHECK(shop.queued() == 2);
  CHECK(shop.pending(leap) == Texts{"birthday@2029-02-28 10:00"});
}

TEST_CASE("a corrected birthday moves the wish, and the old day stays silent", "[reminders]") {
  ReminderStory shop;
  shop.only({"birthday"});
  const auto customer = shop.customer("张三", "1990-03-04");
  const auto correct = [&](const char* birthday) {
    shop.write([&](const Context& c) {
      auto row = *storage::get_customer(c.tx, c.shop_id(), customer);
      row.birthday = birthday;
      storage::update_customer(c.tx, c.shop_id(), row);
    });
    shop.tell("customer.updated", customer);
  };
  SECTION("later") {
    correct("1990-03-09");
    CHECK(shop.for_days(30) == Texts{"birthday@2026-03-09 10:00"});
  }
  SECTION("there and back again") {
    correct("1990-03-09");
    correct("1990-03-04");
    CHECK(shop.for_days(30) == Texts{"birthday@2026-03-04 10:00"});
  }
  SECTION("removed") {
    correct("");
    CHECK(shop.for_days(30).empty());
    CHECK(shop.queued() == 0);
  }
  SECTION("to a day that has just passed: next year") {
    correct("1990-03-01");
    CHECK(shop.for_days(30).empty());
    CHECK(shop.pending(customer) == Texts{"birthday@2027-03-01 10:00"});
  }
}

TEST_CASE("the repurchase notice comes five days before the jar is empty", "[reminders]") {
  ReminderStory shop;
  shop.only({"repurchase"});
  shop.product("面膜", 30);
  const auto customer = shop.customer();
  const auto order = shop.order(customer, OrderState::kPaid, "面膜", 2);
  CHECK(shop.pending(customer) == Texts{"repurchase@2026-04-26 10:00"});  // 60 days from 2 March, less five
  SECTION("delivery four days later moves it") {
    shop.until(shop.now_ms + 4 * kDayMs);
    shop.move(order, OrderState::kShipped);
    shop.move(order, OrderState::kDelivered);
    CHECK(shop.for_days(90) == Texts{"repurchase@2026-04-30 10:00"});
  }
  SECTION("buying again moves it, and the queue holds one row") {
    shop.until(shop.now_ms + 20 * kDayMs);
    shop.order(customer, OrderState::kPaid, "面膜", 1);
    CHECK(shop.queued() == 1);
    CHECK(shop.for_days(90) == Texts{"repurchase@2026-04-16 10:00"});
  }
  SECTION("a refund ends it") {
    shop.move(order, OrderState::kRefunded);
    CHECK(shop.for_days(90).empty());
  }
  SECTION("once is enough until the next purchase") { CHECK(shop.for_days(365) == Texts{"repurchase@2026-04-26 10:00"}); }
}

TEST_CASE("a customer's own rhythm decides after the third purchase", "[reminders]") {
  ReminderStory shop;
  shop.only({"repurchase"});
  shop.product("咖啡", 10);
  const auto customer = shop.customer();
  for (int i = 0; i < 2; ++i) {
    shop.order(customer, OrderState::kPaid, "咖啡");
    shop.now_ms += 40 * kDayMs;
  }
  shop.order(customer, OrderState::kPaid, "咖啡");
  CHECK(shop.pending(customer) == Texts{"repurchase@" + ReminderStory::local(shop.now_ms + 35 * kDayMs)});
}

TEST_CASE("the win-back is off at first; switching it on plans for those who are there and says how many", "[reminders]") {
  ReminderStory shop;
  const auto rule_id = shop.rule_id("winback");
  shop.only({});
  for (int i = 0; i < 450; ++i) shop.order(shop.customer("客" + std::to_string(i)), OrderState::kPlaced, "面膜", 1, shop.now_ms - (i % 150) * kDayMs);
  const auto change = shop.write([&](const Context& c) { return switch_rule(c, rule_id, true); });
  auto job = run_backfill_slice(shop.shop().db(), shop.shop().id(), change.job_id, shop.now_ms);
  CHECK(job.done == 200);
  CHECK(job.total == 450);
  // As after a restart: the job goes on where it stood.
  while (run_backfills(shop.shop().db(), shop.now_ms)) {
  }
  job = shop.read([&](const Context& c) { return *storage::get_job(c.tx, c.shop_id(), change.job_id); });
  CHECK(job.state == "done");
  CHECK(job.done == 450);
  CHECK(planned_by(job) == 3 * 91);  // days 0…89, and the 90th whose eleven o'clock is still to come
  CHECK(shop.queued() == planned_by(job));

  SECTION("switching off and on again makes no doubles") {
    shop.write([&](const Context& c) { switch_rule(c, rule_id, false); });
    const auto again = shop.write([&](const Context& c) { return switch_rule(c, rule_id, true); });
    CHECK(planned_by(run_backfill(shop.shop().db(), shop.shop().id(), again.job_id, shop.now_ms, {})) == 3 * 91);
    CHECK(shop.queued() == 3 * 91);
  }
  SECTION("a change while it runs ends the job") {
    const auto second = shop.write([&](const Context& c) { switch_rule(c, rule_id, false); return switch_rule(c, rule_id, true); });
    shop.write([&](const Context& c) { switch_rule(c, rule_id, false); });
    CHECK(run_backfill(shop.shop().db(), shop.shop().id(), second.job_id, shop.now_ms, {}).state == "cancelled");
  }
}

TEST_CASE("the win-back waits for ninety days without an order, and a new order starts them over", "[reminders]") {
  ReminderStory shop;
  shop.only({"winback"});
  const auto customer = shop.customer();
  shop.order(customer);
  shop.now_ms += 60 * kDayMs;
  const auto second = shop.order(customer);
  CHECK(shop.queued() == 1);
  const auto expected = "winback@" + ReminderStory::local(shop.now_ms + 90 * kDayMs + kHourMs);
  SECTION("the second order counts") { CHECK(shop.for_days(200) == Texts{expected}); }
  SECTION("the second order is cancelled: the first counts again") {
    shop.move(second, OrderState::kCancelled);
    CHECK(shop.for_days(200) == Texts{"winback@" + ReminderStory::local(test::kMonday10 + 90 * kDayMs + kHourMs)});
  }
}

TEST_CASE("an import plans nothing older than now, but what lies ahead", "[reminders]") {
  ReminderStory shop;
  shop.only({"unpaid", "paid_thanks", "repurchase"});
  shop.product("面膜", 30);
  const auto customer = shop.customer();
  shop.actor.kind = Actor::Kind::kImport;
  shop.order(customer, OrderState::kPaid, "面膜", 1, shop.now_ms - 10 * kDayMs);
  shop.order(customer, OrderState::kPlaced, "面霜", 1, shop.now_ms - 3 * kHourMs);
  CHECK(shop.pending(customer) == Texts{"unpaid@2026-03-03 03:00", "repurchase@2026-03-17 10:00"});
}

TEST_CASE("whoever was merged is reminded as the customer they became", "[reminders]") {
  ReminderStory shop;
  shop.only({"unpaid"});
  const auto kept = shop.customer("张三"), merged = shop.customer("小张");
  shop.order(merged);
  shop.write([&](const Context& c) {
    auto row = *storage::get_customer(c.tx, c.shop_id(), merged);
    row.merged_into = kept;
    storage::update_customer(c.tx, c.shop_id(), row);
    storage::set_standing(c.tx, c.shop_id(), merged, storage::kStandingMerged);
  });
  shop.for_days(1);
  shop.read([&](const Context& c) {
    const auto rows = storage::list_deliveries(c.tx, c.shop_id(), "r", require_rule(c, "unpaid").row.rule_id, "", std::nullopt, 10);
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].key.customer_id == kept);
  });
}

TEST_CASE("staff are never reminded", "[reminders]") {
  ReminderStory shop;
  const auto customer = shop.customer("店员", "1990-03-05");
  shop.order(customer);
  shop.write([&](const Context& c) { storage::set_standing(c.tx, c.shop_id(), customer, storage::kStandingStaff); });
  CHECK(shop.for_days(5).empty());
}

TEST_CASE("a condition is asked when the reminder falls due, and the chain goes on without it", "[reminders]") {
  ReminderStory shop;
  shop.only({});
  shop.write([&](const Context& c) {
    create_rule(c, R"({"name": "vip_care", "title": {"zh-CN": "熟客关怀", "en": "VIP care"}, "trigger": {"event": "order.placed"},
      "steps": [{"offset": "+1h", "template": "unpaid_1"}, {"offset": "+3h", "template": "unpaid_2"}],
      "condition": "orders>=2", "class": "notice", "expires": "1d", "enabled": true})");
  });
  const auto customer = shop.customer();
  shop.order(customer);
  CHECK(shop.until(shop.now_ms + 2 * kHourMs).empty());
  shop.order(customer);
  CHECK(shop.for_days(1) == Texts{"unpaid_1@2026-03-02 13:00", "unpaid_2@2026-03-02 13:00", "unpaid_2@2026-03-02 15:00"});
}

TEST_CASE("a referral thanks the one who brought the friend, once for each friend", "[reminders]") {
  ReminderStory shop;
  shop.only({"referral_thanks"});
  const auto referrer = shop.customer("介绍人"), first = shop.customer("朋友甲"), second = shop.customer("朋友乙");
  for (const auto friend_id : {first, second, first}) shop.tell("customer.referred", friend_id, {{"referrer_id", referrer}});
  shop.for_days(1);
  shop.read([&](const Context& c) {
    const auto rows = storage::list_deliveries(c.tx, c.shop_id(), "r", require_rule(c, "referral_thanks").row.rule_id, "", std::nullopt, 10);
    REQUIRE(rows.size() == 2);
    for (const auto& row : rows) CHECK(row.key.customer_id == referrer);
  });
}

TEST_CASE("one row that cannot be written does not hold up the others", "[reminders][sqlite]") {
  ReminderStory shop;
  shop.only({"unpaid"});
  const auto broken = shop.customer("坏"), sound = shop.customer("好");
  for (const auto customer : {broken, sound, broken}) shop.order(customer);
  SQLite::Database raw(shop.shop().dir().file("laoke.db"), SQLite::OPEN_READWRITE);
  raw.exec("CREATE TRIGGER refuse BEFORE INSERT ON deliveries WHEN NEW.customer_id = " + std::to_string(broken) +
           " BEGIN SELECT RAISE(ABORT, 'refused'); END");
  shop.now_ms += 2 * kHourMs;
  const auto result = shop.tick();
  CHECK(result.taken == 3);
  CHECK(result.planned == 1);
  CHECK(result.broken == 2);
  CHECK(shop.queued() == 1);  // the sound one's second step
}

TEST_CASE("rules are found by name or title, and a mistyped one is answered with the nearest", "[rules]") {
  ReminderStory shop;
  CHECK(shop.read([](const Context& c) { return require_rule(c, "未付款提醒").row.name; }) == "unpaid");
  CHECK_THROWS_WITH(shop.read([](const Context& c) { return require_rule(c, "winbak").row.name; }), Catch::Contains("winback"));
  CHECK_THROWS_WITH(shop.write([](const Context& c) { create_rule(c, "{}"); }), Catch::Contains("missing"));
  CHECK_THROWS_WITH(shop.write([](const Context& c) {
    auto rule = nlohmann::json::parse(require_rule(c, "unpaid").row.definition);
    rule["condition"] = "colour:red";
    edit_rule(c, require_rule(c, "unpaid").row.rule_id, rule.dump());
  }), Catch::StartsWith("condition:"));
  CHECK(shop.write([](const Context& c) { return install_stock_rules(c); }) == 0);
}

TEST_CASE("a stock rule that was edited keeps the seller's words until it is reset", "[rules]") {
  ReminderStory shop;
  const auto id = shop.rule_id("unpaid");
  const auto edited = shop.write([&](const Context& c) {
    auto rule = nlohmann::json::parse(require_rule(c, id).row.definition);
    rule["expires"] = "3h";
    return edit_rule(c, id, rule.dump());
  });
  CHECK(edited.rule.row.version == 2);
  CHECK(shop.write([](const Context& c) { return install_stock_rules(c); }) == 0);
  CHECK(shop.read([&](const Context& c) { return require_rule(c, id).definition->expires_ms; }) == 3 * kHourMs);
  shop.write([&](const Context& c) { reset_rule(c, id); });
  CHECK(shop.read([&](const Context& c) { return require_rule(c, id).definition->expires_ms; }) == 14 * kHourMs);
}
