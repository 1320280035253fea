#include "handlers/seller/order_pick.h"

#include "handlers/carriers.h"
#include "handlers/orders.h"
#include "handlers/seller/card.h"
#include "handlers/seller/grammar.h"
#include "handlers/seller/who.h"
#include "handlers/text.h"

namespace laoke::seller {
namespace {

constexpr std::size_t kShownNewsCodePoints = 80;
constexpr int kLookedAt = 50;  // newest orders of a customer, or of the shop in one state

const std::string kOrderSlot = "order";

bool may_become(const storage::Order& order, OrderState asked) {
  const auto from = find_order_state(order.state);
  return from && find_move(*from, asked, order.paid_at_ms.has_value()) != nullptr;
}

std::vector<storage::Order> waiting_of(Chat& chat, std::int64_t customer_id, OrderState asked) {
  std::vector<storage::Order> waiting;
  for (auto& order : storage::list_orders_of_customer(chat.tx(), chat.shop_id(), customer_id, 0, kLookedAt))
    if (may_become(order, asked)) waiting.push_back(std::move(order));
  return waiting;
}

std::vector<storage::Order> waiting_in_shop(Chat& chat, OrderState asked) {
  std::vector<storage::Order> waiting;
  for (const auto state : kOrderStates) {
    // Whoever may become anything at all stands in the earlier states; the finished ones are never looked through.
    if (state >= OrderState::kCompleted) continue;
    for (auto& order : storage::list_orders_in_state(chat.tx(), chat.shop_id(), name_of(state), 0, kLookedAt))
      if (may_become(order, asked)) waiting.push_back(std::move(order));
  }
  std::ranges::sort(waiting, std::greater{}, &storage::Order::order_id);
  return waiting;
}

void ask_order(Chat& chat, std::string_view question, const std::vector<storage::Order>& orders) {
  std::vector<Option> options;
  for (const auto& order : orders) {
    if (options.size() == kMostChoices) break;
    const auto customer = storage::get_customer(chat.tx(), chat.shop_id(), order.customer_id);
    options.push_back({(customer ? shorten(customer->name, 20) + " " : "") + order_line(chat, order), order.order_id});
  }
  chat.ask_choice(question, kOrderSlot, options);
}

std::optional<storage::Order> order_of_customer(Chat& chat, const storage::Customer& customer, OrderState asked,
                                                std::string_view command) {
  auto waiting = waiting_of(chat, customer.customer_id, asked);
  if (waiting.size() == 1) return waiting.front();
  if (waiting.empty())
    chat.tell({"seller.order.none_waiting",
               {{"name", shorten(customer.name, 40)}, {"example", chat.words({"seller.example." + std::string(command)})}}});
  else
    ask_order(chat, chat.words({"seller.order.which"}), waiting);
  return std::nullopt;
}

}  // namespace

std::optional<storage::Order> pick_waiting_order(Chat& chat, std::string_view question, OrderState asked) {
  if (const auto picked = chat.picked(kOrderSlot)) return require_order(chat.context(), *picked);
  const auto waiting = waiting_in_shop(chat, asked);
  if (waiting.empty())
    chat.tell({"seller.order.nothing_waiting"});
  else
    ask_order(chat, question, waiting);
  return std::nullopt;
}

std::optional<PickedOrder> pick_order(Chat& chat, std::string_view rest, OrderState asked, std::string_view command) {
  std::string_view behind = rest;
  const std::string first = take_token(behind);
  if (first.empty()) {
    auto order = pick_waiting_order(chat, chat.words({"seller.order.which"}), asked);
    if (!order) return std::nullopt;
    return PickedOrder{std::move(*order), ""};
  }
  if (number_of(first) && first.size() < 20)
    return PickedOrder{require_order_numbered(chat.context(), half_width(first)), std::string(trim(behind))};
  if (half_width(first).starts_with('#')) throw refusal({"seller.order.bad_number", {{"text", shorten(first, 30)}}});
  const auto found = take_who(chat, rest);
  if (!found) return std::nullopt;
  if (const auto picked = chat.picked(kOrderSlot)) return PickedOrder{require_order(chat.context(), *picked), found->rest};
  auto order = order_of_customer(chat, found->customer, asked, command);
  if (!order) return std::nullopt;
  return PickedOrder{std::move(*order), found->rest};
}

std::string shipment_line(const Chat& chat, const storage::Shipment& shipment) {
  const std::string carrier = carrier_name(shipment.carrier, chat.language());
  std::string line;
  for (const auto& part : {carrier, shipment.tracking_no, chat.words({"seller.shipment." + shipment.state})})
    if (!part.empty()) line += (line.empty() ? "" : " ") + part;
  return line;
}

std::string parcel_lines(const Chat& chat, const storage::Shipment& shipment) {
  const std::string line = shipment_line(chat, shipment);
  if (shipment.news.empty()) return line;
  return line + "\n   " + chat.date_time(shipment.news_at_ms) + " " + shorten(shipment.news, kShownNewsCodePoints);
}

}  // namespace laoke::seller
