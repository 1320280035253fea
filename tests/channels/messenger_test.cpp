#include <catch2/catch.hpp>

#include "bot/channels/channel.h"
#include "bot/channels/messenger/messenger_api.h"
#include "bot/channels/messenger/messenger_parse.h"
#include "handlers/crypto.h"
#include "tests/fakes/fake_messenger.h"

// What Meta sends for Messenger and Instagram: handshake, signatures, events, and what is none.
namespace laoke::channels::messenger_test {
namespace {

using messenger::Product;
using nlohmann::json;
using test::FakeMessenger;

constexpr const char* kSecret = "5d41402abc4b2a76b9719d911017c592";
constexpr const char* kPage = "108234567890123";
constexpr const char* kInstagram = "17841400000000001";
constexpr const char* kPerson = "6789012345678901";
// The fact sheet's vector, byte for byte.
constexpr const char* kVectorBody =
    R"({"object":"page","entry":[{"time":1767225600456,"id":"108234567890123","messaging":[{"sender":{"id":"6789012345678901"},"recipient":{"id":"108234567890123"},"timestamp":1767225600123,"message":{"mid":"m_Abc123","text":"caf\u00e9 \ud83d\ude0a"}}]}]})";
constexpr const char* kVectorSignature = "sha256=ffaf79b42239c5e979db101bcaec0b1c3820b40b6a652cb9429abceec011fe24";

std::unique_ptr<Channel> page(const json& more = json::object()) {
  json settings{{"page_id", kPage}, {"token", "EAAG1"}, {"app_secret", kSecret}, {"verify_token", "lk-verify-7f3"}};
  settings.update(more);
  return find_kind("messenger")->make({1, 2, "fb", "messenger", settings});
}

std::unique_ptr<Channel> instagram(const json& more = json::object()) {
  json settings{{"account_id", kInstagram}, {"token", "EAAG1"}, {"app_secret", kSecret}, {"verify_token", "lk-verify-7f3"}};
  settings.update(more);
  return find_kind("instagram")->make({1, 2, "ig", "instagram", settings});
}

RawRequest signed_by(const std::string& body, const std::string& signature) { return {"POST", body, {{"x-hub-signature-256", signature}}, {}}; }

RawRequest asking(const std::string& mode, const std::string& token, const std::string& challenge) {
  return {"GET", "", {}, {{"hub.mode", mode}, {"hub.verify_token", token}, {"hub.challenge", challenge}}};
}

json in_envelope(json events, Product product = Product::kPage) {
  const bool is_page = product == Product::kPage;
  return {{"object", is_page ? "page" : "instagram"},
          {"entry", json::array({{{"time", 1767225600456}, {"id", is_page ? kPage : kInstagram}, {"messaging", std::move(events)}}})}};
}

json from_person(json part) {
  json event{{"sender", {{"id", kPerson}}}, {"recipient", {{"id", kPage}}}, {"timestamp", 1767225600123}};
  event.update(part);
  return event;
}

std::vector<InboundEvent> read(const json& body, Product product = Product::kPage) {
  return messenger::parse_messenger_callback(product, product == Product::kPage ? kPage : kInstagram, body);
}

std::vector<InboundEvent> read_one(json part) { return read(in_envelope(json::array({from_person(std::move(part))}))); }

InboundEvent expected(InboundKind kind, const std::string& key, std::int64_t at_ms) {
  InboundEvent event;
  event.kind = kind;
  event.key = key;
  event.external_id = kPerson;
  event.at_ms = at_ms;
  const bool silent = kind == InboundKind::kReceipt || kind == InboundKind::kEdited || kind == InboundKind::kUnsent || kind == InboundKind::kOther;
  event.window_ms = silent ? 0 : messenger::kMessengerWindowMs;
  event.names_on_request = !silent;
  return event;
}

}  // namespace

TEST_CASE("Meta's question for the verify token is answered with its challenge", "[messenger]") {
  const auto answer = page()->handshake(asking("subscribe", "lk-verify-7f3", "421337"));
  REQUIRE(answer);
  CHECK(answer->status == 200);
  CHECK(answer->body == "421337");
  CHECK(answer->content_type == "text/plain");
  for (const auto& wrong : {asking("subscribe", "lk-verify-7f4", "421337"), asking("subscribe", "", "421337"), asking("unsubscribe", "lk-verify-7f3", "421337"),
                            asking("", "lk-verify-7f3", "421337"), RawRequest{"GET", "", {}, {}}}) {
    const auto refused = page()->handshake(wrong);
    REQUIRE(refused);
    CHECK(refused->status == 403);
    CHECK(refused->body.find("421337") == std::string::npos);
  }
  CHECK_FALSE(page()->handshake(signed_by(kVectorBody, kVectorSignature)));
}

TEST_CASE("Messenger's signature is checked over the raw bytes as the sheet prints them", "[messenger]") {
  const auto channel = page();
  CHECK(std::string(kVectorBody).size() == 248);
  CHECK(channel->authentic(signed_by(kVectorBody, kVectorSignature)));
  const auto events = channel->parse(signed_by(kVectorBody, kVectorSignature));
  REQUIRE(events.size() == 1);
  CHECK(events[0].text == "café 😊");
  CHECK(channel->answer(signed_by(kVectorBody, kVectorSignature), std::nullopt).body == "EVENT_RECEIVED");
  CHECK(messenger::appsecret_proof(kSecret, "EAAGtestPageAccessToken0001") == "23ff475fb93f012cd447272233308e64607eb74b7212f494e504185537b8d274");
}

TEST_CASE("a callback with anything changed is not Meta's", "[messenger]") {
  const auto channel = page();
  std::string changed = kVectorBody;
  changed[100] ^= 1;
  const std::string signature = kVectorSignature;
  std::string as_utf8 = kVectorBody;
  as_utf8.replace(as_utf8.find("\\u00e9"), 6, "é");
  as_utf8.replace(as_utf8.find("\\ud83d\\ude0a"), 12, "😊");
  CHECK(as_utf8.size() == 236);
  CHECK(crypto::hmac_sha256_hex(kSecret, as_utf8) == "0ef14994ad0e947c7f812db40976886e5c1caf2c97bb54ea0fe7675f1e2a43c6");
  std::string upper = signature;
  for (char& letter : upper) letter = static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
  const auto [says, body, given] = GENERATE_COPY(table<const char*, std::string, std::string>({
      {"one byte of the body", changed, signature},
      {"written anew as UTF-8", as_utf8, signature},
      {"a line break at the end", std::string(kVectorBody) + "\n", signature},
      {"capital letters", kVectorBody, upper},
      {"no prefix", kVectorBody, signature.substr(7)},
      {"another algorithm's name", kVectorBody, "sha512=" + signature.substr(7)},
      {"one letter less", kVectorBody, signature.substr(0, 70)},
      {"one letter more", kVectorBody, signature + "0"},
      {"the old SHA-1", kVectorBody, "sha1=f6b6defba7250c8038080586de7ceb32ba803f82"},
      {"nothing", kVectorBody, ""},
      {"another app's secret", kVectorBody, FakeMessenger::sign(kVectorBody, std::string(32, 'a')).headers[0].second},
  }));
  DYNAMIC_SECTION(says) { CHECK_FALSE(channel->authentic(signed_by(body, given))); }
  SECTION("the old header alone") {
    CHECK_FALSE(channel->authentic({"POST", kVectorBody, {{"x-hub-signature", "sha1=f6b6defba7250c8038080586de7ceb32ba803f82"}}, {}}));
  }
}

TEST_CASE("recorded Messenger callbacks become shop events", "[messenger]") {
  struct Row {
    const char* says;
    const char* event;
    std::vector<InboundEvent> become;
  };
  const auto with = [](InboundEvent event, auto&& change) {
    change(event);
    return event;
  };
  const Row row = GENERATE_COPY(values<Row>({
      {"a quick reply was tapped",
       R"({"sender":{"id":"6789012345678901"},"recipient":{"id":"108234567890123"},"timestamp":1767225600123,"message":{"mid":"m_Abc123","text":"已收到","quick_reply":{"payload":"rcv:10087:y"},"reply_to":{"mid":"m_Out0001"}}})",
       {with(expected(InboundKind::kPress, "m:m_Abc123", 1767225600123),
             [](InboundEvent& e) { e.text = "已收到"; e.press_data = "rcv:10087:y"; e.reply_to = "m_Out0001"; e.platform_message_id = "m_Abc123"; })}},
      {"a picture",
       R"({"sender":{"id":"6789012345678901"},"recipient":{"id":"108234567890123"},"timestamp":1767225660123,"message":{"mid":"m_Img1","attachments":[{"type":"image","payload":{"url":"https://scontent.xx.fbcdn.net/v/t1.15752/abc.jpg?oe=69"}}]}})",
       {with(expected(InboundKind::kMedia, "m:m_Img1", 1767225660123),
             [](InboundEvent& e) { e.media_kind = "photo"; e.media = "https://scontent.xx.fbcdn.net/v/t1.15752/abc.jpg?oe=69"; e.platform_message_id = "m_Img1"; })}},
      {"a sticker",
       R"({"sender":{"id":"6789012345678901"},"recipient":{"id":"108234567890123"},"timestamp":1767225661123,"message":{"mid":"m_Stk1","attachments":[{"type":"sticker","payload":{"url":"https://scontent.xx.fbcdn.net/v/like.png","sticker_id":369239263222822}}]}})",
       {with(expected(InboundKind::kMedia, "m:m_Stk1", 1767225661123),
             [](InboundEvent& e) { e.media_kind = "sticker"; e.media = "https://scontent.xx.fbcdn.net/v/like.png"; e.platform_message_id = "m_Stk1"; })}},
      {"get started, by a link",
       R"({"sender":{"id":"6789012345678901"},"recipient":{"id":"108234567890123"},"timestamp":1767225700123,"postback":{"mid":"m_Pb1","title":"开始使用","payload":"GET_STARTED","referral":{"ref":"ref_wang_0426","source":"SHORTLINK","type":"OPEN_THREAD"}}})",
       {with(expected(InboundKind::kFollowed, "pb:m_Pb1", 1767225700123),
             [](InboundEvent& e) { e.text = "开始使用"; e.referral = "ref_wang_0426"; e.platform_message_id = "m_Pb1"; })}},
      {"delivered",
       R"({"sender":{"id":"6789012345678901"},"recipient":{"id":"108234567890123"},"timestamp":1767225801123,"delivery":{"mids":["m_Out0001"],"watermark":1767225800900}})",
       {with(expected(InboundKind::kReceipt, "delivered:6789012345678901:1767225800900", 1767225800900), [](InboundEvent& e) { e.receipt = ReceiptKind::kDelivered; }),
        with(expected(InboundKind::kReceipt, "delivered:6789012345678901:m_Out0001", 1767225801123),
             [](InboundEvent& e) { e.receipt = ReceiptKind::kDelivered; e.platform_message_id = "m_Out0001"; })}},
      {"read",
       R"({"sender":{"id":"6789012345678901"},"recipient":{"id":"108234567890123"},"timestamp":1767225901123,"read":{"watermark":1767225900900}})",
       {with(expected(InboundKind::kReceipt, "read:6789012345678901:1767225900900", 1767225900900), [](InboundEvent& e) { e.receipt = ReceiptKind::kRead; })}},
      {"edited",
       R"({"sender":{"id":"6789012345678901"},"recipient":{"id":"108234567890123"},"timestamp":1767226001123,"message_edit":{"mid":"m_Abc123","text":"已收到,谢谢","num_edit":1}})",
       {with(expected(InboundKind::kEdited, "edit:m_Abc123:1", 1767226001123),
             [](InboundEvent& e) { e.platform_message_id = "m_Abc123"; e.text = "已收到,谢谢"; })}},
  }));
  DYNAMIC_SECTION(row.says) { CHECK(read(in_envelope(json::array({json::parse(row.event)}))) == row.become); }
}

TEST_CASE("a message withdrawn on Instagram is taken back here", "[messenger]") {
  const json body = json::parse(
      R"({"object":"instagram","entry":[{"time":1767226101456,"id":"17841400000000001","messaging":[{"sender":{"id":"9911223344556677"},"recipient":{"id":"17841400000000001"},"timestamp":1767226101123,"message":{"mid":"aWdfZAG1","is_deleted":true}}]}]})");
  const auto events = instagram()->parse({"POST", body.dump(), {}, {}});
  REQUIRE(events.size() == 1);
  CHECK(events[0].kind == InboundKind::kUnsent);
  CHECK(events[0].platform_message_id == "aWdfZAG1");
  CHECK(events[0].external_id == "9911223344556677");
  const auto read_event = read(in_envelope(json::array({from_person({{"read", {{"mid", "aWdfZAG2"}}}})}), Product::kInstagram), Product::kInstagram);
  REQUIRE(read_event.size() == 1);
  CHECK(read_event[0].platform_message_id == "aWdfZAG2");
  CHECK(read_event[0].receipt == ReceiptKind::kRead);
}

TEST_CASE("whatever people send on Messenger is understood or kept as something else", "[messenger]") {
  struct Row {
    const char* says;
    json attachment;
    InboundKind kind;
    const char *media_kind, *media, *text;
  };
  const Row row = GENERATE(values<Row>({
      {"video", {{"type", "video"}, {"payload", {{"url", "U"}}}}, InboundKind::kMedia, "video", "U", ""},
      {"voice", {{"type", "audio"}, {"payload", {{"url", "U"}}}}, InboundKind::kMedia, "voice", "U", ""},
      {"a file", {{"type", "file"}, {"payload", {{"url", "U"}}}}, InboundKind::kMedia, "document", "U", ""},
      {"a link", {{"type", "fallback"}, {"title", "面膜"}, {"url", "https://x"}}, InboundKind::kMedia, "file", "https://x", "面膜"},
      {"a story", {{"type", "story_mention"}, {"payload", {{"url", "U"}}}}, InboundKind::kMedia, "file", "U", ""},
      {"a reel", {{"type", "ig_reel"}, {"payload", {{"url", "U"}}}}, InboundKind::kMedia, "video", "U", ""},
      {"a place", {{"type", "location"}, {"payload", {{"coordinates", {{"lat", 30.25}, {"long", 120.5}}}}}}, InboundKind::kLocation, "", "", "30.25,120.5"},
      {"of a later version", {{"type", "hologram"}, {"payload", {{"url", "U"}}}}, InboundKind::kOther, "", "", ""},
  }));
  DYNAMIC_SECTION(row.says) {
    const auto events = read_one({{"message", {{"mid", "m1"}, {"attachments", json::array({row.attachment})}}}});
    REQUIRE(events.size() == 1);
    CHECK(events[0].kind == row.kind);
    CHECK(events[0].media_kind == row.media_kind);
    CHECK(events[0].media == row.media);
    CHECK(events[0].text == row.text);
  }
}

TEST_CASE("several things in one Messenger message are several events, a sticker is one", "[messenger]") {
  const json picture{{"type", "image"}, {"payload", {{"url", "A"}}}}, sticker{{"type", "sticker"}, {"payload", {{"url", "B"}}}};
  const auto both = read_one({{"message", {{"mid", "m1"}, {"text", "看"}, {"attachments", {picture, picture}}}}});
  REQUIRE(both.size() == 3);
  CHECK(both[0].text == "看");
  CHECK(both[0].key == "m:m1");
  CHECK(both[1].key == "m:m1#1");
  CHECK(both[2].key == "m:m1#2");
  const auto one = read_one({{"message", {{"mid", "m1"}, {"attachments", {picture, sticker}}}}});
  REQUIRE(one.size() == 1);
  CHECK(one[0].media_kind == "sticker");
}

TEST_CASE("a number that Meta's phone button sends is words, nobody vouches for it", "[messenger]") {
  const auto events = read_one({{"message", {{"mid", "m1"}, {"text", "+8613800138000"}, {"quick_reply", {{"payload", "+8613800138000"}}}}}});
  REQUIRE(events.size() == 1);
  CHECK(events[0].kind == InboundKind::kText);
  CHECK(events[0].phone.empty());
}

TEST_CASE("a press without an id of its own is told by who, when and what", "[messenger]") {
  const json press{{"postback", {{"payload", "rcv:1:y"}}}};
  const auto first = read_one(press), again = read_one(press);
  CHECK(first.at(0).kind == InboundKind::kPress);
  CHECK(first[0].key == again.at(0).key);
  CHECK(first[0].key != read_one({{"postback", {{"payload", "rcv:1:n"}}}}).at(0).key);
  CHECK(first[0].key != read_one({{"postback", {{"payload", "rcv:1:y"}}}, {"timestamp", 1767225600124}}).at(0).key);
}

TEST_CASE("a link into a chat that is there already brings its word", "[messenger]") {
  const auto events = read_one({{"referral", {{"ref", "c123"}, {"source", "SHORTLINK"}}}});
  REQUIRE(events.size() == 1);
  CHECK(events[0].kind == InboundKind::kFollowed);
  CHECK(events[0].referral == "c123");
}

TEST_CASE("times in seconds are taken for what they are", "[messenger]") {
  CHECK(read_one({{"message", {{"mid", "m1"}, {"text", "x"}}}, {"timestamp", 1767225600}}).at(0).at_ms == 1767225600000);
  CHECK(read_one({{"read", {{"watermark", 1767225900}}}}).at(0).at_ms == 1767225900000);
}

TEST_CASE("another Page of the same app, another app's conversations and changes make no event", "[messenger]") {
  json other = in_envelope(json::array({from_person({{"message", {{"mid", "m1"}, {"text", "x"}}}})}));
  other["entry"][0]["id"] = "999";
  CHECK(read(other).empty());
  json standby = in_envelope(json::array());
  standby["entry"][0].erase("messaging");
  standby["entry"][0]["standby"] = json::array({from_person({{"message", {{"mid", "m1"}, {"text", "x"}}}})});
  CHECK(read(standby).empty());
  json changes = standby;
  changes["entry"][0].erase("standby");
  changes["entry"][0]["changes"] = json::array({{{"field", "message_template_status_update"}, {"value", {{"event", "APPROVED"}}}}});
  CHECK(read(changes).empty());
  SECTION("beside one of ours") {
    other["entry"].push_back(in_envelope(json::array({from_person({{"message", {{"mid", "m2"}, {"text", "y"}}}})}))["entry"][0]);
    const auto events = read(other);
    REQUIRE(events.size() == 1);
    CHECK(events[0].text == "y");
  }
}

TEST_CASE("kinds of Messenger events that nobody here knows are kept and do nothing", "[messenger]") {
  for (const char* part : {"reaction", "optin", "pass_thread_control", "of_2031"}) {
    const auto events = read_one({{part, {{"x", 1}}}});
    REQUIRE(events.size() == 1);
    CHECK(events[0].kind == InboundKind::kOther);
    CHECK(events[0].external_id == kPerson);
    CHECK(events[0].key.starts_with("other:"));
  }
}

TEST_CASE("a Messenger event that cannot be read does not take its neighbours with it", "[messenger]") {
  const json good = from_person({{"message", {{"mid", "m1"}, {"text", "x"}}}}), bad = from_person({{"message", {{"text", "no mid"}}}});
  const auto events = read(in_envelope(json::array({good, bad})));
  REQUIRE(events.size() == 2);
  CHECK(events[0].kind == InboundKind::kOther);
  CHECK_THAT(events[0].text, Catch::Contains("mid"));
  CHECK(events[1].text == "x");
  CHECK_THROWS_AS(read(in_envelope(json::array({bad}))), BadPayload);
}

TEST_CASE("a body that is no Messenger callback is refused, never a crash", "[messenger]") {
  const std::string head = R"({"object":"page","entry":[{"id":"108234567890123","messaging":[)";
  const std::string person = R"("sender":{"id":"1"},"recipient":{"id":"2"},"timestamp":1767225600123)";
  const auto [says, body] = GENERATE_COPY(table<const char*, std::string>({
      {"empty", ""},
      {"no JSON", "在吗"},
      {"a list", "[]"},
      {"no product", "{}"},
      {"another product", R"({"object":"whatsapp_business_account","entry":[]})"},
      {"Instagram's", R"({"object":"instagram","entry":[]})"},
      {"no entries", R"({"object":"page"})"},
      {"an entry that is a text", R"({"object":"page","entry":["x"]})"},
      {"messages that are a text", R"({"object":"page","entry":[{"id":"108234567890123","messaging":"x"}]})"},
      {"an event that is a number", head + "7]}]}"},
      {"no sender", head + R"({"timestamp":1,"message":{"mid":"m"}}]}]})"},
      {"a sender that is a text", head + R"({"sender":"x","timestamp":1,"message":{"mid":"m"}}]}]})"},
      {"no time", head + R"({"sender":{"id":"1"},"message":{"mid":"m"}}]}]})"},
      {"a time of another world", head + R"({"sender":{"id":"1"},"timestamp":9223372036854775807,"message":{"mid":"m"}}]}]})"},
      {"a message that is a list", head + "{" + person + R"(,"message":[]}]}]})"},
      {"no message id", head + "{" + person + R"(,"message":{"text":"x"}}]}]})"},
      {"attachments that are a text", head + "{" + person + R"(,"message":{"mid":"m","attachments":"x"}}]}]})"},
      {"an attachment that is a number", head + "{" + person + R"(,"message":{"mid":"m","attachments":[7]}}]}]})"},
      {"a place without coordinates", head + "{" + person + R"(,"message":{"mid":"m","attachments":[{"type":"location"}]}}]}]})"},
      {"a watermark that is a text", head + "{" + person + R"(,"read":{"watermark":"x"}}]}]})"},
      {"mids that are a text", head + "{" + person + R"(,"delivery":{"mids":"x","watermark":1}}]}]})"},
      {"an edit's number that is a text", head + "{" + person + R"(,"message_edit":{"mid":"m","num_edit":"x"}}]}]})"},
      {"not UTF-8", "{\"object\":\"page\",\"entry\":[],\"x\":\"\xff\"}"},
      {"nested deeply", R"({"object":"page","entry":)" + std::string(100'000, '[') + std::string(100'000, ']') + "}"},
  }));
  DYNAMIC_SECTION(says) { CHECK_THROWS_AS(page()->parse(signed_by(body, "")), BadPayload); }
}

TEST_CASE("a wrong Messenger setting is named with what is allowed, and secrets stay hidden", "[messenger]") {
  struct Wrong {
    json settings;
    const char *names, *hides;
  };
  const Wrong row = GENERATE(values<Wrong>({
      {{{"page_id", ""}}, "page_id is missing", "@@"},
      {{{"page_id", "my.page"}}, "digits of its number", "@@"},
      {{{"token", ""}}, "token is missing", "@@"},
      {{{"token", "has a blank and is long"}}, "token is 'has ***'", "blank"},
      {{{"app_secret", "hunter2"}}, "app_secret is '***'", "hunter2"},
      {{{"app_secret", ""}}, "app_secret is missing", "@@"},
      {{{"verify_token", "with blank"}}, "verify_token is '***'", "blank"},
      {{{"app_id", "x"}}, "digits of the App ID", "@@"},
      {{{"api_base", "graph.facebook.com"}}, "api_base is 'graph.facebook.com'", "@@"},
      {{{"graph_version", "v25/0"}}, "a version such as v25.0", "@@"},
      {{{"appsecret_proof", "yes"}}, "on or off", "@@"},
      {{{"messages_per_second", 301}}, "0.1 to 300", "@@"},
      {{{"contact_messages_per_second", "0"}}, "contact_messages_per_second", "@@"},
      {{{"timeout_seconds", "99"}}, "0.1 to 30", "@@"},
  }));
  try {
    page(row.settings);
    FAIL("accepted: " << row.settings.dump());
  } catch (const std::invalid_argument& error) {
    CHECK_THAT(error.what(), Catch::StartsWith("messenger: ") && Catch::Contains(row.names));
    CHECK_THAT(error.what(), !Catch::Contains(row.hides));
  }
  CHECK_THROWS_WITH(instagram({{"account_id", ""}}), Catch::StartsWith("instagram: account_id is missing"));
}

TEST_CASE("what Messenger and Instagram allow is told to the sender", "[messenger]") {
  const auto fb = page(), ig = instagram();
  CHECK(fb->kind() == "messenger");
  CHECK(ig->kind() == "instagram");
  CHECK((fb->traits().text_unit == TextUnit::kUtf16 && fb->traits().text_limit == 2000));
  CHECK((ig->traits().text_unit == TextUnit::kBytes && ig->traits().text_limit == 1000));
  for (const Traits& traits : {fb->traits(), ig->traits()}) {
    CHECK(traits.messages_per_second == 40);
    CHECK(traits.contact_messages_per_second == 1);
    CHECK(traits.window_ms == 24 * 3'600'000);
    CHECK(traits.receipts);
    CHECK_FALSE((traits.idempotent || traits.edits || traits.asks_phone));
    CHECK(traits.batch_size == 1);
  }
}

}  // namespace laoke::channels::messenger_test
