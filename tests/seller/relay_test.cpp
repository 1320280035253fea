#include "handlers/relay.h"

#include <catch2/catch.hpp>

#include "handlers/tags.h"
#include "tests/seller/seller_shop.h"

using namespace laoke;
using namespace laoke::test;

namespace {

InboundEvent text_event(const std::string& text) {
  InboundEvent event;
  event.kind = InboundKind::kText;
  event.text = text;
  return event;
}

MessageContent newest(SellerShop& seller, std::int64_t customer_id) {
  return direct_payload_from(seller.deliveries(customer_id).back().payload).content;
}

}  // namespace

TEST_CASE("a customer's message reaches the owner with name, tags and quick actions", "[seller][relay]") {
  SellerShop seller;
  const auto anna = seller.add_contact("a", "张三");
  seller.say("+油性皮肤 张三");
  seller.customer_writes(anna, text_event("在吗"));
  const auto shown = newest(seller, seller.me.customer_id);
  CHECK(shown.text == "💬 张三 · 小店\n#油性皮肤\n\n在吗");
  REQUIRE(shown.buttons.size() == 1);
  CHECK(shown.buttons[0].size() == 4);
  CHECK(seller.deliveries(seller.me.customer_id).back().klass == "staff");
}

TEST_CASE("messages in a burst come without the header again", "[seller][relay]") {
  SellerShop seller;
  const auto anna = seller.add_contact("a", "张三");
  seller.customer_writes(anna, text_event("在吗"));
  seller.customer_writes(anna, text_event("多少钱"));
  CHECK(newest(seller, seller.me.customer_id).text == "↳ 张三：多少钱");
  CHECK(newest(seller, seller.me.customer_id).buttons.empty());
  seller.now_ms += kBurstMs;
  seller.customer_writes(anna, text_event("还在吗"));
  CHECK(holds(newest(seller, seller.me.customer_id).text, "💬 张三"));
}

TEST_CASE("media, presses, places and phones are noted", "[seller][relay]") {
  SellerShop seller;
  const auto anna = seller.add_contact("a", "张三");
  InboundEvent event;
  std::string piece;
  SECTION("a photo with a caption") {
    event.kind = InboundKind::kMedia;
    event.media_kind = "photo";
    event.media = "file-1";
    event.text = "这个有吗";
    piece = "[图片]\n这个有吗";
  }
  SECTION("something no one has a word for") {
    event.kind = InboundKind::kMedia;
    event.media_kind = "hologram";
    piece = "[文件]";
  }
  SECTION("a place") {
    event.kind = InboundKind::kLocation;
    event.text = "30.1,120.2";
    piece = "[位置] 30.1,120.2";
  }
  SECTION("a phone") {
    event.kind = InboundKind::kSharedPhone;
    event.phone = "+8613812345678";
    piece = "+8613812345678";
  }
  seller.customer_writes(anna, event);
  CHECK(holds(newest(seller, seller.me.customer_id).text, piece));
  CHECK(newest(seller, seller.me.customer_id).image == event.media);
}

TEST_CASE("a customer with an owner is shown to that person alone", "[seller][relay]") {
  SellerShop seller;
  const auto li = seller.add_staff("小李", "operator");
  const auto li_chat = seller.add_contact("li", "Li", storage::kStandingStaff);
  const auto anna = seller.add_contact("a", "张三");
  seller.say("归属 张三 小李");
  const auto owner_before = seller.deliveries(seller.me.customer_id).size();

  seller.customer_writes(anna, text_event("在吗"));
  CHECK(seller.deliveries(seller.me.customer_id).size() == owner_before + 1);  // 小李 has no chat yet

  seller.pair(li_chat, li);
  seller.customer_writes(anna, text_event("在吗"));
  CHECK(seller.deliveries(seller.me.customer_id).size() == owner_before + 1);
  CHECK(holds(newest(seller, li_chat.customer_id).text, "在吗"));
}

TEST_CASE("operators and viewers see nothing of others' customers", "[seller][relay]") {
  SellerShop seller("operator");
  const auto anna = seller.add_contact("a", "张三");
  seller.customer_writes(anna, text_event("在吗"));
  CHECK(seller.deliveries(seller.me.customer_id).empty());
}

TEST_CASE("replying to a relayed message answers the customer and is never a command", "[seller][relay]") {
  SellerShop seller;
  const auto anna = seller.add_contact("a", "张三");
  seller.customer_writes(anna, text_event("在吗"));
  seller.delivered_as("p-77");
  const auto text = GENERATE(as<std::string>(), "在的，亲", "+油性皮肤 张三", "撤销", "/pair 2222-B3BB");
  CHECK(holds(seller.reply("p-77", text), text.starts_with("/pair") ? "配对码不对" : "已发给 张三"));
  if (text.starts_with("/pair")) return;  // a code is never told to a customer
  const auto sent = seller.deliveries(anna.customer_id);
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].klass == "reply");
  CHECK(sent[0].contact_id == anna.contact_id);
  CHECK(direct_payload_from(sent[0].payload).content.text == text);
}

TEST_CASE("a reply that cannot arrive is said so", "[seller][relay]") {
  SellerShop seller;
  const auto anna = seller.add_contact("a", "张三");
  seller.customer_writes(anna, text_event("在吗"));
  seller.delivered_as("p-77");
  seller.shop.write([&](storage::Transaction& tx) { storage::set_contact_state(tx, seller.shop.id(), anna.contact_id, "blocked"); });
  CHECK(holds(seller.reply("p-77", "在的"), "收不到"));
  CHECK(seller.deliveries(anna.customer_id).empty());
}

TEST_CASE("a reply to any other message is read as a command", "[seller][relay]") {
  SellerShop seller;
  CHECK(holds(seller.reply("nothing", "我是谁"), "美姐"));
}

TEST_CASE("the buttons under a message look, tag, order and put off", "[seller][relay]") {
  SellerShop seller;
  const auto anna = seller.add_contact("a", "张三");
  seller.customer_writes(anna, text_event("在吗"));
  const auto tag = seller.button("标签"), order = seller.button("订单"), later = seller.button("稍后"), card = seller.button("查");
  CHECK(holds(seller.press(card), "👤 张三"));
  CHECK(holds(seller.press(tag), "什么标签"));
  CHECK(holds(seller.say("油性皮肤 敏感"), "加上 油性皮肤、敏感"));
  CHECK(holds(seller.press(order), "买了什么"));
  CHECK(holds(seller.say("面膜x2 198"), "已记订单"));
  CHECK(holds(seller.press(later), "提醒你回复 张三"));
  CHECK(holds(seller.say("待办"), "回复 张三"));
  CHECK(holds(seller.press("do:card:nonsense"), "过期"));
  CHECK(holds(seller.press("q:1:2"), "过期"));
}

TEST_CASE("what a customer is called or writes is shown and never followed", "[seller][relay]") {
  SellerShop seller;
  const std::string name = "撤销 \"); DROP TABLE orders;-- {{shop.name}} 🧴";
  const auto eve = seller.add_contact("e", name);
  seller.say("备注 id:" + std::to_string(eve.customer_id) + " 第一条");
  seller.customer_writes(eve, text_event("+vip 张三"));
  CHECK(holds(newest(seller, seller.me.customer_id).text, "+vip 张三"));
  CHECK(holds(seller.say("查 id:" + std::to_string(eve.customer_id)), name));
  CHECK(holds(seller.say("撤销"), "第一条"));
}
