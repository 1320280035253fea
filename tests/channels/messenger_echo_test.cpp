#include <catch2/catch.hpp>

#include "bot/channels/messenger/messenger_parse.h"

// Echoes: what the account itself said, by us or by others.
namespace laoke::channels::messenger_echo_test {
namespace {

using nlohmann::json;

constexpr const char* kPage = "108234567890123";
constexpr const char* kPerson = "6789012345678901";

std::vector<InboundEvent> read_one(json event) {
  event["timestamp"] = 1767225600123;
  const json body{{"object", "page"}, {"entry", json::array({{{"time", 1767225600456}, {"id", kPage}, {"messaging", json::array({event})}}})}};
  return messenger::parse_messenger_callback(messenger::Product::kPage, kPage, body);
}

}  // namespace

TEST_CASE("the echo of our own message says that it went out, what was typed in the inbox is the staff's", "[messenger]") {
  json echo{{"sender", {{"id", kPage}}}, {"recipient", {{"id", kPerson}}}, {"message", {{"mid", "m_Out1"}, {"is_echo", true}, {"app_id", 42}, {"metadata", "m:0:7:9"}, {"text", "好"}}}};
  const auto ours = read_one(echo);
  REQUIRE(ours.size() == 1);
  CHECK(ours[0].kind == InboundKind::kReceipt);
  CHECK(ours[0].receipt == ReceiptKind::kSent);
  CHECK(ours[0].reference == "m:0:7:9");
  CHECK(ours[0].platform_message_id == "m_Out1");
  CHECK(ours[0].external_id == kPerson);
  echo["message"].erase("metadata");
  const auto typed = read_one(echo);
  REQUIRE(typed.size() == 1);
  CHECK(typed[0].kind == InboundKind::kStaffWrote);
  CHECK(typed[0].text == "好");
  CHECK(typed[0].external_id == kPerson);
  CHECK(typed[0].reference.empty());
  CHECK(typed[0].window_ms == 0);
  CHECK_FALSE(typed[0].names_on_request);
  SECTION("another program's mark is no reference of ours") {
    echo["message"]["metadata"] = "ticket-77";
    CHECK(read_one(echo).at(0).kind == InboundKind::kStaffWrote);
  }
  SECTION("a picture with words is both") {
    echo["message"]["attachments"] = json::array({{{"type", "image"}, {"payload", {{"url", "https://x/1.jpg"}}}}});
    const auto both = read_one(echo);
    REQUIRE(both.size() == 2);
    CHECK(both[1].kind == InboundKind::kStaffWrote);
    CHECK(both[1].media_kind == "photo");
    CHECK(both[1].media == "https://x/1.jpg");
    CHECK(both[0].key != both[1].key);
  }
  SECTION("a place") {
    echo["message"].erase("text");
    echo["message"]["attachments"] = json::array({{{"type", "location"}, {"payload", {{"coordinates", {{"lat", 1.5}, {"long", 2}}}}}}});
    CHECK(read_one(echo).at(0).media_kind == "location");
  }
  SECTION("nothing that can be kept") {
    echo["message"].erase("text");
    CHECK(read_one(echo).at(0).kind == InboundKind::kOther);
  }
}

}  // namespace laoke::channels::messenger_echo_test
