#include <catch2/catch.hpp>

#include "handlers/customer_chat.h"
#include "handlers/inbound.h"
#include "handlers/seller/lists.h"
#include "storage/messages.h"
#include "tests/seller/seller_shop.h"

using namespace laoke;
using namespace laoke::test;

TEST_CASE("several steps of one order are taken back one by one", "[seller][undo]") {
  SellerShop seller;
  seller.customer("张三");
  const std::vector<std::string> steps{"订单 张三 面膜 98", "付款 #1001", "发货 #1001 顺丰 SF1234567890123", "签收 #1001"};
  std::vector<std::string> looks;
  for (const auto& step : steps) {
    seller.say(step);
    looks.push_back(seller.say("#1001"));
  }
  for (std::size_t i = steps.size() - 1; i > 0; --i) {
    CAPTURE(steps[i]);
    CHECK(holds(seller.say("撤销"), "已撤销"));
    CHECK(seller.say("#1001") == looks[i - 1]);
  }
  CHECK(holds(seller.say("撤销"), "已记订单 #1001"));
  CHECK(holds(seller.say("#1001"), "已取消"));
}

TEST_CASE("a step taken back and another made in its place are both taken back", "[seller][undo]") {
  SellerShop seller;
  seller.customer("张三");
  seller.customer("李四");
  seller.say("订单 张三 面膜 98");
  seller.say("订单 李四 面膜 98");
  for (const auto* line : {"付款 #1001", "付款 #1002", "退款 #1001", "撤销", "签收 #1001"}) seller.say(line);
  CHECK(holds(seller.say("撤销"), "#1001（张三）已签收"));
  CHECK(holds(seller.say("撤销"), "#1002（李四）已付款"));
  CHECK(holds(seller.say("撤销"), "#1001（张三）已付款"));
  CHECK(holds(seller.say("#1001"), "已下单"));
}

TEST_CASE("what a colleague did since is never taken back by going further", "[seller][undo]") {
  SellerShop seller;
  seller.customer("张三");
  for (const auto* line : {"订单 张三 面膜 98", "付款 #1001", "退款 #1001", "撤销"}) seller.say(line);
  const auto li = seller.add_staff("小李", "operator");
  const auto chat = seller.add_contact("li", "Li", storage::kStandingStaff);
  seller.pair(chat, li);
  InboundEvent arrived;
  arrived.kind = InboundKind::kText;
  arrived.text = "签收 #1001";
  seller.send(chat, arrived);
  CHECK(holds(seller.say("撤销"), "不能撤销"));
  CHECK(holds(seller.say("#1001"), "已签收"));
}

TEST_CASE("an order is shipped once without a number; one more parcel needs its own", "[seller][commands]") {
  SellerShop seller;
  seller.customer("张三");
  seller.say("订单 张三 面膜 98");
  CHECK(seller.say("发货 #1001") == "订单 #1001（张三）已发货");
  for (const auto* again : {"发货 #1001", "发货 #1001 顺丰"}) {
    CAPTURE(again);
    CHECK(holds(seller.say(again), "请写上单号"));
  }
  CHECK(holds(seller.say("发货 #1001 顺丰 SF1234567890123"), "顺丰速运 SF1234567890123 已发出"));
}

TEST_CASE("a tracking number may come with its carrier's name and nothing else", "[seller][commands]") {
  SellerShop seller;
  seller.customer("张三");
  seller.say("订单 张三 面膜 98");
  const auto* const typed = GENERATE("顺丰 SF1234567890123", "SF1234567890123 顺丰速运", "顺丰快递 SF1234567890123", "“SF1234567890123”", "顺丰SF1234567890123",
                                     "快递单号：SF1234567890123", "顺丰快递:SF1234567890123", "发货 SF1234567890123", "ship 顺丰 SF1234567890123");
  CAPTURE(typed);
  CHECK(holds(seller.say(typed), "顺丰速运的单号 SF1234567890123"));
  CHECK(holds(seller.say("1"), "已发货：顺丰速运 SF1234567890123"));
}

TEST_CASE("a number among other words ships nothing", "[seller][commands]") {
  SellerShop seller;
  seller.customer("张三");
  seller.say("订单 张三 面膜 98");
  const auto* const typed = GENERATE("你好 SF1234567890123", "你好SF1234567890123", "顺丰", "顺丰 中通", "单号", "发货 张三SF1234567890123");
  CAPTURE(typed);
  CHECK_FALSE(holds(seller.say(typed), "哪一单"));
  CHECK(holds(seller.say("#1001"), "已下单"));
}

TEST_CASE("carrier and number may be glued, and digits behind the command are an order's number", "[seller][commands]") {
  SellerShop seller;
  seller.customer("张三");
  seller.say("订单 张三 面膜 98");
  CHECK(holds(seller.say("发货 73500123456789"), "没有订单 #73500123456789"));
  CHECK(holds(seller.say("发货 #1001 顺丰SF1234567890123"), "已发货：顺丰速运 SF1234567890123"));
}

TEST_CASE("an order without any amount says so, and how to add it", "[seller][commands]") {
  SellerShop seller;
  seller.customer("张三");
  const auto bare = seller.say("订单 张三 面膜x2");
  CHECK(holds(bare, "已记订单 #1001：张三 面膜×2\n"));
  CHECK(holds(bare, "还没有金额"));
  CHECK_FALSE(holds(bare, "0.00"));
  const auto present = seller.say("订单 张三 小样 0元");
  CHECK(holds(present, "合计 ¥0.00"));
  CHECK_FALSE(holds(present, "还没有金额"));
  seller.say("产品 面膜 98");
  CHECK(holds(seller.say("订单 张三 面膜x2"), "合计 ¥196.00"));
  CHECK(holds(seller.say("订单 张三 面膜x2 -5"), "负数"));
}

TEST_CASE("yes and no with nothing asked are answered as what they are", "[seller][commands]") {
  SellerShop seller;
  seller.customer("张三");
  for (const auto* word : {"是", "否", "no"}) CHECK(holds(seller.say(word), "没有要您确认的事"));
  seller.say("合并 张三 美姐");
  seller.say("群发 全部 明天10:00 你好");
  CHECK(holds(seller.say("cancel"), "没有做任何改动"));
}

TEST_CASE("lists read as the reader's language writes them", "[seller][commands]") {
  CHECK(seller::listed({"张三", "李四"}, "zh-CN") == "张三、李四");
  CHECK(seller::listed({"Anna", "Bob"}, "en") == "Anna, Bob");
  CHECK(seller::listed({}, "en").empty());
  CHECK(seller::one_line(" 第一行\n\n第二行\t 完 ", 60) == "第一行 第二行 完");
  CHECK(seller::one_line(std::string(100'000, 'x'), 10) == "xxxxxxxxx…");
  CHECK(seller::one_line(" \n ", 10).empty());
  SellerShop seller("owner", "en");
  seller.customer("Anna");
  seller.customer("Bob");
  CHECK(holds(seller.say("preview all"), "Anna, Bob"));
  CHECK(holds(seller.say("+vip, oily Anna"), "added vip, oily"));
  CHECK(holds(seller.say("Jane Doe\n(217) 523-0123\n123 Main St\nSpringfield, IL 62704\n2x mask, 1 soap\nTotal $48.50"), "Items: mask ×2, soap ×1"));
  CHECK(holds(seller.say("broadcast all every monday 9:00 Hello"), "Mon 9 Mar 09:00 · every Monday"));
}

TEST_CASE("the card shows what was said in one line each, buttons by what stands on them", "[seller][commands]") {
  SellerShop seller;
  const auto contact = seller.add_contact("anna", "安娜");
  struct Row {
    const char *kind, *text, *shown;
  };
  const auto row = GENERATE(values<Row>({
      {"text", "第一行\n第二行", "← 第一行 第二行"},
      {"press", "paid:1001", "← [点了按钮] 我已付款"},
      {"press", "rcv:1001:n", "← [点了按钮] 有问题"},
      {"press", "again:n", "← [点了按钮] 先不用"},
      {"press", "其他", "← [点了按钮] 其他"},
      {"photo", "", "← [图片]"},
      {"photo", "看这个", "← [图片] 看这个"},
      {"location", "西湖", "← [位置] 西湖"},
      {"follow", "", "← [开始和您聊天]"},
      {"hologram", "", "← [文件]"},
  }));
  CAPTURE(row.kind, row.text);
  seller.shop.write([&](storage::Transaction& tx) {
    storage::MessageRow message;
    message.customer_id = contact.customer_id;
    message.contact_id = contact.contact_id;
    message.direction = "in";
    message.kind = row.kind;
    message.text = row.text;
    message.at_ms = seller.now_ms;
    storage::insert_message(tx, seller.shop.id(), message);
  });
  CHECK(holds(seller.say("查 安娜"), row.shown));
}

TEST_CASE("a known stage is shown in the reader's language however it was typed", "[seller][commands]") {
  SellerShop seller;
  seller.customer("张三");
  CHECK(holds(seller.say("阶段 张三 regular"), "阶段 = 老客"));
  CHECK(holds(seller.say("阶段 张三 团长"), "阶段 = 团长"));
}

TEST_CASE("the list of templates shows words, not tags", "[seller][commands]") {
  SellerShop seller;
  seller.say("模板 春季上新 = {{customer.name|亲}}，您的{{#customer.grade}}{{customer.grade}}{{/customer.grade}}礼物到了");
  seller.say("模板 开头 = {{customer.name|亲}}您好");
  const auto list = seller.say("模板");
  CHECK(holds(list, "• 春季上新  亲，您的…礼物到了"));
  CHECK_FALSE(holds(list, "{{"));
  CHECK(holds(seller.say("模板 开头"), "[中文]"));
}

TEST_CASE("a refusal is a sentence to who reads it in the chat", "[seller][commands]") {
  SellerShop seller("owner", "en");
  InboundEvent event;
  event.kind = InboundKind::kText;
  event.text = "done task 7";
  event.external_id = "seller-1";
  event.key = "k1";
  event.at_ms = seller.now_ms;
  seller.shop.write([&](storage::Transaction& tx) {
    refuse_event(seller.context_in(tx), seller.channel_id, event, Refusal("task.unknown", "没有这个任务", "there is no such task"));
  });
  CHECK(direct_payload_from(seller.deliveries(seller.me.customer_id).back().payload).content.text == "There is no such task");
}

TEST_CASE("two records with one number are told to the seller once, who says whether they are one", "[seller][persons]") {
  SellerShop seller;
  const auto known = seller.add_contact("old", "老张");
  const auto other = seller.add_contact("new", "小张");
  const auto shares = [&](const storage::Contact& contact, const std::string& number) {
    const auto before = seller.deliveries(seller.me.customer_id).size();
    InboundEvent event;
    event.kind = InboundKind::kSharedPhone;
    event.text = number;
    event.external_id = contact.external_id;
    const auto from = seller.sender(contact);
    seller.shop.write([&](storage::Transaction& tx) {
      on_customer_message(seller.context_in(tx), {.sender = from, .event = event, .channel_id = seller.channel_id});
    });
    std::string told;
    const auto all = seller.deliveries(seller.me.customer_id);
    for (std::size_t i = before; i < all.size(); ++i) told += direct_payload_from(all[i].payload).content.text + "\n";
    return told;
  };
  CHECK_FALSE(holds(shares(known, "13812345678"), "一样"));
  CHECK_FALSE(holds(shares(other, "no number"), "一样"));
  const std::string command = "合并 id:" + std::to_string(known.customer_id) + " id:" + std::to_string(other.customer_id);
  CHECK(holds(shares(other, "138 1234 5678"), "小张 和 老张 的手机号一样。如果是同一个人，请发：\n" + command));
  CHECK_FALSE(holds(shares(other, "13812345678"), "一样"));  // said already
  CHECK(holds(seller.say(command), "留下：老张"));
  CHECK(holds(seller.say("是"), "已把 小张 并入 老张"));
}
