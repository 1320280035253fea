#include <catch2/catch.hpp>

#include "handlers/calendar.h"
#include "handlers/outbox.h"
#include "tests/support/wecom_story.h"

// 微信客服 takes five messages within 48 hours of the customer's last. What is outside never reaches the platform.
namespace laoke::test::wecom_windows {
namespace {

using Counts = std::map<std::string, std::int64_t>;

bool holds(const std::string& text, const std::string& piece) { return text.find(piece) != std::string::npos; }

struct ServiceStory : WecomStory {
  explicit ServiceStory(const std::string& customer = "wmGuest") : WecomStory(WecomTime::kShops), guest(customer) {
    pair_seller();
    wecom.befriend("nobody", guest, "韩梅梅");  // known to 微信客服 by name; no member's contact here
    writes("在吗");
    asks("+春季 韩梅梅");
  }
  void writes(const std::string& text) {
    wecom.service_message("wk1", guest, text);
    REQUIRE(takes(wecom.service_nudge("wk1")) == 200);
  }
  // A broadcast to the tag.
  void broadcast(const std::string& text) {
    asks("群发 tag:春季 " + text);
    asks("是");
    clock.advance(6'000);
    settle();
  }
  // What the seller answers this customer.
  void answers(const std::string& text) {
    in([&](const Context& context) {
      const auto contact = storage::find_contact_by_address(context.tx, context.shop_id(), channels.by_hook("wecom")->row.channel_id, "kf:wk1:" + guest);
      DirectMessage message;
      message.customer_id = contact->customer_id;
      message.contact_id = contact->contact_id;
      message.channel_id = contact->channel_id;
      message.content.text = text;
      queue_message(context, message);
    });
    clock.advance(5'000);
    settle();
  }
  int service_calls() const { return wecom.calls("kf/send_msg"); }
  int got(const std::string& text) const {
    int count = 0;
    for (const auto& sent : wecom.sent_to(guest)) count += holds(sent.text, text) ? 1 : 0;
    return count;
  }
  std::string guest;
};

}  // namespace

TEST_CASE("the same broadcast goes to a customer of 微信客服 within 48 hours and is dropped with its reason after them", "[story][wecom]") {
  ServiceStory shop;
  shop.clock.advance(5 * kHourMs);  // before the shop's own follow-up of the next day
  shop.broadcast("新品到了，欢迎来看");
  CHECK(shop.got("新品到了") == 1);
  CHECK(shop.counts("marketing") == Counts{{"accepted", 1}});
  const auto before = shop.service_calls();
  const auto tasks = shop.wecom.tasks().size();

  shop.clock.advance(48 * kHourMs);
  CHECK(holds(shop.asks("群发 tag:春季 新品到了，欢迎来看"), "平台规定的回复时间窗口已过：1"));
  shop.asks("是");
  shop.clock.advance(6'000);
  shop.settle();
  CHECK(shop.got("新品到了") == 1);
  CHECK(shop.service_calls() == before);  // nothing was tried that the platform would refuse
  CHECK(shop.wecom.tasks().size() == tasks);
  CHECK(shop.counts("marketing")["dropped window_closed"] == 1);
  CHECK(holds(shop.asks("为什么 韩梅梅"), "不发送: 平台规定的回复时间窗口已过"));

  shop.clock.advance(24 * kHourMs);
  shop.writes("还有吗");
  shop.broadcast("新品还有三盒");
  CHECK(shop.got("新品还有三盒") == 1);
}

TEST_CASE("the sixth message to a customer of 微信客服 waits for nothing and is not tried", "[story][wecom]") {
  ServiceStory shop;
  const auto contact = shop.contact("kf:wk1:wmGuest");
  const auto left = contact.replies_left;
  REQUIRE(left > 0);
  for (std::int64_t i = 0; i < left; ++i) {
    shop.answers("第" + std::to_string(i) + "条");
    CHECK(shop.got("第" + std::to_string(i) + "条") == 1);
  }
  CHECK(shop.contact("kf:wk1:wmGuest").replies_left == 0);
  const auto before = shop.service_calls();
  shop.answers("再多一条");
  CHECK(shop.got("再多一条") == 0);
  CHECK(shop.service_calls() == before);
  CHECK(holds(shop.asks("为什么 韩梅梅"), "平台规定的回复时间窗口已过"));
}

TEST_CASE("a broadcast to members' customers knows no window: it is a task at any time", "[story][wecom]") {
  ServiceStory shop;
  shop.customer("wm1", "李雷");
  shop.asks("+春季 李雷");
  shop.clock.advance(30 * 24 * kHourMs);
  shop.broadcast("新品到了，欢迎来看");
  REQUIRE_FALSE(shop.wecom.tasks().empty());
  CHECK(shop.wecom.tasks().back().customers == std::vector<std::string>{"wm1"});
  CHECK(shop.counts("marketing") == Counts{{"accepted awaits_person", 1}, {"dropped window_closed", 1}});
}

TEST_CASE("messages of 微信客服 are counted one by one also where a broadcast goes in batches", "[story][wecom]") {
  ServiceStory shop;
  shop.customer("wm1", "李雷");
  shop.customer("wm2", "周小明");
  for (const char* name : {"李雷", "周小明"}) shop.asks("+春季 " + std::string(name));
  const auto left = shop.contact("kf:wk1:wmGuest").replies_left;
  shop.broadcast("新品到了，欢迎来看");
  CHECK(shop.got("新品到了") == 1);
  CHECK(shop.contact("kf:wk1:wmGuest").replies_left == left - 1);
  CHECK(shop.wecom.tasks().back().customers.size() == 2);
}

TEST_CASE("a hand-over that failed in WeCom is told to the seller with the customer's name", "[story][wecom]") {
  WecomStory shop;
  shop.pair_seller();
  shop.customer("wm1", "李雷");
  const auto event = [&](const std::string& reason) {
    return shop.wecom.event("change_external_contact", {{"ChangeType", "transfer_fail"}, {"UserID", "seller02"}, {"ExternalUserID", "wm1"}, {"FailReason", reason}});
  };
  const auto before = shop.wecom.sent_to("seller01").size();
  REQUIRE(shop.takes(event("customer_refused")) == 200);
  REQUIRE(shop.takes(event("a_new_one")) == 200);
  const auto told = shop.wecom.sent_to("seller01");
  REQUIRE(told.size() == before + 2);
  CHECK_THAT(told[before].text, Catch::Contains("李雷") && Catch::Contains("seller02") && Catch::Contains("客户拒绝了"));
  CHECK_THAT(told[before + 1].text, Catch::Contains("a_new_one"));
  CHECK(shop.contact("ext:wm1").state == "active");
}

TEST_CASE("a name that changed in WeCom is followed when the customer is looked at again", "[story][wecom]") {
  WecomStory shop;
  shop.pair_seller();
  shop.customer("wm1", "李雷");
  shop.wecom.befriend("seller01", "wm1", "李磊");
  REQUIRE(shop.takes(shop.wecom.customer_event("edit_external_contact", "seller01", "wm1")) == 200);
  CHECK(shop.contact("ext:wm1").display_name == "李磊");
  CHECK(holds(shop.asks("查 李磊"), "李磊"));
}

}  // namespace laoke::test::wecom_windows
