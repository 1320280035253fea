#include "handlers/happened.h"

#include <algorithm>

#include "handlers/reminders.h"
#include "handlers/tag_sync.h"
#include "storage/events.h"
#include "storage/webhooks.h"

namespace laoke {
namespace {

bool wants(const storage::WebhookEndpoint& endpoint, std::string_view kind) {
  if (endpoint.kinds == "[]") return true;
  const auto kinds = nlohmann::json::parse(endpoint.kinds, nullptr, false);
  return kinds.is_array() && std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

void tell_endpoints(const Context& context, const ShopEvent& event, std::int64_t event_id, std::int64_t at_ms) {
  const auto endpoints = storage::enabled_webhook_endpoints(context.tx, context.shop_id());
  if (endpoints->empty()) return;
  nlohmann::ordered_json body = {{"id", event_id},         {"kind", event.kind},
                                 {"at_ms", at_ms},         {"shop", context.shop.slug},
                                 {"customer_id", nullptr}, {"data", event.data}};
  if (event.customer_id != 0) body["customer_id"] = event.customer_id;
  const std::string text = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  for (const auto& endpoint : *endpoints)
    if (wants(endpoint, event.kind))
      storage::enqueue_webhook(context.tx,
                               {context.now_ms, context.shop_id(), endpoint.endpoint_id, event_id, 0, text, ""});
}

}  // namespace

std::int64_t happened(const Context& context, const ShopEvent& event) {
  const std::int64_t at_ms = event.at_ms != 0 ? event.at_ms : context.now_ms;
  const std::int64_t event_id =
      storage::insert_event(context.tx, context.shop_id(), event.customer_id, event.kind, at_ms, event.data.dump());
  tell_endpoints(context, event, event_id, at_ms);
  plan_reminders(context, event, event_id);
  sync_tags(context, event);
  return event_id;
}

}  // namespace laoke
