#include "handlers/orders.h"

#include <charconv>

#include "handlers/happened.h"
#include "handlers/order_record.h"
#include "handlers/refusal.h"
#include "handlers/stages.h"
#include "handlers/text.h"
#include "storage/customers.h"
#include "storage/purchases.h"

namespace laoke {
namespace {

using storage::Order;
using storage::OrderItem;

bool is_bought(const Order& order) {
  return order.paid_at_ms.has_value() && counts_as_order(state_of(order));
}

void remember_purchases(const Context& context, const Order& order, const std::vector<OrderItem>& items) {
  for (const auto& item : items)
    storage::add_purchase(context.tx, context.shop_id(),
                          {item.product_id, order.customer_id, order.order_id, item.quantity, *order.paid_at_ms});
}

void forget_purchases(const Context& context, const Order& order, const std::vector<OrderItem>& items) {
  for (const auto& item : items)
    storage::remove_purchase(context.tx, context.shop_id(), item.product_id, order.customer_id, order.order_id);
}

// Writes the changed order; the stored version must still be the one it was read with.
void store_change(const Context& context, const Order& before, Order& after, const std::vector<OrderItem>& items) {
  if (!storage::update_order(context.tx, context.shop_id(), after))
    throw Refusal("order.changed", {"订单 #" + std::to_string(after.number) + " 刚被别人改过，请再看一次",
                                    "order #" + std::to_string(after.number) + " was just changed by somebody else, look again"});
  ++after.version;
  if (is_bought(before) && !is_bought(after)) forget_purchases(context, before, items);
  if (!is_bought(before) && is_bought(after)) remember_purchases(context, after, items);
  recount_orders(context, after.customer_id);
  follow_orders(context, after.customer_id, int{is_bought(after)} - int{is_bought(before)});
}

void tell(const Context& context, const Order& order, const std::vector<OrderItem>& items, std::string_view what,
          std::int64_t at_ms, const nlohmann::json& more = nlohmann::json::object()) {
  ShopEvent event;
  event.kind = "order." + std::string(what);
  event.customer_id = order.customer_id;
  event.data = order_data(order, items);
  event.data.update(more);
  event.cause = order_cause(order.order_id);
  event.at_ms = at_ms;
  happened(context, event);
}

// Which facts of a fresh order are told: what led here and still matters (a payment plans the running-out notice).
void tell_recorded(const Context& context, const Order& order, const std::vector<OrderItem>& items) {
  const OrderState state = state_of(order);
  const bool past = context.actor.kind == Actor::Kind::kImport;
  if (!past && counts_as_order(state)) tell(context, order, items, "placed", *order.placed_at_ms);
  if (state == OrderState::kPlaced && !past) return;
  if (order.paid_at_ms && counts_as_order(state)) tell(context, order, items, "paid", *order.paid_at_ms);
  if (state != OrderState::kPaid) tell(context, order, items, name_of(state), stamp_of(order, state).value_or(order.created_at_ms));
}

}  // namespace

Order record_order(const Context& context, const OrderDraft& draft) {
  const auto [order, items] = prepare_order(context, draft);
  storage::insert_order(context.tx, context.shop_id(), order, items);
  if (is_bought(order)) remember_purchases(context, order, items);
  recount_orders(context, order.customer_id);
  follow_orders(context, order.customer_id, int{is_bought(order)});
  tell_recorded(context, order, items);
  return order;
}

OrderChange move_order(const Context& context, std::int64_t order_id, OrderState asked, const MoveOptions& options) {
  const Order before = require_order(context, order_id);
  const OrderState from = state_of(before);
  const OrderMove* move = find_move(from, asked, before.paid_at_ms.has_value());
  if (move == nullptr) throw Refusal("order.move", move_refused(before.number, from, asked, before.paid_at_ms.has_value()));
  const auto items = storage::list_order_items(context.tx, context.shop_id(), order_id);
  const std::int64_t at_ms = options.at_ms != 0 ? options.at_ms : context.now_ms;
  Order after = before;
  after.state = name_of(move->result);
  stamp_of(after, asked) = at_ms;
  if (!after.placed_at_ms && counts_as_order(move->result)) after.placed_at_ms = at_ms;
  store_change(context, before, after, items);
  auto more = options.data;
  if (!options.reason.empty()) more["reason"] = options.reason;
  tell(context, after, items, name_of(asked), at_ms, more);
  return {order_id, before.state, std::string(name_of(asked)), after.version};
}

void undo_order_change(const Context& context, const OrderChange& change) {
  const Order before = require_order(context, change.order_id);
  if (before.version != change.version)
    throw Refusal("order.changed", {"订单 #" + std::to_string(before.number) + " 之后又有变化，不能撤销",
                                    "order #" + std::to_string(before.number) + " changed since, that cannot be undone"});
  const auto items = storage::list_order_items(context.tx, context.shop_id(), change.order_id);
  Order after = before;
  if (change.from.empty()) {
    after.state = name_of(OrderState::kCancelled);
    after.cancelled_at_ms = context.now_ms;
    store_change(context, before, after, items);
    return tell(context, after, items, "cancelled", context.now_ms, {{"reason", "undo"}});
  }
  const OrderState asked = find_order_state(change.asked).value();
  after.state = change.from;
  stamp_of(after, asked).reset();
  if (state_of(after) == OrderState::kEnquiry) after.placed_at_ms.reset();
  store_change(context, before, after, items);
  tell(context, after, items, "reverted", context.now_ms, {{"undone", "order." + change.asked}});
}

void recount_orders(const Context& context, std::int64_t customer_id) {
  storage::set_order_facts(context.tx, context.shop_id(), customer_id,
                           storage::order_facts_of(context.tx, context.shop_id(), customer_id, context.shop.currency));
}

OrderChange recorded(const Order& order) { return {order.order_id, "", order.state, order.version}; }

nlohmann::json to_json(const OrderChange& change) {
  return {{"order_id", change.order_id}, {"from", change.from}, {"asked", change.asked}, {"version", change.version}};
}

OrderChange order_change_from(const nlohmann::json& json) try {
  OrderChange change{json.at("order_id").get<std::int64_t>(), json.at("from").get<std::string>(),
                     json.at("asked").get<std::string>(), json.at("version").get<std::int64_t>()};
  if (!find_order_state(change.asked)) throw std::invalid_argument("unknown order state in a stored change");
  return change;
} catch (const nlohmann::json::exception& error) {
  throw std::invalid_argument(std::string("not a stored order change: ") + error.what());
}

Order require_order(const Context& context, std::int64_t order_id) {
  auto order = storage::get_order(context.tx, context.shop_id(), order_id);
  if (!order) throw Refusal("order.unknown", {"没有这个订单", "there is no such order"});
  return *order;
}

Order require_order_numbered(const Context& context, std::string_view typed) {
  std::string digits = fold(typed);
  if (digits.starts_with('#')) digits.erase(0, 1);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size() || number <= 0)
    throw Refusal("order.number", {"“" + shorten(typed, 30) + "”不是订单号，订单号像 #1024",
                                   "'" + shorten(typed, 30) + "' is no order number; one looks like #1024"});
  auto order = storage::find_order_by_number(context.tx, context.shop_id(), number);
  if (!order)
    throw Refusal("order.unknown", {"没有订单 #" + std::to_string(number), "there is no order #" + std::to_string(number)});
  return *order;
}

nlohmann::json order_data(const Order& order, const std::vector<OrderItem>& items) {
  nlohmann::json lines = nlohmann::json::array();
  for (const auto& item : items) {
    nlohmann::json line{{"product_id", item.product_id}, {"name", item.name}, {"quantity", item.quantity}};
    if (item.unit_price_minor) line["unit_price_minor"] = *item.unit_price_minor;
    lines.push_back(std::move(line));
  }
  return {{"order_id", order.order_id}, {"number", order.number},     {"state", order.state}, {"paid", order.paid_at_ms.has_value()},
          {"currency", order.currency}, {"total_minor", order.total_minor}, {"items", std::move(lines)}};
}

std::string order_cause(std::int64_t order_id) { return "order:" + std::to_string(order_id); }

}  // namespace laoke
