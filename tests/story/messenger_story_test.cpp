#include <catch2/catch.hpp>

#include "handlers/calendar.h"
#include "handlers/outbox.h"
#include "storage/contacts.h"
#include "storage/ledger.h"
#include "tests/support/channel_story.h"
#include "tests/support/story_platforms.h"

namespace laoke::test::messenger_story {
namespace {

const StoryPeople kPeople{"6789012345670001", "6789012345670002", "6789012345670003", "6789012345670004"};

std::map<std::string, int> states_of(ChannelStory& shop, const std::string& address) {
  const auto customer_id = shop.customer_of(address);
  std::map<std::string, int> states;
  for (const auto& row : shop.in([&](const Context& context) {
         return storage::deliveries_of_customer(context.tx, context.shop_id(), customer_id, {}, {}, 100);
       }))
    ++states[row.state];
  return states;
}

}  // namespace

TEST_CASE("the shop's story is told on Messenger and on Instagram", "[story][messenger]") {
  MessengerStory platform(GENERATE(false, true));
  ChannelStory shop(platform);
  tell_the_story(shop, kPeople);
}

TEST_CASE("on Messenger a broadcast goes inside the window and says why not outside", "[story][messenger]") {
  MessengerStory platform;
  ChannelStory shop(platform);
  shop.writes(kPeople.buyer, "你好");
  shop.call(kPeople.buyer, "李雷");
  shop.wait(25 * kHourMs);
  shop.pair_owner(kPeople.seller, "美姐");
  shop.writes(kPeople.friend_of_hers, "你好");
  shop.call(kPeople.friend_of_hers, "王芳");
  for (const char* name : {"李雷", "王芳"}) shop.asks(kPeople.seller, std::string("+春季 ") + name);
  shop.asks(kPeople.seller, "群发 tag:春季 新品到了");
  shop.asks(kPeople.seller, "是");
  shop.wait(5'000);
  CHECK(shop.got(kPeople.friend_of_hers, "新品到了") == 1);
  CHECK(shop.got(kPeople.buyer, "新品到了") == 0);
  const auto why = shop.asks(kPeople.seller, "为什么 李雷");
  INFO(why);
  CHECK(why.find("不发送") != std::string::npos);
}

TEST_CASE("Messenger's watermarks move every message sent until then, and none sent later", "[story][messenger]") {
  MessengerStory platform;
  ChannelStory shop(platform);
  shop.writes(kPeople.buyer, "你好");
  const auto shop_customer = shop.customer_of(kPeople.buyer);
  const auto tell = [&](const std::string& text) {
    shop.in([&](const Context& context) {
      const auto contacts = storage::contacts_of_customer(context.tx, context.shop_id(), shop_customer);
      DirectMessage message;
      message.customer_id = shop_customer;
      message.contact_id = contacts.at(0).contact_id;
      message.channel_id = contacts.at(0).channel_id;
      message.content.text = text;
      queue_message(context, message);
    });
    shop.wait(60'000);
  };
  tell("第一句");
  tell("第二句");
  const auto between_ms = shop.clock.now_ms() + 30'000;
  tell("第三句");
  const int sent = states_of(shop, kPeople.buyer)["accepted"];
  REQUIRE(sent == 3);
  CHECK(shop.take(platform.fake.delivered(kPeople.buyer, shop.clock.now_ms())) == 200);
  CHECK(states_of(shop, kPeople.buyer)["delivered"] == sent);
  CHECK(shop.take(platform.fake.read(kPeople.buyer, between_ms)) == 200);
  CHECK(states_of(shop, kPeople.buyer)["read"] == sent - 1);
  shop.take(platform.fake.delivered(kPeople.buyer, between_ms));  // comes late: nothing moves back
  CHECK(states_of(shop, kPeople.buyer)["read"] == sent - 1);
  CHECK(states_of(shop, kPeople.buyer)["delivered"] == 1);
  shop.take(platform.fake.read(kPeople.friend_of_hers, shop.clock.now_ms()));  // of somebody nobody knows
}

}  // namespace laoke::test::messenger_story
