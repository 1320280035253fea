#include <catch2/catch.hpp>

#include "handlers/calendar.h"
#include "storage/channels.h"
#include "storage/contacts.h"
#include "storage/customers.h"
#include "storage/ledger.h"
#include "tests/fakes/fake_whatsapp.h"
#include "tests/support/channel_story.h"
#include "tests/support/story_platforms.h"
#include "tests/support/story_shop.h"

using namespace laoke;
using namespace laoke::test;
using nlohmann::json;

namespace {

const Person kWhatsappBoss{900'001, "美姐"};
const FakeWhatsapp::Person kWhatsappWei{"CN.4471023998812", "8613812345678", "小卫"},
    kWhatsappJing{"CN.4471023998813", "8613812345679", "静静"},
    kWhatsappBin{"CN.4471023998814", "8613812345680", "阿彬"}, kWhatsappKerry{"US.13491208655302741918", "", "Kerry"};

// A shop whose seller sits on Telegram and whose customers write on WhatsApp.
class WhatsappShop {
 public:
  WhatsappShop() : fake([this] { return shop.clock.now_ms(); }) {
    shop.in([&](const Context& context) {
      storage::ChannelRow channel;
      channel.shop_id = context.shop_id();
      channel.name = channel.kind = "whatsapp";
      channel.settings = fake.settings().dump();
      channel.created_at_ms = kMonday10;
      storage::insert_channel(context.tx, channel);
      storage::bump_config(context.tx, context.shop_id());
    });
    shop.channels.refresh();
  }

  std::string hook() const { return "http://127.0.0.1:" + std::to_string(shop.port()) + "/hooks/whatsapp"; }
  int post(const json& callback) {
    const int status = FakeWhatsapp::deliver(hook(), FakeWhatsapp::bytes_of(callback));
    shop.settle();
    return status;
  }
  int writes(const FakeWhatsapp::Person& person, const std::string& text) {
    shop.clock.advance(1'000);
    return post(fake.text_from(person, text));
  }
  std::vector<FakeWhatsapp::Sent> mail(const FakeWhatsapp::Person& person) const {
    return fake.accepted_by(person.address());
  }
  std::string last_to(const FakeWhatsapp::Person& person) const {
    const auto all = mail(person);
    return all.empty() ? "" : all.back().text;
  }
  int got(const FakeWhatsapp::Person& person, const std::string& piece) const {
    int count = 0;
    for (const auto& sent : mail(person)) count += holds(sent.text, piece) ? 1 : 0;
    return count;
  }
  std::int64_t customer_of(const FakeWhatsapp::Person& person) {
    const auto channel_id = shop.channels.by_hook("whatsapp")->row.channel_id;
    return shop.in([&](const Context& context) {
      const auto contact =
          storage::find_contact_by_address(context.tx, context.shop_id(), channel_id, person.address());
      return contact ? contact->customer_id : std::int64_t{0};
    });
  }
  // The newest send to them, as "accepted" or "dropped opted_out".
  std::string ledger(const FakeWhatsapp::Person& person, char source) {
    const auto customer_id = customer_of(person);
    for (const auto& row : shop.in([&](const Context& context) {
           return storage::deliveries_of_customer(context.tx, context.shop_id(), customer_id, {}, {}, 100);
         }))
      if (row.key.source == std::string(1, source))
        return row.reason.empty() ? row.state : row.state + " " + row.reason;
    return "nothing";
  }
  std::string tells(const std::string& line) { return shop.asks(kWhatsappBoss, line); }

  StoryShop shop;
  FakeWhatsapp fake;
};

}  // namespace

TEST_CASE("the shop's story is told on WhatsApp", "[story][whatsapp]") {
  WhatsappStory whatsapp;
  ChannelStory shop(whatsapp);
  tell_the_story(shop, {"CN.13800", "CN.13801", "CN.13802", "CN.13803"});
}

TEST_CASE("a customer writes on WhatsApp, is answered there, orders and hears of the parcel", "[story][whatsapp]") {
  WhatsappShop shop;
  shop.shop.pair_owner(kWhatsappBoss);
  CHECK(shop.writes(kWhatsappWei, "还有货吗？") == 200);
  REQUIRE(shop.customer_of(kWhatsappWei) != 0);
  const auto relayed = shop.shop.mail(kWhatsappBoss);
  REQUIRE(relayed.size() == 1);
  CHECK(holds(relayed[0].text, "小卫 · whatsapp"));
  CHECK(holds(relayed[0].text, "还有货吗？"));
  CHECK(holds(shop.shop.asks(kWhatsappBoss, "有的，99 一盒", relayed[0].message_id), "已发给 小卫"));
  CHECK(shop.last_to(kWhatsappWei) == "有的，99 一盒");

  CHECK(holds(shop.tells("+油性皮肤 小卫"), "加上 油性皮肤"));
  CHECK(holds(shop.tells("产品 面膜 99 用30天"), "用 30 天"));
  CHECK(holds(shop.tells("订单 小卫 面膜x2 198"), "#1001"));
  shop.shop.wait(2 * kHourMs + kMinuteMs);
  CHECK(shop.got(kWhatsappWei, "订单 #1001") == 1);
  CHECK(holds(shop.tells("付款 #1001"), "已付款"));
  CHECK(holds(shop.tells("发货 #1001 顺丰 SF1234567890123"), "SF1234567890123"));
  CHECK(shop.got(kWhatsappWei, "SF1234567890123") == 1);
  for (const auto& sent : shop.mail(kWhatsappWei)) CHECK_FALSE(sent.reference.empty());
}

TEST_CASE("receipts of WhatsApp move a message forward in whatever order they come", "[story][whatsapp]") {
  WhatsappShop shop;
  shop.shop.pair_owner(kWhatsappBoss);
  shop.writes(kWhatsappWei, "在吗");
  const auto relayed = shop.shop.mail(kWhatsappBoss);
  shop.shop.asks(kWhatsappBoss, "在的", relayed.at(0).message_id);
  const auto sent = shop.mail(kWhatsappWei).at(0);
  CHECK(shop.ledger(kWhatsappWei, 'm') == "accepted");
  CHECK(shop.post(shop.fake.status_of(sent, "read")) == 200);
  CHECK(shop.ledger(kWhatsappWei, 'm') == "read");
  CHECK(shop.post(FakeWhatsapp::together(
            {shop.fake.status_of(sent, "delivered"), shop.fake.status_of(sent, "sent")})) == 200);
  CHECK(shop.ledger(kWhatsappWei, 'm') == "read");
}

TEST_CASE("a broadcast reaches who is within the window, once, and says of the others why not", "[story][whatsapp]") {
  WhatsappShop shop;
  shop.shop.pair_owner(kWhatsappBoss);
  shop.writes(kWhatsappBin, "你好");
  shop.shop.wait(25 * kHourMs);
  for (const auto& person : {kWhatsappWei, kWhatsappJing, kWhatsappKerry}) CHECK(shop.writes(person, "你好") == 200);
  CHECK(shop.post(shop.fake.preference_of(kWhatsappJing, true)) == 200);
  CHECK(shop.got(kWhatsappJing, "推广") == 0);  // WhatsApp has told them itself
  for (const auto& person : {kWhatsappWei, kWhatsappJing, kWhatsappBin, kWhatsappKerry})
    CHECK(holds(shop.tells("+春季 " + person.name), "加上 春季"));

  CHECK(holds(shop.tells("群发 tag:春季 {{customer.name}}，新品到了"), "人数：4"));
  CHECK(holds(shop.tells("是"), "开始了"));
  shop.shop.wait(5'000);
  CHECK(shop.got(kWhatsappWei, "小卫，新品到了") == 1);
  CHECK(shop.got(kWhatsappKerry, "Kerry，新品到了") == 1);
  CHECK(shop.got(kWhatsappJing, "新品到了") == 0);
  CHECK(shop.got(kWhatsappBin, "新品到了") == 0);
  CHECK(holds(shop.tells("为什么 静静"), "客户已退订营销消息"));
  CHECK(holds(shop.tells("为什么 阿彬"), "平台规定的回复时间窗口已过"));
}

TEST_CASE("a token that expires in mid-broadcast stops the channel, and a new one goes on where it was",
          "[story][whatsapp]") {
  WhatsappShop shop;
  shop.shop.pair_owner(kWhatsappBoss);
  for (const auto& person : {kWhatsappWei, kWhatsappJing, kWhatsappBin}) shop.writes(person, "你好");
  shop.fake.revoke_token();
  shop.tells("群发 全部 上新了");
  shop.tells("是");
  shop.shop.wait(5'000);
  const auto broken = shop.shop.in(
      [&](const Context& context) { return *storage::find_channel(context.tx, context.shop_id(), "whatsapp"); });
  CHECK(broken.state == "broken");
  CHECK(holds(broken.state_reason, "生成新口令"));
  for (const auto& person : {kWhatsappWei, kWhatsappJing, kWhatsappBin}) CHECK(shop.got(person, "上新了") == 0);

  shop.fake.renew_token("EAAJrenewed0token");
  shop.shop.in([&](const Context& context) {
    storage::update_channel_settings(context.tx, context.shop_id(), broken.channel_id, shop.fake.settings().dump());
    storage::set_channel_state(context.tx, context.shop_id(), broken.channel_id, "on", "");
    storage::bump_config(context.tx, context.shop_id());
  });
  shop.shop.wait(10 * kMinuteMs);
  for (const auto& person : {kWhatsappWei, kWhatsappJing, kWhatsappBin}) CHECK(shop.got(person, "上新了") == 1);
}

TEST_CASE("the same callback twice, a forged one and Meta's own check do what they should", "[story][whatsapp]") {
  WhatsappShop shop;
  const auto callback = shop.fake.text_from(kWhatsappWei, "在吗");
  CHECK(shop.post(callback) == 200);
  CHECK(shop.post(callback) == 200);
  const auto customer_id = shop.customer_of(kWhatsappWei);
  const auto kept = shop.shop.in([&](const Context& context) {
    return storage::list_messages(context.tx, context.shop_id(), customer_id, 0, 10);
  });
  CHECK(kept.size() == 1);
  CHECK(FakeWhatsapp::deliver(shop.hook(), FakeWhatsapp::bytes_of(callback), "00000000000000000000000000000000") ==
        401);
}
