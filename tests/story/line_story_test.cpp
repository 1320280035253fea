#include <catch2/catch.hpp>

#include "handlers/calendar.h"
#include "tests/support/channel_story.h"
#include "tests/support/story_platforms.h"

namespace laoke::test::line_story {
namespace {

const StoryPeople kPeople{"U00000000000000000000000000000001", "U00000000000000000000000000000002", "U00000000000000000000000000000003",
                          "U00000000000000000000000000000004"};

}  // namespace

TEST_CASE("the shop's story is told on LINE", "[story][line]") {
  LineStory line;
  ChannelStory shop(line);
  tell_the_story(shop, kPeople);
  // LINE cannot change a message: the broadcast's beginning and its end are told, and nothing in between.
  CHECK(shop.got(kPeople.seller, "░") == 1);
  CHECK(shop.got(kPeople.seller, "▓▓▓▓▓▓▓▓▓▓▓▓ 100%") == 1);
}

TEST_CASE("a customer who blocks the LINE account is written to no more and comes back by writing", "[story][line]") {
  LineStory line;
  ChannelStory shop(line);
  shop.pair_owner(kPeople.seller, "美姐");
  shop.writes(kPeople.buyer, "你好");
  shop.call(kPeople.buyer, "李雷");
  CHECK(shop.take(line.fake.unfollows(kPeople.buyer)) == 200);
  shop.asks(kPeople.seller, "+春季 李雷");
  CHECK(shop.asks(kPeople.seller, "群发 tag:春季 新品到了").find("人数：1") != std::string::npos);
  shop.asks(kPeople.seller, "是");
  shop.wait(5'000);
  CHECK(line.fake.accepted().back().to != kPeople.buyer);
  CHECK(shop.asks(kPeople.seller, "为什么 李雷").find("不发送: 客户屏蔽或取消了关注") != std::string::npos);
  shop.take(line.fake.follows(kPeople.buyer));
  shop.writes(kPeople.buyer, "我回来了");
  CHECK(shop.got(kPeople.seller, "我回来了") == 1);
}

TEST_CASE("the same LINE event sent again changes nothing, and one with a byte changed is refused", "[story][line]") {
  LineStory line;
  ChannelStory shop(line);
  shop.pair_owner(kPeople.seller, "美姐");
  const Callback first = line.says(kPeople.buyer, "在吗");
  Callback again = first;
  again.body.replace(again.body.find("\"isRedelivery\":false"), 20, "\"isRedelivery\":true");
  CHECK(shop.take(again) == 401);  // the signature is of other bytes
  again = FakeLine::sign(again.body);
  CHECK(shop.take(first) == 200);
  CHECK(shop.take(again) == 200);
  CHECK(shop.got(kPeople.seller, "在吗") == 1);
}

}  // namespace laoke::test::line_story
