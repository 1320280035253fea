#include <catch2/catch.hpp>

#include "handlers/calendar.h"
#include "tests/support/wechat_story.h"

namespace laoke::test::wechat_story {
namespace {

const StoryPeople kPeople{"oSellerMei", "oBuyerLiLei", "oFriendWangFang", "oHanMeimei"};

bool holds(const std::string& text, const std::string& piece) { return text.find(piece) != std::string::npos; }

}  // namespace

TEST_CASE("the shop's story is told on WeChat", "[story][wechat]") {
  WechatStory wechat(GENERATE("safe", "plain"));
  ChannelStory shop(wechat);
  tell_the_story(shop, kPeople);
  CHECK(wechat.ways(kPeople.buyer, "mass") == 1);
  CHECK(wechat.ways(kPeople.friend_of_hers, "mass") == 1);
  CHECK(wechat.fake.bad_answers() == 0);
}

TEST_CASE("followers who have not written for long get a broadcast by mass send, and a letter of their own not", "[story][wechat]") {
  WechatStory wechat;
  ChannelStory shop(wechat);
  shop.pair_owner(kPeople.seller, "美姐");
  const std::vector<std::pair<std::string, std::string>> fans{{kPeople.buyer, "李雷"}, {kPeople.friend_of_hers, "王芳"}};
  for (const auto& [address, name] : fans) {
    shop.take(wechat.pushed(wechat.fake.follows(address, "parcel-card")));
    shop.call(address, name);
    shop.asks(kPeople.seller, "+春季 " + name);
  }
  shop.wait(3 * 24 * kHourMs);
  shop.asks(kPeople.seller, "群发 tag:春季 新品到了，欢迎来看");
  shop.asks(kPeople.seller, "是");
  shop.wait(5'000);
  for (const auto& [address, name] : fans) {
    INFO(shop.ledger_of(address));
    CHECK(wechat.ways(address, "mass") == 1);
  }
  CHECK(wechat.fake.calls("/cgi-bin/message/mass/send") == 1);
  shop.wait(10 * 24 * kHourMs);
  shop.asks(kPeople.seller, "群发 tag:春季 {{customer.name}}，给您留了一盒");
  shop.asks(kPeople.seller, "是");
  shop.wait(5'000);
  for (const auto& [address, name] : fans) CHECK(shop.got(address, "给您留了一盒") == 0);
  CHECK(holds(shop.asks(kPeople.seller, "为什么 李雷"), "不发送"));
}

TEST_CASE("a follower who leaves WeChat's account is written to no more and comes back by following", "[story][wechat]") {
  WechatStory wechat;
  ChannelStory shop(wechat);
  shop.pair_owner(kPeople.seller, "美姐");
  shop.writes(kPeople.buyer, "你好");
  shop.call(kPeople.buyer, "李雷");
  CHECK(shop.take(wechat.pushed(wechat.fake.unfollows(kPeople.buyer))) == 200);
  shop.asks(kPeople.seller, "+春季 李雷");
  shop.asks(kPeople.seller, "群发 tag:春季 新品到了");
  shop.asks(kPeople.seller, "是");
  shop.wait(5'000);
  CHECK(shop.got(kPeople.buyer, "新品到了") == 0);
  CHECK(holds(shop.asks(kPeople.seller, "为什么 李雷"), "不发送: 客户屏蔽或取消了关注"));
  shop.take(wechat.pushed(wechat.fake.follows(kPeople.buyer)));
  shop.writes(kPeople.buyer, "我回来了");
  CHECK(shop.got(kPeople.seller, "我回来了") == 1);
}

TEST_CASE("the same WeChat push sent again changes nothing, and one with a byte changed is refused", "[story][wechat]") {
  WechatStory wechat;
  ChannelStory shop(wechat);
  shop.pair_owner(kPeople.seller, "美姐");
  const std::string xml = wechat.fake.writes(kPeople.buyer, "在吗");
  const Callback first = wechat.pushed(xml), again = wechat.pushed(xml);
  REQUIRE(first.body != again.body);  // a retry is sealed afresh
  Callback tampered = first;
  tampered.body[tampered.body.find("<Encrypt>") + 40] ^= 1;
  CHECK(post_callback(shop.hook_url(), tampered) == 401);
  CHECK(shop.take(first) == 200);
  CHECK(shop.take(again) == 200);
  CHECK(shop.got(kPeople.seller, "在吗") == 1);
}

}  // namespace laoke::test::wechat_story
