#include <catch2/catch.hpp>

#include "bot/errands.h"
#include "handlers/broadcasts.h"
#include "handlers/calendar.h"
#include "handlers/template_library.h"
#include "storage/channels.h"
#include "storage/contacts.h"
#include "storage/errands.h"
#include "tests/fakes/fake_wecom.h"
#include "tests/support/wechat_story.h"

// Within 48 hours of the customer's word, and outside; and who somebody is on WeChat and on WeCom.
namespace laoke::test::wechat_windows {
namespace {

const std::string kSeller = "oSellerMei", kBuyer = "oBuyerLiLei", kOther = "oHanMeimei";

bool holds(const std::string& text, const std::string& piece) { return text.find(piece) != std::string::npos; }

struct WindowShop {
  explicit WindowShop(const nlohmann::json& more = nlohmann::json::object()) : wechat("safe", more), shop(wechat) {
    shop.pair_owner(kSeller, "美姐");
    shop.writes(kBuyer, "你好");
    shop.call(kBuyer, "李雷");
    shop.asks(kSeller, "+春季 李雷");
    wechat.fake.add_template("TPL1", {"thing1"});
  }
  // The clock stands at ten in the morning of a later day.
  void days_later(int days) { shop.go_to(kMonday10 + days * kDayMs); }
  // A text with an approved template of WeChat's, to those with the tag, as a notice.
  void notify(const std::string& platform_template) {
    const auto id = shop.in([&](const Context& context) {
      TemplateDraft text;
      text.name = "到货通知";
      text.channel_kind = "wechat";
      text.body = "{{customer.name}}，您要的面膜到货了";
      text.extras = nlohmann::json{{"platform_template", platform_template}, {"parameters", {"thing1={{customer.name}}"}}}.dump();
      save_template(context, text);
      BroadcastDraft draft;
      draft.segment = "tag:春季";
      draft.template_name = text.name;
      draft.klass = "notice";
      return start_broadcast(context, create_broadcast(context, draft).broadcast_id).broadcast_id;
    });
    CHECK(id > 0);
    shop.settle();
    shop.wait(6'000);
  }
  std::string why() { return shop.asks(kSeller, "为什么 李雷"); }
  int by(const std::string& way) const { return wechat.ways(kBuyer, way); }

  WechatStory wechat;
  ChannelStory shop;
};

}  // namespace

TEST_CASE("the same notice goes as a message within WeChat's 48 hours and as the approved template after them", "[story][wechat]") {
  WindowShop desk;
  const auto before = desk.by("custom");
  desk.shop.wait(5 * kHourMs);  // before the shop's own follow-up of the next day
  desk.notify("TPL1");
  INFO(desk.shop.ledger_of(kBuyer));
  CHECK(desk.by("custom") == before + 1);
  CHECK(desk.by("template") == 0);
  CHECK(desk.shop.got(kBuyer, "李雷，您要的面膜到货了") == 1);

  desk.days_later(3);
  desk.notify("TPL1");
  CHECK(desk.by("custom") == before + 1);
  REQUIRE(desk.by("template") == 1);
  CHECK(desk.wechat.fake.accepted_by(kBuyer).back().template_id == "TPL1");
  CHECK(holds(desk.why(), "回复时间窗口已过，按平台审核过的模板发出"));

  desk.shop.writes(kBuyer, "谢谢");
  desk.notify("TPL1");
  CHECK(desk.by("template") == 1);
}

TEST_CASE("a subscription notice goes outside the window once for each time the customer agreed", "[story][wechat]") {
  WindowShop desk;
  desk.wechat.fake.agrees(kBuyer, "TPL1");
  desk.days_later(3);
  desk.notify("notice:TPL1");
  CHECK(desk.by("notice") == 1);
  desk.notify("notice:TPL1");
  CHECK(desk.by("notice") == 1);
  const auto why = desk.why();
  INFO(why);
  CHECK(holds(why, "平台拒绝了这条消息"));
}

TEST_CASE("a broadcast with a word of its own for everybody is dropped with its reason outside the 48 hours", "[story][wechat]") {
  WindowShop desk;
  const std::string line = "群发 tag:春季 {{customer.name}}，给您留了一盒";
  desk.shop.wait(5 * kHourMs);
  desk.shop.asks(kSeller, line);
  desk.shop.asks(kSeller, "是");
  desk.shop.wait(6'000);
  CHECK(desk.shop.got(kBuyer, "李雷，给您留了一盒") == 1);
  desk.days_later(4);
  const auto calls = desk.wechat.fake.calls("/cgi-bin/message/custom/send");
  const auto preview = desk.shop.asks(kSeller, line);
  INFO(preview);
  CHECK(holds(preview, "平台规定的回复时间窗口已过：1"));
  desk.shop.asks(kSeller, "是");
  desk.shop.wait(6'000);
  CHECK(desk.shop.got(kBuyer, "李雷，给您留了一盒") == 1);
  CHECK(holds(desk.why(), "不发送: 平台规定的回复时间窗口已过"));
  int to_buyer = 0;  // the rest of the calls answered the seller
  for (const auto& sent : desk.wechat.fake.accepted_by(kBuyer)) to_buyer += holds(sent.text, "留了一盒") ? 1 : 0;
  CHECK(to_buyer == 1);
  CHECK(desk.wechat.fake.calls("/cgi-bin/message/custom/send") >= calls);
}

TEST_CASE("one text for all reaches followers outside the window where the account may send to lists, and nobody where it may not",
          "[story][wechat]") {
  const bool service = GENERATE(true, false);
  WindowShop desk(service ? nlohmann::json::object() : nlohmann::json{{"account_type", "subscription"}});
  desk.shop.writes(kOther, "你好");
  desk.shop.call(kOther, "韩梅梅");
  desk.shop.asks(kSeller, "+春季 韩梅梅");
  desk.days_later(4);
  const auto preview = desk.shop.asks(kSeller, "群发 tag:春季 新品到了，欢迎来看");
  INFO(preview);
  CHECK(holds(preview, "平台规定的回复时间窗口已过：2") == !service);
  desk.shop.asks(kSeller, "是");
  desk.shop.wait(6'000);
  CHECK(desk.by("mass") == (service ? 1 : 0));
  CHECK(holds(desk.why(), service ? "已发出" : "不发送: 平台规定的回复时间窗口已过"));
}

TEST_CASE("a follow allows a minute, not two days", "[story][wechat]") {
  WindowShop desk;
  desk.shop.take(desk.wechat.pushed(desk.wechat.fake.follows(kOther)));
  desk.shop.call(kOther, "韩梅梅");
  desk.shop.asks(kSeller, "+春季 韩梅梅");
  desk.shop.wait(2 * kMinuteMs);
  desk.notify("TPL1");
  CHECK(desk.wechat.ways(kOther, "template") == 1);
  CHECK(desk.by("template") == 0);  // who wrote a moment ago gets the words
}

TEST_CASE("the seller hears of a mass send that WeChat refused afterwards, and of people it left out", "[story][wechat]") {
  WindowShop desk;
  desk.shop.writes(kOther, "你好");
  desk.shop.call(kOther, "韩梅梅");
  desk.shop.asks(kSeller, "+春季 韩梅梅");
  desk.days_later(3);
  desk.shop.asks(kSeller, "群发 tag:春季 新品到了，欢迎来看");
  desk.shop.asks(kSeller, "是");
  desk.shop.wait(6'000);
  REQUIRE(desk.by("mass") == 1);
  desk.shop.mail(kSeller);
  SECTION("refused") {
    for (const auto& xml : desk.wechat.fake.results("err(10001)")) desk.shop.take(desk.wechat.pushed(xml));
    const auto told = desk.shop.read(kSeller);
    INFO(told);
    CHECK(holds(told, "有一批没有发出"));
    CHECK(holds(told, "err(10001) 涉嫌广告"));
    CHECK(holds(desk.why(), "平台回报没有送达"));
    CHECK(holds(desk.shop.asks(kSeller, "待办"), "err(10001)"));
  }
  SECTION("left out") {
    for (std::string xml : desk.wechat.fake.results()) {
      const std::string sent = "<SentCount>2<";
      REQUIRE(xml.find(sent) != std::string::npos);
      xml.replace(xml.find(sent), sent.size(), "<SentCount>1<");
      desk.shop.take(desk.wechat.pushed(xml));
    }
    const auto told = desk.shop.read(kSeller);
    INFO(told);
    CHECK(holds(told, "提交 2 人"));
    CHECK(holds(told, "已发 1 人"));
    CHECK(holds(desk.why(), "已发出"));
    CHECK(holds(desk.shop.asks(kSeller, "群发"), "平台报告：提交 2 人"));
  }
  SECTION("all got it") {
    for (const auto& xml : desk.wechat.fake.results()) desk.shop.take(desk.wechat.pushed(xml));
    CHECK_FALSE(holds(desk.shop.read(kSeller), "平台报告"));
  }
}

namespace {

// The same shop on WeChat and on WeCom.
struct TwoPlatforms {
  TwoPlatforms() : shop(wechat), errands(*shop.database, shop.channels, shop.intake, shop.sender.leases(), shop.clock) {
    wecom.add_member("seller01");
    shop.in([&](const Context& context) {
      storage::ChannelRow channel;
      channel.shop_id = context.shop_id();
      channel.name = channel.kind = "wecom";
      channel.settings = wecom.settings().dump();
      channel.created_at_ms = context.now_ms;
      storage::insert_channel(context.tx, channel);
    });
    shop.channels.refresh();
    shop.settle();
  }
  void follows(const std::string& openid) {
    shop.take(wechat.pushed(wechat.fake.follows(openid)));
    errands.round();
  }
  void adds(const std::string& customer, const std::string& union_id) {
    wecom.befriend("seller01", customer, "李雷", union_id);
    const auto live = shop.channels.by_hook("wecom");
    const auto request = wecom.added("seller01", customer);
    shop.intake.take(*live, live->channel->parse(request), request.body);
  }
  std::int64_t on_wecom(const std::string& customer) {
    return shop.in([&](const Context& context) {
      const auto contact = storage::find_contact_by_address(context.tx, context.shop_id(), shop.channels.by_hook("wecom")->row.channel_id, "ext:" + customer);
      return contact ? contact->customer_id : 0;
    });
  }
  int looked_up() const { return wechat.fake.calls("/cgi-bin/user/info"); }

  WechatStory wechat;
  FakeWecom wecom;
  ChannelStory shop;
  Errands errands;
};

}  // namespace

TEST_CASE("who follows on WeChat and adds a member on WeCom is one customer by their unionid, whichever came first", "[story][wechat][wecom]") {
  TwoPlatforms desk;
  desk.wechat.fake.set_union_id(kBuyer, "oUnion_1");
  desk.wechat.fake.set_union_id(kOther, "oUnion_2");
  SECTION("WeChat first") {
    desk.follows(kBuyer);
    desk.adds("wm1", "oUnion_1");
    CHECK(desk.on_wecom("wm1") == desk.shop.customer_of(kBuyer));
  }
  SECTION("WeCom first") {
    desk.adds("wm1", "oUnion_1");
    const auto customer = desk.on_wecom("wm1");
    REQUIRE(customer != 0);
    desk.follows(kBuyer);
    CHECK(desk.shop.customer_of(kBuyer) == customer);
  }
  desk.follows(kOther);
  CHECK(desk.shop.customer_of(kOther) != desk.shop.customer_of(kBuyer));
}

TEST_CASE("WeChat is asked once who a follower is, and again when they come back", "[story][wechat]") {
  TwoPlatforms desk;
  desk.follows(kBuyer);
  CHECK(desk.looked_up() == 1);
  for (const char* text : {"你好", "在吗"}) desk.shop.writes(kBuyer, text);
  desk.shop.take(desk.wechat.pushed(desk.wechat.fake.scans(kBuyer, "poster")));
  desk.errands.round();
  CHECK(desk.looked_up() == 1);
  desk.shop.take(desk.wechat.pushed(desk.wechat.fake.unfollows(kBuyer)));
  desk.follows(kBuyer);
  CHECK(desk.looked_up() == 2);
}

TEST_CASE("an account that may not look followers up asks for one and then for nobody", "[story][wechat]") {
  TwoPlatforms desk;
  desk.wechat.fake.forbid("/cgi-bin/user/info");
  for (const auto& openid : {kBuyer, kOther, kSeller}) desk.follows(openid);
  CHECK(desk.looked_up() == 1);
  CHECK(desk.shop.in([](const Context& context) { return storage::list_errands(context.tx, context.shop_id(), 10).size(); }) == 0);
}

}  // namespace laoke::test::wechat_windows
