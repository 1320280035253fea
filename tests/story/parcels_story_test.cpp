#include <catch2/catch.hpp>

#include "bot/errands.h"
#include "handlers/calendar.h"
#include "handlers/orders.h"
#include "handlers/reminders.h"
#include "handlers/rules.h"
#include "handlers/tasks.h"
#include "storage/channels.h"
#include "storage/errands.h"
#include "storage/shipments.h"
#include "tests/fakes/fake_parcels.h"
#include "tests/support/story_shop.h"

using namespace laoke;
using namespace laoke::test;
using nlohmann::json;

namespace {

const test::Person kParcelSeller{900'001, "美姐"}, kParcelBuyer{900'101, "李雷"};
const std::string kYto = "YT8823456789012";

// A moment of the story as a carrier in China writes it.
std::string china(std::int64_t at_ms) {
  const auto local = to_local(at_ms, "Asia/Shanghai");
  char text[32];
  std::snprintf(text, sizeof text, "%04d-%02d-%02d %02d:%02d:%02d", local.date.year, local.date.month, local.date.day, local.hour, local.minute,
                local.second);
  return text;
}

// The shop of the other stories, with accounts at the services that follow parcels and an order that is paid.
struct ParcelStory {
  explicit ParcelStory(const std::vector<std::string>& kinds = {"kuaidi100"})
      : errands(*shop.database, shop.channels, shop.intake, shop.sender.leases(), shop.clock) {
    shop.in([&](const Context& context) {
      for (const auto& kind : kinds) {
        storage::ChannelRow row;
        row.shop_id = context.shop_id();
        row.name = row.kind = kind;
        row.settings = services.settings(kind).dump();
        row.created_at_ms = context.now_ms;
        storage::insert_channel(context.tx, row);
      }
    });
    shop.sender.drain();  // takes the accounts up
    shop.writes(kParcelBuyer, "在吗");
    shop.pair_owner(kParcelSeller);
    shop.asks(kParcelSeller, "产品 面膜 99 用30天");
    shop.asks(kParcelSeller, "订单 李雷 面膜x2 198");
    shop.asks(kParcelSeller, "付款 #1001");
    shop.mail(kParcelBuyer);
  }
  std::string hook(const std::string& kind) const { return "http://127.0.0.1:" + std::to_string(shop.port()) + "/hooks/" + kind; }
  void ship(const std::string& number = kYto) {
    REQUIRE(holds(shop.asks(kParcelSeller, "发货 #1001 圆通 " + number), "已发货"));
    connect();
    errands.round();
    shop.mail(kParcelBuyer);
  }
  // As the poller does when accounts come or change.
  void connect() {
    for (const auto& live : shop.channels.all())
      if (!is_chat(live->row.kind)) live->channel->connect(hook(live->hook_name));
  }
  // 快递100 tells what is on the parcel's way by now.
  FakeParcels::Answer hears(const std::string& state, const std::string& words, std::int64_t at_ms = 0) {
    const auto time = china(at_ms != 0 ? at_ms : shop.clock.now_ms());
    const auto answer = services.push_kuaidi100(kYto, kuaidi100_param("yuantong", kYto, state, {{time, words}}));
    shop.settle();
    return answer;
  }
  storage::Shipment shipment() {
    return shop.in([](const Context& context) {
      const auto order = require_order_numbered(context, "1001");
      return storage::list_shipments(context.tx, context.shop_id(), order.order_id).at(0);
    });
  }
  void want_van_notice() {
    shop.in([](const Context& context) { return switch_rule(context, require_rule(context, "out_for_delivery").row.rule_id, true); });
  }
  std::size_t waiting() {
    return shop.in([](const Context& context) { return storage::list_errands(context.tx, context.shop_id(), 99).size(); });
  }
  std::vector<std::string> pending() {
    const auto customer_id = shop.customer_of(kParcelBuyer);
    return shop.in([&](const Context& context) {
      std::vector<std::string> names;
      for (const auto& one : pending_reminders(context, customer_id)) names.push_back(one.rule_name);
      return names;
    });
  }

  FakeParcels services;
  StoryShop shop;
  Errands errands;
};

bool has(const std::vector<std::string>& names, const char* name) { return std::ranges::find(names, name) != names.end(); }

}  // namespace

TEST_CASE("a parcel sent by chat is followed to the door, and the customer is asked how it was", "[story][parcels]") {
  ParcelStory story;
  story.ship();
  const auto followed = story.services.followed();
  REQUIRE(followed.size() == 1);
  CHECK(followed[0].number == kYto);
  CHECK(followed[0].carrier == "yuantong");
  CHECK(story.waiting() == 0);
  CHECK(story.errands.round() == 0);

  story.shop.wait(kHourMs);
  CHECK(story.hears("0", "[杭州市] 已发往 北京").taken);
  CHECK(story.shipment().state == "in_transit");
  CHECK(holds(story.shop.asks(kParcelSeller, "查 李雷"), "运输中"));
  CHECK(holds(story.shop.asks(kParcelSeller, "#1001"), "[杭州市] 已发往 北京"));
  story.shop.wait(kDayMs);
  CHECK(story.hears("5", "[北京市] 快件正在派送").taken);
  CHECK(holds(story.shop.asks(kParcelSeller, "查 李雷"), "派送中"));
  CHECK(story.shop.read(kParcelBuyer).empty());  // that notice is off until the seller wants it
  story.shop.wait(2 * kHourMs);
  CHECK(story.hears("3", "[北京市] 已签收").taken);
  CHECK(story.shipment().state == "delivered");
  CHECK(holds(story.shop.asks(kParcelSeller, "#1001"), "已签收"));
  CHECK(has(story.pending(), "delivered_checkin"));
  CHECK(has(story.pending(), "repurchase"));
  CHECK(story.shop.read(kParcelBuyer).empty());
  story.shop.wait(kDayMs);
  CHECK(holds(story.shop.read(kParcelBuyer), "订单 #1001 收到了吗"));
  // Once more, and the whole way again: nothing. The history of a parcel may be long.
  std::vector<std::pair<std::string, std::string>> rows;
  for (int i = 0; i < 2'000; ++i) rows.emplace_back(china(story.shop.clock.now_ms() - 3 * kDayMs), "[杭州市] 快件已到达 杭州转运中心 请耐心等待");
  CHECK(story.services.push_kuaidi100(kYto, kuaidi100_param("yuantong", kYto, "0", rows)).taken);
  CHECK(story.hears("3", "[北京市] 已签收", story.shop.clock.now_ms() - kDayMs).taken);
  CHECK(story.hears("0", "[杭州市] 已发往 北京", story.shop.clock.now_ms() - 2 * kDayMs).taken);
  story.shop.wait(2 * kDayMs);
  CHECK(story.shop.read(kParcelBuyer).empty());
  CHECK(story.shop.in([](const Context& context) { return todo_list(context, std::nullopt).empty(); }));
}

TEST_CASE("a parcel in trouble is told to the seller first, and to the customer by the seller alone", "[story][parcels]") {
  ParcelStory story;
  story.ship();
  story.shop.mail(kParcelSeller);
  CHECK(story.hears("2", "收件人电话无法接通").taken);
  const auto mail = story.shop.mail(kParcelSeller);
  REQUIRE(mail.size() == 1);
  CHECK(holds(mail[0].text, "快递有异常：圆通速递 " + kYto));
  CHECK(holds(mail[0].text, "收件人电话无法接通"));
  CHECK(holds(mail[0].text, "#1001 · 李雷"));
  CHECK(story.shop.read(kParcelBuyer).empty());
  CHECK(holds(story.shop.asks(kParcelSeller, "待办"), "处理异常快递"));
  CHECK(holds(story.shop.asks(kParcelSeller, "快递员打不通您的电话，方便回个电话吗", mail[0].message_id), "已发给 李雷"));
  CHECK(story.shop.read(kParcelBuyer) == "快递员打不通您的电话，方便回个电话吗");
  story.shop.mail(kParcelSeller);
  story.hears("2", "收件人电话无法接通");
  CHECK(story.shop.read(kParcelSeller).empty());
  story.shop.wait(kHourMs);
  story.hears("3", "已签收");
  CHECK(story.shipment().state == "delivered");
}

TEST_CASE("who wants it tells customers that the parcel is on the van, once", "[story][parcels]") {
  ParcelStory story;
  story.want_van_notice();
  story.ship();
  story.hears("5", "正在派送");
  CHECK(holds(story.shop.read(kParcelBuyer), "订单 #1001 今天派送，圆通速递正在路上"));
  story.shop.wait(kHourMs);
  story.hears("2", "无人在家");
  story.shop.wait(kHourMs);
  story.hears("5", "再次派送");
  CHECK(story.shipment().state == "out_for_delivery");
  CHECK(story.shop.read(kParcelBuyer).empty());
}

TEST_CASE("a parcel followed late or long delivered sends nothing after the fact", "[story][parcels]") {
  ParcelStory story;
  story.want_van_notice();
  story.ship();
  const auto sent_ms = story.shop.clock.now_ms();
  story.shop.wait(5 * kDayMs);
  SECTION("delivered days ago: the record knows, nobody is asked now") {
    story.hears("3", "已签收", sent_ms + kDayMs);
    CHECK(story.shipment().delivered_at_ms == (sent_ms + kDayMs) / 1'000 * 1'000);
    story.shop.wait(3 * kDayMs);
    CHECK(story.shop.read(kParcelBuyer).empty());
    CHECK(has(story.pending(), "repurchase"));  // the jar is being used since that day
  }
  SECTION("its first row is old, its last is of today: only what is still to come") {
    auto param = kuaidi100_param("yuantong", kYto, "5", {{china(story.shop.clock.now_ms() - kHourMs), "派送"}, {china(sent_ms), "揽收"}});
    CHECK(story.services.push_kuaidi100(kYto, param).taken);
    story.shop.settle();
    CHECK(story.shipment().state == "out_for_delivery");
    CHECK(story.shop.read(kParcelBuyer).empty());
    story.hears("3", "已签收");
    story.shop.wait(kDayMs);
    CHECK(holds(story.shop.read(kParcelBuyer), "收到了吗"));
  }
}

TEST_CASE("only a push with token and signature moves a parcel", "[story][parcels]") {
  ParcelStory story({"kuaidi100", "17track", "aftership"});
  story.ship();
  REQUIRE(story.services.followed().size() == 3);
  const std::string delivered = kuaidi100_param("yuantong", kYto, "3", {{china(story.shop.clock.now_ms()), "已签收"}}).dump();
  CHECK(FakeParcels::post(story.hook("kuaidi100") + "?t=c0ffee", "param=" + delivered + "&sign=00", "application/x-www-form-urlencoded", {}).status == 401);
  CHECK(FakeParcels::post(story.hook("kuaidi100"), "param=" + delivered, "application/x-www-form-urlencoded", {}).status == 401);
  CHECK(FakeParcels::post(story.hook("17track"), delivered, "application/json", {{"sign", "00"}}).status == 401);
  CHECK(FakeParcels::post(story.hook("aftership"), delivered, "application/json", {}).status == 401);
  CHECK(story.shipment().state == "shipped");

  const auto reference = std::to_string(story.shipment().order_id) + "-" + std::to_string(story.shipment().shipment_id);
  const json track = {{"event", "TRACKING_UPDATED"},
                      {"data", {{"number", kYto}, {"tag", reference}, {"track_info", {{"latest_status", {{"status", "InTransit"}, {"sub_status", "InTransit_Other"}}}}}}}};
  CHECK(story.services.push_17track(story.hook("17track"), track.dump()).taken);
  CHECK(story.shipment().state == "in_transit");
  const json ship = {{"event", "tracking_update"}, {"event_id", "e-1"}, {"ts", story.shop.clock.now_ms() / 1'000},
                     {"msg", {{"tracking_number", kYto}, {"slug", "yto"}, {"tag", "Delivered"}}}};
  CHECK(story.services.push_aftership(story.hook("aftership"), ship.dump()).taken);
  CHECK(story.services.push_aftership(story.hook("aftership"), ship.dump()).taken);
  CHECK(story.shipment().state == "delivered");
  CHECK(story.hears("5", "正在派送").taken);
  CHECK(story.shipment().state == "delivered");
}

TEST_CASE("a service that is away is asked again later, and one that refuses is told to the seller", "[story][parcels]") {
  ParcelStory story;
  SECTION("away for a while") {
    story.services.answer_next(500, "");
    story.services.lose_next_answer();
    story.ship();
    CHECK(story.waiting() == 1);
    CHECK(story.errands.round() == 0);
    story.shop.clock.advance(10'000);
    CHECK(story.errands.round() == 1);  // taken, and the answer lost
    story.shop.clock.advance(60'000);
    CHECK(story.errands.round() == 1);  // 501: it follows already
    CHECK(story.waiting() == 0);
    CHECK(story.services.followed().size() == 1);
  }
  SECTION("it asks us to wait, which is no try") {
    story.services.answer_next(429, "", "120");
    story.ship();
    story.shop.clock.advance(119'000);
    CHECK(story.errands.round() == 0);
    story.shop.clock.advance(2'000);
    CHECK(story.errands.round() == 1);
    CHECK(story.waiting() == 0);
  }
  SECTION("it does not know the carrier") {
    story.services.refuse_carriers();
    story.ship();
    story.shop.settle();
    CHECK(story.waiting() == 0);
    CHECK(holds(story.shop.read(kParcelSeller), "没有做成：跟踪快递 " + kYto + "（kuaidi100）\n原因：702 识别不到该单号对应的快递公司"));
    CHECK(holds(story.shop.asks(kParcelSeller, "待办"), "没有做成：跟踪快递"));
  }
  SECTION("the money is used up: told once, and done when there is some again") {
    story.services.use_up_quota();
    story.ship();
    story.shop.settle();
    CHECK(holds(story.shop.read(kParcelSeller), "额度用完了：601"));
    story.shop.clock.advance(kHourMs);
    CHECK(story.errands.round() == 1);
    story.shop.settle();
    CHECK(story.shop.read(kParcelSeller).empty());
    story.services.use_up_quota(false);
    story.shop.clock.advance(kHourMs);
    CHECK(story.errands.round() == 1);
    CHECK(story.waiting() == 0);
    CHECK(story.services.followed().size() == 1);
  }
}

TEST_CASE("accounts of parcel services are no way to reach anybody", "[story][parcels]") {
  ParcelStory story({"kuaidi100", "17track"});
  const auto chats = story.shop.channels.all().size() - 2;
  CHECK(story.shop.channels.health().size() == chats);
  CHECK(story.shop.sender.rates().size() == chats);
  for (const auto& live : story.shop.channels.all()) CHECK(story.shop.sender.leases().owns(live->row.channel_id));
  const auto preview = story.shop.asks(kParcelSeller, "群发 全部 上新了");
  INFO(preview);
  CHECK(holds(preview, "人数：1"));
}

TEST_CASE("a seller asks 快递100 where a parcel is and is answered in the chat", "[story][parcels]") {
  ParcelStory story;
  story.ship();
  auto& shop = story.shop;
  story.services.knows(kYto, "5", china(shop.clock.now_ms()), "快件正在派送");
  CHECK(holds(shop.asks(kParcelSeller, "查快递 #1001"), "正在查"));
  CHECK(story.errands.round() == 1);
  shop.settle();
  const auto answer = shop.read(kParcelSeller);
  CHECK(holds(answer, "派送中"));
  CHECK(holds(answer, "快件正在派送"));
  REQUIRE(story.services.questions().size() == 1);
  CHECK(story.services.questions()[0].carrier == "yuantong");
  CHECK(holds(shop.asks(kParcelSeller, "查快递 " + kYto), "半小时内只能查一次"));
  CHECK(story.errands.round() == 0);
  CHECK(story.services.questions().size() == 1);
}

TEST_CASE("a shipment that is undone before the service heard of it is never subscribed", "[story][parcels]") {
  ParcelStory story;
  auto& shop = story.shop;
  REQUIRE(holds(shop.asks(kParcelSeller, "发货 #1001 圆通 " + kYto), "已发货"));
  shop.asks(kParcelSeller, "撤销");
  CHECK(story.errands.round() == 0);
  CHECK(story.services.calls() == 0);
}
