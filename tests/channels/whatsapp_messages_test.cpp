#include <catch2/catch.hpp>

#include "bot/channels/json_body.h"
#include "bot/channels/whatsapp/message.h"
#include "handlers/text.h"
#include "tests/channels/whatsapp_callbacks.h"

using namespace laoke;
using namespace laoke::channels;
using namespace laoke::channels::whatsapp_test;
using nlohmann::json;

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
