#include "handlers/text.h"
#include "tests/channels/shop_accounts.h"

using namespace laoke;
using namespace laoke::channels;
using namespace laoke::test;

namespace {

// Events that can be stored, or BadPayload: nothing else may come of a body.
bool harmless_body(const Channel& channel, const RawRequest& request) {
  try {
    for (const auto& event : channel.parse(request)) {
      if (event.key.empty() || event.at_ms < 0) return false;
      if (!event.shop_order) continue;
      const auto& update = *event.shop_order;
      if (!is_valid_utf8(update.name) || !is_valid_utf8(update.note) || !is_valid_utf8(update.external_id)) return false;
      for (const auto& item : update.items)
        if (item.quantity < 1 || !is_valid_utf8(item.name)) return false;
    }
  } catch (const BadPayload&) {
  }
  return true;
}

struct Recorded {
  const char* kind;
  const char* file;
  std::map<std::string, std::string> headers;
};

const std::vector<Recorded>& recorded_bodies() {
  static const std::vector<Recorded> all = {
      {"shopify", "shopify/order.json", {{"x-shopify-topic", "orders/updated"}}},
      {"shopify", "shopify/fulfillment.json", {{"x-shopify-topic", "fulfillments/update"}}},
      {"shopify", "shopify/refund.json", {{"x-shopify-topic", "refunds/create"}}},
      {"shopify", "shopify/checkout.json", {{"x-shopify-topic", "checkouts/update"}}},
      {"shopify", "shopify/redact.json", {{"x-shopify-topic", "customers/redact"}}},
      {"woocommerce", "woocommerce/order.json", {{"x-wc-webhook-topic", "order.updated"}}},
      {"youzan", "../fuzz/seeds/shops/youzan_paid", {}},
      {"youzan", "../fuzz/seeds/shops/youzan_shipped", {}},
  };
  return all;
}

}  // namespace

TEST_CASE("a body cut anywhere, or with any byte changed, does no harm", "[shops][shopify][woocommerce][youzan]") {
  const nlohmann::json settings = {{"secret", kShopifySecret}, {"client_id", "a"}, {"client_secret", "b"}};
  for (const auto& one : recorded_bodies()) {
    CAPTURE(one.file);
    const auto channel = shop_account(one.kind, settings);
    const std::string body = shop_payload(one.file);
    std::size_t harmed = 0;
    for (std::size_t at = 0; at < body.size(); ++at) {
      harmed += harmless_body(*channel, {"POST", body.substr(0, at), one.headers, {}}) ? 0 : 1;
      for (const char byte : {'\0', '"', '9', '\xff', '-'}) {
        std::string changed = body;
        changed[at] = byte;
        harmed += harmless_body(*channel, {"POST", changed, one.headers, {}}) ? 0 : 1;
      }
    }
    CHECK(harmed == 0);
  }
}

TEST_CASE("bodies nested without end, or of wrong types everywhere, are refused or have no effect", "[shops]") {
  const nlohmann::json settings = {{"secret", kShopifySecret}, {"client_id", "a"}, {"client_secret", "b"}};
  const std::string deep = R"({"id":1,"line_items":)" + std::string(5000, '[') + std::string(5000, ']') + "}";
  for (const auto& one : recorded_bodies()) {
    const auto channel = shop_account(one.kind, settings);
    CHECK_THROWS_AS(channel->parse({"POST", deep, one.headers, {}}), BadPayload);
    auto body = nlohmann::json::parse(shop_payload(one.file));
    for (const auto& [key, value] : body.items()) {
      for (const auto& odd : {nlohmann::json(), nlohmann::json(true), nlohmann::json(-1.5), nlohmann::json("x"), nlohmann::json::array({1, nullptr, {{"a", 1}}}), nlohmann::json{{"id", nullptr}}}) {
        auto changed = body;
        changed[key] = odd;
        CAPTURE(one.file, key, odd.dump());
        CHECK(harmless_body(*channel, {"POST", changed.dump(), one.headers, {}}));
      }
    }
  }
}
