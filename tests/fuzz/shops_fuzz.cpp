#include <cstdint>
#include <cstdlib>

#include "bot/channels/channel.h"
#include "bot/channels/youzan/youzan_parse.h"
#include "handlers/outside_events.h"
#include "handlers/shop_order_known.h"
#include "handlers/text.h"

// Whatever stands in a shop system's callback: events or BadPayload from each of the three adapters, and what comes out
// can be stored and joined.
namespace {

using namespace laoke;

void expect(bool holds) {
  if (!holds) std::abort();
}

void check(const ShopOrderUpdate& update) {
  expect(is_valid_utf8(update.name) && is_valid_utf8(update.note) && is_valid_utf8(update.address) && is_valid_utf8(update.external_id));
  expect(update.changed_at_ms >= 0 && update.placed_at_ms >= 0);
  for (const auto& item : update.items) expect(item.quantity > 0 && is_valid_utf8(item.name));
  KnownOrder once;
  join(once, update);
  KnownOrder twice = once;
  expect(!join(twice, update) && once == twice);
  expect(known_order_from(to_json_text(once)) == once);
}

void take(const channels::Channel& channel, const channels::RawRequest& request) {
  (void)channel.handshake(request);
  (void)channel.authentic(request);
  try {
    for (const auto& event : channel.parse(request)) {
      expect(!event.key.empty() && event.at_ms >= 0);
      expect((event.kind == InboundKind::kShopOrder) == (event.shop_order != nullptr));
      if (event.shop_order) check(*event.shop_order);
    }
  } catch (const channels::BadPayload&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using channels::find_kind;
  static const auto shopify = find_kind("shopify")->make({1, 2, "s", "shopify", {{"secret", "fuzz-secret"}}});
  static const auto woocommerce = find_kind("woocommerce")->make({1, 2, "w", "woocommerce", {{"secret", "fuzz-secret"}}});
  static const auto youzan = find_kind("youzan")->make({1, 2, "y", "youzan", {{"client_id", "fuzz"}, {"client_secret", "fuzz"}}});
  static const auto readable = find_kind("youzan")->make({1, 2, "y", "youzan", {{"client_id", "fuzz"}, {"client_secret", "fuzz"}, {"kdt_id", "1"}}});
  channels::RawRequest request;
  request.method = "POST";
  request.body.assign(reinterpret_cast<const char*>(data), size);
  (void)channels::youzan::url_decoded(request.body);
  take(*shopify, request);
  take(*woocommerce, request);
  take(*youzan, request);
  // As what its API gives.
  const auto trade = nlohmann::json::parse(request.body, nullptr, false);
  if (!trade.is_discarded()) take(*readable, {"POST", channels::youzan::as_push(trade, "1"), {}, {}});
  request.headers = {{"x-shopify-topic", "fulfillments/update"}, {"x-wc-webhook-topic", "order.updated"}};
  take(*shopify, request);
  take(*woocommerce, request);
  return 0;
}
