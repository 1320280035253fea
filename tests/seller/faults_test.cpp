#include <catch2/catch.hpp>

#include "handlers/channel_limits.h"
#include "handlers/rules.h"
#include "handlers/template_library.h"
#include "storage/orders.h"
#include "storage/phones.h"
#include "tests/seller/seller_shop.h"

using namespace laoke;
using namespace laoke::test;

TEST_CASE("a broadcast's text may begin with a day", "[seller][broadcasts]") {
  const auto [typed, shown] = GENERATE(table<const char*, const char*>({
      {"群发 tag:x 今天有活动", "今天有活动"},
      {"群发 tag:x 周五福利日，全场八折", "周五福利日"},
      {"broadcast tag:x today's offer is on", "today's offer is on"},
      {"群发 tag:x 马上 今天 有活动", "今天 有活动"},
      {"群发 非标签:油性 你好呀", "范围：非标签:油性"},
      {"群发 (非标签:油性 或 tag:x) 你好呀", "范围：(非标签:油性 或 tag:x)"},
  }));
  CAPTURE(typed);
  SellerShop seller;
  seller.customer("张三");
  seller.say("+x 张三");
  const auto answer = seller.say(typed);
  if (!holds(shown, "范围")) CHECK(holds(answer, "时间：现在"));
  CHECK(holds(answer, holds(shown, "范围") ? std::string(shown).substr(std::string("范围：").size()) : shown));
  CHECK(seller.button("是") != "");
}

TEST_CASE("a day without a clock is asked about, and how to send it as text is said", "[seller][broadcasts]") {
  SellerShop seller;
  seller.customer("张三");
  const auto answer = seller.say("群发 全部 今天 有活动");
  CHECK(holds(answer, "请写上几点"));
  CHECK(holds(answer, "马上 今天 有活动"));
}

TEST_CASE("a broadcast's preview says when it will be through", "[seller][broadcasts]") {
  struct Told {
    explicit Told(AskLimits ask) { ask_channel_limits_of(ask); }
    ~Told() { ask_channel_limits_of(nullptr); }
  };
  SellerShop seller;
  for (int i = 0; i < 12; ++i) seller.customer("客户" + std::to_string(i));
  CHECK_FALSE(holds(seller.say("群发 全部 你好"), "预计"));  // no account whose pace is known
  {
    const Told told([](const storage::ChannelRow&) { return ChannelLimits{25, 0}; });
    CHECK(holds(seller.say("群发 全部 你好"), "一分钟内发完"));
  }
  const Told told([](const storage::ChannelRow& row) { return ChannelLimits{row.kind == "webchat" ? 0.1 : 0, 0}; });
  CHECK(holds(seller.say("群发 全部 你好"), "10:02"));
  CHECK(holds(seller.say("群发 全部 明天10:00 你好"), "预计"));
}

TEST_CASE("a name in quotes finds its customer", "[seller][commands]") {
  SellerShop seller("owner", "en");
  seller.customer("Anna Smith");
  for (const auto* line : {"find \"Anna Smith\"", "find “Anna Smith”", "find 「Anna Smith」", "optout \"Anna Smith\"", "\"Anna Smith\""}) {
    CAPTURE(line);
    CHECK(holds(seller.say(line), "Anna Smith"));
    CHECK_FALSE(holds(seller.say(line), "Nobody"));
  }
}

TEST_CASE("emptying what is empty is said in words", "[seller][commands]") {
  SellerShop seller("owner", "en");
  seller.customer("Anna");
  for (const auto* line : {"birthday Anna -", "grade Anna none", "set Anna skin=-"}) {
    CAPTURE(line);
    const auto answer = seller.say(line);
    CHECK(holds(answer, "Anna has no "));
    CHECK_FALSE(holds(answer, "  "));
  }
  CHECK(holds(seller.say("stage Anna -"), "lead") );
}

TEST_CASE("the card shows what will be sent next", "[seller][commands]") {
  SellerShop seller;
  seller.customer("小美");
  seller.shop.write([&](storage::Transaction& tx) {
    load_stock_templates(seller.context_in(tx));
    install_stock_rules(seller.context_in(tx));
  });
  CHECK_FALSE(holds(seller.say("查 小美"), "⏰"));
  seller.say("订单 小美 面膜x2 198");
  CHECK(holds(seller.say("查 小美"), "⏰ 3月2日 周一 12:00 未付款提醒"));
  seller.say("付款 1001");
  CHECK_FALSE(holds(seller.say("查 小美"), "未付款提醒"));
}

TEST_CASE("taking back a pasted order takes the customer it made with it", "[seller][undo]") {
  const std::string paste = "张三 13800138000 浙江省杭州市西湖区文三路1号 面膜x2 198元";
  SellerShop seller;
  seller.say(paste);
  CHECK(holds(seller.say("是"), "已记订单 #1001"));
  SECTION("nothing else is known of them") {
    const auto undone = seller.say("撤销");
    CHECK(holds(undone, "张三 是为这一单新建的"));
    CHECK(holds(seller.say("查 张三"), "没有"));
    CHECK_FALSE(holds(seller.say("13800138000"), "👤"));
    seller.say(paste);
    CHECK(holds(seller.say("是"), "已记订单 #1002"));
    CHECK(holds(seller.say("查 张三"), "👤 张三"));
  }
  SECTION("they got a tag meanwhile, which is taken back first") {
    seller.say("+vip 张三");
    seller.say("撤销");
    CHECK(holds(seller.say("撤销"), "去掉了"));
  }
  SECTION("another order was noted since") {
    seller.say("订单 张三 精华 99");
    seller.say("取消 1002");
    seller.say("备注 张三 常客");
    for (int i = 0; i < 3; ++i) seller.say("撤销");
    CHECK_FALSE(holds(seller.say("撤销"), "去掉了"));
    CHECK(holds(seller.say("查 张三"), "👤 张三"));
  }
}

TEST_CASE("taking back an order keeps a customer who was there before", "[seller][undo]") {
  SellerShop seller;
  seller.customer("张三");
  seller.say("订单 张三 面膜 98");
  CHECK_FALSE(holds(seller.say("撤销"), "去掉了"));
  CHECK(holds(seller.say("查 张三"), "👤 张三"));
  seller.say("订单 李四 面膜 98");  // nobody of that name: offers to create
  seller.say("1");
  CHECK(holds(seller.say("撤销"), "李四 是为这一单新建的"));
}

TEST_CASE("the seller's figures of a day, a week and a month come from one walk", "[seller][stats]") {
  SellerShop seller;
  seller.now_ms += 30 * 86'400'000LL;  // Wednesday 2026-04-01
  seller.customer("张三");
  seller.say("订单 张三 面膜x2 198");
  seller.say("付款 1001");
  const auto answer = seller.say("统计");
  CHECK(holds(answer, "今天\n新客户 1 · 订单 1 · 已付款 1 · 成交 ¥198.00"));
}

TEST_CASE("a rule whose template is missing or does not fit is refused when it is saved", "[rules]") {
  SellerShop seller;
  const auto made = [&](const std::string& trigger, const std::string& name) -> std::string {
    try {
      seller.shop.write([&](storage::Transaction& tx) {
        load_stock_templates(seller.context_in(tx));
        create_rule(seller.context_in(tx), R"({"name": "mine", "title": {"zh-CN": "我的", "en": "Mine"}, "trigger": )" + trigger + R"(,
          "steps": [{"offset": "+1h", "template": "unpaid_1"}, {"offset": "+2h", "template": ")" + name + R"("}],
          "class": "notice", "expires": "1d", "enabled": true})");
      });
    } catch (const Refusal& refusal) {
      return refusal.text("zh-CN") + " / " + refusal.text("en");
    }
    return "";
  };
  const std::string placed = R"({"event": "order.placed"})";
  CHECK(made(placed, "unpaid_2").empty());
  const auto missing = made(placed, "unpayd_2");
  CHECK(holds(missing, "steps[1].template"));
  CHECK(holds(missing, "unpaid_2"));
  const auto wrong = made(R"({"event": "customer.tagged"})", "welcome");  // unpaid_1 speaks of an order there is none of
  CHECK(holds(wrong, "steps[0].template"));
  CHECK(holds(wrong, "order"));
}

TEST_CASE("the question whether to send stands last, below what is held back", "[seller][broadcasts]") {
  SellerShop seller;
  seller.customer("张三");
  seller.customer("李四");
  seller.say("退订 李四");
  const auto answer = seller.say("群发 全部 你好");
  CHECK(holds(answer, "以下会推迟或不发"));
  CHECK(answer.ends_with("确认发送吗？回复“是”或“否”。"));
}

TEST_CASE("a broadcast that got a no is in no list, one that waits says when it starts", "[seller][broadcasts]") {
  SellerShop seller;
  seller.customer("张三");
  seller.say("群发 全部 明天10:00 甲");
  seller.say("否");
  CHECK_FALSE(holds(seller.say("群发"), "已取消"));
  seller.say("群发 全部 明天10:00 乙");
  seller.say("是");
  CHECK(holds(seller.say("群发"), "已排期 · 3月3日 周二 10:00"));
}

TEST_CASE("templates are listed in the language of who asks, birthdays as people write them", "[seller][commands]") {
  SellerShop seller;
  seller.customer("张三");
  seller.shop.write([&](storage::Transaction& tx) { load_stock_templates(seller.context_in(tx)); });
  CHECK(holds(seller.say("模板"), "birthday  亲，生日快乐"));
  seller.say("生日 张三 1990-03-08");
  CHECK(holds(seller.say("查 张三"), "🎂 1990年3月8日"));
  seller.say("语言 en");
  CHECK(holds(seller.say("template"), "birthday  Happy birthday"));
  CHECK(holds(seller.say("find 张三"), "🎂 8 Mar 1990"));
}
