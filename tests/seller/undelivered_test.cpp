#include "handlers/undelivered.h"

#include <catch2/catch.hpp>

#include "handlers/dispatch.h"
#include "handlers/reasons.h"
#include "tests/seller/seller_shop.h"
#include "tests/support/send_desk.h"

using namespace laoke;
using namespace laoke::test;

namespace {

// A seller's answer to a customer, on its way.
class Answered {
 public:
  Answered() : anna(seller.add_contact("a", "小美")) {
    InboundEvent event;
    event.kind = InboundKind::kText;
    event.text = "在吗";
    seller.customer_writes(anna, event);
    seller.delivered_as("p-77");
    seller.reply("p-77", "在的，亲");
  }
  void comes_to(Outcome::Kind kind, const std::string& reason = "") {
    seller.shop.write([&](storage::Transaction& tx) {
      auto delivery = *storage::get_delivery(tx, seller.shop.id(), key());
      delivery.state = "sending";
      ++delivery.attempts;
      storage::update_delivery(tx, seller.shop.id(), delivery);
      storage::add_in_flight(tx, {seller.shop.id(), key(), seller.channel_id, "n", seller.now_ms, 0, "", ""});
      Outcome outcome;
      outcome.kind = kind;
      outcome.reason = reason;
      outcome.at_ms = seller.now_ms;
      outcome.claimed.shop_id = seller.shop.id();
      outcome.claimed.channel_id = seller.channel_id;
      outcome.claimed.contact_id = anna.contact_id;
      outcome.claimed.key = key();
      record(tx, {&outcome, 1});
    });
  }
  storage::DeliveryKey key() { return seller.deliveries(anna.customer_id).front().key; }
  std::string state() { return seller.deliveries(anna.customer_id).front().state; }
  std::string told() { return direct_payload_from(seller.deliveries(seller.me.customer_id).back().payload).content.text; }

  SellerShop seller;
  storage::Contact anna;
};

}  // namespace

TEST_CASE("whoever answered a customer is told when the answer may not have arrived", "[seller][undelivered]") {
  Answered shop;
  shop.comes_to(Outcome::Kind::kUnknown, std::string(reasons::kNoAnswer));
  CHECK(shop.state() == "unknown");
  CHECK(holds(shop.told(), "发给 小美 的回复不确定有没有送到：“在的，亲”"));
  CHECK(holds(shop.seller.say("未送达"), "小美 · 在的，亲"));
  CHECK(holds(shop.seller.press(shop.seller.button("再发一次")), "正在给 小美 再发一次"));
  CHECK(shop.state() == "due");
  CHECK(holds(shop.seller.say("未送达"), "都有着落"));
  shop.comes_to(Outcome::Kind::kAccepted);
  CHECK(shop.state() == "accepted");
}

TEST_CASE("an answer that was refused is told with its reason", "[seller][undelivered]") {
  Answered shop;
  const auto [kind, button] = GENERATE(table<Outcome::Kind, bool>({{Outcome::Kind::kRejected, true}, {Outcome::Kind::kReroute, false}}));
  shop.comes_to(kind);
  CHECK(holds(shop.told(), "的回复没有送到"));
  const auto again = shop.seller.button("再发一次");
  CHECK((again != "") == button);
  CHECK(holds(shop.seller.say("未送达"), "都有着落"));  // known not to have arrived: nothing is in doubt
  if (!button) return;
  CHECK(holds(shop.seller.press(again), "再发一次"));
  CHECK(shop.state() == "due");
}

TEST_CASE("an answer that is left is never sent again", "[seller][undelivered]") {
  Answered shop;
  shop.comes_to(Outcome::Kind::kUnknown, std::string(reasons::kNoAnswer));
  const auto again = shop.seller.button("再发一次"), leave = shop.seller.button("不用了");
  CHECK(holds(shop.seller.press(leave), "保持原样"));
  CHECK(shop.state() == "unknown");
  CHECK(holds(shop.seller.say("未送达"), "都有着落"));
  CHECK(holds(shop.seller.press(again), "已经有着落"));
  CHECK(shop.state() == "unknown");
}

TEST_CASE("what cannot be decided is said", "[seller][undelivered]") {
  Answered shop;
  shop.comes_to(Outcome::Kind::kUnknown, std::string(reasons::kNoAnswer));
  const auto again = shop.seller.button("再发一次");
  CHECK(holds(shop.seller.say("重发"), "编号"));
  CHECK(holds(shop.seller.say("重发 abc"), "编号"));
  CHECK(holds(shop.seller.say("重发 1"), "没有编号为 1"));
  CHECK(holds(shop.seller.say("不重发 99999999"), "没有编号"));
  shop.seller.now_ms += kReplyValidMs;
  CHECK(holds(shop.seller.press(again), "已经过期"));
  CHECK(holds(shop.seller.say("重发 全部"), "1 条已过期"));
}

TEST_CASE("the bot's own answers are not reported, and nobody's chat is no fault", "[seller][undelivered]") {
  Answered shop;
  const auto before = shop.seller.deliveries(shop.seller.me.customer_id).size();
  shop.seller.shop.write([&](storage::Transaction& tx) {
    DirectMessage message;
    message.customer_id = shop.anna.customer_id;
    message.contact_id = shop.anna.contact_id;
    message.channel_id = shop.seller.channel_id;
    message.content.text = "自动回复";
    const auto key = queue_message(shop.seller.context_in(tx), message);
    auto delivery = *storage::get_delivery(tx, shop.seller.shop.id(), key);
    delivery.state = "failed";
    note_bad_end(tx, shop.seller.shop.id(), delivery, shop.seller.now_ms);
  });
  CHECK(shop.seller.deliveries(shop.seller.me.customer_id).size() == before);
}

TEST_CASE("an unknown row of a broadcast is sent again on request and counted once", "[seller][undelivered][broadcasts]") {
  SendDesk desk;
  const auto first = desk.customer("张三");
  desk.customer("李四");
  const auto broadcast = desk.broadcast();
  for (const auto& claimed : desk.claim())
    desk.record(claimed, claimed.key.customer_id == first ? Outcome::Kind::kUnknown : Outcome::Kind::kAccepted, std::string(reasons::kNoAnswer));
  CHECK(desk.state(broadcast) == "done");
  const auto waiting = desk.in([](const Context& c) { return undecided(c, 10); });
  REQUIRE(waiting.size() == 1);
  CHECK(waiting[0].delivery.key.customer_id == first);
  desk.in([&](const Context& c) { send_again(c, waiting[0].delivery); });
  CHECK(desk.send_all() == std::vector<std::int64_t>{first});
  CHECK(desk.counts(broadcast) == std::map<std::string, std::int64_t>{{"accepted", 2}});
  CHECK(desk.in([](const Context& c) { return undecided(c, 10).size(); }) == 0);
  const auto arrived = desk.delivery(waiting[0].delivery.key);
  CHECK_THROWS_AS(desk.in([&](const Context& c) { send_again(c, arrived); }), Refusal);
}
