#include "bot/errands.h"

#include <catch2/catch.hpp>

#include "handlers/calendar.h"
#include "handlers/errands.h"
#include "handlers/tasks.h"
#include "storage/channels.h"
#include "tests/support/patience.h"
#include "tests/support/story_shop.h"

using namespace laoke;
using namespace laoke::test;
using Ended = ErrandResult::Kind;

namespace {

const test::Person kErrandOwner{900'001, "美姐"};
const nlohmann::json kParcel = {{"carrier", "sf"}, {"tracking_no", "SF1234567890123"}};

// A shop with an account that takes errands, and the queue as handlers see it.
struct ErrandDesk {
  ErrandDesk() {
    channel_id = shop.in([&](const Context& context) {
      storage::ChannelRow row;
      row.shop_id = context.shop_id();
      row.name = "快递";
      row.kind = "webchat";
      row.settings = R"({"token":"0123456789abcdef0123456789abcdef"})";
      return storage::insert_channel(context.tx, row);
    });
  }
  bool enqueue(const char* kind = "follow_parcel", const nlohmann::json& data = kParcel) {
    return shop.in([&](const Context& context) { return enqueue_errand(context, channel_id, kind, data); });
  }
  std::vector<storage::ErrandRow> waiting() {
    return shop.in([&](const Context& context) { return storage::list_errands(context.tx, context.shop_id(), 100); });
  }
  ErrandEnd settle(const ErrandResult& result, std::size_t at = 0) {
    const auto row = waiting().at(at);
    return shop.in([&](const Context& context) { return settle_errand(context, row, result); });
  }
  std::vector<std::string> todo() {
    return shop.in([](const Context& context) {
      std::vector<std::string> texts;
      for (const auto& task : todo_list(context, std::nullopt)) texts.push_back(task.text);
      return texts;
    });
  }
  std::int64_t wait_ms(std::size_t at = 0) { return waiting().at(at).due_at_ms - shop.clock.now_ms(); }
  storage::ChannelRow channel() {
    return shop.in([&](const Context& context) { return *storage::get_channel(context.tx, context.shop_id(), channel_id); });
  }

  StoryShop shop;
  std::int64_t channel_id = 0;
};

ErrandResult result_of(Ended kind, std::int64_t retry_after_ms = 0) { return {kind, "500 服务器错误", retry_after_ms, 0.5}; }

}  // namespace

TEST_CASE("the same errand waits once, and may be asked for again when it is done", "[errands]") {
  ErrandDesk desk;
  CHECK(desk.enqueue());
  CHECK_FALSE(desk.enqueue());
  CHECK(desk.enqueue("follow_parcel", {{"carrier", "sf"}, {"tracking_no", "SF9"}}));
  REQUIRE(desk.waiting().size() == 2);
  CHECK(desk.settle(result_of(Ended::kDone)) == ErrandEnd::kDone);
  CHECK(desk.waiting().size() == 1);
  CHECK(desk.enqueue());
  CHECK(desk.todo().empty());
}

TEST_CASE("of a tag put on and taken off again only the last word waits", "[errands]") {
  ErrandDesk desk;
  const nlohmann::json tag = {{"external_id", "7"}, {"tag", "老客"}};
  desk.enqueue("tag", tag);
  desk.enqueue("tag", {{"external_id", "8"}, {"tag", "老客"}});
  CHECK(desk.enqueue("untag", tag));
  const auto waiting = desk.waiting();
  REQUIRE(waiting.size() == 2);
  CHECK(waiting[0].kind == "tag");
  CHECK(nlohmann::json::parse(waiting[0].data)["external_id"] == "8");
  CHECK(waiting[1].kind == "untag");
  CHECK(desk.enqueue("tag", tag));
  CHECK(desk.waiting().back().kind == "tag");
  CHECK(desk.waiting().size() == 2);
}

TEST_CASE("waits between tries grow fourfold, half of each random, and end below eight hours", "[errands]") {
  CHECK(errand_delay_ms(1, 0) == 2'500);
  CHECK(errand_delay_ms(1, 1) == 5'000);
  std::int64_t all = 0;
  for (std::int64_t tried = 1; tried < kErrandTries; ++tried) {
    CHECK(errand_delay_ms(tried + 1, 0.5) == 4 * errand_delay_ms(tried, 0.5));
    all += errand_delay_ms(tried, 1);
  }
  CHECK(all < 8 * kHourMs);
  CHECK(errand_delay_ms(1'000'000, 1) == errand_delay_ms(kErrandTries, 1));
}

TEST_CASE("what came of a try decides when the next one is", "[errands]") {
  struct Case {
    const char* says;
    Ended kind;
    std::int64_t asked_ms, wait_ms, attempts, neighbour_wait_ms;
  };
  const std::vector<Case> cases = {
      {"a failure waits as long as tries say", Ended::kAgain, 0, errand_delay_ms(1, 0.5), 1, 0},
      {"the platform's wait wins when it is longer", Ended::kAgain, 90'000, 90'000, 1, 0},
      {"and not when it is shorter", Ended::kAgain, 10, errand_delay_ms(1, 0.5), 1, 0},
      {"one piece of work asked to wait is no try", Ended::kWaits, 90'000, 90'000, 0, 0},
      {"an account asked to wait holds all its work back", Ended::kChannelWaits, 90'000, 90'000, 0, 90'000},
      {"a wait of nothing is a second", Ended::kChannelWaits, 0, 1'000, 0, 1'000},
      {"a used up quota is asked again in an hour", Ended::kQuotaUsed, 0, kHourMs, 0, kHourMs},
  };
  for (const auto& one : cases) DYNAMIC_SECTION(one.says) {
    ErrandDesk desk;
    desk.enqueue();
    desk.enqueue("follow_parcel", {{"tracking_no", "another"}});
    CHECK(desk.settle(result_of(one.kind, one.asked_ms)) == ErrandEnd::kWaits);
    CHECK(desk.wait_ms() == one.wait_ms);
    CHECK(desk.waiting()[0].attempts == one.attempts);
    CHECK(desk.waiting()[0].last_error == "500 服务器错误");
    CHECK(desk.wait_ms(1) == one.neighbour_wait_ms);
  }
}

TEST_CASE("what cannot be done is given up, and the seller reads it in the chat and in the to-do list", "[errands]") {
  ErrandDesk desk;
  desk.shop.pair_owner(kErrandOwner);
  desk.shop.mail(kErrandOwner);
  const std::string said = "没有做成：跟踪快递 SF1234567890123（快递）\n原因：500 服务器错误";
  SECTION("at once when the platform says never") {
    desk.enqueue();
    CHECK(desk.settle(result_of(Ended::kRefused)) == ErrandEnd::kGivenUp);
  }
  SECTION("after eight tries") {
    desk.enqueue();
    for (int tried = 1; tried < kErrandTries; ++tried) REQUIRE(desk.settle(result_of(Ended::kAgain)) == ErrandEnd::kWaits);
    CHECK(desk.settle(result_of(Ended::kAgain)) == ErrandEnd::kGivenUp);
  }
  SECTION("after three days of being told to wait") {
    desk.enqueue();
    desk.shop.clock.advance(kErrandLifeMs - kHourMs);
    REQUIRE(desk.settle(result_of(Ended::kChannelWaits, 1'000)) == ErrandEnd::kWaits);
    CHECK(desk.settle(result_of(Ended::kChannelWaits, kHourMs + 1)) == ErrandEnd::kGivenUp);
  }
  CHECK(desk.waiting().empty());
  CHECK(desk.todo() == std::vector<std::string>{said});
  desk.shop.settle();
  CHECK(desk.shop.read(kErrandOwner) == said);
}

TEST_CASE("a bad day fills the seller's chat with five messages and no more", "[errands]") {
  ErrandDesk desk;
  desk.shop.pair_owner(kErrandOwner);
  desk.shop.mail(kErrandOwner);
  for (int i = 0; i < 9; ++i) {
    desk.enqueue("tag", {{"external_id", std::to_string(i)}, {"tag", "老客"}});
    CHECK(desk.settle(result_of(Ended::kRefused)) == ErrandEnd::kGivenUp);
  }
  desk.shop.settle();
  const auto mail = desk.shop.mail(kErrandOwner);
  REQUIRE(mail.size() == kGivenUpToldADay);
  for (const auto& one : mail) CHECK(holds(one.text, "在平台上打标签“老客”"));
  CHECK(std::ranges::count_if(mail, [](const auto& one) { return holds(one.text, "只记在日志里"); }) == 1);
  desk.shop.clock.advance(kDayMs);
  desk.enqueue("brew_tea", {{"name", "龙井"}});
  desk.settle(result_of(Ended::kRefused));
  desk.shop.settle();
  CHECK(holds(desk.shop.read(kErrandOwner), "没有做成：brew_tea 龙井"));
}

TEST_CASE("an account whose key is gone stops, its work stays, and the seller hears it once a day", "[errands]") {
  ErrandDesk desk;
  desk.shop.pair_owner(kErrandOwner);
  desk.shop.mail(kErrandOwner);
  desk.enqueue();
  CHECK(desk.settle({Ended::kChannelBroken, "600 key 无效", 0, 0.5}) == ErrandEnd::kWaits);
  desk.settle({Ended::kChannelBroken, "600 key 无效", 0, 0.5});
  CHECK(desk.channel().state == "broken");
  CHECK(desk.channel().state_reason == "600 key 无效");
  CHECK(desk.waiting().size() == 1);
  CHECK(desk.waiting()[0].attempts == 0);
  desk.shop.settle();
  const auto mail = desk.shop.mail(kErrandOwner);
  REQUIRE(mail.size() == 1);
  CHECK(holds(mail[0].text, "渠道“快递”停用了：600 key 无效"));
  Errands errands(*desk.shop.database, desk.shop.channels, desk.shop.intake, desk.shop.sender.leases(), desk.shop.clock);
  desk.shop.clock.advance(kDayMs);
  desk.shop.sender.drain();
  CHECK(errands.round() == 0);
}

TEST_CASE("errands are done only by the server that holds the channel, while the channel is on", "[errands]") {
  ErrandDesk desk;
  desk.enqueue();
  auto& shop = desk.shop;
  Errands errands(*shop.database, shop.channels, shop.intake, shop.sender.leases(), shop.clock);
  ChannelLeases of_another(*shop.database, "another", false);
  Errands elsewhere(*shop.database, shop.channels, shop.intake, of_another, shop.clock);
  CHECK(elsewhere.round() == 0);
  const auto switch_to = [&](const char* state) {
    shop.in([&](const Context& context) { storage::set_channel_state(context.tx, context.shop_id(), desk.channel_id, state, ""); });
    shop.sender.drain();  // takes the change up, and the lease
  };
  switch_to("off");
  CHECK(errands.round() == 0);
  CHECK(desk.waiting().size() == 1);
  switch_to("on");
  CHECK(elsewhere.round() == 0);
  CHECK(errands.round() == 1);
  CHECK(desk.waiting().empty());  // this kind takes no errands: refused for good
  CHECK(desk.todo().size() == 1);
  CHECK(errands.round() == 0);
}

TEST_CASE("a profile that cannot be had is let go in silence; that the account may not ask is told", "[errands]") {
  struct Row {
    const char* says;
    Ended ended;
    std::int64_t tries;
    std::size_t told;
  };
  const auto row = GENERATE(values<Row>({
      {"the platform is in trouble for hours", Ended::kAgain, kErrandTries, 0},
      {"whom it is about is gone", Ended::kGone, 1, 0},
      {"the account has no right to it", Ended::kRefused, 1, 1},
  }));
  DYNAMIC_SECTION(row.says) {
    ErrandDesk desk;
    desk.enqueue("profile", {{"external_id", "u1"}});
    for (std::int64_t i = 0; i < row.tries; ++i) {
      REQUIRE(desk.waiting().size() == 1);
      desk.settle(result_of(row.ended));
    }
    CHECK(desk.waiting().empty());
    CHECK(desk.todo().size() == row.told);
  }
}

TEST_CASE("the errands of a channel that is removed go with it", "[errands]") {
  ErrandDesk desk;
  desk.enqueue();
  desk.shop.in([&](const Context& context) { storage::delete_channel(context.tx, context.shop_id(), desk.channel_id); });
  CHECK(desk.waiting().empty());
}

TEST_CASE("the threads do what is due and stop in time", "[errands][concurrent]") {
  ErrandDesk desk;
  for (int i = 0; i < 30; ++i) desk.enqueue("tag", {{"external_id", std::to_string(i)}, {"tag", "老客"}});
  desk.shop.sender.drain();
  {
    Errands errands(*desk.shop.database, desk.shop.channels, desk.shop.intake, desk.shop.sender.leases(), desk.shop.clock);
    errands.start();
    CHECK(eventually([&] { return desk.waiting().empty(); }));
    errands.stop(kPatience);
  }
  CHECK(desk.waiting().empty());
}
