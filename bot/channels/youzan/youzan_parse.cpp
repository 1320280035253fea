#include "bot/channels/youzan/youzan_parse.h"

#include <algorithm>

#include "bot/channels/json_body.h"
#include "bot/channels/shops/shop_fields.h"
#include "handlers/crypto.h"

namespace laoke::channels::youzan {
namespace {

using nlohmann::json;
using namespace shops;
using Change = ShopOrderChange;

constexpr const char* kCurrency = "CNY";          // all of its amounts are text in yuan
constexpr const char* kZone = "Asia/Shanghai";    // its times have no zone
constexpr std::int64_t kFirstSecond = 1'000'000'000;  // a version that is a time in seconds

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Hidden from accounts without the right to it: "138****0000".
std::string unmasked(const json& object, const char* key) {
  std::string text = text_of(object, key);
  return text.find('*') == std::string::npos ? text : "";
}

// `msg` is URL-encoded JSON in one family of messages, plain JSON text or an object in the other (sheet 3.1).
json message_in(const json& body) {
  const auto found = body.find("msg");
  if (found == body.end() || found->is_null()) return json::object();
  if (found->is_object()) return *found;
  if (!found->is_string()) throw BadPayload("'msg' is neither a text nor an object");
  const std::string text = found->get<std::string>();
  if (trim(text).empty()) return json::object();
  json message = json_body(trim(text).starts_with('{') ? text : url_decoded(text));
  if (!message.is_object()) throw BadPayload("'msg' is not an object");
  return message;
}

std::int64_t changed_at(const json& body, const json& message) {
  const json& info = object_of(object_of(message, "full_order_info"), "order_info");
  for (const auto* place : {&info, &message})
    if (const auto at_ms = time_of(text_of(*place, "update_time"), kZone)) return at_ms;
  const std::int64_t version = count_of(body, "version");
  return version >= kFirstSecond && version < kFirstSecond * 100 ? version * 1000 : 0;
}

void read_lines(const json& full, ShopOrderUpdate& update) {
  for (const auto& line : list_of(full, "orders")) {
    ShopOrderItem item;
    item.name = text_of(line, "title");
    item.sku = text_of(line, "outer_item_id");
    item.quantity = count_of(line, "num");
    if (!text_of(line, "price").empty()) item.unit_price_minor = minor_at(line, "price", kCurrency);
    if (item.quantity > 0) update.items.push_back(std::move(item));
  }
}

void read_buyer(const json& full, ShopOrderUpdate& update) {
  const json& buyer = object_of(full, "buyer_info");
  const json& address = object_of(full, "address_info");
  update.customer_id = unmasked(buyer, "yz_open_id");
  if (update.customer_id.empty() && count_of(buyer, "buyer_id") != 0) update.customer_id = text_of(buyer, "buyer_id");
  update.name = unmasked(address, "receiver_name");
  if (update.name.empty()) update.name = unmasked(buyer, "fans_nickname");
  update.phone = unmasked(buyer, "buyer_phone");
  if (update.phone.empty()) update.phone = unmasked(address, "receiver_tel");
  if (!unmasked(address, "delivery_address").empty())
    update.address = joined({text_of(address, "delivery_province"), text_of(address, "delivery_city"), text_of(address, "delivery_district"), text_of(address, "delivery_address")}, "");
}

// How far an order is, by its status word.
struct StatusWord {
  std::string_view word;
  Change change;
  bool paid, shipped, completed, cancelled;
};
constexpr StatusWord kStatusWords[] = {
    {"WAIT_BUYER_PAY", Change::kPlaced, false, false, false, false},
    {"TRADE_PAID", Change::kPaid, true, false, false, false},
    {"WAIT_CONFIRM", Change::kPaid, true, false, false, false},
    {"WAIT_SELLER_SEND_GOODS", Change::kPaid, true, false, false, false},
    {"WAIT_BUYER_CONFIRM_GOODS", Change::kShipped, true, true, false, false},
    {"TRADE_SUCCESS", Change::kCompleted, true, false, true, false},
    {"TRADE_CLOSED", Change::kCancelled, false, false, false, true},
};

void read_status(const std::string& word, ShopOrderUpdate& update) {
  for (const auto& status : kStatusWords) {
    if (status.word != word) continue;
    update.change = status.change;
    update.paid |= status.paid;
    update.shipped |= status.shipped;
    update.completed |= status.completed;
    update.cancelled |= status.cancelled;
  }
}

void read_whole(const json& full, ShopOrderUpdate& update) {
  const json& info = object_of(full, "order_info");
  const json& pay = object_of(full, "pay_info");
  if (text_of(info, "tid").empty() || text_of(pay, "payment").empty()) return;
  update.whole = true;
  update.currency = kCurrency;
  update.total_minor = minor_at(pay, "payment", kCurrency);
  update.placed_at_ms = time_of(text_of(info, "created"), kZone);
  update.paid_at_ms = time_of(text_of(info, "pay_time"), kZone);
  update.paid = update.paid_at_ms != 0;
  update.note = text_of(object_of(full, "remark_info"), "buyer_message");
  read_lines(full, update);
  read_buyer(full, update);
  read_status(text_of(info, "status"), update);
}

// delivery_order[].dists[].express_info.express_no, where the API tells it; a courier of the town has none.
void read_deliveries(const json& deliveries, ShopOrderUpdate& update) {
  for (const auto& delivery : deliveries)
    for (const auto& part : list_of(delivery, "dists")) {
      const json& express = object_of(part, "express_info");
      const std::string number = unmasked(express, "express_no");
      if (!number.empty()) update.shipments.push_back({text_of(express, "express_name"), number, time_of(text_of(part, "create_time"), kZone)});
    }
  update.shipped |= !update.shipments.empty();
}

ShopOrderUpdate trade_of(const json& body, const json& message) {
  ShopOrderUpdate update;
  const json& full = object_of(message, "full_order_info");
  update.external_id = text_of(message, "tid");
  if (update.external_id.empty()) update.external_id = text_of(object_of(full, "order_info"), "tid");
  if (update.external_id.empty()) update.external_id = id_of(body, "id");
  update.number = update.external_id;
  update.changed_at_ms = changed_at(body, message);
  read_whole(full, update);
  read_deliveries(list_of(message, "delivery_order"), update);
  return update;
}

// Types of messages about one trade: shops sheet 3.2.
struct TradeType {
  std::string_view name;
  Change change;
};
constexpr TradeType kTradeTypes[] = {
    {"trade_TradeCreate", Change::kPlaced},          {"trade_TradePaid", Change::kPaid},
    {"trade_TradeBuyerPay", Change::kPaid},          {"trade_TradePartlySellerShip", Change::kShipped},
    {"trade_TradeSellerShip", Change::kShipped},     {"trade_TradeSuccess", Change::kCompleted},
    {"trade_TradeClose", Change::kCancelled},
};

void apply(Change change, ShopOrderUpdate& update) {
  update.change = change;
  update.paid |= change == Change::kPaid || change == Change::kCompleted;
  update.shipped |= change == Change::kShipped;
  update.completed |= change == Change::kCompleted;
  update.cancelled |= change == Change::kCancelled;
}

bool about_refund(const std::string& type) { return type.starts_with("trade_refund_") || type.starts_with("youzan_trade_Refund"); }

// Of the two families of refund messages only the successful ones are about money that went back.
std::vector<InboundEvent> refund_events(const std::string& key, const std::string& type, const json& body, const json& message) {
  if (type.find("Success") == std::string::npos) return {other_event(key)};
  ShopOrderUpdate update;
  update.change = Change::kRefunded;
  update.external_id = text_of(message, "tid");
  if (update.external_id.empty()) update.external_id = id_of(body, "id");
  update.changed_at_ms = changed_at(body, message);
  const std::string id = text_of(message, "refund_id");
  update.refunds.push_back({id.empty() ? text_of(body, "id") : id, minor_at(message, "refunded_fee", kCurrency)});
  return {order_event(key, std::move(update))};
}

std::vector<InboundEvent> buyer_events(const std::string& key, const json& body, const json& message) {
  ShopOrderUpdate update;
  update.change = Change::kBuyer;
  update.customer_id = unmasked(message, "yz_open_id");
  update.name = unmasked(message, "name");
  update.phone = unmasked(message, "mobile");
  update.changed_at_ms = changed_at(body, message);
  update.external_id = update.customer_id;
  if (update.customer_id.empty() && update.phone.empty()) return {other_event(key)};
  return {order_event(key, std::move(update))};
}

}  // namespace

std::string url_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
    if (low >= 0) {
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

std::string as_push(const json& trade, const std::string& kdt_id) {
  const json& info = object_of(object_of(trade, "full_order_info"), "order_info");
  return json{{"type", "TRADE_ORDER_STATE"}, {"kdt_id", kdt_id}, {"id", text_of(info, "tid")}, {"status", text_of(info, "status")}, {"msg", trade}}
      .dump(-1, ' ', false, json::error_handler_t::replace);
}

std::vector<InboundEvent> parse(const RawRequest& request, const std::string& kdt_id) {
  const json body = json_body(request.body);
  if (!body.is_object()) throw BadPayload("the body is not an object");
  const std::string type = text_of(body, "type"), msg_id = text_of(body, "msg_id");
  const std::string key = msg_id.empty() ? "body:" + crypto::sha256_hex(request.body) : "msg:" + msg_id;
  const auto test = body.find("test");
  if (test != body.end() && *test == true) return {other_event(key)};
  if (!kdt_id.empty() && text_of(body, "kdt_id") != kdt_id) return {other_event(key)};
  const json message = message_in(body);
  if (about_refund(type)) return refund_events(key, type, body, message);
  if (type == "SCRM_CUSTOMER_EVENT") return buyer_events(key, body, message);
  const auto known = std::ranges::find(kTradeTypes, type, &TradeType::name);
  const bool all_in_one = type == "TRADE_ORDER_STATE";
  if (known == std::end(kTradeTypes) && !all_in_one) return {other_event(key)};
  auto update = trade_of(body, message);
  if (all_in_one)
    read_status(text_of(body, "status"), update);
  else
    apply(known->change, update);
  // Its pushes hold no tracking number.
  update.ask_more = !kdt_id.empty() && update.change == Change::kShipped && update.shipments.empty();
  return {order_event(key, std::move(update))};
}

}  // namespace laoke::channels::youzan
