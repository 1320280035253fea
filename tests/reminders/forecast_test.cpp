#include "handlers/forecast.h"

#include "tests/reminders/story.h"

using namespace laoke;
using test::ReminderStory;
using test::Texts;

namespace {

ForecastAnswer allow(const Context&, const storage::Delivery&, std::span<const std::int64_t>) { return {}; }

// "2026-03-02 unpaid due 1 sent 1 held quiet:1" for every line.
Texts told(const std::vector<ForecastDay>& days) {
  Texts lines;
  for (const auto& day : days)
    for (const auto& line : day.lines) {
      std::string text = iso_date(day.date) + " " + line.name + " due " + std::to_string(line.due) + " sent " + std::to_string(line.sent);
      for (const auto& [reason, count] : line.held_back) text += " held " + reason + ":" + std::to_string(count);
      for (const auto& [reason, count] : line.dropped) text += " dropped " + reason + ":" + std::to_string(count);
      lines.push_back(text);
    }
  return lines;
}

Texts ahead(ReminderStory& shop, int days, const ForecastPolicy& policy, std::vector<ForecastBroadcast> broadcasts = {}) {
  return shop.read([&](const Context& c) { return told(forecast(c, days, policy, broadcasts)); });
}

}  // namespace

TEST_CASE("the forecast names day by day what the shop will send, and what it foretells comes true", "[forecast]") {
  ReminderStory shop;
  shop.only({"unpaid", "birthday", "repurchase"});
  shop.product("面膜", 30);
  shop.order(shop.customer("张三", "1990-03-04"));
  shop.order(shop.customer("李四"), OrderState::kPaid, "面膜");
  const auto lines = ahead(shop, 30, allow);
  CHECK(lines == Texts{"2026-03-02 unpaid due 1 sent 1", "2026-03-03 unpaid due 1 sent 1", "2026-03-04 birthday due 1 sent 1",
                       "2026-03-27 repurchase due 1 sent 1"});
  CHECK(shop.ledger().empty());  // looking ahead changes nothing
  CHECK(shop.for_days(29) == Texts{"unpaid_1@2026-03-02 12:00", "unpaid_2@2026-03-03 06:00", "birthday@2026-03-04 10:00",
                                   "repurchase@2026-03-27 10:00"});
  CHECK(ahead(shop, 1, allow).empty());
}

TEST_CASE("the forecast says what policy holds back, and sends it on the day it may go", "[forecast]") {
  ReminderStory shop;
  shop.only({"birthday"});
  shop.customer("张三", "1990-03-04");
  const auto quiet = [](const Context& c, const storage::Delivery& delivery, std::span<const std::int64_t>) -> ForecastAnswer {
    if (c.now_ms < delivery.due_at_ms + kDayMs) return {ForecastAnswer::Verdict::kWait, "quiet_hours", delivery.due_at_ms + kDayMs};
    return {};
  };
  CHECK(ahead(shop, 7, quiet) == Texts{"2026-03-04 birthday due 1 sent 0 held quiet_hours:1", "2026-03-05 birthday due 0 sent 1"});
  const auto never = [](const Context&, const storage::Delivery&, std::span<const std::int64_t>) -> ForecastAnswer {
    return {ForecastAnswer::Verdict::kDrop, "opted_out", 0};
  };
  CHECK(ahead(shop, 7, never) == Texts{"2026-03-04 birthday due 1 sent 0 dropped opted_out:1"});
}

TEST_CASE("marketing the forecast sent counts against the cap of what follows", "[forecast]") {
  ReminderStory shop;
  shop.only({"birthday"});
  shop.customer("张三", "1990-03-03");
  shop.customer("李四");
  const auto one_a_week = [](const Context&, const storage::Delivery&, std::span<const std::int64_t> sent) -> ForecastAnswer {
    if (!sent.empty()) return {ForecastAnswer::Verdict::kDrop, "weekly_cap", 0};
    return {};
  };
  ForecastBroadcast broadcast;
  broadcast.name = "上新";
  broadcast.segment = "all";
  broadcast.starts_at_ms = shop.now_ms + 2 * kDayMs;
  broadcast.valid_ms = kDayMs;
  CHECK(ahead(shop, 5, one_a_week, {broadcast}) ==
        Texts{"2026-03-03 birthday due 1 sent 1", "2026-03-04 上新 due 2 sent 1 dropped weekly_cap:1"});
  broadcast.rrule = "FREQ=DAILY";
  CHECK(ahead(shop, 4, allow, {broadcast}) ==
        Texts{"2026-03-03 birthday due 1 sent 1", "2026-03-04 上新 due 2 sent 2", "2026-03-05 上新 due 2 sent 2"});
}

TEST_CASE("a policy that always says wait does not keep the forecast from ending", "[forecast]") {
  ReminderStory shop;
  shop.only({"birthday"});
  shop.customer("张三", "1990-03-04");
  const auto stuck = [](const Context&, const storage::Delivery&, std::span<const std::int64_t>) -> ForecastAnswer {
    return {ForecastAnswer::Verdict::kWait, "channel_waits", 0};
  };
  CHECK(ahead(shop, 3, stuck).size() == 1);
}
