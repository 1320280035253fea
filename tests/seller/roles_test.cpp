#include <catch2/catch.hpp>

#include "handlers/broadcasts.h"
#include "handlers/seller/broadcasts.h"
#include "handlers/seller/command.h"
#include "tests/seller/seller_shop.h"

using namespace laoke;
using namespace laoke::test;

TEST_CASE("a viewer reads and changes nothing", "[seller][roles]") {
  SellerShop seller("viewer");
  seller.customer("张三");
  const auto line = GENERATE(as<std::string>(), "+vip 张三", "备注 张三 你好", "订单 张三 面膜 98", "群发 all 你好", "分组 甲 = all", "撤销", "退订 张三");
  CHECK(holds(seller.say(line), "需要店员来做，你是只读店员"));
  CHECK(holds(seller.say("查 张三"), "👤 张三"));
  CHECK(holds(seller.say("待办"), "都做完了"));
}

TEST_CASE("a viewer cannot get round it by buttons, replies, pasted orders or numbers", "[seller][roles]") {
  SellerShop seller("viewer");
  const auto anna = seller.add_contact("a", "张三");
  const auto id = std::to_string(anna.customer_id);
  CHECK(holds(seller.press("do:tag:" + id), "需要店员"));
  CHECK(holds(seller.press("do:later:" + id), "需要店员"));
  CHECK(holds(seller.press("+vip 张三"), "需要店员"));
  CHECK(holds(seller.say("收件人：李雷\n电话：13812345678\n地址：浙江省杭州市西湖区文三路90号\n面膜x2\n198元"), "看不懂"));
  CHECK(holds(seller.say("SF1234567890123"), "看不懂"));
  seller.shop.write([&](storage::Transaction& tx) {
    storage::link_message(tx, seller.shop.id(), seller.me.contact_id, "p", {anna.customer_id, anna.contact_id}, seller.now_ms);
  });
  CHECK(holds(seller.reply("p", "你好"), "需要店员"));
  CHECK(seller.deliveries(anna.customer_id).empty());
}

TEST_CASE("refunds, merges and rules are the owner's", "[seller][roles]") {
  SellerShop seller("operator");
  seller.customer("张三");
  const auto line = GENERATE(as<std::string>(), "退款 #1001", "合并 张三 李四", "合并建议", "开 birthday", "关 birthday");
  CHECK(holds(seller.say(line), "需要店主来做，你是店员"));
}

TEST_CASE("an operator sends to few, the owner to many", "[seller][roles]") {
  const auto role = GENERATE(as<std::string>(), "operator", "owner");
  SellerShop seller(role);
  seller.shop.write([&](storage::Transaction& tx) {
    for (int i = 0; i <= seller::kOperatorAudience; ++i) {
      storage::Customer customer;
      customer.name = "客" + std::to_string(i);
      customer.created_at_ms = customer.updated_at_ms = seller.now_ms;
      storage::insert_customer(tx, seller.shop.id(), customer);
    }
  });
  CHECK(holds(seller.say("群发 all 你好"), role == "owner" ? "确认发送吗" : "更多需要店主"));
  // Nor does an operator let go on what the owner stopped.
  const auto stopped = seller.shop.write([&](storage::Transaction& tx) {
    const auto context = seller.context_in(tx);
    BroadcastDraft draft;
    draft.segment = "all";
    draft.body = "写错了";
    const auto id = start_broadcast(context, create_broadcast(context, draft).broadcast_id).broadcast_id;
    return pause_broadcast(context, id).broadcast_id;
  });
  CHECK(holds(seller.say("继续 群发 " + std::to_string(stopped)), role == "owner" ? "继续发送" : "更多需要店主"));
}

TEST_CASE("the table gives every command a role, and help shows only what one may do", "[seller][roles]") {
  SellerShop viewer("viewer");
  const auto help = viewer.say("帮助");
  CHECK_FALSE(holds(help, "群发 @新客"));
  CHECK(holds(help, "查 张三"));
  CHECK(holds(help, "待办"));
}
