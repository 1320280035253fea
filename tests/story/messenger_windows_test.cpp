// Messenger's and Instagram's 24 hours on a simulated clock.
#include <catch2/catch.hpp>

#include "handlers/calendar.h"
#include "tests/support/story_platforms.h"
#include "tests/support/story_windows.h"

namespace laoke::test::messenger_windows {
namespace {

const std::string kSeller = "6789012345670001", kBuyer = "6789012345670002";

struct Windows {
  explicit Windows(bool instagram) : platform(instagram), shop(platform) {
    if (!instagram) platform.fake.approve_template("order_update", "zh_CN", 1);
    save_text(shop, "update", "{{customer.name}}，您的包裹到了");
    save_approved(shop, "update", "{{customer.name}}，您的包裹到了", "order_update");
    save_text(shop, "plain", "今晚上新");
    shop.writes(kBuyer, "在吗");
    shop.call(kBuyer, "李雷");
  }
  MessengerStory platform;
  ChannelStory shop;
};

}  // namespace

TEST_CASE("the same notice goes to Messenger in words within 24 hours and as a utility template after them, to Instagram only within",
          "[story][windows][messenger]") {
  struct Row {
    const char* says;
    bool instagram;
    const char* text;
    std::int64_t silent_ms;
    const char *end, *type, *reads;
  };
  const auto row = GENERATE(values<Row>({
      {"Messenger, just now", false, "update", kMinuteMs, "accepted", "RESPONSE", "李雷，您的包裹到了"},
      {"Messenger, a minute before the end", false, "update", kDayMs - kMinuteMs, "accepted", "RESPONSE", "李雷，您的包裹到了"},
      {"Messenger, a minute after the end", false, "update", kDayMs + kMinuteMs, "accepted approved_template", "UTILITY", "order_update 李雷"},
      {"Messenger, a month later", false, "update", 30 * kDayMs, "accepted approved_template", "UTILITY", "order_update 李雷"},
      {"Messenger, no template", false, "plain", kDayMs + kMinuteMs, "dropped window_closed", "", ""},
      {"Instagram, just now", true, "update", kMinuteMs, "accepted", "RESPONSE", "李雷，您的包裹到了"},
      {"Instagram, a minute before the end", true, "plain", kDayMs - kMinuteMs, "accepted", "RESPONSE", "今晚上新"},
      {"Instagram, a minute after the end", true, "plain", kDayMs + kMinuteMs, "dropped window_closed", "", ""},
      {"Instagram, a template that it does not have", true, "update", kDayMs + kMinuteMs, "dropped window_closed", "", ""},
  }));
  DYNAMIC_SECTION(row.says) {
    Windows w(row.instagram);
    w.shop.wait(row.silent_ms);
    const auto broadcast = broadcast_to_all(w.shop, row.text, "notice");
    CHECK(end_of(w.shop, broadcast, kBuyer) == row.end);
    const auto sent = w.platform.fake.accepted_by(kBuyer);
    REQUIRE(sent.size() == (*row.type ? 1 : 0));
    if (sent.empty()) return;
    CHECK(sent[0].messaging_type == row.type);
    CHECK(sent[0].text() == row.reads);
  }
}

TEST_CASE("marketing goes inside Messenger's window as an update", "[story][windows][messenger]") {
  Windows w(GENERATE(false, true));
  const auto broadcast = broadcast_to_all(w.shop, "plain");
  CHECK(end_of(w.shop, broadcast, kBuyer) == "accepted");
  CHECK(w.platform.fake.accepted_by(kBuyer).at(0).messaging_type == "UPDATE");
}

TEST_CASE("`why` says of Messenger and Instagram that the window was over", "[story][windows][messenger]") {
  Windows w(GENERATE(false, true));
  w.shop.wait(25 * kHourMs);
  w.shop.pair_owner(kSeller, "美姐");
  broadcast_to_all(w.shop, "plain", "notice");
  const auto why = w.shop.asks(kSeller, "为什么 李雷");
  INFO(why);
  CHECK(why.find("平台规定的回复时间窗口已过") != std::string::npos);
}

TEST_CASE("a utility template that Meta has not approved fails with its words", "[story][windows][messenger]") {
  Windows w(false);
  save_approved(w.shop, "update", "{{customer.name}}，您的包裹到了", "never_approved");
  w.shop.wait(25 * kHourMs);
  w.shop.pair_owner(kSeller, "美姐");
  const auto broadcast = broadcast_to_all(w.shop, "update", "notice");
  CHECK(end_of(w.shop, broadcast, kBuyer) == "failed rejected");
  const auto why = w.shop.asks(kSeller, "为什么 李雷");
  INFO(why);
  CHECK(why.find("not approved") != std::string::npos);
}

TEST_CASE("a word or a press of the customer opens Messenger's window again", "[story][windows][messenger]") {
  Windows w(GENERATE(false, true));
  w.shop.wait(25 * kHourMs);
  if (GENERATE(false, true))
    w.shop.presses(kBuyer, "rcv:1:y");
  else
    w.shop.writes(kBuyer, "还在吗");
  const auto broadcast = broadcast_to_all(w.shop, "plain", "notice");
  CHECK(end_of(w.shop, broadcast, kBuyer) == "accepted");
}

TEST_CASE("an answer that reaches Meta a moment too late is refused there and told as the window's end", "[story][windows][messenger]") {
  Windows w(GENERATE(false, true));
  // Meta's clock is ahead of ours.
  w.platform.fake.follow_clock([&] { return w.shop.clock.now_ms() + 25 * kHourMs; });
  answer(w.shop, kBuyer, "在的");
  CHECK(last_message(w.shop, kBuyer) == "dropped window_closed");
  CHECK(w.platform.fake.accepted_by(kBuyer).empty());
}

}  // namespace laoke::test::messenger_windows
