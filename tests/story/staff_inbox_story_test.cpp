// What the shop's people write in the platform's own inbox or app, beside us.
#include <catch2/catch.hpp>

#include "handlers/calendar.h"
#include "storage/contacts.h"
#include "storage/messages.h"
#include "tests/support/story_platforms.h"

namespace laoke::test::staff_inbox_story {
namespace {

using nlohmann::json;

const std::string kSeller = "6789012345670001", kBuyer = "6789012345670002";

std::vector<storage::MessageRow> history(ChannelStory& shop, const std::string& address) {
  const auto customer_id = shop.customer_of(address);
  return shop.in([&](const Context& context) { return storage::list_messages(context.tx, context.shop_id(), customer_id, 0, 50); });
}

// What the shop said, oldest first.
std::vector<std::string> said(ChannelStory& shop, const std::string& address) {
  std::vector<std::string> texts;
  for (const auto& message : history(shop, address))
    if (message.direction == "out") texts.insert(texts.begin(), message.text);
  return texts;
}

}  // namespace

TEST_CASE("an answer typed in the Page's inbox is in the history, and the customer waits no longer", "[story][messenger]") {
  MessengerStory platform(GENERATE(false, true));
  ChannelStory shop(platform);
  shop.pair_owner(kSeller, "美姐");
  shop.writes(kBuyer, "面膜多少钱");
  shop.call(kBuyer, "李雷");
  CHECK(shop.asks(kSeller, "待办").find("等回复 1") != std::string::npos);
  shop.clock.advance(kMinuteMs);
  const auto typed = platform.fake.staff_types(kBuyer, "有的，99 一盒");
  CHECK(shop.take(typed) == 200);
  const auto newest = history(shop, kBuyer).at(0);
  CHECK(newest.direction == "out");
  CHECK(newest.text == "有的，99 一盒");
  CHECK(newest.kind == "text");
  CHECK(newest.delivery_key.empty());
  CHECK(newest.at_ms == shop.clock.now_ms());
  CHECK(shop.asks(kSeller, "待办").find("等回复") == std::string::npos);
  SECTION("the same echo twice is one message") {
    CHECK(shop.take(typed) == 200);
    CHECK(said(shop, kBuyer).size() == 1);
  }
  SECTION("it is no message of the customer: nobody is shown it as one") {
    CHECK(shop.got(kSeller, "有的，99 一盒") == 0);
  }
  SECTION("a picture") {
    shop.take(platform.fake.staff_types(kBuyer, "", {{"attachments", json::array({{{"type", "image"}, {"payload", {{"url", "https://x/1.jpg"}}}}})}}));
    CHECK(history(shop, kBuyer).at(0).kind == "photo");
    CHECK(history(shop, kBuyer).at(0).media == "https://x/1.jpg");
  }
  SECTION("the customer writes again and waits again") {
    shop.writes(kBuyer, "那要两盒");
    CHECK(shop.asks(kSeller, "待办").find("等回复 1") != std::string::npos);
  }
}

TEST_CASE("the echo of what Laoke itself sent is not kept a second time", "[story][messenger]") {
  MessengerStory platform;
  ChannelStory shop(platform);
  shop.writes(kBuyer, "退订");
  const auto sent = platform.fake.accepted_by(kBuyer);
  REQUIRE(sent.size() == 1);
  const auto before = said(shop, kBuyer);
  REQUIRE(before.size() == 1);
  auto told_back = sent[0];
  SECTION("with our mark") {}
  SECTION("when it lost its mark") { told_back.message.erase("metadata"); }
  CHECK(shop.take(platform.fake.echo(told_back)) == 200);
  CHECK(said(shop, kBuyer) == before);
}

TEST_CASE("staff who write to somebody who never wrote here make no customer of them", "[story][messenger]") {
  MessengerStory platform;
  ChannelStory shop(platform);
  CHECK(shop.take(platform.fake.staff_types(kBuyer, "您好")) == 200);
  CHECK(shop.customer_of(kBuyer) == 0);
}

TEST_CASE("what the seller writes in the WhatsApp app is in the customer's history, by id or by phone", "[story][whatsapp]") {
  WhatsappStory platform;
  ChannelStory shop(platform);
  const std::string buyer = "CN.13800";
  shop.writes(buyer, "还有货吗");
  shop.clock.advance(kMinuteMs);
  const auto person = WhatsappStory::person(buyer);
  const auto callback = WhatsappStory::callback(platform.fake.staff_writes(person, {{"type", "text"}, {"text", {{"body", "有的，99 一盒"}}}}));
  CHECK(shop.take(callback) == 200);
  CHECK(said(shop, buyer) == std::vector<std::string>{"有的，99 一盒"});
  CHECK(shop.take(callback) == 200);
  CHECK(said(shop, buyer).size() == 1);
  SECTION("a picture with words") {
    shop.take(WhatsappStory::callback(platform.fake.staff_writes(person, {{"type", "image"}, {"image", {{"id", "2754"}, {"caption", "样子"}}}})));
    CHECK(history(shop, buyer).at(0).kind == "photo");
    CHECK(said(shop, buyer).back() == "样子");
  }
  SECTION("an edit or a kind of later versions changes nothing that matters") {
    shop.take(WhatsappStory::callback(platform.fake.staff_writes(person, {{"type", "reaction"}, {"reaction", {{"emoji", "👍"}}}})));
    CHECK(said(shop, buyer).size() == 1);
  }
  SECTION("to a stranger") {
    CHECK(shop.take(WhatsappStory::callback(platform.fake.staff_writes({"", "8613911112222", "供应商"}, {{"type", "text"}, {"text", {{"body", "发货了吗"}}}}))) == 200);
    CHECK(said(shop, buyer).size() == 1);
  }
  SECTION("echoes of the API's own messages come under another name and are not taken") {
    auto body = platform.fake.staff_writes(person, {{"type", "text"}, {"text", {{"body", "回声"}}}});
    body["entry"][0]["changes"][0]["field"] = "message_echoes";
    CHECK(shop.take(WhatsappStory::callback(body)) == 200);
    CHECK(said(shop, buyer).size() == 1);
  }
}

}  // namespace laoke::test::staff_inbox_story
