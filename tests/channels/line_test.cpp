#include <catch2/catch.hpp>

#include "bot/channels/channel.h"
#include "bot/channels/json_body.h"
#include "bot/channels/line/line_parse.h"
#include "handlers/crypto.h"
#include "tests/fakes/fake_line.h"

// What LINE sends: signatures, events, and what is none.
namespace laoke::channels::line_test {
namespace {

using nlohmann::json;
using test::FakeLine;

constexpr const char* kSecret = "9f1c2ab7d4e84b06a5c3e1f708d96b24";
constexpr const char* kPerson = "Uaaaabbbbccccddddeeeeffff00001111";
// The fact sheet's vectors, byte for byte.
constexpr const char* kVectorBody =
    R"({"destination":"U11112222333344445555666677778888","events":[{"type":"message","message":{"type":"text","id":"571039485720193846","quoteToken":"q-tok","text":"你好，还有货吗？"},"timestamp":1767225600123,"source":{"type":"user","userId":"Uaaaabbbbccccddddeeeeffff00001111"},"replyToken":"0f1e2d3c4b5a69788796a5b4c3d2e1f0","mode":"active","webhookEventId":"01KDW7Q8ZP3X5Y7A9BCDEFGHJK","deliveryContext":{"isRedelivery":false}}]})";
constexpr const char* kVectorSignature = "fnZLgyusTFbJzXcdEDKTpexS9Kx0CSH0G0Ez6wwuhU8=";
constexpr const char* kCheckBody = R"({"destination":"U11112222333344445555666677778888","events":[]})";
constexpr const char* kCheckSignature = "7+N07u6HdzSYgIV4F8fKoFxVhCC8v4dphC/J2SyVkSk=";

std::unique_ptr<Channel> line(json more = json::object()) {
  json settings{{"channel_secret", kSecret}, {"token", "abc"}};
  settings.update(more);
  return find_kind("line")->make({1, 2, "line", "line", settings});
}

RawRequest signed_by(const std::string& body, const std::string& signature) { return {"POST", body, {{"x-line-signature", signature}}, {}}; }

json envelope(json more, const std::string& id = "01KDW7Q8ZP3X5Y7A9BCDEFGHJK") {
  json event{{"timestamp", 1767225600123}, {"source", {{"type", "user"}, {"userId", kPerson}}}, {"mode", "active"},
             {"webhookEventId", id}, {"deliveryContext", {{"isRedelivery", false}}}};
  event.update(more);
  return event;
}

json body_of(json events) { return {{"destination", "U11112222333344445555666677778888"}, {"events", std::move(events)}}; }

std::vector<InboundEvent> events_of(json event) { return line::parse_line_callback(body_of(json::array({std::move(event)}))); }

InboundEvent expected(InboundKind kind, const char* key, std::int64_t at_ms, const char* reply_token) {
  InboundEvent event;
  event.kind = kind;
  event.key = key;
  event.external_id = kPerson;
  event.at_ms = at_ms;
  event.reply_token = reply_token;
  event.names_on_request = true;
  return event;
}

}  // namespace

TEST_CASE("LINE's signature is checked over the raw bytes as the sheet prints them", "[line]") {
  const auto channel = line();
  CHECK(std::string(kVectorBody).size() == 435);
  CHECK(crypto::sha256_hex(kVectorBody) == "22057e4242ca2aca803ec5482642197232bcba26ea83bff712d0bbac066846ec");
  CHECK(channel->authentic(signed_by(kVectorBody, kVectorSignature)));
  CHECK(channel->authentic(signed_by(kCheckBody, kCheckSignature)));
  CHECK(channel->parse(signed_by(kCheckBody, kCheckSignature)).empty());
  const HookAnswer answer = channel->answer(signed_by(kCheckBody, kCheckSignature), std::nullopt);
  CHECK(answer.status == 200);
  CHECK_FALSE(channel->handshake({"GET", "", {}, {}}));
}

TEST_CASE("a callback with anything changed is not LINE's", "[line]") {
  const auto channel = line();
  std::string changed = kVectorBody;
  changed[200] ^= 1;
  const std::string signature = kVectorSignature;
  const std::string hex = crypto::hmac_sha256_hex(kSecret, kVectorBody);
  const std::string raw = crypto::hmac_sha256(kSecret, kVectorBody);
  const auto [says, body, given] = GENERATE_COPY(table<const char*, std::string, std::string>({
      {"one byte of the body", changed, signature},
      {"written anew with the same meaning", json::parse(kVectorBody).dump(), signature},
      {"a line break at the end", std::string(kVectorBody) + "\n", signature},
      {"another callback's signature", kVectorBody, kCheckSignature},
      {"one letter of the signature", kVectorBody, "g" + signature.substr(1)},
      {"no padding", kVectorBody, signature.substr(0, 43)},
      {"hexadecimal", kVectorBody, hex},
      {"raw bytes", kVectorBody, raw},
      {"half of it", kVectorBody, crypto::base64(raw.substr(0, 16))},
      {"more than it", kVectorBody, crypto::base64(raw + "x")},
      {"blank at the end", kVectorBody, signature + " "},
      {"nothing", kVectorBody, ""},
      {"an empty body", "", signature},
      {"another account's secret", kVectorBody, FakeLine::sign(kVectorBody, std::string(32, 'a')).headers[0].second},
  }));
  DYNAMIC_SECTION(says) { CHECK_FALSE(channel->authentic(signed_by(body, given))); }
  SECTION("no header at all") { CHECK_FALSE(channel->authentic({"POST", kVectorBody, {}, {}})); }
}

TEST_CASE("recorded LINE callbacks become shop events", "[line]") {
  struct Row {
    const char* says;
    const char* event;
    InboundEvent becomes;
  };
  const auto with = [](InboundEvent event, auto&& change) {
    change(event);
    return event;
  };
  const Row row = GENERATE_COPY(values<Row>({
      {"a text",
       R"({"type":"message","message":{"type":"text","id":"571039485720193846","quoteToken":"q3Plxr4AgKd1","markAsReadToken":"mr-7d1f","text":"還有貨嗎？"},"timestamp":1767225600123,"source":{"type":"user","userId":"Uaaaabbbbccccddddeeeeffff00001111"},"replyToken":"0f1e2d3c4b5a69788796a5b4c3d2e1f0","mode":"active","webhookEventId":"01KDW7Q8ZP3X5Y7A9BCDEFGHJK","deliveryContext":{"isRedelivery":false}})",
       with(expected(InboundKind::kText, "01KDW7Q8ZP3X5Y7A9BCDEFGHJK", 1767225600123, "0f1e2d3c4b5a69788796a5b4c3d2e1f0"),
            [](InboundEvent& e) { e.text = "還有貨嗎？"; e.platform_message_id = "571039485720193846"; })},
      {"a picture",
       R"({"type":"message","message":{"type":"image","id":"571039485720193900","quoteToken":"yHAz4Ua2wx71","contentProvider":{"type":"line"},"imageSet":{"id":"E005D41A7288F41B","index":1,"total":2}},"timestamp":1767225611000,"source":{"type":"user","userId":"Uaaaabbbbccccddddeeeeffff00001111"},"replyToken":"1f1e2d3c4b5a69788796a5b4c3d2e1f1","mode":"active","webhookEventId":"01KDW7QK3M8N0P2R4S6T8V0W2X","deliveryContext":{"isRedelivery":false}})",
       with(expected(InboundKind::kMedia, "01KDW7QK3M8N0P2R4S6T8V0W2X", 1767225611000, "1f1e2d3c4b5a69788796a5b4c3d2e1f1"),
            [](InboundEvent& e) { e.media_kind = "photo"; e.media = e.platform_message_id = "571039485720193900"; })},
      {"a press, sent again",
       R"({"type":"postback","postback":{"data":"a=rcv&o=10087&v=y"},"timestamp":1767225700456,"source":{"type":"user","userId":"Uaaaabbbbccccddddeeeeffff00001111"},"replyToken":"2f1e2d3c4b5a69788796a5b4c3d2e1f2","mode":"active","webhookEventId":"01KDW7TQ5A7B9C1D3E5F7G9H1J","deliveryContext":{"isRedelivery":true}})",
       with(expected(InboundKind::kPress, "01KDW7TQ5A7B9C1D3E5F7G9H1J", 1767225700456, "2f1e2d3c4b5a69788796a5b4c3d2e1f2"),
            [](InboundEvent& e) { e.press_data = "a=rcv&o=10087&v=y"; })},
      {"a new friend",
       R"({"type":"follow","follow":{"isUnblocked":false},"timestamp":1767225000001,"source":{"type":"user","userId":"Uaaaabbbbccccddddeeeeffff00001111"},"replyToken":"3f1e2d3c4b5a69788796a5b4c3d2e1f3","mode":"active","webhookEventId":"01KDW75B7C9D1E3F5G7H9J1K3M","deliveryContext":{"isRedelivery":false}})",
       expected(InboundKind::kFollowed, "01KDW75B7C9D1E3F5G7H9J1K3M", 1767225000001, "3f1e2d3c4b5a69788796a5b4c3d2e1f3")},
      {"blocked",
       R"({"type":"unfollow","timestamp":1767225900002,"source":{"type":"user","userId":"Uaaaabbbbccccddddeeeeffff00001111"},"mode":"active","webhookEventId":"01KDW80V2W4X6Y8Z0A2B4C6D8E","deliveryContext":{"isRedelivery":false}})",
       expected(InboundKind::kBlocked, "01KDW80V2W4X6Y8Z0A2B4C6D8E", 1767225900002, "")},
      {"a message withdrawn",
       R"({"type":"unsend","unsend":{"messageId":"571039485720193846"},"timestamp":1767226000003,"source":{"type":"user","userId":"Uaaaabbbbccccddddeeeeffff00001111"},"mode":"active","webhookEventId":"01KDW83X6Y8Z0A2B4C6D8E0F2G","deliveryContext":{"isRedelivery":false}})",
       with(expected(InboundKind::kUnsent, "01KDW83X6Y8Z0A2B4C6D8E0F2G", 1767226000003, ""),
            [](InboundEvent& e) { e.platform_message_id = "571039485720193846"; })},
  }));
  DYNAMIC_SECTION(row.says) {
    const auto events = events_of(json::parse(row.event));
    REQUIRE(events.size() == 1);
    CHECK(events[0] == row.becomes);
  }
}

TEST_CASE("whatever people send on LINE is understood or kept as something else", "[line]") {
  struct Row {
    const char* says;
    json message;
    InboundKind kind;
    const char *media_kind, *media, *text;
  };
  const Row row = GENERATE(values<Row>({
      {"video", {{"type", "video"}, {"id", "7"}, {"duration", 60000}, {"contentProvider", {{"type", "line"}}}}, InboundKind::kMedia, "video", "7", ""},
      {"voice", {{"type", "audio"}, {"id", "7"}, {"duration", 60000}}, InboundKind::kMedia, "voice", "7", ""},
      {"a file", {{"type", "file"}, {"id", "7"}, {"fileName", "收据.pdf"}, {"fileSize", 2138}}, InboundKind::kMedia, "document", "7", "收据.pdf"},
      {"a sticker", {{"type", "sticker"}, {"id", "7"}, {"packageId", "446"}, {"stickerId", "1988"}}, InboundKind::kMedia, "sticker", "1988", ""},
      {"a picture kept elsewhere",
       {{"type", "image"}, {"id", "7"}, {"contentProvider", {{"type", "external"}, {"originalContentUrl", "https://x/y.jpg"}}}},
       InboundKind::kMedia, "photo", "https://x/y.jpg", ""},
      {"a place", {{"type", "location"}, {"id", "7"}, {"title", "家"}, {"latitude", 35.65}, {"longitude", 139.5}}, InboundKind::kLocation, "", "", "35.65,139.5"},
      {"something of a later version", {{"type", "hologram"}, {"id", "7"}}, InboundKind::kOther, "", "", ""},
      {"a text that answers ours", {{"type", "text"}, {"id", "7"}, {"text", "好"}, {"quotedMessageId", "55"}}, InboundKind::kText, "", "", "好"},
  }));
  DYNAMIC_SECTION(row.says) {
    const auto events = events_of(envelope({{"type", "message"}, {"message", row.message}}));
    REQUIRE(events.size() == 1);
    CHECK(events[0].kind == row.kind);
    CHECK(events[0].media_kind == row.media_kind);
    CHECK(events[0].media == row.media);
    CHECK(events[0].text == row.text);
    CHECK(events[0].reply_to == row.message.value("quotedMessageId", ""));
  }
}

TEST_CASE("kinds of LINE events that nobody here knows are kept and do nothing", "[line]") {
  for (const char* type : {"beacon", "accountLink", "videoPlayComplete", "membership", "things", "of 2031", ""}) {
    const auto events = events_of(envelope({{"type", type}}));
    REQUIRE(events.size() == 1);
    CHECK(events[0].kind == InboundKind::kOther);
    CHECK(events[0].external_id == kPerson);
  }
}

TEST_CASE("groups and rooms on LINE make no customer", "[line]") {
  const json in_group{{"type", "group"}, {"groupId", "Ca56f"}, {"userId", kPerson}}, in_room{{"type", "room"}, {"roomId", "Ra8d"}};
  for (const json& source : {in_group, in_room}) {
    CHECK(events_of(envelope({{"type", "message"}, {"source", source}, {"message", {{"type", "text"}, {"id", "1"}, {"text", "x"}}}})).empty());
    CHECK(events_of(envelope({{"type", "memberJoined"}, {"source", source}})).empty());
  }
  json nobody = envelope({{"type", "module"}});
  nobody.erase("source");
  CHECK(events_of(nobody).empty());
}

TEST_CASE("an event LINE sends again keeps its key, whatever else changed", "[line]") {
  json first = envelope({{"type", "message"}, {"message", {{"type", "text"}, {"id", "1"}, {"text", "x"}}}});
  json again = first;
  again["deliveryContext"]["isRedelivery"] = true;
  CHECK(events_of(first)[0].key == events_of(again)[0].key);
  SECTION("also one without an id of its own") {
    first.erase("webhookEventId");
    again.erase("webhookEventId");
    CHECK(events_of(first)[0].key == events_of(again)[0].key);
    again["timestamp"] = 1767225600124;
    CHECK(events_of(first)[0].key != events_of(again)[0].key);
  }
}

TEST_CASE("events of one LINE callback come in the order of their time", "[line]") {
  json later = envelope({{"type", "follow"}, {"timestamp", 1767225600999}}, "A"), earlier = envelope({{"type", "follow"}}, "B");
  const auto events = line::parse_line_callback(body_of(json::array({later, earlier})));
  REQUIRE(events.size() == 2);
  CHECK(events[0].key == "B");
}

TEST_CASE("a LINE event that cannot be read does not take its neighbours with it", "[line]") {
  const json good = envelope({{"type", "follow"}}, "A");
  json bad = envelope({{"type", "message"}}, "B");
  bad["message"] = 7;
  const auto events = line::parse_line_callback(body_of(json::array({good, bad, envelope({{"type", "follow"}}, "C")})));
  REQUIRE(events.size() == 3);
  CHECK(events[0].kind == InboundKind::kOther);
  CHECK_THAT(events[0].text, Catch::Contains("'message' is not an object"));
  CHECK(events[0].key.starts_with("odd:"));
  CHECK(events[1].key == "A");
  CHECK(events[2].key == "C");
  CHECK_THROWS_AS(line::parse_line_callback(body_of(json::array({bad}))), BadPayload);
}

TEST_CASE("a body that is no LINE callback is refused, never a crash", "[line]") {
  const auto [says, body] = GENERATE(table<const char*, std::string>({
      {"empty", ""},
      {"no JSON", "在吗"},
      {"cut", R"({"destination":"U1","events":[{"type")"},
      {"a list", "[]"},
      {"no events", "{}"},
      {"events that are a text", R"({"events":"x"})"},
      {"an event that is a number", R"({"events":[7]})"},
      {"a source that is a text", R"({"events":[{"source":"x"}]})"},
      {"a user that is none", R"({"events":[{"source":{"type":"user","userId":"Uxyz"},"timestamp":1,"type":"follow"}]})"},
      {"no user", R"({"events":[{"source":{"type":"user"},"timestamp":1,"type":"follow"}]})"},
      {"no time", R"({"events":[{"source":{"type":"user","userId":"Uaaaabbbbccccddddeeeeffff00001111"},"type":"follow"}]})"},
      {"a time of another world",
       R"({"events":[{"source":{"type":"user","userId":"Uaaaabbbbccccddddeeeeffff00001111"},"timestamp":9223372036854775807,"type":"follow"}]})"},
      {"a place without coordinates",
       R"({"events":[{"source":{"type":"user","userId":"Uaaaabbbbccccddddeeeeffff00001111"},"timestamp":1,"type":"message","message":{"type":"location","latitude":"x"}}]})"},
      {"not UTF-8", "{\"events\":[],\"x\":\"\xff\"}"},
      {"half a surrogate pair", R"({"events":[],"x":"\ud83d"})"},
      {"nested deeply", R"({"events":)" + std::string(100'000, '[') + std::string(100'000, ']') + "}"},
  }));
  DYNAMIC_SECTION(says) { CHECK_THROWS_AS(line()->parse(signed_by(body, "")), BadPayload); }
}

TEST_CASE("a very long LINE text arrives whole", "[line]") {
  std::string text;
  while (text.size() < 100'000) text += "👩‍👩‍👧‍👦\u200fשלום\u200b好";
  CHECK(events_of(envelope({{"type", "message"}, {"message", {{"type", "text"}, {"id", "1"}, {"text", text}}}}))[0].text == text);
}

TEST_CASE("a wrong LINE setting is named with what is allowed, and secrets stay hidden", "[line]") {
  struct Wrong {
    json settings;
    const char *names, *hides;
  };
  const Wrong row = GENERATE(values<Wrong>({
      {{{"channel_secret", ""}}, "channel_secret is missing", "@@"},
      {{{"channel_secret", "hunter2"}}, "channel_secret is '***'", "hunter2"},
      {{{"channel_secret", "9F1C2AB7D4E84B06A5C3E1F708D96B24"}}, "0-9 a-f", "D4E84B06"},
      {{{"channel_secret", json::array()}}, "neither text nor number", "@@"},
      {{{"token", ""}}, "token is missing", "@@"},
      {{{"token", "has a blank and is long"}}, "token is 'has ***'", "blank"},
      {{{"token", ""}, {"channel_id", "x1"}}, "digits of the Channel ID", "@@"},
      {{{"api_base", "api.line.me"}}, "api_base is 'api.line.me'", "@@"},
      {{{"api_base", "https://host/?x"}}, "api_base", "@@"},
      {{{"messages_per_second", "fast"}}, "0.1 to 2000", "@@"},
      {{{"messages_per_second", 2001}}, "messages_per_second is '2001'", "@@"},
      {{{"contact_messages_per_second", "0"}}, "contact_messages_per_second", "@@"},
      {{{"timeout_seconds", "99"}}, "0.1 to 15", "@@"},
  }));
  try {
    line(row.settings);
    FAIL("accepted: " << row.settings.dump());
  } catch (const std::invalid_argument& error) {
    CHECK_THAT(error.what(), Catch::StartsWith("line: ") && Catch::Contains(row.names));
    CHECK_THAT(error.what(), !Catch::Contains(row.hides));
  }
}

TEST_CASE("what LINE allows is told to the sender", "[line]") {
  const auto channel = line({{"messages_per_second", "12.5"}, {"token", "  abc\n"}});
  const Traits& traits = channel->traits();
  CHECK(traits.messages_per_second == 12.5);
  CHECK(traits.batch_size == 500);
  CHECK(traits.text_limit == 5000);
  CHECK(traits.text_unit == TextUnit::kUtf16);
  CHECK(traits.idempotent);
  CHECK(traits.reply_token_ms == 40'000);
  CHECK(traits.window_ms == 0);
  CHECK_FALSE((traits.edits || traits.asks_phone || traits.receipts));
}

}  // namespace laoke::channels::line_test
