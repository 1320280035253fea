// What the seller writes in the phone app of a number that is also used here.
#include <catch2/catch.hpp>

#include "bot/channels/channel.h"
#include "bot/channels/whatsapp/parse.h"

namespace laoke::channels::whatsapp_echo_test {
namespace {

using nlohmann::json;

constexpr const char* kNumber = "106540352242922";

// As Meta's reference of the field shows it.
json echo_of(json parts, const char* field = "smb_message_echoes", const char* number = kNumber) {
  json echo{{"from", "15550783881"}, {"to", "8613800138000"}, {"id", "wamid.HBgNAPP1"}, {"timestamp", "1767225600"}};
  echo.update(parts);
  const json value{{"messaging_product", "whatsapp"},
                   {"metadata", {{"display_phone_number", "15550783881"}, {"phone_number_id", number}}},
                   {"message_echoes", json::array({echo})}};
  return {{"object", "whatsapp_business_account"},
          {"entry", json::array({{{"id", "102290129340398"}, {"changes", json::array({{{"value", value}, {"field", field}}})}}})}};
}

std::vector<InboundEvent> events_of(const json& body) { return whatsapp::parse_callback(body, kNumber); }

}  // namespace

TEST_CASE("what the seller writes in the WhatsApp app is the shop's word to the customer", "[whatsapp]") {
  struct Row {
    const char* says;
    json parts;
    InboundKind kind;
    const char *media_kind, *media, *text;
  };
  const auto row = GENERATE(values<Row>({
      {"a text", {{"type", "text"}, {"text", {{"body", "有的"}}}}, InboundKind::kStaffWrote, "", "", "有的"},
      {"a picture", {{"type", "image"}, {"image", {{"id", "275"}, {"caption", "样子"}}}}, InboundKind::kStaffWrote, "photo", "275", "样子"},
      {"a voice message", {{"type", "audio"}, {"audio", {{"id", "276"}, {"voice", true}}}}, InboundKind::kStaffWrote, "voice", "276", ""},
      {"a place", {{"type", "location"}, {"location", {{"latitude", 1.5}, {"longitude", 2}}}}, InboundKind::kStaffWrote, "location", "", "1.5,2"},
      {"a kind of a later version", {{"type", "hologram"}}, InboundKind::kStaffWrote, "unsupported", "", "hologram"},
      {"a text without its words", {{"type", "text"}}, InboundKind::kStaffWrote, "unsupported", "", ""},
      {"a reaction", {{"type", "reaction"}, {"reaction", {{"emoji", "x"}}}}, InboundKind::kOther, "", "", ""},
      {"a withdrawal", {{"type", "revoke"}, {"revoke", {{"original_message_id", "wamid.HBgNAPP0"}}}}, InboundKind::kOther, "", "", ""},
  }));
  DYNAMIC_SECTION(row.says) {
    const auto events = events_of(echo_of(row.parts));
    REQUIRE(events.size() == 1);
    CHECK(events[0].kind == row.kind);
    CHECK(events[0].key == "echo/wamid.HBgNAPP1");
    CHECK(events[0].platform_message_id == "wamid.HBgNAPP1");
    CHECK(events[0].external_id == "8613800138000");
    CHECK(events[0].phone == "+8613800138000");
    CHECK(events[0].at_ms == 1767225600000);
    CHECK(events[0].window_ms == 0);
    if (row.kind == InboundKind::kOther) return;
    CHECK(events[0].media_kind == row.media_kind);
    CHECK(events[0].media == row.media);
    CHECK(events[0].text == row.text);
  }
}

TEST_CASE("whom an echo went to may be told by the user id", "[whatsapp]") {
  const json text{{"type", "text"}, {"text", {{"body", "有的"}}}};
  json parts = text;
  parts["to_user_id"] = "CN.4471023998812";
  CHECK(events_of(echo_of(parts)).at(0).external_id == "CN.4471023998812");
  CHECK(events_of(echo_of(parts)).at(0).phone == "+8613800138000");
  parts["to"] = "";
  CHECK(events_of(echo_of(parts)).at(0).external_id == "CN.4471023998812");
  CHECK(events_of(echo_of(parts)).at(0).phone.empty());
}

TEST_CASE("echoes of groups, of other fields and of other numbers are not the customer's", "[whatsapp]") {
  const json text{{"type", "text"}, {"text", {{"body", "有的"}}}};
  json group = text;
  group["group_id"] = "g1";
  json nobody = text;
  nobody["to"] = "status@broadcast";
  CHECK(events_of(echo_of(group)).empty());
  CHECK(events_of(echo_of(nobody)).empty());
  CHECK(events_of(echo_of(text, "message_echoes")).empty());
  CHECK(events_of(echo_of(text, "smb_message_echoes", "999")).empty());
}

TEST_CASE("an echo that is none is refused, never a crash", "[whatsapp]") {
  for (const json& parts : {json{{"id", ""}}, json{{"id", 7}}, json{{"timestamp", "soon"}}, json{{"to", json::array()}}, json{{"type", 7}, {"timestamp", ""}}})
    CHECK_THROWS_AS(events_of(echo_of(parts)), BadPayload);
  json body = echo_of({{"type", "text"}});
  for (const json& wrong : {json("x"), json::object(), json::array({7})}) {
    body["entry"][0]["changes"][0]["value"]["message_echoes"] = wrong;
    CHECK_THROWS_AS(events_of(body), BadPayload);
  }
}

}  // namespace laoke::channels::whatsapp_echo_test
