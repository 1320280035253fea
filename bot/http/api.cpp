#include "bot/http/api.h"

#include "bot/http/api_call.h"

namespace laoke::http {

void add_api_routes(Router& router, const ApiParts& parts) {
  const api::Api all(router, parts);
  for (const auto add :
       {api::add_shop, api::add_customers, api::add_customer_parts, api::add_customer_story, api::add_tags,
        api::add_segments, api::add_products, api::add_orders, api::add_tasks, api::add_templates, api::add_rules,
        api::add_broadcasts, api::add_deliveries, api::add_dead_letters, api::add_webhooks})
    add(all);
}

}  // namespace laoke::http
