#include "handlers/customer_press.h"

#include "handlers/compose.h"
#include "handlers/delivery_content.h"
#include "handlers/money.h"
#include "handlers/orders.h"
#include "handlers/outbox.h"
#include "handlers/seller/grammar.h"
#include "handlers/text.h"
#include "handlers/wording.h"
#include "storage/broadcasts.h"
#include "storage/channels.h"
#include "storage/ledger.h"

namespace laoke {
namespace {

using storage::Order;

std::int64_t who_pressed(const CustomerMessage& message) { return message.sender.contact.customer_id; }

void tell_presser(const Context& context, const CustomerMessage& message, const Phrase& said) {
  DirectMessage reply;
  reply.customer_id = who_pressed(message);
  reply.contact_id = message.sender.contact.contact_id;
  reply.channel_id = message.channel_id;
  reply.content.text = say(message_language(context, who_pressed(message)), said);
  queue_message(context, reply);
}

// "rcv:1001:n" in its three parts; missing ones are "".
struct Press {
  std::string_view verb, subject, choice;
};
Press press_parts(std::string_view data) {
  const auto piece = [&] {
    const auto colon = data.find(':');
    const auto text = data.substr(0, colon);
    data.remove_prefix(colon == std::string_view::npos ? data.size() : colon + 1);
    return text;
  };
  Press press;
  press.verb = piece();
  press.subject = piece();
  press.choice = piece();
  return press;
}

WordValue number_of_order(const Order& order) { return {"number", "#" + std::to_string(order.number)}; }

Phrase about(const Context& context, std::string_view key, const Order& order) {
  return {std::string(key), {number_of_order(order), {"total", format_money(order.total_minor, order.currency, context.shop.language)}}};
}

RemarkButton seller_button(std::string_view action, std::int64_t subject) {
  return {"relay.button." + std::string(action), "do:" + std::string(action) + ":" + std::to_string(subject)};
}

bool may_become(const Order& order, OrderState asked) {
  const auto from = find_order_state(order.state);
  return from && find_move(*from, asked, order.paid_at_ms.has_value()) != nullptr;
}

// Nothing is left to do about a cancelled or refunded order.
bool is_over(const Context& context, const CustomerMessage& message, const Order& order) {
  const auto state = find_order_state(order.state);
  if (state && (counts_as_order(*state) || *state == OrderState::kEnquiry)) return false;
  const auto language = message_language(context, who_pressed(message));
  tell_presser(context, message, {"press.answer.over", {number_of_order(order), {"state", state ? word_for(*state).in(language) : order.state}}});
  return true;
}

using Pressed = std::optional<Remark> (*)(const Context&, const CustomerMessage&, const Press&, const Order&);

std::optional<Remark> says_paid(const Context& context, const CustomerMessage& message, const Press&, const Order& order) {
  if (is_over(context, message, order)) return std::nullopt;
  if (order.paid_at_ms) {
    tell_presser(context, message, about(context, "press.answer.paid_already", order));
    return std::nullopt;
  }
  tell_presser(context, message, about(context, "press.answer.paid", order));
  return Remark{about(context, "relay.says_paid", order), {seller_button("paid", order.number)}};
}

std::optional<Remark> wants_cancelled(const Context& context, const CustomerMessage& message, const Press&, const Order& order) {
  if (is_over(context, message, order)) return std::nullopt;
  tell_presser(context, message, about(context, "press.answer.cancel", order));
  if (may_become(order, OrderState::kCancelled))
    return Remark{about(context, "relay.wants_cancelled", order), {seller_button("cancel", order.number)}};
  return Remark{about(context, "relay.wants_cancelled.late", order), {}};
}

// The one press that moves an order: the parcel is theirs, and it is on its way.
std::optional<Remark> says_arrived(const Context& context, const CustomerMessage& message, const Order& order) {
  const bool known = order.state == "delivered" || order.state == "completed";
  if (order.state == "shipped") move_order(context, order.order_id, OrderState::kDelivered);
  tell_presser(context, message, about(context, "press.answer.arrived", order));
  if (known) return std::nullopt;
  return Remark{about(context, "relay.says_arrived", order), {}};
}

std::optional<Remark> about_parcel(const Context& context, const CustomerMessage& message, const Press& press, const Order& order) {
  if (is_over(context, message, order)) return std::nullopt;
  if (press.choice == "y") return says_arrived(context, message, order);
  tell_presser(context, message, about(context, "press.answer.problem", order));
  return Remark{about(context, "relay.says_problem", order), {seller_button("card", who_pressed(message)), seller_button("later", who_pressed(message))}};
}

struct Known {
  std::string_view verb;
  Pressed run;
};
constexpr Known kAboutOrders[] = {{"paid", says_paid}, {"cancel", wants_cancelled}, {"rcv", about_parcel}};

std::optional<Order> own_order(const Context& context, const CustomerMessage& message, std::string_view typed) {
  const auto number = seller::number_of(typed);
  const auto order = number ? storage::find_order_by_number(context.tx, context.shop_id(), *number) : std::nullopt;
  if (!order || storage::living_customer(context.tx, context.shop_id(), order->customer_id) != who_pressed(message)) return std::nullopt;
  return order;
}

Remark wants_again(const Context& context, const CustomerMessage& message, bool yes) {
  tell_presser(context, message, {yes ? "press.answer.again" : "press.answer.not_yet"});
  if (!yes) return {{"relay.not_yet"}, {}};
  return {{"relay.wants_again"}, {seller_button("order", who_pressed(message))}};
}

// The label of the button that was pressed, from the message it stands under; "" when that cannot be told.
std::string label_of(const Context& context, const CustomerMessage& message) {
  const auto& contact = message.sender.contact;
  const auto& event = message.event;
  const auto delivery = storage::find_delivery_by_platform_id(context.tx, context.shop_id(), contact.customer_id, contact.contact_id,
                                                              event.reply_to.empty() ? event.platform_message_id : event.reply_to);
  if (!delivery) return "";
  const auto broadcast =
      delivery->key.source == "b" ? storage::get_broadcast(context.tx, context.shop_id(), delivery->key.source_id) : std::nullopt;
  const auto channel = storage::get_channel(context.tx, context.shop_id(), message.channel_id);
  MessageCache cache;
  const auto sent = content_of(context, *delivery, message_language(context, who_pressed(message)), channel ? channel->kind : "", broadcast ? &*broadcast : nullptr, cache);
  if (!sent) return "";
  for (const auto& row : sent->content.buttons)
    for (const auto& button : row)
      if (button.data == event.press_data) return button.label;
  return "";
}

}  // namespace

std::optional<Remark> on_customer_press(const Context& context, const CustomerMessage& message) {
  const Press press = press_parts(message.event.press_data);
  for (const auto& known : kAboutOrders) {
    if (known.verb != press.verb) continue;
    if (const auto order = own_order(context, message, press.subject)) return known.run(context, message, press, *order);
    tell_presser(context, message, {"press.answer.no_order"});
    return std::nullopt;
  }
  if (press.verb == "again" && (press.subject == "y" || press.subject == "n")) return wants_again(context, message, press.subject == "y");
  std::string label = message.event.text;
  if (label.empty()) label = label_of(context, message);
  return Remark{{"relay.press", {{"text", shorten(label.empty() ? message.event.press_data : label, 200)}}}, {}};
}

}  // namespace laoke
