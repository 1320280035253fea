#include <catch2/catch.hpp>

#include "handlers/inbound.h"
#include "handlers/orders.h"
#include "storage/orders.h"
#include "tests/seller/seller_shop.h"

using namespace laoke;
using namespace laoke::test;

namespace {

MessageContent last_to(SellerShop& seller, std::int64_t customer_id) {
  const auto all = seller.deliveries(customer_id);
  return all.empty() ? MessageContent{} : direct_payload_from(all.back().payload).content;
}

// What a contact does, the whole way of a callback.
void does(SellerShop& seller, const storage::Contact& contact, InboundEvent event) {
  static int key = 0;
  seller.now_ms += 1000;
  event.key = "e" + std::to_string(++key);
  event.external_id = contact.external_id;
  event.at_ms = seller.now_ms;
  seller.shop.write([&](storage::Transaction& tx) { take_event(seller.context_in(tx), seller.channel_id, event); });
}

void presses(SellerShop& seller, const storage::Contact& contact, const std::string& data, const std::string& on = "") {
  InboundEvent event;
  event.kind = InboundKind::kPress;
  event.press_data = data;
  event.reply_to = on;
  does(seller, contact, event);
}

void writes(SellerShop& seller, const storage::Contact& contact, const std::string& text, const std::string& id, bool edit = false) {
  InboundEvent event;
  event.kind = edit ? InboundKind::kEdited : InboundKind::kText;
  event.text = text;
  event.platform_message_id = id;
  does(seller, contact, event);
}

std::string state_of_order(SellerShop& seller, std::int64_t number) {
  return seller.shop.read([&](storage::Transaction& tx) { return storage::find_order_by_number(tx, seller.shop.id(), number)->state; });
}

}  // namespace

TEST_CASE("a customer's press is told in words with the button that settles it", "[seller][relay][press]") {
  struct Row {
    const char* says;
    std::vector<std::string> before;
    const char *press, *answered, *shown, *button, *state;
  };
  const auto row = GENERATE(values<Row>({
      {"she has paid", {}, "paid:1001", "核对到账", "说订单 #1001（¥198.00）已经付款", "确认付款", "placed"},
      {"she has paid what is paid", {"付款 1001"}, "paid:1001", "已经收到付款", "", "", "paid"},
      {"she pays what was cancelled", {"取消 1001"}, "paid:1001", "已取消", "", "", "cancelled"},
      {"she does not want it", {}, "cancel:1001", "不要了", "不想要订单 #1001", "取消订单", "placed"},
      {"she does not want what she paid for", {"付款 1001"}, "cancel:1001", "不要了", "已经付款，请和顾客商量", "", "paid"},
      {"it has come", {"付款 1001", "发货 1001 顺丰 SF1234567890123"}, "rcv:1001:y", "谢谢", "#1001 收到了", "", "delivered"},
      {"it has come, said twice", {"付款 1001", "发货 1001 顺丰 SF1234567890123", "签收 1001"}, "rcv:1001:y", "谢谢", "", "", "delivered"},
      {"something is wrong with it", {"付款 1001", "发货 1001 顺丰 SF1234567890123"}, "rcv:1001:n", "抱歉", "#1001 有问题", "稍后", "shipped"},
      {"it cannot have come yet", {}, "rcv:1001:y", "谢谢", "#1001 收到了", "", "placed"},
      {"another one", {}, "again:y", "马上跟您确认", "想再来一份", "订单", "placed"},
      {"not yet", {}, "again:n", "随时", "说先不用", "", "placed"},
      {"an order nobody made", {}, "paid:4711", "没有找到", "", "", "placed"},
      {"no number at all", {}, "cancel:x", "没有找到", "", "", "placed"},
      {"a number beyond all numbers", {}, "rcv:99999999999999999999:y", "没有找到", "", "", "placed"},
      {"a seller's own button", {}, "do:paid:1001", "", "[点了按钮] do:paid:1001", "", "placed"},
      {"a command", {}, "paid #1001", "", "[点了按钮] paid #1001", "", "placed"},
      {"nothing", {}, "", "", "[点了按钮]", "", "placed"},
  }));
  DYNAMIC_SECTION(row.says) {
    SellerShop seller;
    const auto anna = seller.add_contact("a", "小美");
    seller.say("订单 小美 面膜x2 198");
    for (const auto& line : row.before) seller.say(line);
    const auto to_seller = seller.deliveries(seller.me.customer_id).size(), to_anna = seller.deliveries(anna.customer_id).size();
    presses(seller, anna, row.press);
    const bool answered = seller.deliveries(anna.customer_id).size() > to_anna, shown = seller.deliveries(seller.me.customer_id).size() > to_seller;
    REQUIRE(answered == (*row.answered != '\0'));
    REQUIRE(shown == (*row.shown != '\0'));
    if (answered) CHECK(holds(last_to(seller, anna.customer_id).text, row.answered));
    if (shown) CHECK(holds(last_to(seller, seller.me.customer_id).text, row.shown));
    if (*row.button != '\0') CHECK(seller.button(row.button) != "");
    CHECK(state_of_order(seller, 1001) == row.state);
  }
}

TEST_CASE("somebody else's order is answered as if there were none and stays as it is", "[seller][relay][press]") {
  SellerShop seller;
  seller.customer("小美");
  seller.say("订单 小美 面膜x2 198");
  seller.say("付款 1001");
  seller.say("发货 1001 顺丰 SF1234567890123");
  const auto eve = seller.add_contact("e", "别人");
  const auto before = seller.deliveries(seller.me.customer_id).size();
  for (const auto* data : {"paid:1001", "cancel:1001", "rcv:1001:y", "rcv:1001:n"}) {
    presses(seller, eve, data);
    CHECK(holds(last_to(seller, eve.customer_id).text, "没有找到"));
  }
  CHECK(state_of_order(seller, 1001) == "shipped");
  CHECK(seller.deliveries(seller.me.customer_id).size() == before);
}

TEST_CASE("one tap confirms the payment a customer announced, in the seller's language", "[seller][relay][press]") {
  SellerShop seller("operator", "en");
  const auto anna = seller.add_contact("a", "Anna");
  seller.say("order Anna mask x2 198");
  seller.say("owner Anna 美姐");
  presses(seller, anna, "paid:1001");
  CHECK(holds(last_to(seller, seller.me.customer_id).text, "is paid. When the money is there"));
  CHECK(holds(seller.press(seller.button("Confirm payment")), "Order #1001 (Anna) is paid"));
  CHECK(state_of_order(seller, 1001) == "paid");
  CHECK(holds(seller.press("do:paid:1001"), "paid already"));
  CHECK(holds(seller.say("undo"), "Undone"));
  CHECK(state_of_order(seller, 1001) == "placed");
  presses(seller, anna, "cancel:1001");
  CHECK(holds(seller.press(seller.button("Cancel the order")), "is cancelled"));
}

TEST_CASE("whoever may only look cannot settle it by a tap", "[seller][relay][press]") {
  SellerShop owner, seller("viewer");
  seller.customer("小美");
  CHECK(holds(seller.press("do:paid:1001"), "店员"));
  CHECK(holds(seller.press("do:cancel:1001"), "店员"));
}

TEST_CASE("a press on a button of the shop's own is shown by its label", "[seller][relay][press]") {
  SellerShop seller;
  const auto anna = seller.add_contact("a", "小美");
  DirectMessage message;
  message.customer_id = anna.customer_id;
  message.contact_id = anna.contact_id;
  message.channel_id = seller.channel_id;
  message.content.text = "喜欢哪个？";
  message.content.buttons = {{{"玫瑰味", "pick:1", ""}, {"茉莉味", "pick:2", ""}}};
  seller.shop.write([&](storage::Transaction& tx) {
    const auto key = queue_message(seller.context_in(tx), message);
    storage::insert_message(tx, seller.shop.id(), {0, anna.customer_id, anna.contact_id, "out", "text", "喜欢哪个？", "", "m-9", storage::to_text(key), seller.now_ms, {}});
  });
  presses(seller, anna, "pick:2", "m-9");
  CHECK(holds(last_to(seller, seller.me.customer_id).text, "[点了按钮] 茉莉味"));
  presses(seller, anna, "pick:3", "m-9");
  CHECK(holds(last_to(seller, seller.me.customer_id).text, "pick:3"));
}

TEST_CASE("what a customer rewrites reaches the seller, once and only when it was shown before", "[seller][relay]") {
  SellerShop seller;
  const auto anna = seller.add_contact("a", "小美");
  writes(seller, anna, "要两盒", "m-1");
  writes(seller, anna, "要三盒", "m-1", true);
  CHECK(last_to(seller, seller.me.customer_id).text == "↳ 小美：[改为] 要三盒");
  const auto shown = seller.deliveries(seller.me.customer_id).size();
  writes(seller, anna, "要三盒", "m-1", true);   // a link got its preview: no word changed
  writes(seller, anna, "从没见过", "m-8", true);
  CHECK(seller.deliveries(seller.me.customer_id).size() == shown);
  writes(seller, anna, "退订", "m-2");
  writes(seller, anna, "谢谢", "m-2", true);
  CHECK(seller.deliveries(seller.me.customer_id).size() == shown);
  writes(seller, seller.me, "帮助", "m-3");
  const auto helped = seller.deliveries(seller.me.customer_id).size();
  writes(seller, seller.me, "撤销", "m-3", true);  // a rewritten command is not run again
  CHECK(seller.deliveries(seller.me.customer_id).size() == helped);
  const auto kept = seller.shop.read([&](storage::Transaction& tx) { return storage::message_called(tx, seller.shop.id(), anna.customer_id, anna.contact_id, "m-1"); });
  CHECK(kept->text == "要三盒");
}
