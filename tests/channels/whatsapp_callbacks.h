#pragma once
#include <catch2/catch.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bot/channels/channel.h"
#include "bot/channels/whatsapp/parse.h"

// Callbacks of WhatsApp as Meta writes them, for the tests about reading them.
namespace laoke::channels::whatsapp_test {

using nlohmann::json;


inline constexpr const char* kWhatsappNumber = "106540352242922";
inline constexpr const char* kWhatsappSecret = "5d41402abc4b2a76b9719d911017c592";

// The vector of the platform's description: non-ASCII letters stand as escapes, and those bytes are signed.
inline constexpr const char* kWhatsappSignedBody =
    R"({"object":"whatsapp_business_account","entry":[{"id":"102290129340398","changes":[{"value":{"messaging_product":"whatsapp","metadata":{"display_phone_number":"15550783881","phone_number_id":"106540352242922"},"contacts":[{"profile":{"name":"\u5c0f\u674e"},"wa_id":"8613800138000","user_id":"CN.4471023998812"}],"messages":[{"from":"8613800138000","from_user_id":"CN.4471023998812","id":"wamid.HBgNODYxMzgwMDEzODAwMBUCABIYFDNBMDAwMDAwMDAwMDAwMDAwMDAxAA==","timestamp":"1767225600","type":"text","text":{"body":"\u8fd8\u6709\u8d27\u5417\uff1f"}}]},"field":"messages"}]}]})";
inline constexpr const char* kWhatsappSignature = "sha256=abe7034d0091fbc2dddf1e72a4b9519468590dca014b2623cc277b9b7a0120fd";
inline constexpr const char* kSignatureOfLetters = "sha256=735eb8180d7296fa73c36f2cef00b813a6642776865ade2cbd4da96a34a38aa3";

inline json whatsapp_settings() {
  return {{"phone_number_id", kWhatsappNumber},
          {"token", "EAAJtoken0of0a0system0user"},
          {"app_secret", kWhatsappSecret},
          {"verify_token", "lk-verify-7f3"}};
}

inline std::unique_ptr<Channel> whatsapp_channel(const json& more = json::object()) {
  json settings = whatsapp_settings();
  settings.update(more);
  return find_kind("whatsapp")->make({1, 2, "wa", "whatsapp", settings});
}

inline RawRequest whatsapp_signed(const std::string& body, const std::string& signature) {
  return {"POST", body, {{"x-hub-signature-256", signature}}, {}};
}

inline json whatsapp_envelope(const json& value, const char* field = "messages", const char* number = kWhatsappNumber) {
  json whole = value;
  whole["metadata"] = {{"display_phone_number", "15550783881"}, {"phone_number_id", number}};
  return {
      {"object", "whatsapp_business_account"},
      {"entry",
       json::array({{{"id", "102290129340398"}, {"changes", json::array({{{"value", whole}, {"field", field}}})}}})}};
}

inline const json kWhatsappXiaoLi = {{"profile", {{"name", "小李"}, {"username", "xiaoli88"}}},
                              {"wa_id", "8613800138000"},
                              {"user_id", "CN.4471023998812"}};

inline json one_whatsapp_message(json parts) {
  const json from{{"from", "8613800138000"},
                  {"from_user_id", "CN.4471023998812"},
                  {"id", "wamid.HBgN1"},
                  {"timestamp", "1767225600"}};
  parts.update(from);
  return whatsapp_envelope({{"contacts", json::array({kWhatsappXiaoLi})}, {"messages", json::array({parts})}});
}

inline std::vector<InboundEvent> whatsapp_events(const json& body) {
  return whatsapp::parse_callback(body, kWhatsappNumber);
}

inline InboundEvent only_whatsapp_event(const json& body) {
  const auto events = whatsapp_events(body);
  REQUIRE(events.size() == 1);
  return events[0];
}

inline InboundEvent whatsapp_from_xiaoli(InboundKind kind) {
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

}  // namespace laoke::channels::whatsapp_test
