#include "handlers/listeners.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "handlers/rule_format.h"
#include "handlers/shop_settings.h"
#include "storage/rules.h"
#include "storage/webhooks.h"

namespace laoke {
namespace {

constexpr std::string_view kWrote = "customer.wrote";

bool hears(const storage::RuleRow& row) {
  if (!row.enabled) return false;
  const auto rule = stored_rule(row.definition);
  return rule != nullptr && (rule->event == kWrote || std::ranges::find(rule->cancelled_by, kWrote) != rule->cancelled_by.end());
}

bool hears(const storage::WebhookEndpoint& endpoint) {
  if (endpoint.kinds == "[]") return true;
  const auto kinds = nlohmann::json::parse(endpoint.kinds, nullptr, false);
  return kinds.is_array() && std::ranges::find(kinds, kWrote) != kinds.end();
}

bool anybody_hears(const Context& context) {
  const auto one = [](const auto& listener) { return hears(listener); };
  return std::ranges::any_of(storage::list_rules(context.tx, context.shop_id()), one) ||
         std::ranges::any_of(*storage::enabled_webhook_endpoints(context.tx, context.shop_id()), one);
}

}  // namespace

void recheck_listeners(const Context& context) {
  auto shop = storage::get_shop(context.tx, context.shop_id());  // the context's may be older than this transaction
  if (!shop) return;
  auto settings = settings_of(*shop);
  const bool heard = anybody_hears(context);
  if (settings.writing_is_heard == heard) return;
  settings.writing_is_heard = heard;
  shop->settings = to_json_text(settings);
  storage::update_shop(context.tx, *shop);
}

}  // namespace laoke
