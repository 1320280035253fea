#include "handlers/orders.h"

#include "handlers/order_text.h"
#include "handlers/products.h"
#include "handlers/refusal.h"
#include "handlers/seller/broadcasts.h"
#include "handlers/seller/card.h"
#include "handlers/seller/grammar.h"
#include "handlers/seller/handlers.h"
#include "handlers/seller/order_pick.h"
#include "handlers/seller/undo.h"
#include "handlers/seller/who.h"
#include "handlers/shipments.h"
#include "handlers/tasks.h"
#include "handlers/text.h"

// 订单 付款 签收 完成 取消 退款: recording an order and moving it on.
namespace laoke::seller {
namespace {

WordValue number_of_order(const storage::Order& order) { return {"number", "#" + std::to_string(order.number)}; }

std::string name_on(const Chat& chat, const storage::Order& order) {
  const auto customer = storage::get_customer(chat.tx(), chat.shop_id(), order.customer_id);
  return customer ? shorten(customer->name, 40) : "";
}

void list_orders_of(Chat& chat, const storage::Customer& customer) {
  const auto orders = storage::list_orders_of_customer(chat.tx(), chat.shop_id(), customer.customer_id, 0, 10);
  if (orders.empty())
    return chat.tell({"seller.order.none", {{"name", shorten(customer.name, 40)}, {"example", chat.words({"seller.example.order"})}}});
  std::string text = shorten(customer.name, 40);
  for (const auto& order : orders) text += "\n" + order_line(chat, order);
  chat.answer(text);
}

void show_order(Chat& chat, const storage::Order& order) {
  std::string text = order_line(chat, order) + "\n" + name_on(chat, order);
  for (const auto& line : {order.recipient, order.phone, order.address, order.note})
    if (!line.empty()) text += "\n" + line;
  for (const auto& shipment : storage::list_shipments(chat.tx(), chat.shop_id(), order.order_id))
    text += "\n📦 " + parcel_lines(chat, shipment);
  chat.answer(text);
}

// The order's parcels that are on their way, as they are: "签收" ends their way, and undo sets them on it again.
nlohmann::json parcels_on_their_way(const Chat& chat, std::int64_t order_id) {
  nlohmann::json parcels = nlohmann::json::array();
  for (const auto& shipment : storage::list_shipments(chat.tx(), chat.shop_id(), order_id))
    if (!shipment.delivered_at_ms) parcels.push_back({{"id", shipment.shipment_id}, {"state", shipment.state}, {"reached", shipment.reached}});
  return parcels;
}

// What the move is called in its confirmation, "seller.order.moved.<asked>".
void move(Chat& chat, std::string_view rest, OrderState asked, std::string_view command) {
  const auto picked = pick_order(chat, rest, asked, command);
  if (!picked) return;
  MoveOptions options;
  options.reason = picked->rest;
  nlohmann::json action{{"do", "order"}};
  if (asked == OrderState::kDelivered) action["parcels"] = parcels_on_their_way(chat, picked->order.order_id);
  const auto change = asked == OrderState::kDelivered ? deliver_order(chat.context(), picked->order.order_id)
                                                      : move_order(chat.context(), picked->order.order_id, asked, options);
  action["change"] = to_json(change);
  done(chat, std::move(action),
       {"seller.order.moved." + std::string(name_of(asked)),
        {number_of_order(picked->order),
         {"name", name_on(chat, picked->order)},
         {"total", chat.money(picked->order.total_minor, picked->order.currency)}}});
}

}  // namespace

void tell_recorded(Chat& chat, const storage::Order& order, const Recorded& how) {
  const auto items = storage::list_order_items(chat.tx(), chat.shop_id(), order.order_id);
  nlohmann::json action{{"do", "order"}, {"change", to_json(recorded(order))}};
  if (how.made_customer_id != 0) action["made_customer"] = how.made_customer_id;
  const bool priceless = !how.amount_given && order.total_minor == 0 &&
                         std::ranges::none_of(items, [](const auto& item) { return item.unit_price_minor.has_value(); });
  done(chat, std::move(action),
       {priceless ? "seller.order.recorded.no_amount" : "seller.order.recorded",
        {number_of_order(order),
         {"name", name_on(chat, order)},
         {"items", shorten(items_text(items, chat.language()), 300)},
         {"total", chat.money(order.total_minor, order.currency)}}});
  // The reminder to pay names the amount.
  if (priceless) chat.tell({"seller.order.amount_missing", {{"example", chat.words({"seller.example.order"})}}});
}

void run_order(Chat& chat, std::string_view rest) {
  if (rest.empty()) return chat.tell({"seller.usage", {{"example", chat.words({"seller.example.order"})}}});
  if (half_width(rest).starts_with('#') && try_order_number(chat, rest)) return;
  const auto found = take_who(chat, rest, Unknown::kOfferToCreate);
  if (!found) return;
  if (found->rest.empty()) return list_orders_of(chat, found->customer);
  OrderTextHints hints;
  hints.currency = chat.context().shop.currency;
  hints.is_product = [&](std::string_view name) { return find_product(chat.context(), name).has_value(); };
  const auto read = read_order_text(found->rest, hints);
  if (!read) throw Refusal("order.text", read.error());  // takes a customer made for it back with it
  OrderDraft draft;
  draft.customer_id = found->customer.customer_id;
  draft.items = read->items;
  draft.note = read->note;
  if (read->amount) {
    draft.total_minor = read->amount->amount_minor;
    draft.currency = read->amount->currency;
  }
  // Made by the answer to "New customer …?" a moment ago, in this very transaction.
  const bool made_now = found->customer.created_at_ms == chat.now_ms() && found->customer.source == "chat";
  tell_recorded(chat, record_order(chat.context(), draft), {made_now ? draft.customer_id : 0, draft.total_minor.has_value()});
}

bool try_order_number(Chat& chat, std::string_view text) {
  if (!half_width(text).starts_with('#')) return false;
  const auto number = number_of(text);
  if (!number) return false;
  show_order(chat, require_order_numbered(chat.context(), half_width(text)));
  return true;
}

void run_paid(Chat& chat, std::string_view rest) { move(chat, rest, OrderState::kPaid, "paid"); }
void run_delivered(Chat& chat, std::string_view rest) { move(chat, rest, OrderState::kDelivered, "delivered"); }
void run_refund(Chat& chat, std::string_view rest) { move(chat, rest, OrderState::kRefunded, "refund"); }

// "完成 任务 1003" ends a task, any other 完成 an order.
void run_done(Chat& chat, std::string_view rest) {
  if (is_about_task(rest)) return finish_a_task(chat, rest);
  move(chat, rest, OrderState::kCompleted, "done");
}

void run_cancel(Chat& chat, std::string_view rest) {
  if (is_about_broadcast(rest)) return cancel_a_broadcast(chat, rest);
  if (is_about_task(rest)) return cancel_a_task(chat, rest);
  move(chat, rest, OrderState::kCancelled, "cancel");
}

}  // namespace laoke::seller
