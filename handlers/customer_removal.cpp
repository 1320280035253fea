#include "handlers/customer_removal.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "storage/contacts.h"
#include "storage/customers.h"
#include "storage/events.h"
#include "storage/notes.h"
#include "storage/orders.h"
#include "storage/phones.h"
#include "storage/tags.h"

namespace laoke {
namespace {

constexpr int kFactsLookedAt = 50;  // a customer with more has a life of their own

// Facts that recording an order with its recipient leaves behind, and labels: whether any is left is asked by itself.
bool came_with_an_order(const storage::EventRow& event) {
  if (event.kind == "customer.created" || event.kind.starts_with("order.")) return true;
  if (event.kind == "customer.tagged" || event.kind == "customer.untagged") return true;
  if (event.kind != "customer.updated") return false;
  const auto data = nlohmann::json::parse(event.data, nullptr, false);
  const std::string field = data.is_object() ? data.value("field", "") : "";
  return field == "phone" || field == "address";
}

bool known_otherwise(const Context& context, std::int64_t customer_id, std::int64_t order_id) {
  auto& tx = context.tx;
  const auto shop = context.shop_id();
  const auto facts = storage::list_events(tx, shop, customer_id, 0, kFactsLookedAt);
  const auto orders = storage::list_orders_of_customer(tx, shop, customer_id, 0, 2);
  return facts.size() == kFactsLookedAt || !std::ranges::all_of(facts, came_with_an_order) ||
         std::ranges::any_of(orders, [&](const auto& order) { return order.order_id != order_id; }) ||
         !storage::contacts_of_customer(tx, shop, customer_id).empty() || !storage::tags_of_customer(tx, shop, customer_id).empty() ||
         !storage::notes_of_customer(tx, shop, customer_id, 1).empty();
}

}  // namespace

bool remove_with_order(const Context& context, std::int64_t customer_id, std::int64_t order_id) {
  auto customer = storage::get_customer(context.tx, context.shop_id(), customer_id);
  if (!customer || customer->merged_into || known_otherwise(context, customer_id, order_id)) return false;
  for (const auto& phone : storage::phones_of_customer(context.tx, context.shop_id(), customer_id))
    storage::remove_phone(context.tx, context.shop_id(), customer_id, phone.phone);
  customer->search_key.clear();
  customer->updated_at_ms = context.now_ms;
  storage::update_customer(context.tx, context.shop_id(), *customer);
  storage::set_standing(context.tx, context.shop_id(), customer_id, storage::kStandingMerged);
  return true;
}

}  // namespace laoke
