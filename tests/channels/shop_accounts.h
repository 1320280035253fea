#pragma once
#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "bot/channels/channel.h"
#include "handlers/crypto.h"
#include "handlers/outside_events.h"

// Accounts of shop systems and their requests, for tests of the adapters.
namespace laoke::test {

inline constexpr const char* kShopifySecret = "laoke-shopify-client-secret";
inline constexpr const char* kWooSecret = "laoke-woo-secret";

inline std::unique_ptr<channels::Channel> shop_account(const char* kind, nlohmann::json settings) {
  return channels::find_kind(kind)->make({1, 2, "store", kind, std::move(settings)});
}

inline std::string shop_payload(const std::string& path) {
  std::ifstream file(std::string(LAOKE_SOURCE_DIR "/tests/payloads/") + path);
  std::stringstream text;
  text << file.rdbuf();
  REQUIRE_FALSE(text.str().empty());
  return text.str();
}

inline channels::RawRequest shopify_request(const std::string& topic, const std::string& body, const std::string& id = "b54557e4") {
  return {"POST", body, {{"x-shopify-topic", topic}, {"x-shopify-webhook-id", id}, {"x-shopify-event-id", "e1"}, {"x-shopify-shop-domain", "laoke.myshopify.com"},
                         {"x-shopify-hmac-sha256", crypto::base64(crypto::hmac_sha256(kShopifySecret, body))}}, {}};
}

inline channels::RawRequest woo_request(const std::string& topic, const std::string& body, const std::string& delivery = "d1") {
  return {"POST", body, {{"content-type", "application/json"}, {"x-wc-webhook-topic", topic}, {"x-wc-webhook-id", "12"}, {"x-wc-webhook-delivery-id", delivery},
                         {"x-wc-webhook-source", "https://shop.example/"}, {"x-wc-webhook-signature", crypto::base64(crypto::hmac_sha256(kWooSecret, body))}}, {}};
}

// The update of the only event, which has to be a shop order.
inline ShopOrderUpdate only_update(const std::vector<InboundEvent>& events) {
  REQUIRE(events.size() >= 1);
  REQUIRE(events[0].kind == InboundKind::kShopOrder);
  REQUIRE(events[0].shop_order);
  return *events[0].shop_order;
}

inline bool nothing_to_do(const std::vector<InboundEvent>& events) { return events.size() == 1 && events[0].kind == InboundKind::kOther && !events[0].key.empty(); }

}  // namespace laoke::test
