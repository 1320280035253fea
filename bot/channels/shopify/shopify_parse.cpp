#include "bot/channels/shopify/shopify_parse.h"

#include <algorithm>

#include "bot/channels/json_body.h"
#include "bot/channels/shops/shop_api.h"
#include "bot/channels/shops/shop_fields.h"
#include "handlers/carriers.h"
#include "handlers/crypto.h"

namespace laoke::channels::shopify {
namespace {

using nlohmann::json;
using namespace shops;
using Change = ShopOrderChange;

// The address as one writes it in China: from the large to the small; elsewhere the other way round.
std::string address_in(const json& address) {
  const auto part = [&](const char* key) { return text_of(address, key); };
  const std::string country = text_of(address, "country_code");
  if (country.empty() || country == "CN" || country == "TW" || country == "HK" || country == "JP")
    return joined({part("province"), part("city"), part("address1"), part("address2")}, "");
  return joined({part("address1"), part("address2"), part("city"), part("province"), part("zip"), part("country")}, ", ");
}

bool holds_chinese(const std::string& name) {
  return std::any_of(name.begin(), name.end(), [](unsigned char c) { return c >= 0xE3; });  // UTF-8 of U+3000 and later
}

// "李丽", "Lily Li".
std::string name_in(const json& person) {
  const std::string first = text_of(person, "first_name"), last = text_of(person, "last_name");
  return holds_chinese(last + first) ? last + first : joined({first, last}, " ");
}

// Customers have email_marketing_consent {state}; older payloads accepts_marketing.
void read_consent(const json& customer, ShopOrderUpdate& update) {
  const std::string state = text_of(object_of(customer, "email_marketing_consent"), "state");
  const auto flag = customer.find("accepts_marketing");
  if (!state.empty()) {
    update.marketing_known = state != "pending";
    update.accepts_marketing = state == "subscribed";
  } else if (flag != customer.end() && flag->is_boolean()) {
    update.marketing_known = true;
    update.accepts_marketing = flag->get<bool>();
  }
}

void read_items(const json& lines, const std::string& currency, ShopOrderUpdate& update) {
  for (const auto& line : lines) {
    ShopOrderItem item;
    item.name = joined({text_of(line, "title"), text_of(line, "variant_title")}, " ");
    item.sku = text_of(line, "sku");
    item.quantity = count_of(line, "quantity");
    if (!text_of(line, "price").empty()) item.unit_price_minor = minor_at(line, "price", currency);
    if (item.quantity > 0) update.items.push_back(std::move(item));
  }
}

void read_person(const json& body, ShopOrderUpdate& update) {
  const json& customer = object_of(body, "customer");
  const json& shipping = object_of(body, "shipping_address");
  const auto first_of = [](std::initializer_list<std::string> values) {
    for (const auto& value : values)
      if (!value.empty()) return value;
    return std::string();
  };
  update.customer_id = text_of(customer, "id");
  update.name = first_of({name_in(customer), text_of(shipping, "name"), text_of(object_of(body, "billing_address"), "name")});
  update.phone = first_of({text_of(body, "phone"), text_of(customer, "phone"), text_of(shipping, "phone")});
  update.email = first_of({text_of(body, "email"), text_of(customer, "email")});
  update.address = address_in(shipping);
  read_consent(customer, update);
}

void read_parcels(const json& fulfillment, ShopOrderUpdate& update) {
  const std::string status = text_of(fulfillment, "status");
  if (status == "cancelled" || status == "error" || status == "failure") return;
  update.shipped = true;
  const std::string carrier = text_of(fulfillment, "tracking_company");
  const std::int64_t at_ms = time_of(text_of(fulfillment, "created_at"));
  bool numbered = false;
  for (const auto& number : list_of(fulfillment, "tracking_numbers")) {
    if (!number.is_string()) continue;
    update.shipments.push_back({carrier, number.get<std::string>(), at_ms});
    numbered = true;
  }
  if (!numbered) update.shipments.push_back({carrier, text_of(fulfillment, "tracking_number"), at_ms});
}

// Sum of the transactions that gave money back.
std::int64_t refund_amount(const json& refund, const std::string& currency) {
  std::int64_t sum = 0;
  for (const auto& transaction : list_of(refund, "transactions")) {
    const std::string kind = text_of(transaction, "kind"), status = text_of(transaction, "status");
    const std::string own = text_of(transaction, "currency");
    if ((kind == "refund" || kind == "void") && (status.empty() || status == "success")) sum += minor_at(transaction, "amount", own.empty() ? currency : own);
  }
  return sum;
}

// Words of financial_status: pending, authorized, partially_paid, paid, partially_refunded, refunded, voided.
void read_payment(const json& body, ShopOrderUpdate& update) {
  const std::string status = text_of(body, "financial_status");
  update.paid = status == "paid" || status == "partially_refunded" || status == "refunded";
  update.refunded = status == "refunded";
  update.cancelled = !text_of(body, "cancelled_at").empty() || status == "voided";
  for (const auto& refund : list_of(body, "refunds"))
    if (refund.is_object() && refund.contains("id")) update.refunds.push_back({id_of(refund, "id"), refund_amount(refund, update.currency)});
}

ShopOrderUpdate order_of(const json& body) {
  ShopOrderUpdate update;
  update.whole = true;
  update.external_id = id_of(body, "id");
  update.number = text_of(body, "name");
  update.currency = text_of(body, "currency");
  update.total_minor = minor_at(body, "total_price", update.currency);
  update.note = text_of(body, "note");
  update.placed_at_ms = time_of(text_of(body, "created_at"));
  update.changed_at_ms = time_of(text_of(body, "updated_at"));
  update.checkout_id = text_of(body, "checkout_token");
  read_person(body, update);
  read_items(list_of(body, "line_items"), update.currency, update);
  read_payment(body, update);
  for (const auto& fulfillment : list_of(body, "fulfillments")) read_parcels(fulfillment, update);
  return update;
}

// Words of shipment_status; nothing for null and words of later days.
std::optional<ParcelStage> stage_of(const std::string& told) {
  struct Word {
    std::string_view word;
    ParcelStage stage;
  };
  static constexpr Word kWords[] = {{"label_printed", ParcelStage::kLabelCreated},      {"label_purchased", ParcelStage::kLabelCreated},
                                    {"confirmed", ParcelStage::kLabelCreated},          {"in_transit", ParcelStage::kInTransit},
                                    {"out_for_delivery", ParcelStage::kOutForDelivery}, {"attempted_delivery", ParcelStage::kException},
                                    {"ready_for_pickup", ParcelStage::kReadyForPickup}, {"delivered", ParcelStage::kDelivered},
                                    {"failure", ParcelStage::kException}};
  for (const Word& known : kWords)
    if (known.word == told) return known.stage;
  return std::nullopt;
}

// What the parcels did, beside what the order did.
void add_parcel_events(const std::string& key, const json& body, const std::vector<ShopShipment>& shipments, std::vector<InboundEvent>& events) {
  const auto stage = stage_of(text_of(body, "shipment_status"));
  if (!stage) return;
  for (const auto& shipment : shipments) {
    ParcelUpdate parcel;
    const Carrier* carrier = find_carrier(shipment.carrier);
    parcel.carrier = carrier == nullptr ? "" : std::string(carrier->code);
    parcel.tracking_no = tracking_number(shipment.tracking_no);
    parcel.stage = *stage;
    parcel.at_ms = time_of(text_of(body, "updated_at"));
    if (parcel.tracking_no.empty()) continue;
    InboundEvent event = other_event(key + ":" + parcel.tracking_no + ":" + std::string(text_of(body, "shipment_status")));
    event.kind = InboundKind::kParcel;
    event.at_ms = parcel.at_ms;
    event.parcel = std::make_shared<const ParcelUpdate>(std::move(parcel));
    events.push_back(std::move(event));
  }
}

std::vector<InboundEvent> fulfillment_events(const std::string& key, const json& body) {
  ShopOrderUpdate update;
  update.change = Change::kShipped;
  update.external_id = id_of(body, "order_id");
  update.changed_at_ms = time_of(text_of(body, "updated_at"));
  read_parcels(body, update);
  if (!update.shipped) return {other_event(key)};
  const auto shipments = update.shipments;
  std::vector<InboundEvent> events{order_event(key, std::move(update))};
  add_parcel_events(key, body, shipments, events);
  return events;
}

ShopOrderUpdate refund_of(const json& body) {
  ShopOrderUpdate update;
  update.change = Change::kRefunded;
  update.external_id = id_of(body, "order_id");
  update.changed_at_ms = time_of(text_of(body, "created_at"));
  std::string currency = text_of(body, "currency");
  for (const auto& transaction : list_of(body, "transactions"))
    if (currency.empty()) currency = text_of(transaction, "currency");
  update.refunds.push_back({id_of(body, "id"), currency.empty() ? 0 : refund_amount(body, currency)});
  return update;
}

ShopOrderUpdate checkout_of(const json& body) {
  ShopOrderUpdate update;
  update.change = Change::kAbandoned;
  update.external_id = id_of(body, "token");
  update.currency = text_of(body, "currency");
  if (update.currency.empty()) update.currency = text_of(body, "presentment_currency");
  update.changed_at_ms = time_of(text_of(body, "updated_at"));
  update.checkout_url = text_of(body, "abandoned_checkout_url");
  read_person(body, update);
  if (!update.currency.empty()) {
    update.total_minor = minor_at(body, "total_price", update.currency);
    read_items(list_of(body, "line_items"), update.currency, update);
  } else {
    for (const auto& line : list_of(body, "line_items")) update.items.push_back({text_of(line, "title"), text_of(line, "sku"), std::max<std::int64_t>(count_of(line, "quantity"), 1), -1});
  }
  return update;
}

ShopOrderUpdate buyer_of(const json& body) {
  ShopOrderUpdate update;
  update.change = Change::kBuyer;
  update.customer_id = update.external_id = id_of(body, "id");
  update.name = name_in(body);
  update.phone = text_of(body, "phone");
  update.email = text_of(body, "email");
  update.address = address_in(object_of(body, "default_address"));
  update.changed_at_ms = time_of(text_of(body, "updated_at"));
  read_consent(body, update);
  return update;
}

ShopOrderUpdate privacy_of(const json& body, Change change, const char* orders) {
  ShopOrderUpdate update;
  update.change = change;
  update.customer_id = text_of(object_of(body, "customer"), "id");
  update.external_id = change == Change::kBuyerData ? text_of(object_of(body, "data_request"), "id") : update.customer_id;
  for (const auto& id : list_of(body, orders))
    if (id.is_number_integer() || id.is_string()) update.forget_orders.push_back(id.is_string() ? id.get<std::string>() : id.dump());
  return update;
}

// An order of the store's own trial gateway sells nothing.
std::vector<InboundEvent> order_events(const std::string& key, const json& body, Change change) {
  const auto test = body.find("test");
  if (test != body.end() && *test == true) return {other_event(key)};
  auto update = order_of(body);
  update.change = change;
  if (change == Change::kPaid) update.paid = true;
  if (change == Change::kCancelled) update.cancelled = true;
  std::vector<InboundEvent> events{order_event(key, std::move(update))};
  for (const auto& fulfillment : list_of(body, "fulfillments")) {
    ShopOrderUpdate sent;
    read_parcels(fulfillment, sent);
    add_parcel_events(key, fulfillment, sent.shipments, events);
  }
  return events;
}

std::vector<InboundEvent> checkout_events(const std::string& key, const json& body) {
  if (!text_of(body, "completed_at").empty()) return {other_event(key)};
  return {order_event(key, checkout_of(body))};
}

struct Topic {
  std::string_view name;
  std::vector<InboundEvent> (*read)(const std::string& key, const json& body);
};
// Topics: shops sheet 1.2.
constexpr Topic kTopics[] = {
    {"orders/create", [](const std::string& key, const json& body) { return order_events(key, body, Change::kPlaced); }},
    {"orders/updated", [](const std::string& key, const json& body) { return order_events(key, body, Change::kPlaced); }},
    {"orders/paid", [](const std::string& key, const json& body) { return order_events(key, body, Change::kPaid); }},
    {"orders/cancelled", [](const std::string& key, const json& body) { return order_events(key, body, Change::kCancelled); }},
    {"fulfillments/create", fulfillment_events},
    {"fulfillments/update", fulfillment_events},
    {"refunds/create", [](const std::string& key, const json& body) { return std::vector{order_event(key, refund_of(body))}; }},
    {"checkouts/create", checkout_events},
    {"checkouts/update", checkout_events},
    {"customers/create", [](const std::string& key, const json& body) { return std::vector{order_event(key, buyer_of(body))}; }},
    {"customers/update", [](const std::string& key, const json& body) { return std::vector{order_event(key, buyer_of(body))}; }},
    {"customers/redact", [](const std::string& key, const json& body) { return std::vector{order_event(key, privacy_of(body, Change::kForgetBuyer, "orders_to_redact"))}; }},
    {"customers/data_request", [](const std::string& key, const json& body) { return std::vector{order_event(key, privacy_of(body, Change::kBuyerData, "orders_requested"))}; }},
    {"app/uninstalled",
     [](const std::string& key, const json&) {
       ShopOrderUpdate update;
       update.change = Change::kClosed;
       return std::vector{order_event(key, std::move(update))};
     }},
};

// By what only that topic's body has. app/uninstalled is told by its header alone: its body is the shop's.
std::string_view topic_by_body(const json& body) {
  if (body.contains("orders_to_redact")) return "customers/redact";
  if (body.contains("data_request")) return "customers/data_request";
  if (body.contains("order_id") && body.contains("transactions")) return "refunds/create";
  if (body.contains("order_id") && body.contains("status")) return "fulfillments/update";
  if (body.contains("abandoned_checkout_url")) return "checkouts/update";
  if (body.contains("total_price") && body.contains("name")) return "orders/updated";
  if (body.contains("first_name")) return "customers/update";
  return "";
}

}  // namespace

std::vector<InboundEvent> parse(const RawRequest& request, const std::string& shop) {
  const json body = json_body(request.body);
  if (!body.is_object()) throw BadPayload("the body is not an object");
  const std::string& told = header_of(request, "x-shopify-topic");
  const std::string& delivery = header_of(request, "x-shopify-webhook-id");
  const std::string& domain = header_of(request, "x-shopify-shop-domain");
  const std::string topic = told.empty() ? std::string(topic_by_body(body)) : told;
  // Webhook-Id names one delivery and stays on its retries; Event-Id is shared by topics of one action (sheet 1.1).
  const std::string key = topic + ":" + (delivery.empty() ? crypto::sha256_hex(request.body) : delivery);
  if (!shop.empty() && !domain.empty() && domain != shop) return {other_event(key)};
  const auto known = std::ranges::find(kTopics, topic, &Topic::name);
  if (known == std::end(kTopics)) return {other_event(key)};
  return known->read(key, body);
}

}  // namespace laoke::channels::shopify
