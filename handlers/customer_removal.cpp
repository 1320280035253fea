#include "handlers/customer_removal.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "storage/addresses.h"
#include "storage/attributes.h"
#include "storage/contacts.h"
#include "storage/customers.h"
#include "storage/events.h"
#include "storage/notes.h"
#include "storage/orders.h"
#include "storage/phones.h"
#include "storage/shop_systems.h"
#include "storage/tags.h"

namespace laoke {
namespace {

constexpr int kMostNotes = 100'000, kMostOrders = 100'000;  // of one person
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

bool remove_person(const Context& context, std::int64_t customer_id, const std::vector<std::int64_t>& orders) {
  auto& tx = context.tx;
  const auto shop = context.shop_id();
  auto customer = storage::get_customer(tx, shop, customer_id);
  const auto others = storage::list_orders_of_customer(tx, shop, customer_id, 0, kMostOrders);
  const bool more = std::ranges::any_of(others, [&](const auto& order) { return std::ranges::find(orders, order.order_id) == orders.end(); });
  if (!customer || more || !storage::contacts_of_customer(tx, shop, customer_id).empty()) return false;
  for (const auto& phone : storage::phones_of_customer(tx, shop, customer_id)) storage::remove_phone(tx, shop, customer_id, phone.phone);
  for (const auto& address : storage::addresses_of_customer(tx, shop, customer_id)) storage::remove_address(tx, shop, address.address_id);
  for (const auto& note : storage::notes_of_customer(tx, shop, customer_id, kMostNotes)) storage::remove_note(tx, shop, note.note_id);
  for (const auto& attribute : storage::attributes_of_customer(tx, shop, customer_id)) storage::remove_attribute(tx, shop, customer_id, attribute.name);
  storage::remove_named_facts(tx, shop, customer_id);
  customer->name = "#" + std::to_string(customer_id);
  customer->search_key = customer->email = customer->birthday = customer->external_id = "";
  customer->updated_at_ms = context.now_ms;
  storage::update_customer(tx, shop, *customer);
  storage::set_standing(tx, shop, customer_id, storage::kStandingMerged);
  return true;
}

}  // namespace laoke
