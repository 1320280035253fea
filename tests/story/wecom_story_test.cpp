#include <catch2/catch.hpp>

#include "handlers/calendar.h"
#include "tests/support/wecom_story.h"

using namespace laoke;
using namespace laoke::test;

namespace {

bool has(const std::string& text, const std::string& piece) { return text.find(piece) != std::string::npos; }

using Counts = std::map<std::string, std::int64_t>;

}  // namespace

TEST_CASE("a customer who adds a member is a record with a welcome, and the seller runs the shop in WeCom", "[story][wecom]") {
  WecomStory shop;
  shop.pair_seller();
  shop.customer("wm1", "李雷");
  const auto contact = shop.contact("ext:wm1");
  REQUIRE(contact.customer_id != 0);
  CHECK(contact.display_name == "李雷");
  CHECK(shop.greetings("李雷您好") == 1);

  shop.tells("+肤质/油性皮肤 李雷", "加上 油性皮肤");
  CHECK(shop.wecom.tags_of("seller01", "wm1") == std::vector<std::string>{"油性皮肤"});
  CHECK(shop.wecom.group_of_tag("油性皮肤") == "肤质");

  // An order and its notice: a task for this one customer, which the member confirms.
  shop.tells("产品 面膜 99 用30天", "用 30 天");
  shop.asks("订单 李雷 面膜x2 198");
  shop.tells("付款 #1001", "已付款");
  const auto before = shop.wecom.tasks().size();
  shop.tells("发货 #1001 顺丰 SF1234567890123", "SF1234567890123");
  REQUIRE(shop.wecom.tasks().size() == before + 1);
  CHECK(shop.wecom.tasks().back().customers == std::vector<std::string>{"wm1"});
  CHECK(has(shop.wecom.tasks().back().text, "SF1234567890123"));

  shop.wecom.part("seller01", "wm1");
  CHECK(shop.takes(shop.wecom.customer_event("del_follow_user", "seller01", "wm1")) == 200);
  CHECK(shop.contact("ext:wm1").state == "blocked");
  shop.wecom.befriend("seller01", "wm1", "李雷");
  CHECK(shop.takes(shop.wecom.added("seller01", "wm1")) == 200);
  CHECK(shop.contact("ext:wm1").state == "active");
}

TEST_CASE("a moment and a group message to the same tag are made, confirmed by the staff, and their results are counted", "[story][wecom]") {
  WecomStory shop;
  shop.pair_seller();
  shop.customer("wm1", "李雷");
  shop.customer("wm2", "韩梅梅");
  shop.customer("wm3", "周小明", "seller02");
  shop.customer("wm4", "安娜");
  for (const char* name : {"李雷", "韩梅梅", "周小明"}) shop.tells("+油性皮肤 " + std::string(name), "油性皮肤");
  REQUIRE(shop.wecom.tags_of("seller02", "wm3") == std::vector<std::string>{"油性皮肤"});

  shop.tells("朋友圈 tag:油性皮肤 上新：只给老客户看", "可见：3 人");
  CHECK(shop.wecom.moments().empty());
  shop.tells("是", "点“发表”");
  REQUIRE(shop.wecom.moments().size() == 1);
  CHECK(shop.wecom.moments()[0].text == "上新：只给老客户看");
  CHECK(shop.counts("moment") == Counts{{"accepted awaits_person", 3}});
  shop.wecom.publish_moment("seller01");
  shop.settle();
  CHECK(shop.counts("moment") == Counts{{"accepted awaits_person", 1}, {"delivered", 2}});
  shop.wecom.publish_moment("seller02");
  shop.settle();
  CHECK(shop.counts("moment") == Counts{{"delivered", 3}});
  shop.tells("朋友圈", "已展示 3");

  shop.tells("群发 tag:油性皮肤 刚发了一条朋友圈，给你留了一份", "人数：3");
  shop.tells("是", "开始了");
  shop.settle();
  std::size_t reached = 0;
  for (const auto& task : shop.wecom.tasks()) {
    if (!has(task.text, "给你留了一份")) continue;
    reached += task.customers.size();
    CHECK((task.sender == "seller02") == (task.customers.front() == "wm3"));
    shop.wecom.confirm_task(task.id);
  }
  CHECK(reached == 3);
  shop.settle();
  CHECK(shop.counts("marketing") == Counts{{"accepted", 3}});
}

TEST_CASE("what a customer writes to 微信客服 is shown in the seller's app", "[story][wecom]") {
  WecomStory shop;
  shop.pair_seller();
  shop.customer("wm1", "李雷");
  shop.clock.advance(kMinuteMs);
  shop.wecom.service_message("wk1", "wm1", "面膜多少钱");
  REQUIRE(shop.takes(shop.wecom.service_nudge("wk1")) == 200);
  const auto service = shop.contact("kf:wk1:wm1");
  REQUIRE(service.contact_id != 0);
  CHECK(service.display_name == "李雷");
  CHECK(service.replies_left == 5);
  CHECK(has(shop.wecom.sent_to("seller01").back().text, "面膜多少钱"));
}

TEST_CASE("a forged callback is refused and a repeated one changes nothing", "[story][wecom]") {
  WecomStory shop;
  shop.wecom.befriend("seller01", "wm1", "李雷");
  const auto added = shop.wecom.added("seller01", "wm1");
  auto forged = added;
  forged.query["msg_signature"][0] = forged.query["msg_signature"][0] == 'a' ? 'b' : 'a';
  CHECK(shop.takes(forged) == 401);
  CHECK(shop.contact("ext:wm1").contact_id == 0);
  CHECK(shop.takes(added) == 200);
  CHECK(shop.takes(added) == 200);
  CHECK(shop.greetings("李雷您好") == 1);
}
