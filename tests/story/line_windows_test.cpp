// LINE on a simulated clock: no window, but a monthly quota and answers that are free for forty seconds.
#include <catch2/catch.hpp>

#include "handlers/calendar.h"
#include "tests/support/story_platforms.h"
#include "tests/support/story_windows.h"

namespace laoke::test::line_windows {
namespace {

const std::string kSeller = "U00000000000000000000000000000001", kBuyer = "U00000000000000000000000000000002",
                  kFriend = "U00000000000000000000000000000003";

struct Windows {
  Windows() : shop(platform) { save_text(shop, "plain", "今晚上新"); }
  void hears(const std::string& address, const std::string& name) {
    shop.writes(address, "在吗");
    shop.call(address, name);
  }
  std::vector<std::string> calls_to(const std::string& address) const {
    std::vector<std::string> calls;
    for (const auto& sent : platform.fake.shown_to(address)) calls.push_back(sent.call);
    return calls;
  }
  LineStory platform;
  ChannelStory shop;
};

using Calls = std::vector<std::string>;

}  // namespace

TEST_CASE("the same broadcast reaches a LINE friend whenever they wrote last, and counts in the month", "[story][windows][line]") {
  Windows w;
  w.hears(kBuyer, "李雷");
  w.shop.wait(GENERATE(values<std::int64_t>({kMinuteMs, 8 * kHourMs})));
  INFO(w.shop.ledger_of(kBuyer));
  const auto broadcast = broadcast_to_all(w.shop, "plain");
  CHECK(end_of(w.shop, broadcast, kBuyer) == "accepted");
  CHECK(w.calls_to(kBuyer) == Calls{"push"});
  CHECK(w.platform.fake.used_this_month() == 1);
}

TEST_CASE("one text for several LINE friends goes in one call and counts once for each", "[story][windows][line]") {
  Windows w;
  w.hears(kBuyer, "李雷");
  w.hears(kFriend, "王芳");
  w.shop.wait(kHourMs);
  broadcast_to_all(w.shop, "plain");
  CHECK(w.platform.fake.calls("/v2/bot/message/multicast") == 1);
  CHECK(w.platform.fake.used_this_month() == 2);
}

TEST_CASE("an answer within forty seconds is free on LINE, a later one and a second one count", "[story][windows][line]") {
  struct Row {
    const char* says;
    std::int64_t after_ms;
    int answers;
    Calls calls;
    std::int64_t used;
  };
  const auto row = GENERATE(values<Row>({
      {"at once", 1'000, 1, {"reply"}, 0},
      {"after 39 seconds", 39'000, 1, {"reply"}, 0},
      {"after 41 seconds", 41'000, 1, {"push"}, 1},
      {"after an hour", kHourMs, 1, {"push"}, 1},
      {"two at once", 1'000, 2, {"reply", "push"}, 1},
  }));
  DYNAMIC_SECTION(row.says) {
    Windows w;
    w.hears(kBuyer, "李雷");
    w.shop.wait(row.after_ms);
    for (int i = 0; i < row.answers; ++i) {
      answer(w.shop, kBuyer, "在的");
      w.shop.wait(2'000);
    }
    CHECK(w.calls_to(kBuyer) == row.calls);
    CHECK(w.platform.fake.used_this_month() == row.used);
  }
}

TEST_CASE("when LINE's month is used up free answers go on, and what would cost waits by itself", "[story][windows][line]") {
  Windows w;
  w.platform.fake.limit_month(1);
  w.hears(kBuyer, "李雷");
  w.hears(kFriend, "王芳");
  w.shop.wait(kHourMs);
  const auto broadcast = broadcast_to_all(w.shop, "plain");
  for (const auto& address : {kBuyer, kFriend}) CHECK(end_of(w.shop, broadcast, address) == "deferred quota_used");
  w.shop.writes(kBuyer, "还有货吗");
  answer(w.shop, kBuyer, "有的");
  CHECK(last_message(w.shop, kBuyer) == "accepted");
  CHECK(w.calls_to(kBuyer) == Calls{"reply"});
  CHECK(w.platform.fake.used_this_month() == 0);
  w.shop.pair_owner(kSeller, "美姐");
  CHECK(w.shop.asks(kSeller, "为什么 李雷").find("平台的发送额度已用完") != std::string::npos);
}

TEST_CASE("when LINE's month is used up a message waits and says so, until nobody wants it any more", "[story][windows][line]") {
  Windows w;
  w.platform.fake.limit_month(1);
  w.hears(kBuyer, "李雷");
  w.hears(kFriend, "王芳");
  w.shop.wait(kHourMs);
  answer(w.shop, kBuyer, "在的");
  REQUIRE(w.platform.fake.used_this_month() == 1);
  answer(w.shop, kFriend, "您好");
  CHECK(last_message(w.shop, kFriend) == "deferred quota_used");
  CHECK(w.calls_to(kFriend).empty());
  w.shop.wait(32 * kDayMs);
  CHECK(last_message(w.shop, kFriend) == "dropped expired");
  CHECK(w.calls_to(kFriend).empty());
}

}  // namespace laoke::test::line_windows
