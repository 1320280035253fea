#include "bot/channels/woocommerce/woocommerce_parse.h"

#include <algorithm>
#include <cstdlib>

#include "bot/channels/json_body.h"
#include "bot/channels/shops/shop_api.h"
#include "bot/channels/shops/shop_fields.h"
#include "handlers/crypto.h"

namespace laoke::channels::woocommerce {
namespace {

using nlohmann::json;
using namespace shops;
using Change = ShopOrderChange;

bool is_chinese_name(const std::string& name) {
  return std::any_of(name.begin(), name.end(), [](unsigned char c) { return c >= 0xE3; });  // UTF-8 of U+3000 and later
}

std::string person_in(const json& address) {
  const std::string first = text_of(address, "first_name"), last = text_of(address, "last_name");
  return is_chinese_name(last + first) ? last + first : joined({first, last}, " ");
}

std::string place_in(const json& address) {
  const auto part = [&](const char* key) { return text_of(address, key); };
  const std::string country = part("country");
  if (country.empty() || country == "CN" || country == "TW" || country == "HK" || country == "JP")
    return joined({part("state"), part("city"), part("address_1"), part("address_2")}, "");
  return joined({part("address_1"), part("address_2"), part("city"), part("state"), part("postcode"), country}, ", ");
}

// WooCommerce ships to the billing address unless another is given.
void read_buyer(const json& body, ShopOrderUpdate& update) {
  const json& billing = object_of(body, "billing");
  const json& shipping = object_of(body, "shipping");
  const std::string id = text_of(body, "customer_id");
  update.customer_id = id == "0" ? "" : id;  // 0: a guest
  const bool elsewhere = !text_of(shipping, "address_1").empty();
  update.name = elsewhere && !person_in(shipping).empty() ? person_in(shipping) : person_in(billing);
  update.phone = text_of(billing, "phone").empty() ? text_of(shipping, "phone") : text_of(billing, "phone");
  update.email = text_of(billing, "email");
  update.address = place_in(elsewhere ? shipping : billing);
}

void read_lines(const json& body, ShopOrderUpdate& update) {
  for (const auto& line : list_of(body, "line_items")) {
    ShopOrderItem item;
    item.name = text_of(line, "name");
    item.sku = text_of(line, "sku");
    item.quantity = count_of(line, "quantity");
    if (item.quantity < 1) continue;
    // "price" is a binary fraction; the line's total is a decimal text.
    const std::string total = text_of(line, "total");
    if (!total.empty()) item.unit_price_minor = std::max<std::int64_t>(minor_of(total, update.currency), 0) / item.quantity;
    update.items.push_back(std::move(item));
  }
}

// The plugin writes the day as seconds; an order that is old when it is first seen left no later than it was completed.
std::int64_t shipped_at(const json& body, const json& parcel) {
  constexpr std::int64_t kFirstSecond = 1'000'000'000, kLastSecond = 100'000'000'000;
  const std::int64_t seconds = count_of(parcel, "date_shipped");
  if (seconds >= kFirstSecond && seconds < kLastSecond) return seconds * 1000;
  return time_of(text_of(body, "date_completed_gmt"));
}

// [{"tracking_number": …, "tracking_provider": …}], as a list or as JSON in a text.
void read_tracking(const json& body, const ParseSettings& settings, ShopOrderUpdate& update) {
  for (const auto& meta : list_of(body, "meta_data")) {
    if (text_of(meta, "key") != settings.tracking_meta || !meta.contains("value")) continue;
    json value = meta["value"];
    if (value.is_string()) value = json::parse(value.get<std::string>(), nullptr, false);
    if (value.is_object()) value = json::array({value});
    if (!value.is_array()) continue;
    for (const auto& parcel : value) {
      const std::string number = text_of(parcel, settings.tracking_number);
      if (!number.empty()) update.shipments.push_back({text_of(parcel, settings.tracking_carrier), number, shipped_at(body, parcel)});
    }
  }
}

struct StatusMeaning {
  std::string_view word;
  Change change;
  bool paid, cancelled, refunded, completed;
};
// Sheet 2.2. A status of a plugin means that the order is there, and no more.
constexpr StatusMeaning kStatuses[] = {
    {"pending", Change::kPlaced, false, false, false, false},   {"on-hold", Change::kPlaced, false, false, false, false},
    {"processing", Change::kPaid, true, false, false, false},   {"completed", Change::kCompleted, true, false, false, true},
    {"cancelled", Change::kCancelled, false, true, false, false}, {"failed", Change::kCancelled, false, true, false, false},
    {"refunded", Change::kRefunded, true, false, true, false},
};

void read_status(const json& body, const ParseSettings& settings, ShopOrderUpdate& update) {
  const auto meaning = std::ranges::find(kStatuses, text_of(body, "status"), [](const StatusMeaning& one) { return std::string(one.word); });
  update.paid_at_ms = time_of(text_of(body, "date_paid_gmt"));
  update.paid = update.paid_at_ms != 0;
  if (meaning == std::end(kStatuses)) return;
  update.change = meaning->change;
  update.paid |= meaning->paid;
  update.cancelled = meaning->cancelled;
  update.refunded = meaning->refunded;
  update.completed = meaning->completed;
  if (update.completed && settings.completed_is_shipped) {
    update.completed = false;
    update.shipped = true;
    update.change = Change::kShipped;
  }
}

std::vector<InboundEvent> order_events(const std::string& key, const json& body, const ParseSettings& settings) {
  const std::string status = text_of(body, "status");
  if (status == "checkout-draft" || status == "auto-draft" || status == "trash") return {other_event(key)};
  ShopOrderUpdate update;
  update.whole = true;
  update.external_id = id_of(body, "id");
  update.number = "#" + (text_of(body, "number").empty() ? update.external_id : text_of(body, "number"));
  update.currency = text_of(body, "currency");
  update.total_minor = minor_at(body, "total", update.currency);
  update.note = text_of(body, "customer_note");
  update.placed_at_ms = time_of(text_of(body, "date_created_gmt"));  // the dates without _gmt have no zone
  update.changed_at_ms = time_of(text_of(body, "date_modified_gmt"));
  read_buyer(body, update);
  read_lines(body, update);
  read_status(body, settings, update);
  read_tracking(body, settings, update);
  for (const auto& refund : list_of(body, "refunds"))
    update.refunds.push_back({id_of(refund, "id"), std::abs(minor_at(refund, "total", update.currency))});
  return {order_event(key, std::move(update))};
}

std::vector<InboundEvent> buyer_events(const std::string& key, const json& body) {
  ShopOrderUpdate update;
  update.change = Change::kBuyer;
  update.customer_id = update.external_id = id_of(body, "id");
  const json& billing = object_of(body, "billing");
  update.name = person_in(body).empty() ? person_in(billing) : person_in(body);
  update.phone = text_of(billing, "phone");
  update.email = text_of(body, "email");
  update.address = place_in(billing);
  update.changed_at_ms = time_of(text_of(body, "date_modified_gmt"));
  return {order_event(key, std::move(update))};
}

// Where the headers are gone (a dead letter that is tried again) the body tells.
std::string topic_of(const RawRequest& request, const json& body) {
  const std::string& told = header_of(request, "x-wc-webhook-topic");
  if (!told.empty()) return told;
  if (body.contains("line_items") && body.contains("status")) return "order.updated";
  if (body.contains("billing") && body.contains("username")) return "customer.updated";
  return "";
}

// The delivery id is a hash of webhook and second: two orders of one second share it (sheet 2.1).
std::string key_of(const RawRequest& request, const std::string& topic, const json& body) {
  if (header_of(request, "x-wc-webhook-delivery-id").empty()) return topic + ":" + crypto::sha256_hex(request.body);
  const std::string all = joined({header_of(request, "x-wc-webhook-source"), header_of(request, "x-wc-webhook-id"), header_of(request, "x-wc-webhook-delivery-id"),
                                  text_of(body, "id"), text_of(body, "date_modified_gmt")},
                                 "\n");
  return topic + ":" + crypto::sha256_hex(all);
}

}  // namespace

bool is_ping(const RawRequest& request) {
  constexpr std::string_view kStart = "webhook_id=";
  const std::string& body = request.body;
  return request.method == "POST" && header_of(request, "content-type").starts_with("application/x-www-form-urlencoded") && body.starts_with(kStart) &&
         body.size() > kStart.size() && body.size() < 40 && body.find_first_not_of("0123456789", kStart.size()) == std::string::npos;
}

std::vector<InboundEvent> parse(const RawRequest& request, const ParseSettings& settings) {
  const json body = json_body(request.body);
  if (!body.is_object()) throw BadPayload("the body is not an object");
  const std::string topic = topic_of(request, body);
  const std::string key = key_of(request, topic, body);
  if (topic == "order.created" || topic == "order.updated" || topic == "order.restored") return order_events(key, body, settings);
  if (topic == "customer.created" || topic == "customer.updated") return buyer_events(key, body);
  return {other_event(key)};  // a deleted order was put away in the shop, not given back
}

}  // namespace laoke::channels::woocommerce
