#include <catch2/catch.hpp>

#include "bot/channels/channel.h"
#include "bot/channels/json_body.h"
#include "bot/channels/whatsapp/message.h"
#include "bot/channels/whatsapp/parse.h"
#include "handlers/text.h"

using namespace laoke;
using namespace laoke::channels;
using nlohmann::json;

namespace {

constexpr const char* kWhatsappNumber = "106540352242922";
constexpr const char* kWhatsappSecret = "5d41402abc4b2a76b9719d911017c592";

// The vector of the platform's description: non-ASCII letters stand as escapes, and those bytes are signed.
constexpr const char* kWhatsappSignedBody =
    R"({"object":"whatsapp_business_account","entry":[{"id":"102290129340398","changes":[{"value":{"messaging_product":"whatsapp","metadata":{"display_phone_number":"15550783881","phone_number_id":"106540352242922"},"contacts":[{"profile":{"name":"\u5c0f\u674e"},"wa_id":"8613800138000","user_id":"CN.4471023998812"}],"messages":[{"from":"8613800138000","from_user_id":"CN.4471023998812","id":"wamid.HBgNODYxMzgwMDEzODAwMBUCABIYFDNBMDAwMDAwMDAwMDAwMDAwMDAxAA==","timestamp":"1767225600","type":"text","text":{"body":"\u8fd8\u6709\u8d27\u5417\uff1f"}}]},"field":"messages"}]}]})";
constexpr const char* kWhatsappSignature = "sha256=abe7034d0091fbc2dddf1e72a4b9519468590dca014b2623cc277b9b7a0120fd";
constexpr const char* kSignatureOfLetters = "sha256=735eb8180d7296fa73c36f2cef00b813a6642776865ade2cbd4da96a34a38aa3";

json whatsapp_settings() {
  return {{"phone_number_id", kWhatsappNumber},
          {"token", "EAAJtoken0of0a0system0user"},
          {"app_secret", kWhatsappSecret},
          {"verify_token", "lk-verify-7f3"}};
}

std::unique_ptr<Channel> whatsapp_channel(const json& more = json::object()) {
  json settings = whatsapp_settings();
  settings.update(more);
  return find_kind("whatsapp")->make({1, 2, "wa", "whatsapp", settings});
}

RawRequest whatsapp_signed(const std::string& body, const std::string& signature) {
  return {"POST", body, {{"x-hub-signature-256", signature}}, {}};
}

json whatsapp_envelope(const json& value, const char* field = "messages", const char* number = kWhatsappNumber) {
  json whole = value;
  whole["metadata"] = {{"display_phone_number", "15550783881"}, {"phone_number_id", number}};
  return {
      {"object", "whatsapp_business_account"},
      {"entry",
       json::array({{{"id", "102290129340398"}, {"changes", json::array({{{"value", whole}, {"field", field}}})}}})}};
}

const json kWhatsappXiaoLi = {{"profile", {{"name", "小李"}, {"username", "xiaoli88"}}},
                              {"wa_id", "8613800138000"},
                              {"user_id", "CN.4471023998812"}};

json one_whatsapp_message(json parts) {
  const json from{{"from", "8613800138000"},
                  {"from_user_id", "CN.4471023998812"},
                  {"id", "wamid.HBgN1"},
                  {"timestamp", "1767225600"}};
  parts.update(from);
  return whatsapp_envelope({{"contacts", json::array({kWhatsappXiaoLi})}, {"messages", json::array({parts})}});
}

std::vector<InboundEvent> whatsapp_events(const json& body) {
  return whatsapp::parse_callback(body, kWhatsappNumber);
}

InboundEvent only_whatsapp_event(const json& body) {
  const auto events = whatsapp_events(body);
  REQUIRE(events.size() == 1);
  return events[0];
}

InboundEvent whatsapp_from_xiaoli(InboundKind kind) {
  InboundEvent event;
  event.kind = kind;
  event.key = event.platform_message_id = "wamid.HBgN1";
  event.external_id = "CN.4471023998812";
  event.at_ms = 1767225600000;
  event.display_name = "小李";
  event.username = "xiaoli88";
  event.phone = "+8613800138000";
  event.window_ms = 24 * 3600 * 1000;
  return event;
}

}  // namespace

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

TEST_CASE("what people send on WhatsApp becomes shop events", "[whatsapp]") {
  struct Sent {
    const char* says;
    json parts;
    InboundKind kind;
    const char *media_kind, *media, *text, *press;
  };
  const Sent row = GENERATE(values<Sent>({
      {"a text", {{"type", "text"}, {"text", {{"body", "在吗😊"}}}}, InboundKind::kText, "", "", "在吗😊", ""},
      {"a picture with words",
       {{"type", "image"}, {"image", {{"id", "27"}, {"caption", "付款截图"}}}},
       InboundKind::kMedia,
       "photo",
       "27",
       "付款截图",
       ""},
      {"a film", {{"type", "video"}, {"video", {{"id", "28"}}}}, InboundKind::kMedia, "video", "28", "", ""},
      {"a voice message",
       {{"type", "audio"}, {"audio", {{"id", "29"}, {"voice", true}}}},
       InboundKind::kMedia,
       "voice",
       "29",
       "",
       ""},
      {"a song", {{"type", "audio"}, {"audio", {{"id", "29"}}}}, InboundKind::kMedia, "audio", "29", "", ""},
      {"a file by its name",
       {{"type", "document"}, {"document", {{"id", "30"}, {"filename", "发票.pdf"}}}},
       InboundKind::kMedia,
       "document",
       "30",
       "发票.pdf",
       ""},
      {"a sticker", {{"type", "sticker"}, {"sticker", {{"id", "31"}}}}, InboundKind::kMedia, "sticker", "31", "", ""},
      {"a place",
       {{"type", "location"}, {"location", {{"latitude", 30.25}, {"longitude", 120.5}}}},
       InboundKind::kLocation,
       "",
       "",
       "30.25,120.5",
       ""},
      {"a reply button",
       {{"type", "interactive"},
        {"interactive", {{"type", "button_reply"}, {"button_reply", {{"id", "rcv:10087:y"}, {"title", "已收到"}}}}}},
       InboundKind::kPress,
       "",
       "",
       "已收到",
       "rcv:10087:y"},
      {"a row of a list",
       {{"type", "interactive"},
        {"interactive",
         {{"type", "list_reply"}, {"list_reply", {{"id", "again:y"}, {"title", "再来一份"}, {"description", "x"}}}}}},
       InboundKind::kPress,
       "",
       "",
       "再来一份",
       "again:y"},
      {"a button of a template",
       {{"type", "button"}, {"button", {{"payload", "STOP_MKT"}, {"text", "不再接收"}}}},
       InboundKind::kPress,
       "",
       "",
       "不再接收",
       "STOP_MKT"},
      {"a form",
       {{"type", "interactive"},
        {"interactive", {{"type", "nfm_reply"}, {"nfm_reply", {{"response_json", "{\"size\":\"M\"}"}}}}}},
       InboundKind::kMedia,
       "form",
       "",
       "{\"size\":\"M\"}",
       ""},
      {"a cart",
       {{"type", "order"},
        {"order",
         {{"text", "请包邮"}, {"product_items", json::array({{{"product_retailer_id", "mask"}, {"quantity", 2}}})}}}},
       InboundKind::kMedia,
       "order",
       "",
       "请包邮\nmask x2",
       ""},
      {"somebody else's card",
       {{"type", "contacts"},
        {"contacts", json::array({{{"name", {{"formatted_name", "王芳"}}},
                                   {"phones", json::array({{{"phone", "+86 139"}, {"wa_id", "8613900000000"}}})}}})}},
       InboundKind::kMedia,
       "contact",
       "",
       "王芳 +86 139",
       ""},
      {"a welcome", {{"type", "request_welcome"}}, InboundKind::kFollowed, "", "", "", ""},
      {"a heart under a message",
       {{"type", "reaction"}, {"reaction", {{"emoji", "❤"}}}},
       InboundKind::kOther,
       "",
       "",
       "",
       ""},
      {"what the platform cannot pass on",
       {{"type", "unsupported"}, {"errors", json::array({{{"code", 131051}, {"title", "Message type unknown"}}})}},
       InboundKind::kMedia,
       "unsupported",
       "",
       "Message type unknown",
       ""},
      {"something of a later version",
       {{"type", "hologram"}, {"hologram", {{"x", 1}}}},
       InboundKind::kMedia,
       "unsupported",
       "",
       "hologram",
       ""},
      {"a text without words of it",
       {{"type", "text"}, {"text", json::array()}},
       InboundKind::kMedia,
       "unsupported",
       "",
       "text",
       ""},
  }));
  DYNAMIC_SECTION(row.says) {
    InboundEvent expected = whatsapp_from_xiaoli(row.kind);
    expected.media_kind = row.media_kind;
    expected.media = row.media;
    expected.text = row.text;
    expected.press_data = row.press;
    CHECK(only_whatsapp_event(one_whatsapp_message(row.parts)) == expected);
  }
}

TEST_CASE("one's own card, an answer, an edit, a withdrawal and a new number are told apart", "[whatsapp]") {
  SECTION("the sender's own card vouches for the number") {
    const auto event = only_whatsapp_event(
        one_whatsapp_message({{"type", "contacts"},
                              {"contacts", json::array({{{"phones", json::array({{{"wa_id", "8613800138000"}}})}}})}}));
    CHECK(event.kind == InboundKind::kSharedPhone);
    CHECK(event.phone == "+8613800138000");
  }
  SECTION("a swipe to answer") {
    const auto event = only_whatsapp_event(one_whatsapp_message(
        {{"type", "text"}, {"text", {{"body", "好"}}}, {"context", {{"from", "1555"}, {"id", "wamid.HBgNPREVIOUS"}}}}));
    CHECK(event.reply_to == "wamid.HBgNPREVIOUS");
  }
  SECTION("an edit names the first message") {
    const auto event = only_whatsapp_event(one_whatsapp_message(
        {{"type", "edit"},
         {"edit",
          {{"original_message_id", "wamid.OLD"}, {"message", {{"type", "text"}, {"text", {{"body", "两盒"}}}}}}}}));
    CHECK(event.kind == InboundKind::kEdited);
    CHECK(event.platform_message_id == "wamid.OLD");
    CHECK(event.text == "两盒");
    CHECK(event.key == "wamid.HBgN1");
  }
  SECTION("a withdrawal") {
    const auto event = only_whatsapp_event(
        one_whatsapp_message({{"type", "revoke"}, {"revoke", {{"original_message_id", "wamid.OLD"}}}}));
    CHECK(event.kind == InboundKind::kUnsent);
    CHECK(event.platform_message_id == "wamid.OLD");
    CHECK(event.window_ms == 0);
  }
  SECTION("a new number is a new address") {
    const auto event = only_whatsapp_event(one_whatsapp_message(
        {{"type", "system"},
         {"system", {{"type", "user_changed_number"}, {"wa_id", "8613900139000"}, {"user_id", "CN.99"}}}}));
    CHECK(event.kind == InboundKind::kMoved);
    CHECK(event.external_id == "CN.4471023998812");
    CHECK(event.new_external_id == "CN.99");
    CHECK(event.phone.empty());
  }
  SECTION("who came by an advertisement says by which") {
    const auto event = only_whatsapp_event(
        one_whatsapp_message({{"type", "text"},
                              {"text", {{"body", "想买"}}},
                              {"referral", {{"source_type", "ad"}, {"source_id", "120208000000000"}}}}));
    CHECK(event.kind == InboundKind::kText);
    CHECK(event.referral == "ad:120208000000000");
  }
}

TEST_CASE("people without a phone number, and old callbacks without an id, are somebody all the same", "[whatsapp]") {
  SECTION("a user name only") {
    const json kerry{{"profile", {{"name", "Kerry"}, {"username", "kerry_f"}}}, {"user_id", "US.13491208655302741918"}};
    const json image{{"from_user_id", "US.13491208655302741918"},
                     {"id", "wamid.HBgNIMAGE0001"},
                     {"timestamp", "1767225660"},
                     {"type", "image"},
                     {"image", {{"id", "2754859441498128"}, {"caption", "payment proof"}}}};
    const auto event = only_whatsapp_event(
        whatsapp_envelope({{"contacts", json::array({kerry})}, {"messages", json::array({image})}}));
    CHECK(event.external_id == "US.13491208655302741918");
    CHECK(event.phone.empty());
    CHECK(event.username == "kerry_f");
    CHECK(event.text == "payment proof");
  }
  SECTION("the id where the number was") {
    const json text{
        {"from", "US.13491"}, {"id", "w1"}, {"timestamp", "1"}, {"type", "text"}, {"text", {{"body", "x"}}}};
    const auto event = only_whatsapp_event(whatsapp_envelope({{"messages", json::array({text})}}));
    CHECK(event.external_id == "US.13491");
    CHECK(event.phone.empty());
  }
  SECTION("a number only") {
    const json text{
        {"from", "8613800138000"}, {"id", "w1"}, {"timestamp", "1"}, {"type", "text"}, {"text", {{"body", "x"}}}};
    const auto event = only_whatsapp_event(whatsapp_envelope({{"messages", json::array({text})}}));
    CHECK(event.external_id == "8613800138000");
    CHECK(event.phone == "+8613800138000");
  }
}

TEST_CASE("statuses name our message, its reference and whom it went to", "[whatsapp]") {
  const json delivered{{"id", "wamid.HBgNOUT10"},
                       {"status", "delivered"},
                       {"timestamp", "1767225810"},
                       {"recipient_id", "8613800138000"},
                       {"recipient_user_id", "CN.4471023998812"},
                       {"biz_opaque_callback_data", "lk:job:77:att:1"}};
  const json failed{{"id", "wamid.HBgNOUT11"},
                    {"status", "failed"},
                    {"timestamp", "1767225811"},
                    {"recipient_id", "8613900139000"},
                    {"biz_opaque_callback_data", "lk:job:78:att:1"},
                    {"errors", json::array({{{"code", 131049},
                                             {"title", "t"},
                                             {"message", "This message was not delivered."},
                                             {"error_data", {{"details", "d"}}}}})}};
  const auto events = whatsapp_events(whatsapp_envelope({{"statuses", json::array({delivered, failed})}}));
  REQUIRE(events.size() == 2);
  CHECK(events[0].kind == InboundKind::kReceipt);
  CHECK(events[0].receipt == ReceiptKind::kDelivered);
  CHECK(events[0].key == "wamid.HBgNOUT10/delivered");
  CHECK(events[0].platform_message_id == "wamid.HBgNOUT10");
  CHECK(events[0].external_id == "CN.4471023998812");
  CHECK(events[0].reference == "lk:job:77:att:1");
  CHECK(events[0].at_ms == 1767225810000);
  CHECK(events[0].window_ms == 0);
  CHECK(events[1].receipt == ReceiptKind::kFailed);
  CHECK(events[1].external_id == "8613900139000");
  CHECK(events[1].reference == "lk:job:78:att:1");
  CHECK_THAT(events[1].receipt_reason, Catch::StartsWith("131049 This message was not delivered. (d); "));
}

TEST_CASE("each status means one thing, and moments in milliseconds are no other moments", "[whatsapp]") {
  const auto [status, receipt] = GENERATE(table<const char*, ReceiptKind>({
      {"sent", ReceiptKind::kSent},
      {"delivered", ReceiptKind::kDelivered},
      {"read", ReceiptKind::kRead},
      {"played", ReceiptKind::kRead},
      {"failed", ReceiptKind::kFailed},
  }));
  const json one{{"id", "w"},
                 {"status", status},
                 {"timestamp", "1767225810123"},
                 {"recipient_id", "8613800138000"},
                 {"biz_opaque_callback_data", whatsapp::callback_data("b:7:12", "CN.4471023998812")}};
  const auto event = only_whatsapp_event(whatsapp_envelope({{"statuses", json::array({one})}}));
  CHECK(event.receipt == receipt);
  CHECK(event.at_ms == 1767225810123);
  CHECK(event.reference == "b:7:12");
  CHECK(event.external_id == "CN.4471023998812");
  json later = one;
  later["status"] = "deleted";
  CHECK(whatsapp_events(whatsapp_envelope({{"statuses", json::array({later})}})).empty());
}

TEST_CASE("who stops marketing in WhatsApp itself is out of it", "[whatsapp]") {
  SECTION("told by a preference") {
    const auto [value, data] =
        GENERATE(table<const char*, const char*>({{"stop", "mkt:stop"}, {"resume", "mkt:resume"}}));
    const json wish{{"wa_id", "8613800138000"},
                    {"user_id", "CN.4471023998812"},
                    {"detail", "User requested to stop marketing messages"},
                    {"category", "marketing_messages"},
                    {"value", value},
                    {"timestamp", "1767226000"}};
    const auto event = only_whatsapp_event(whatsapp_envelope(
        {{"contacts", json::array({kWhatsappXiaoLi})}, {"user_preferences", json::array({wish})}}, "user_preferences"));
    CHECK(event.kind == InboundKind::kPress);
    CHECK(event.press_data == data);
    CHECK(event.external_id == "CN.4471023998812");
    CHECK(event.platform_message_id.empty());
    CHECK(event.window_ms == 0);
    CHECK(event.key == "preference/CN.4471023998812/1767226000000" +
                           std::string(value == std::string("stop") ? "/stop" : "/resume"));
  }
  SECTION("told by a refused message") {
    const json failed{{"id", "w"},
                      {"status", "failed"},
                      {"timestamp", "1"},
                      {"recipient_id", "8613800138000"},
                      {"errors", json::array({{{"code", 131050}, {"title", "stopped"}}})}};
    const auto events = whatsapp_events(whatsapp_envelope({{"statuses", json::array({failed})}}));
    REQUIRE(events.size() == 2);
    CHECK(events[0].receipt == ReceiptKind::kFailed);
    CHECK(events[1].press_data == "mkt:stop");
    CHECK(events[1].key != events[0].key);
  }
}

TEST_CASE("one callback brings many events in their order, and none of another number", "[whatsapp]") {
  const auto text = [](const char* id) {
    return json{{"from", "8613800138000"}, {"id", id}, {"timestamp", "1"}, {"type", "text"}, {"text", {{"body", id}}}};
  };
  const json status{{"id", "o1"}, {"status", "read"}, {"timestamp", "1"}, {"recipient_id", "8613800138000"}};
  json body =
      whatsapp_envelope({{"messages", json::array({text("a"), text("b")})}, {"statuses", json::array({status})}});
  const json other =
      whatsapp_envelope({{"messages", json::array({text("c")})}}, "messages", "999")["entry"][0]["changes"][0];
  body["entry"][0]["changes"].push_back(other);
  body["entry"].push_back(whatsapp_envelope({{"messages", json::array({text("d")})}})["entry"][0]);
  std::vector<std::string> keys;
  for (const auto& event : whatsapp_events(body)) keys.push_back(event.key);
  CHECK(keys == std::vector<std::string>{"a", "b", "o1/read", "d"});
  CHECK(whatsapp_events(whatsapp_envelope({{"messages", json::array({text("a")})}}, "messages", "999")).empty());
}

TEST_CASE("groups, account news and other fields make no customer", "[whatsapp]") {
  json group = one_whatsapp_message({{"type", "text"}, {"text", {{"body", "x"}}}, {"group_id", "g"}});
  CHECK(whatsapp_events(group).empty());
  CHECK(whatsapp_events(whatsapp_envelope({{"errors", json::array({{{"code", 130429}}})}})).empty());
  CHECK(whatsapp_events(json{{"object", "whatsapp_business_account"},
                             {"entry", json::array({{{"id", "1"},
                                                     {"changes", json::array({{{"field", "account_update"},
                                                                               {"value", {{"event", "X"}}}}})}}})}})
            .empty());
  CHECK(whatsapp_events(json{{"object", "whatsapp_business_account"}}).empty());
}

TEST_CASE("a body that is not WhatsApp's is refused, never a crash", "[whatsapp]") {
  const auto [says, body] = GENERATE(table<const char*, std::string>({
      {"empty", ""},
      {"no JSON", "在吗"},
      {"a list", "[]"},
      {"another product", R"({"object":"page","entry":[]})"},
      {"entry that is an object", R"({"object":"whatsapp_business_account","entry":{}})"},
      {"an entry that is a text", R"({"object":"whatsapp_business_account","entry":["x"]})"},
      {"changes that are a text", R"({"object":"whatsapp_business_account","entry":[{"changes":"x"}]})"},
      {"a message without id",
       one_whatsapp_message({{"type", "text"}})
           .dump()
           .replace(one_whatsapp_message({{"type", "text"}}).dump().find("wamid.HBgN1"), 11, "")},
      {"a message from nobody",
       whatsapp_envelope({{"messages", json::array({{{"id", "w"}, {"timestamp", "1"}, {"type", "text"}}})}}).dump()},
      {"a moment in words",
       whatsapp_envelope({{"messages", json::array({{{"id", "w"}, {"from", "8613800138000"}, {"timestamp", "now"}}})}})
           .dump()},
      {"a moment of another world",
       whatsapp_envelope(
           {{"messages", json::array({{{"id", "w"}, {"from", "8613800138000"}, {"timestamp", 9223372036854775807}}})}})
           .dump()},
      {"a message that is a number", whatsapp_envelope({{"messages", json::array({5})}}).dump()},
      {"a status about nobody",
       whatsapp_envelope({{"statuses", json::array({{{"id", "w"}, {"status", "read"}, {"timestamp", "1"}}})}}).dump()},
      {"not UTF-8", "{\"object\":\"whatsapp_business_account\",\"x\":\"\xff\"}"},
      {"half a surrogate pair", R"({"object":"whatsapp_business_account","x":"\ud83d"})"},
      {"nested deeply", R"({"object":"whatsapp_business_account","entry":)" + std::string(100'000, '[') +
                            std::string(100'000, ']') + "}"},
  }));
  DYNAMIC_SECTION(says) {
    CHECK_THROWS_AS(whatsapp_channel()->parse(whatsapp_signed(body, "")), BadPayload);
  }
}

TEST_CASE("one message we cannot read does not hide its neighbours", "[whatsapp]") {
  const json broken{{"from", "8613800138000"},
                    {"id", "a"},
                    {"timestamp", "1"},
                    {"type", "location"},
                    {"location", {{"latitude", "north"}}}};
  const json good{
      {"from", "8613800138000"}, {"id", "b"}, {"timestamp", "1"}, {"type", "text"}, {"text", {{"body", "x"}}}};
  const auto events = whatsapp_events(whatsapp_envelope({{"messages", json::array({broken, good})}}));
  REQUIRE(events.size() == 2);
  CHECK(events[0].media_kind == "unsupported");
  CHECK(events[0].text == "location");
  CHECK(events[1].text == "x");
}

TEST_CASE("a reference comes back as it went, whatever it holds", "[whatsapp]") {
  const auto [reference, address, data] = GENERATE(table<std::string, std::string, std::string>({
      {"b:7:12", "CN.44", "b:7:12 CN.44"},
      {"m:8:9", "8613800138000", "m:8:9 8613800138000"},
      {"", "CN.44", ""},
      {std::string(600, 'x'), "CN.44", ""},
  }));
  CHECK(whatsapp::callback_data(reference, address) == data);
  if (data.empty()) return;
  const auto back = whatsapp::callback_data_from(data);
  CHECK(back.reference == reference);
  CHECK(back.address == address);
  CHECK(whatsapp::callback_data_from("two words").reference == "two words");
  CHECK(whatsapp::callback_data_from("two words").address.empty());
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
