#include <catch2/catch.hpp>
#include <set>

#include "handlers/calendar.h"
#include "handlers/customers.h"
#include "storage/addresses.h"
#include "storage/contacts.h"
#include "storage/tags.h"
#include "tests/support/story_shop.h"

using namespace laoke;
using namespace laoke::test;

namespace {

const Person kSeller{900'001, "美姐"};
const Person kLiLei{900'101, "李雷"}, kHanMeimei{900'102, "韩梅梅"}, kXiaoming{900'103, "周小明"}, kAnna{900'104, "安娜"},
    kWangFang{900'105, "王芳"}, kZhaoLiu{900'106, "赵六"};

constexpr auto kPasted =
    "收件人：李雷\n电话：13812345678\n地址：浙江省杭州市西湖区文三路90号\n面膜x2\n198元";

// That many days after the story's first, at this time of day in the shop.
std::int64_t on_day(int days, int hour, int minute = 0) {
  return kMonday10 + days * kDayMs + (hour - 10) * kHourMs + minute * kMinuteMs;
}

// A line of the seller and a piece of its answer.
void tells(StoryShop& shop, const std::string& line, const std::string& piece) {
  const auto answer = shop.asks(kSeller, line);
  INFO(line << " => " << answer);
  CHECK(holds(answer, piece));
}

std::vector<std::string> tags_of(StoryShop& shop, const Person& person) {
  const auto customer_id = shop.customer_of(person);
  return shop.in([&](const Context& context) {
    std::vector<std::string> names;
    for (const auto& tag : storage::tags_of_customer(context.tx, context.shop_id(), customer_id)) names.push_back(tag.name);
    return names;
  });
}

// Seller paired, product known, the pasted order of 李雷 recorded.
void record_the_order(StoryShop& shop) {
  shop.writes(kLiLei, "在吗");
  REQUIRE(holds(shop.pair_owner(kSeller), "美姐，你好！你现在是“我的小店”的店主"));
  tells(shop, "产品 面膜 99 用30天", "用 30 天");
  tells(shop, kPasted, "文三路90号");
  tells(shop, "是", "已记订单 #1001：李雷");
  shop.mail(kLiLei);
}

}  // namespace

TEST_CASE("a customer who writes becomes one record, and the seller tags and answers by chat", "[story]") {
  StoryShop shop;
  CHECK(shop.writes(kLiLei, "在吗") == 200);
  const auto customer_id = shop.customer_of(kLiLei);
  REQUIRE(customer_id != 0);
  CHECK(shop.writes(kLiLei, "有人吗") == 200);
  CHECK(shop.customer_of(kLiLei) == customer_id);
  CHECK(shop.said_by(kLiLei).size() == 2);
  shop.in([&](const Context& context) {
    CHECK(storage::contacts_of_customer(context.tx, context.shop_id(), customer_id).size() == 1);
  });

  CHECK(holds(shop.pair_owner(kSeller), "你现在是“我的小店”的店主"));
  tells(shop, "+油性皮肤 李雷", "李雷：加上 油性皮肤");
  CHECK(tags_of(shop, kLiLei) == std::vector<std::string>{"油性皮肤"});
  tells(shop, "撤销", "已撤销");
  CHECK(tags_of(shop, kLiLei).empty());
  tells(shop, "+油性皮肤 李雷", "李雷：加上 油性皮肤");

  shop.wait(kHourMs);
  shop.writes(kLiLei, "面膜多少钱");
  const auto relayed = shop.mail(kSeller);
  REQUIRE(relayed.size() == 1);
  CHECK(relayed[0].text == "💬 李雷 · telegram\n#油性皮肤\n\n面膜多少钱");
  CHECK(relayed[0].button_data().size() == 4);
  CHECK(holds(shop.asks(kSeller, "99 一盒，买二送一", relayed[0].message_id), "已发给 李雷"));
  CHECK(shop.read(kLiLei) == "99 一盒，买二送一");
}

TEST_CASE("what a customer writes is never a command", "[story]") {
  StoryShop shop;
  shop.pair_owner(kSeller);
  shop.writes(kLiLei, "在吗");
  shop.writes(kLiLei, "+vip 李雷");
  shop.writes(kLiLei, "群发 全部 {{customer.name}}'); DROP TABLE customers;--");
  CHECK(tags_of(shop, kLiLei).empty());
  CHECK(shop.read(kLiLei).empty());
  CHECK(shop.got(kSeller, "{{customer.name}}'); DROP TABLE customers;--") == 1);
}

TEST_CASE("an order goes its way with every message a good shopkeeper would send", "[story]") {
  StoryShop shop;
  record_the_order(shop);
  const auto customer_id = shop.customer_of(kLiLei);
  shop.in([&](const Context& context) {
    const auto addresses = storage::addresses_of_customer(context.tx, context.shop_id(), customer_id);
    REQUIRE(addresses.size() == 1);
    CHECK(holds(addresses[0].line, "文三路90号"));
  });
  tells(shop, "查 李雷", "13812345678");

  // Unpaid: one nudge after two hours; the payment stops the second.
  shop.wait(kHourMs + 50 * kMinuteMs);
  CHECK(shop.read(kLiLei).empty());
  shop.wait(11 * kMinuteMs);
  CHECK(holds(shop.read(kLiLei), "订单 #1001（面膜×2）共 ¥198.00，已经给您留好啦"));
  tells(shop, "付款 #1001", "已付款 ¥198.00");
  CHECK(holds(shop.read(kLiLei), "收到李雷的付款啦"));
  shop.go_to(on_day(1, 12));
  CHECK(shop.read(kLiLei).empty());

  tells(shop, "发货 #1001 顺丰 SF1234567890123", "顺丰速运 SF1234567890123");
  const auto notice = shop.read(kLiLei);
  CHECK(holds(notice, "订单 #1001 已发货"));
  CHECK(holds(notice, "https://"));
  CHECK(holds(notice, "SF1234567890123"));

  shop.go_to(on_day(3, 15));
  tells(shop, "签收 #1001", "已签收");
  CHECK(shop.read(kLiLei).empty());
  shop.go_to(on_day(4, 9, 59));
  CHECK(shop.read(kLiLei).empty());
  shop.go_to(on_day(4, 10));
  CHECK(holds(shop.read(kLiLei), "订单 #1001 收到了吗"));

  // Two jars of 30 days from the day they came; the notice comes five days before they are empty.
  constexpr int kRunsOut = 3 + 60;
  shop.go_to(on_day(kRunsOut - 6, 12));
  CHECK(shop.read(kLiLei).empty());
  shop.go_to(on_day(kRunsOut - 5, 9, 59));
  CHECK(shop.read(kLiLei).empty());
  shop.go_to(on_day(kRunsOut - 5, 10));
  CHECK(holds(shop.read(kLiLei), "「面膜」差不多快用完啦"));
  shop.go_to(on_day(kRunsOut + 5, 12));
  CHECK(shop.read(kLiLei).empty());
}

TEST_CASE("an order nobody pays is reminded of twice and no more", "[story]") {
  StoryShop shop;
  record_the_order(shop);
  shop.wait(3 * kHourMs);
  CHECK(holds(shop.read(kLiLei), "已经给您留好啦"));
  shop.go_to(on_day(1, 8, 59));  // 20 hours have passed, but it is night
  CHECK(shop.read(kLiLei).empty());
  shop.go_to(on_day(1, 12));
  CHECK(holds(shop.read(kLiLei), "要继续为您保留吗"));
  shop.go_to(on_day(10, 12));
  CHECK(shop.read(kLiLei).empty());
}

TEST_CASE("a broadcast reaches whom it may, once each, and says of the others why not", "[story]") {
  StoryShop shop;
  shop.pair_owner(kSeller);
  const std::vector<Person> everybody{kLiLei, kHanMeimei, kXiaoming, kAnna, kWangFang, kZhaoLiu};
  for (const auto& person : everybody) shop.writes(person, "你好");
  for (const auto& person : everybody) tells(shop, "+春季 " + person.name, person.name + "：加上 春季");
  tells(shop, "+老客 李雷", "老客");

  CHECK(holds(shop.asks(kHanMeimei, "退订"), "以后不再给您发推广消息"));
  tells(shop, "群发 tag:老客 老客专享九折", "人数：1");
  tells(shop, "是", "开始了");
  CHECK(shop.got(kLiLei, "老客专享九折") == 1);
  shop.wait(5'000);  // its progress message says its last word
  shop.telegram.block(kXiaoming.chat_id);
  const auto anna = shop.customer_of(kAnna);  // 10 in the morning here is 9 in the evening there
  shop.in([&](const Context& context) { set_customer_field(context, anna, CustomerField::kTimeZone, "America/New_York"); });

  const auto preview = shop.asks(kSeller, "群发 tag:春季 {{customer.name}}，新品到了");
  INFO(preview);
  CHECK(holds(preview, "人数：6"));
  CHECK(holds(preview, "李雷，新品到了"));
  CHECK(holds(preview, "客户已退订营销消息：1"));
  CHECK(holds(preview, "今天已经给这位客户发过营销消息：1"));
  CHECK(holds(preview, "免打扰时段：1"));
  for (const auto& person : everybody) CHECK(shop.got(person, "新品到了") == 0);
  const auto before = shop.telegram.accepted_by(kSeller.chat_id).size();
  tells(shop, "是", "开始了");
  shop.wait(5'000);

  for (const auto& person : {kWangFang, kZhaoLiu}) CHECK(shop.got(person, person.name + "，新品到了") == 1);
  for (const auto& person : {kLiLei, kHanMeimei, kXiaoming, kAnna}) CHECK(shop.got(person, "新品到了") == 0);
  tells(shop, "为什么 韩梅梅", "不发送: 客户已退订营销消息");
  tells(shop, "为什么 李雷", "稍后再发: 今天已经给这位客户发过营销消息");
  tells(shop, "为什么 周小明", "不发送: 客户屏蔽或取消了关注");
  tells(shop, "为什么 安娜", "稍后再发: 客户当地正处于免打扰时段");
  tells(shop, "为什么 王芳", "已发出");

  shop.go_to(on_day(0, 21, 59));
  CHECK(shop.got(kAnna, "新品到了") == 0);
  shop.go_to(on_day(0, 22, 1));  // 9 in the morning where she lives
  CHECK(shop.got(kAnna, "安娜，新品到了") == 1);
  shop.go_to(on_day(1, 8, 59));
  CHECK(shop.got(kLiLei, "新品到了") == 0);
  shop.go_to(on_day(1, 9, 1));
  CHECK(shop.got(kLiLei, "李雷，新品到了") == 1);
  shop.go_to(on_day(2, 12));
  for (const auto& person : {kLiLei, kAnna, kWangFang, kZhaoLiu}) CHECK(shop.got(person, "新品到了") == 1);
  for (const auto& person : {kHanMeimei, kXiaoming}) CHECK(shop.got(person, "新品到了") == 0);

  // One progress message, edited where it stands until the broadcast is over.
  std::set<std::int64_t> shown_at, edited;
  for (std::size_t i = before; const auto& sent : shop.telegram.accepted_by(kSeller.chat_id))
    if (i > 0) {
      --i;
    } else if (sent.method == "editMessageText") {
      edited.insert(sent.message_id);
    } else if (holds(sent.text, "░") || holds(sent.text, "▓")) {
      shown_at.insert(sent.message_id);
    }
  CHECK(shown_at.size() == 1);
  CHECK(edited == shown_at);
  tells(shop, "群发", "已完成");
}
