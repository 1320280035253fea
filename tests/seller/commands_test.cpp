#include <catch2/catch.hpp>

#include "handlers/seller/dialog.h"
#include "tests/seller/seller_shop.h"

using namespace laoke;
using namespace laoke::test;

namespace {

struct Line {
  const char* typed;
  const char* answer;  // a piece of it
};

// Follows lines one after another.
void follow(SellerShop& seller, const std::vector<Line>& lines) {
  for (const auto& line : lines) {
    const auto answer = seller.say(line.typed);
    INFO(line.typed << " => " << answer);
    CHECK(holds(answer, line.answer));
  }
}

}  // namespace

TEST_CASE("a seller runs customers by chat, in Chinese", "[seller][commands]") {
  SellerShop seller;
  seller.customer("张三");
  follow(seller, {
                     {"+油性皮肤 张三", "张三：加上 油性皮肤"},
                     {"+油性皮肤 张三", "没有变化"},
                     {"+肤质/敏感 +vip 张三", "加上 敏感、vip"},
                     {"-vip 张三", "去掉 vip"},
                     {"-不存在 张三", "不存在"},
                     {"备注 张三 喜欢淡香", "已记在 张三 名下：喜欢淡香"},
                     {"生日 张三 3月8日", "生日 = 3月8日"},
                     {"生日 张三 13月8日", "13月8日"},
                     {"手机 张三 13812345678", "+8613812345678"},
                     {"手机 张三 13812345678", "已经有"},
                     {"地址 张三 浙江省杭州市西湖区文三路1号", "文三路1号"},
                     {"属性 张三 肤质=油性", "肤质 = 油性"},
                     {"阶段 张三 老客", "阶段 = 老客"},
                     {"等级 张三 A", "等级 = A"},
                     {"归属 张三 美姐", "负责人 = 美姐"},
                     {"归属 张三 老王", "没有店员"},
                     {"查 zs", "👤 张三"},
                     {"查 13812345678", "👤 张三"},
                     {"13812345678", "👤 张三"},
                     {"张三", "喜欢淡香"},
                     {"退订 张三", "不再收到营销"},
                     {"退订 张三", "本来就退订"},
                     {"恢复订阅 张三", "又能收到"},
                     {"改名 张三 张三丰", "名字 = 张三丰"},
                     {"查 张三丰", "肤质=油性"},
                 });
}

TEST_CASE("the same in English", "[seller][commands]") {
  SellerShop seller("owner", "en");
  seller.customer("Anna Smith");
  follow(seller, {
                     {"+vip Anna Smith", "Anna Smith: added vip"},
                     {"untag vip Anna", "removed vip"},
                     {"note Anna Smith likes tea", "Noted for Anna Smith: likes tea"},
                     {"order Anna Smith mask x2 198", "Order #1001 noted: Anna Smith"},
                     {"paid 1001", "is paid"},
                     {"ship #1001 SF SF1234567890123", "on its way"},
                     {"delivered #1001", "was delivered"},
                     {"stats", "Today"},
                     {"whoami", "owner"},
                     {"help ship", "Who may: operator"},
                     {"language zh", "中文"},
                 });
}

TEST_CASE("an order goes its way by chat", "[seller][commands]") {
  SellerShop seller;
  seller.customer("张三");
  follow(seller, {
                     {"产品 面膜 99 用30天", "面膜 ¥99.00 · 用 30 天"},
                     {"订单 张三 面膜x2", "合计 ¥198.00"},
                     {"订单 张三", "#1001"},
                     {"#1001", "面膜×2"},
                     {"发货 #1001 顺风车 ???", "没有快递公司"},
                 });
  CHECK(holds(seller.say("付款 ＃１００１"), "已付款 ¥198.00"));
  CHECK(holds(seller.say("付款 #1001"), "#1001"));  // refused: it is paid
  CHECK(holds(seller.say("付款 #9999"), "9999"));
  CHECK(holds(seller.say("待办"), "待发货 1"));
  CHECK(holds(seller.say("发货 #1001 顺丰 SF1234567890123"), "顺丰速运 SF1234567890123"));
  CHECK(holds(seller.say("签收 #1001"), "已签收"));
  CHECK(holds(seller.say("完成 #1001"), "已完成"));
  CHECK(holds(seller.say("取消 #1001"), "#1001"));  // refused
  CHECK(holds(seller.say("退款 #1001 不喜欢"), "已退款"));
  CHECK(holds(seller.say("统计"), "新客户"));
}

TEST_CASE("a name that fits several customers is asked for, by number or button", "[seller][commands]") {
  SellerShop seller;
  const auto first = seller.customer("张三");
  const auto second = seller.customer("张三");
  seller.say("手机 id:" + std::to_string(second) + " 13912345678");
  const auto asked = seller.say("+vip 张三");
  CHECK(holds(asked, "有几位"));
  CHECK(holds(asked, "尾号5678"));
  const bool by_button = GENERATE(true, false);
  const auto choice = seller.button("尾号5678");
  REQUIRE_FALSE(choice.empty());
  CHECK(holds(by_button ? seller.press(choice) : seller.say(choice.substr(choice.rfind(':') + 1)), "加上 vip"));
  CHECK(holds(seller.say("查 id:" + std::to_string(second)), "#vip"));
  CHECK_FALSE(holds(seller.say("查 id:" + std::to_string(first)), "#vip"));
  CHECK(holds(seller.press(choice), "过期"));  // answered already
}

TEST_CASE("an open question ends with another command or after a quarter of an hour", "[seller][commands]") {
  SellerShop seller;
  seller.customer("张三");
  seller.customer("张三");
  seller.say("+vip 张三");
  SECTION("another command") { CHECK(holds(seller.say("我是谁"), "美姐")); }
  SECTION("time") { seller.now_ms += seller::kQuestionValidMs; }
  CHECK(holds(seller.say("1"), "看不懂"));
}

TEST_CASE("an unknown name gets the nearest, and an order offers a new customer", "[seller][commands]") {
  SellerShop seller;
  seller.customer("张三丰");
  CHECK(holds(seller.say("查 张三风"), "张三丰"));
  CHECK(holds(seller.say("查 完全不同的名字"), "没有找到"));
  CHECK(holds(seller.say("订单 王小明 面膜x2 198"), "新建客户 王小明"));
  CHECK(holds(seller.press(seller.button("新建客户")), "已记订单 #1001：王小明"));
  CHECK(holds(seller.say("查 王小明"), "¥198.00"));
}

TEST_CASE("an order that makes no sense makes no customer either", "[seller][commands]") {
  SellerShop seller;
  seller.say("订单 王小明 面膜x0 198");
  seller.press(seller.button("新建客户"));
  CHECK(holds(seller.say("查 王小明"), "没有找到"));
}

TEST_CASE("a tracking number alone asks which order it is for", "[seller][commands]") {
  SellerShop seller;
  seller.customer("张三");
  seller.say("订单 张三 面膜 198");
  seller.say("付款 #1001");
  const auto asked = seller.say("SF1234567890123");
  CHECK(holds(asked, "顺丰"));
  CHECK(holds(asked, "#1001"));
  CHECK(holds(seller.say("1"), "已发货：顺丰速运 SF1234567890123"));
}

TEST_CASE("a pasted order is understood, shown, and noted after a yes", "[seller][commands]") {
  SellerShop seller;
  const std::string pasted = "收件人：李雷\n电话：13812345678\n地址：浙江省杭州市西湖区文三路90号\n面膜x2\n198元";
  const auto shown = seller.say(pasted);
  CHECK(holds(shown, "新建客户 李雷"));
  CHECK(holds(shown, "文三路90号"));
  SECTION("yes") {
    CHECK(holds(seller.say("是"), "已记订单 #1001：李雷"));
    CHECK(holds(seller.say("查 李雷"), "13812345678"));
    seller.say(pasted);
    CHECK(holds(seller.say("是"), "#1002：李雷"));  // the same customer, by phone
    CHECK(holds(seller.say("李雷"), "订单 2 单"));
  }
  SECTION("no") {
    CHECK(holds(seller.say("否"), "没有做任何改动"));
    CHECK(holds(seller.say("查 李雷"), "没有找到"));
  }
}

TEST_CASE("segments are previewed, saved and sent to after an explicit yes", "[seller][commands]") {
  SellerShop seller;
  seller.customer("张三");
  seller.customer("李四");
  seller.say("+油性皮肤 张三");
  CHECK(holds(seller.say("预览 tag:油性皮肤"), "共 1 人"));
  CHECK(holds(seller.say("分组 油皮 = tag:油性皮肤"), "@油皮 已保存，现在 1 人"));
  CHECK(holds(seller.say("分组"), "@油皮 = tag:油性皮肤"));
  CHECK(holds(seller.say("预览 tga:油性皮肤"), "tag"));
  const auto shown = seller.say("群发 @油皮 明天10:00 {{customer.name}}，新品到了");
  CHECK(holds(shown, "张三，新品到了"));
  CHECK(holds(shown, "3月3日"));
  CHECK(holds(seller.say("好"), "回复编号"));  // no explicit yes
  SECTION("yes") {
    CHECK(holds(seller.say("确认"), "已排好"));
    CHECK(holds(seller.say("群发"), "已排期"));
    CHECK(holds(seller.say("暂停"), "已暂停"));
    CHECK(holds(seller.say("继续 群发"), "继续发送"));
    CHECK(holds(seller.say("取消 群发"), "已取消"));
    CHECK(holds(seller.say("取消 群发"), "没有正在进行"));
  }
  SECTION("no") {
    CHECK(holds(seller.say("否"), "没有做任何改动"));
    CHECK(holds(seller.say("暂停"), "没有正在进行"));
  }
  SECTION("nobody") { CHECK(holds(seller.say("群发 tag:油性皮肤 -@油皮 你好"), "没有人")); }
  SECTION("a text with an unknown variable") { CHECK(holds(seller.say("群发 @油皮 {{customer.nmae}}"), "customer.name")); }
}

TEST_CASE("templates are saved, shown and listed", "[seller][commands]") {
  SellerShop seller;
  follow(seller, {{"模板 春季上新 = {{customer.name|亲}}，春天到了", "已保存"},
                  {"模板 春季上新", "{{customer.name|亲}}，春天到了"},
                  {"模板", "春季上新"},
                  {"模板 春季上薪", "春季上新"},
                  {"模板 坏的 = {{customer.nmae}}", "customer.name"}});
}

TEST_CASE("tasks are noted, listed and done", "[seller][commands]") {
  SellerShop seller;
  seller.customer("张三");
  CHECK(holds(seller.say("任务 张三 明天10:00 回访"), "任务已记下"));
  const auto todo = seller.say("待办");
  CHECK(holds(todo, "回访 · 张三"));
  const auto open = todo.rfind('(');
  const auto number = todo.substr(open + 1, todo.find(')', open) - open - 1);
  CHECK(holds(seller.say("任务 张三 昨天10:00 回访"), "这样写"));  // a time to come is needed
  CHECK(holds(seller.say("任务 张三 回访"), "这样写"));
  CHECK(holds(seller.say("完成 任务 " + number), "任务完成：回访"));
  CHECK(holds(seller.say("待办"), "都做完了"));
  CHECK(holds(seller.say("完成 任务 x"), "编号"));
}

TEST_CASE("customers are merged after a yes", "[seller][commands]") {
  SellerShop seller;
  seller.customer("张三");
  seller.customer("李四");
  seller.say("+vip 李四");
  CHECK(holds(seller.say("合并 张三 张三"), "同一位"));
  CHECK(holds(seller.say("合并 张三 李四"), "把 李四 并入 张三"));
  CHECK(holds(seller.say("是"), "已把 李四 并入 张三"));
  CHECK(holds(seller.say("查 张三"), "#vip"));
  CHECK(holds(seller.say("撤销"), "已撤销"));
  CHECK_FALSE(holds(seller.say("查 张三"), "#vip"));
  CHECK(holds(seller.say("合并建议"), "没有发现"));
}

TEST_CASE("why tells what became of messages", "[seller][commands]") {
  SellerShop seller;
  seller.customer("张三");
  CHECK(holds(seller.say("为什么 张三"), "还没有给 张三"));
}

TEST_CASE("what is not understood gets the nearest command", "[seller][commands]") {
  SellerShop seller;
  follow(seller, {{"统记", "统计"}, {"brodcast", "群发 @新客"}, {"今天天气不错呀", "帮助"}, {"帮助 不存在的", "没有命令"}, {"帮助", "+油性皮肤 张三"}});
}

TEST_CASE("texts of any size and kind come back as they are", "[seller][commands]") {
  SellerShop seller;
  const auto id = std::to_string(seller.customer("王💄\u202e\"小明'"));
  const std::string flood(100'000, 'x');
  CHECK(holds(seller.say("查 id:" + id), "王💄"));
  CHECK(holds(seller.say(flood), "看不懂"));
  CHECK(seller.say(flood).size() < 2'000);
  CHECK_FALSE(seller.say("备注 id:" + id + " " + flood).empty());
  CHECK_FALSE(seller.say("查 " + flood).empty());
  CHECK_FALSE(seller.say("+" + flood + " id:" + id).empty());
  CHECK_FALSE(seller.say("订单 " + flood).empty());
  CHECK_FALSE(seller.say(std::string("\xff\xfe\x00 查", 7)).empty());
}
