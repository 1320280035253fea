#include <catch2/catch.hpp>

#include "bot/channels/json_body.h"
#include "bot/channels/whatsapp/message.h"
#include "handlers/text.h"
#include "tests/channels/whatsapp_callbacks.h"

using namespace laoke;
using namespace laoke::channels;
using namespace laoke::channels::whatsapp_test;
using nlohmann::json;

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
