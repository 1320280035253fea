#include <catch2/catch.hpp>

#include "tests/channels/messenger_desk.h"

// A Page being connected and tested.
namespace laoke::channels::messenger_send_test {

TEST_CASE("connecting subscribes the Page, and registers the callback where the app's number is known", "[messenger]") {
  Desk desk(json{{"app_id", FakeMessenger::kAppId}});
  for (int i = 0; i < 2; ++i) desk.channel->connect("https://shop.example.com/hooks/fb");
  CHECK(desk.fake.callback_url() == "https://shop.example.com/hooks/fb");
  CHECK(desk.fake.subscribed_fields().contains("message_echoes"));
  CHECK(desk.fake.get_started());
  Desk without;
  without.channel->connect("https://shop.example.com/hooks/fb");
  CHECK(without.fake.callback_url().empty());
  CHECK(without.fake.subscribed_fields().contains("messages"));
  Desk ig(json::object(), true);
  ig.channel->connect("https://shop.example.com/hooks/ig");
  CHECK(ig.fake.subscribed_fields().contains("messaging_seen"));
  CHECK_FALSE(ig.fake.get_started());
}

TEST_CASE("a Page that cannot be subscribed says what to do", "[messenger]") {
  Desk desk;
  SECTION("no public address") { CHECK_THROWS_WITH(desk.channel->connect(""), Catch::Contains("public_url")); }
  SECTION("token not valid") {
    desk.fake.revoke_token();
    CHECK_THROWS_WITH(desk.channel->connect("https://x.example.com"), Catch::Contains("pages_messaging") && !Catch::Contains(FakeMessenger::kToken));
  }
  SECTION("nobody there") {
    desk.fake.stop();
    CHECK_THROWS_WITH(desk.channel->connect("https://x.example.com"), Catch::Contains(desk.fake.base_url()));
  }
  SECTION("not allowed") {
    desk.fake.forbid_subscribing();
    CHECK_THROWS_WITH(desk.channel->connect("https://x.example.com"), Catch::Contains("could not be subscribed"));
  }
  SECTION("on Instagram the dashboard does it") {
    Desk ig(json::object(), true);
    ig.fake.forbid_subscribing();
    CHECK_NOTHROW(ig.channel->connect("https://x.example.com"));
  }
  SECTION("a callback URL that Meta cannot reach") {
    Desk app(json{{"app_id", FakeMessenger::kAppId}});
    CHECK_THROWS_WITH(app.channel->connect("http://x.example.com"), Catch::Contains("must be https"));
  }
}

TEST_CASE("testing a Page says in words how it stands", "[messenger]") {
  Desk desk;
  const auto text = [](Channel& channel) {
    std::string all;
    for (const auto& line : channel.probe()) all += (line.ok ? "+ " : "- ") + line.text + "\n";
    return all;
  };
  SECTION("all well") {
    desk.channel->connect("https://shop.example.com/hooks/fb");
    CHECK_THAT(text(*desk.channel), Catch::StartsWith("+ token is valid: 小美的店\n+ the account is subscribed to the app\n+ once, by hand: in the app dashboard"));
  }
  SECTION("not subscribed") { CHECK_THAT(text(*desk.channel), Catch::Contains("- the account is not subscribed to messages, messaging_postbacks")); }
  SECTION("token not valid") {
    desk.fake.revoke_token();
    CHECK_THAT(text(*desk.channel), Catch::StartsWith("- Meta refuses the account") && !Catch::Contains(FakeMessenger::kToken));
  }
  SECTION("another account's token") {
    json settings = desk.fake.settings();
    settings["page_id"] = "999";
    CHECK_THAT(text(*find_kind("messenger")->make({1, 2, "fb", "messenger", settings})), Catch::StartsWith("- Meta refuses the account"));
  }
  SECTION("nobody there") {
    desk.fake.stop();
    CHECK_THAT(text(*desk.channel), Catch::StartsWith("- no answer"));
  }
  SECTION("with the app's number the callback URL is seen") {
    Desk app(json{{"app_id", FakeMessenger::kAppId}});
    CHECK_THAT(text(*app.channel), Catch::Contains("- no callback URL is registered"));
    app.channel->connect("https://shop.example.com/hooks/fb");
    CHECK_THAT(text(*app.channel), Catch::Contains("+ callbacks go to https://shop.example.com/hooks/fb"));
  }
  SECTION("on Instagram") {
    Desk ig(json::object(), true);
    ig.fake.forbid_subscribing();
    CHECK_THAT(text(*ig.channel), Catch::StartsWith("+ token is valid: xiaomei.shop\n+ whether the account is subscribed cannot be asked"));
  }
}

TEST_CASE("a proof that comes from another app is seen, and can be left out", "[messenger]") {
  json settings;
  Desk desk;
  settings = desk.fake.settings();
  settings["app_secret"] = std::string(32, 'a');
  Outgoing message;
  message.external_id = kAnna;
  message.content = words("在吗");
  CHECK(find_kind("messenger")->make({1, 2, "fb", "messenger", settings})->send(message).status == SendStatus::kRejected);
  settings["appsecret_proof"] = "off";
  CHECK(find_kind("messenger")->make({1, 2, "fb", "messenger", settings})->send(message).status == SendStatus::kAccepted);
}

}  // namespace laoke::channels::messenger_send_test
