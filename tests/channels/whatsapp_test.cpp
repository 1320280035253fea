#include <catch2/catch.hpp>

#include "bot/channels/json_body.h"
#include "bot/channels/whatsapp/message.h"
#include "handlers/text.h"
#include "tests/channels/whatsapp_callbacks.h"

using namespace laoke;
using namespace laoke::channels;
using namespace laoke::channels::whatsapp_test;
using nlohmann::json;

TEST_CASE("the printed signature holds over the bytes as they came, and over nothing else", "[whatsapp]") {
  const auto channel = whatsapp_channel();
  REQUIRE(std::string(kWhatsappSignedBody).size() == 569);
  CHECK(channel->authentic(whatsapp_signed(kWhatsappSignedBody, kWhatsappSignature)));
  const std::string letters = json::parse(kWhatsappSignedBody).dump();  // the same JSON with real Chinese letters
  CHECK_FALSE(channel->authentic(whatsapp_signed(letters, kWhatsappSignature)));
  SECTION("a tampered byte anywhere") {
    for (std::size_t at = 0; at < std::string(kWhatsappSignedBody).size(); at += 7) {
      std::string body = kWhatsappSignedBody;
      body[at] ^= 1;
      CHECK_FALSE(channel->authentic(whatsapp_signed(body, kWhatsappSignature)));
    }
  }
  SECTION("a header that is not sha256= and 64 small digits") {
    std::string large = kWhatsappSignature;
    for (char& c : large) c = static_cast<char>(std::toupper(c));
    for (const std::string& wrong : {std::string(), std::string("sha256="), std::string(kWhatsappSignature) + "0",
                                     std::string(kWhatsappSignature).substr(7),
                                     "sha1=" + std::string(kWhatsappSignature).substr(7), large, std::string(71, 'a')})
      CHECK_FALSE(channel->authentic(whatsapp_signed(kWhatsappSignedBody, wrong)));
    CHECK_FALSE(channel->authentic({"POST", kWhatsappSignedBody, {{"x-hub-signature", kWhatsappSignature}}, {}}));
  }
  SECTION("another app's secret") {
    CHECK_FALSE(whatsapp_channel({{"app_secret", "00000000000000000000000000000000"}})
                    ->authentic(whatsapp_signed(kWhatsappSignedBody, kWhatsappSignature)));
  }
  SECTION("the digest of the body with real letters belongs to that body only") {
    const json unordered = json::parse(kWhatsappSignedBody);
    CHECK_FALSE(channel->authentic(whatsapp_signed(kWhatsappSignedBody, kSignatureOfLetters)));
    std::string whole = kWhatsappSignedBody;
    for (const auto& [escape, letter] : std::vector<std::pair<std::string, std::string>>{{"\\u5c0f", "小"},
                                                                                         {"\\u674e", "李"},
                                                                                         {"\\u8fd8", "还"},
                                                                                         {"\\u6709", "有"},
                                                                                         {"\\u8d27", "货"},
                                                                                         {"\\u5417", "吗"},
                                                                                         {"\\uff1f", "？"}})
      whole.replace(whole.find(escape), escape.size(), letter);
    REQUIRE(whole.size() == 548);
    CHECK(channel->authentic(whatsapp_signed(whole, kSignatureOfLetters)));
    CHECK_FALSE(channel->authentic(whatsapp_signed(whole, kWhatsappSignature)));
  }
}

TEST_CASE("the signed callback of the description becomes one text", "[whatsapp]") {
  const auto events = whatsapp_channel()->parse(whatsapp_signed(kWhatsappSignedBody, kWhatsappSignature));
  REQUIRE(events.size() == 1);
  InboundEvent expected = whatsapp_from_xiaoli(InboundKind::kText);
  expected.key = expected.platform_message_id = "wamid.HBgNODYxMzgwMDEzODAwMBUCABIYFDNBMDAwMDAwMDAwMDAwMDAwMDAxAA==";
  expected.username.clear();
  expected.text = "还有货吗？";
  CHECK(events[0] == expected);
}

TEST_CASE("Meta's check of the callback URL is answered with its challenge, byte for byte", "[whatsapp]") {
  const auto channel = whatsapp_channel();
  const auto ask = [&](const std::map<std::string, std::string>& query) {
    return channel->handshake({"GET", "", {}, query});
  };
  const auto good =
      ask({{"hub.mode", "subscribe"}, {"hub.challenge", "1158201444"}, {"hub.verify_token", "lk-verify-7f3"}});
  REQUIRE(good);
  CHECK(good->status == 200);
  CHECK(good->body == "1158201444");
  CHECK(good->content_type == "text/plain");
  const auto wrong = GENERATE(values<std::map<std::string, std::string>>({
      {},
      {{"hub.mode", "subscribe"}, {"hub.challenge", "1"}},
      {{"hub.mode", "subscribe"}, {"hub.challenge", "1"}, {"hub.verify_token", "lk-verify-7f"}},
      {{"hub.mode", "unsubscribe"}, {"hub.challenge", "1"}, {"hub.verify_token", "lk-verify-7f3"}},
  }));
  const auto refused = ask(wrong);
  REQUIRE(refused);
  CHECK(refused->status == 403);
  CHECK(refused->body.find('1') == std::string::npos);
  CHECK_FALSE(channel->handshake({"POST", "", {}, {}}));
}

TEST_CASE("a wrong WhatsApp setting is named with what is allowed, and secrets stay hidden", "[whatsapp]") {
  struct Wrong {
    json settings;
    const char *names, *hides;
  };
  const Wrong row = GENERATE(values<Wrong>({
      {{{"phone_number_id", ""}}, "phone_number_id is missing", "@@"},
      {{{"phone_number_id", "+86 138"}}, "not the phone number itself", "@@"},
      {{{"waba_id", "x"}}, "waba_id is 'x'", "@@"},
      {{{"token", ""}}, "token is missing", "@@"},
      {{{"token", "has a blank in the middle"}}, "token is 'has ***'", "middle"},
      {{{"app_secret", "hunter2"}}, "32 digits", "hunter2"},
      {{{"app_secret", "5D41402ABC4B2A76B9719D911017C592"}}, "app_secret is '5D41***'", "B9719"},
      {{{"verify_token", "two words"}}, "verify_token", "words"},
      {{{"token", json::array()}}, "token is neither", "@@"},
      {{{"graph_base", "graph.facebook.com"}}, "graph_base", "@@"},
      {{{"graph_version", "25"}}, "v25.0", "@@"},
      {{{"messages_per_second", "fast"}}, "0.1 to 1000", "@@"},
      {{{"contact_messages_per_second", 0}}, "0.01 to 1000", "@@"},
      {{{"contact_burst", 0}}, "1 to 45", "@@"},
      {{{"timeout_seconds", 99}}, "0.1 to 30", "@@"},
  }));
  try {
    whatsapp_channel(row.settings);
    FAIL("accepted: " << row.settings.dump());
  } catch (const std::invalid_argument& error) {
    CHECK_THAT(error.what(), Catch::Contains(row.names));
    CHECK_THAT(error.what(), !Catch::Contains(row.hides));
  }
}

TEST_CASE("the limits are WhatsApp's unless the seller sets others", "[whatsapp]") {
  const auto channel = whatsapp_channel();
  const auto& traits = channel->traits();
  CHECK(traits.messages_per_second == 60);
  CHECK(traits.window_ms == 24 * 3600 * 1000);
  CHECK(traits.receipts);
  CHECK_FALSE(traits.idempotent);
  CHECK_FALSE(traits.edits);
  CHECK(whatsapp_channel({{"messages_per_second", "12.5"}})->traits().messages_per_second == 12.5);
}
