#include <catch2/catch.hpp>

#include "bot/channels/channel.h"
#include "tests/fakes/fake_whatsapp.h"

using namespace laoke;
using namespace laoke::channels;
using nlohmann::json;
using test::FakeWhatsapp;

namespace {

std::unique_ptr<Channel> whatsapp_account_on(const FakeWhatsapp& fake, const json& more = json::object()) {
  json settings = fake.settings();
  settings.update(more);
  return find_kind("whatsapp")->make({1, 2, "wa", "whatsapp", settings});
}

std::string why_not_whatsapp(Channel& channel, const std::string& url) {
  try {
    channel.connect(url);
    return "";
  } catch (const std::runtime_error& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE("connecting checks the number, subscribes the account and leads this number's callbacks here", "[whatsapp]") {
  FakeWhatsapp fake;
  const auto channel = whatsapp_account_on(fake);
  for (int i = 0; i < 2; ++i) {
    channel->connect("https://shop.example.com/hooks/wa");
    CHECK(fake.subscribed());
    CHECK(fake.callback_url() == "https://shop.example.com/hooks/wa");
    CHECK(fake.verify_token() == "lk-verify-7f3");
  }
  CHECK(fake.calls("number") == 2);
  CHECK_FALSE(channel->polls());
}

TEST_CASE("without an https address the callback URL stays as the app has it", "[whatsapp]") {
  FakeWhatsapp fake;
  const auto url = GENERATE(as<std::string>{}, "", "http://127.0.0.1:9/hooks/wa");
  whatsapp_account_on(fake)->connect(url);
  CHECK(fake.subscribed());
  CHECK(fake.calls("webhook") == 0);
}

TEST_CASE("without the account's id only the number is checked", "[whatsapp]") {
  FakeWhatsapp fake;
  whatsapp_account_on(fake, {{"waba_id", ""}})->connect("");
  CHECK(fake.calls("number") == 1);
  CHECK_FALSE(fake.subscribed());
}

TEST_CASE("a WhatsApp number that cannot be connected says what to do", "[whatsapp]") {
  FakeWhatsapp fake;
  SECTION("token not valid") {
    fake.revoke_token();
    const std::string why = why_not_whatsapp(*whatsapp_account_on(fake), "");
    CHECK_THAT(why,
               Catch::Contains("系统用户") && Catch::Contains("Generate new token") && !Catch::Contains(fake.token()));
  }
  SECTION("another number") {
    CHECK_THAT(why_not_whatsapp(*whatsapp_account_on(fake, {{"phone_number_id", "123"}}), ""),
               Catch::Contains("phone_number_id"));
  }
  SECTION("another account") {
    CHECK_THAT(why_not_whatsapp(*whatsapp_account_on(fake, {{"waba_id", "123"}}), ""), Catch::Contains("subscription"));
  }
  SECTION("an address too long for Meta") {
    CHECK_THAT(why_not_whatsapp(*whatsapp_account_on(fake), "https://shop.example.com/" + std::string(200, 'x')),
               Catch::Contains("200"));
  }
  SECTION("nobody there") {
    fake.stop();
    CHECK_THAT(why_not_whatsapp(*whatsapp_account_on(fake), ""),
               Catch::Contains("no connection") && Catch::Contains(fake.base_url()));
  }
}

TEST_CASE("testing a WhatsApp channel says in words how it stands", "[whatsapp]") {
  FakeWhatsapp fake;
  const auto channel = whatsapp_account_on(fake);
  SECTION("all well") {
    channel->connect("");
    fake.add_template({"order_shipped_v2", "zh_CN"});
    const auto lines = channel->probe();
    REQUIRE(lines.size() == 3);
    for (const auto& line : lines) CHECK(line.ok);
    CHECK_THAT(lines[0].text,
               Catch::Contains("+1 555-078-3881") && Catch::Contains("我的小店") && Catch::Contains("GREEN"));
    CHECK_THAT(lines[2].text, Catch::Contains("1 个可用模板") && Catch::Contains("order_shipped_v2 (zh_CN)"));
  }
  SECTION("not subscribed, no template, one paused") {
    fake.add_template({"sale", "en", "MARKETING", "PAUSED"});
    const auto lines = channel->probe();
    REQUIRE(lines.size() == 4);
    CHECK(lines[0].ok);
    CHECK_FALSE(lines[1].ok);
    CHECK_THAT(lines[1].text, Catch::Contains("laoke serve"));
    CHECK_FALSE(lines[2].ok);
    CHECK_THAT(lines[3].text, Catch::Contains("sale (en) PAUSED"));
  }
  SECTION("no account id") {
    const auto lines = whatsapp_account_on(fake, {{"waba_id", ""}})->probe();
    REQUIRE(lines.size() == 2);
    CHECK_THAT(lines[1].text, Catch::Contains("waba_id"));
  }
  SECTION("token not valid") {
    fake.revoke_token();
    const auto lines = channel->probe();
    REQUIRE(lines.size() == 1);
    CHECK_FALSE(lines[0].ok);
    CHECK_THAT(lines[0].text, Catch::Contains("Generate new token") && !Catch::Contains(fake.token()));
  }
  SECTION("nobody there") {
    fake.stop();
    CHECK_THAT(channel->probe().at(0).text, Catch::Contains(fake.base_url()));
  }
}
