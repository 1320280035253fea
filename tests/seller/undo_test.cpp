#include <catch2/catch.hpp>

#include "handlers/consent.h"
#include "storage/consents.h"
#include "tests/seller/seller_shop.h"

using namespace laoke;
using namespace laoke::test;

TEST_CASE("undo takes back exactly the last change", "[seller][undo]") {
  struct Row {
    const char* says;
    std::vector<std::string> before;
    std::string line, look;
  };
  const auto row = GENERATE(values<Row>({
      {"tags", {"+a 张三"}, "+b -a 张三", "查 张三"},
      {"a tag that was there already stays", {"+a 张三"}, "+a +b 张三", "查 张三"},
      {"a note", {"备注 张三 一"}, "备注 张三 二", "查 张三"},
      {"a birthday", {"生日 张三 3月8日"}, "生日 张三 4月9日", "查 张三"},
      {"the first birthday", {}, "生日 张三 4月9日", "查 张三"},
      {"a phone", {}, "手机 张三 13812345678", "查 张三"},
      {"an address", {}, "地址 张三 浙江省杭州市文三路1号", "查 张三"},
      {"an attribute", {"属性 张三 肤质=油性"}, "属性 张三 肤质=干性", "查 张三"},
      {"the first value of an attribute", {}, "属性 张三 生肖=龙", "查 张三"},
      {"a stage", {"阶段 张三 新客"}, "阶段 张三 老客", "查 张三"},
      {"an owner", {}, "归属 张三 美姐", "查 张三"},
      {"a name", {}, "改名 张三 张三丰", "查 张三"},
      {"a payment", {"订单 张三 面膜 98"}, "付款 #1001", "#1001"},
      {"a parcel", {"订单 张三 面膜 98", "付款 #1001"}, "发货 #1001 顺丰 SF1234567890123", "#1001"},
      {"a segment", {"分组 甲 = tag:a"}, "分组 甲 = tag:b", "分组"},
      {"the first segment", {}, "分组 甲 = tag:b", "分组"},
      {"a task", {}, "任务 张三 明天10:00 回访", "待办"},
      {"a product's price", {"产品 面膜 98 用30天"}, "产品 面膜 108", "产品 面膜"},
      {"marketing", {}, "退订 张三", "查 张三"},
  }));
  DYNAMIC_SECTION(row.says) {
    SellerShop seller;
    seller.customer("张三");
    for (const auto& line : row.before) seller.say(line);
    const auto before = seller.say(row.look);
    const auto did = seller.say(row.line);
    CAPTURE(did);
    REQUIRE(seller.say(row.look) != before);
    const auto undone = seller.say("撤销");
    CHECK(holds(undone, "已撤销"));
    CHECK(holds(undone, did));
    CHECK(seller.say(row.look) == before);
  }
}

TEST_CASE("undo goes back step by step and then says there is nothing", "[seller][undo]") {
  SellerShop seller;
  seller.customer("张三");
  seller.say("+a 张三");
  seller.say("+b 张三");
  CHECK(holds(seller.say("撤销"), "加上 b"));
  CHECK(holds(seller.say("撤销"), "加上 a"));
  CHECK(holds(seller.say("撤销"), "没有可以撤销"));
}

TEST_CASE("a recorded order is taken back by cancelling it", "[seller][undo]") {
  SellerShop seller;
  seller.customer("张三");
  seller.say("订单 张三 面膜 98");
  CHECK(holds(seller.say("撤销"), "已记订单 #1001"));
  CHECK(holds(seller.say("#1001"), "已取消"));
}

TEST_CASE("an order that moved on meanwhile is not taken back, and nothing changes", "[seller][undo]") {
  SellerShop seller;
  seller.customer("张三");
  seller.say("订单 张三 面膜 98");
  seller.say("付款 #1001");
  const auto li = seller.add_staff("小李", "operator");
  const auto chat = seller.add_contact("li", "Li", storage::kStandingStaff);
  seller.pair(chat, li);
  InboundEvent ship;
  ship.kind = InboundKind::kText;
  ship.text = "发货 #1001 顺丰 SF1234567890123";
  seller.send(chat, ship);
  CHECK_FALSE(holds(seller.say("撤销"), "已撤销"));
  CHECK(holds(seller.say("#1001"), "SF1234567890123"));
  // The change is still the last one: it stays until it can be taken back.
  CHECK_FALSE(holds(seller.say("撤销"), "没有可以撤销"));
}

TEST_CASE("each person takes back their own changes", "[seller][undo]") {
  SellerShop seller;
  seller.customer("张三");
  seller.say("+a 张三");
  const auto li = seller.add_staff("小李", "operator");
  const auto chat = seller.add_contact("li", "Li", storage::kStandingStaff);
  seller.pair(chat, li);
  InboundEvent undo;
  undo.kind = InboundKind::kText;
  undo.text = "撤销";
  CHECK(holds(seller.joined(seller.send(chat, undo)), "没有可以撤销"));
}

TEST_CASE("undo puts marketing back to what it was, and leaves the customer's own word", "[seller][undo][consent]") {
  SellerShop seller;
  const auto san = seller.add_contact("san", "张三");
  const auto look = [&] {
    return seller.shop.read([&](storage::Transaction& tx) {
      const auto words = storage::consents_of_customer(tx, seller.shop.id(), san.customer_id);
      return std::pair(storage::get_facts(tx, seller.shop.id(), san.customer_id)->opted_out, !words.empty() && words.front().granted);
    });
  };
  using Standing = std::pair<bool, bool>;  // left, agreed
  CHECK(holds(seller.say("恢复订阅 张三"), "又能收到"));
  CHECK(look() == Standing{false, true});
  seller.say("撤销");
  CHECK(look() == Standing{false, false});
  seller.say("退订 张三");
  seller.say("撤销");
  CHECK(look() == Standing{false, false});
  seller.say("恢复订阅 张三");
  seller.say("退订 张三");
  CHECK(look() == Standing{true, false});
  seller.say("撤销");
  CHECK(look() == Standing{false, true});
  seller.say("退订 张三");
  seller.shop.write([&](storage::Transaction& tx) {
    auto context = seller.context_in(tx);
    context.actor = {Actor::Kind::kCustomer, 0};
    opt_out(context, san.customer_id, "STOP");
  });
  CHECK(holds(seller.say("撤销"), "不能撤销"));
  CHECK(look() == Standing{true, false});
}
