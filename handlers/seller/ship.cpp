#include "handlers/carriers.h"
#include "handlers/orders.h"
#include "handlers/seller/grammar.h"
#include "handlers/seller/handlers.h"
#include "handlers/seller/order_pick.h"
#include "handlers/seller/undo.h"
#include "handlers/seller/who.h"
#include "handlers/shipments.h"
#include "handlers/text.h"
#include "handlers/traditional.h"
#include "storage/customers.h"

// 发货 #1024 顺丰 SF1234567890, and a tracking number alone.
namespace laoke::seller {
namespace {

const std::string kCarrierSlot = "carrier";

// "顺丰SF1234567890", "快递单号：SF1234567890": what is copied from a carrier's app, as its two parts; a label says nothing.
std::vector<std::string> unglued(const std::string& piece) {
  const auto digits = piece.find_first_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");
  if (digits == 0 || digits == std::string::npos || tracking_number(piece.substr(digits)).empty()) return {piece};
  std::string head = half_width(piece.substr(0, digits));
  while (head.ends_with(':')) head.pop_back();
  for (const std::string_view label : {"单号", "快递单号", "运单号", "物流单号", "货运单号", "宅配单号", "快递"})
    if (simplified(head) == label) return {piece.substr(digits)};
  if (find_carrier(head) == nullptr) return {piece};
  return {head, piece.substr(digits)};
}

std::vector<std::string> parcel_words(std::string_view text) {
  std::vector<std::string> words;
  for (const auto& piece : tokens_of(text))
    for (auto& word : unglued(piece)) words.push_back(std::move(word));
  return words;
}

// Carrier and number behind the order, in either order: "顺丰 SF123…", "SF123… 顺丰", one of them, or none.
struct TypedShipment {
  std::string carrier, tracking_no;
};
TypedShipment carrier_and_number(std::string_view rest) {
  TypedShipment typed;
  for (const auto& piece : parcel_words(rest)) {
    const bool known = find_carrier(typed.carrier.empty() ? piece : typed.carrier + " " + piece) != nullptr;
    if (!known && typed.tracking_no.empty() && !tracking_number(piece).empty())
      typed.tracking_no = piece;
    else
      typed.carrier += (typed.carrier.empty() ? "" : " ") + piece;
  }
  return typed;
}

// The carrier a number speaks for, when only one does.
bool one_speaks_for(const std::vector<CarrierGuess>& guesses) {
  return guesses.size() == 1 || (guesses.size() > 1 && guesses[0].certainty > guesses[1].certainty);
}

// The carrier's code; nullopt: several may have given this number, and the person was asked.
std::optional<std::string> carrier_for(Chat& chat, const TypedShipment& typed) {
  if (!typed.carrier.empty() || typed.tracking_no.empty()) return typed.carrier;
  const auto guesses = guess_carriers(tracking_number(typed.tracking_no), chat.context().shop.country);
  if (guesses.empty()) return "";  // add_shipment() says what is missing
  if (one_speaks_for(guesses)) return std::string(guesses.front().carrier->code);
  const auto all = carriers();
  if (const auto picked = chat.picked(kCarrierSlot); picked && *picked < static_cast<std::int64_t>(all.size()))
    return std::string(all[static_cast<std::size_t>(*picked)].code);
  std::vector<Option> options;
  for (const auto& guess : guesses)
    if (options.size() < 6) options.push_back({guess.carrier->name.in(chat.language()), guess.carrier - all.data()});
  chat.ask_choice(chat.words({"seller.ship.which_carrier", {{"number", typed.tracking_no}}}), kCarrierSlot, options);
  return std::nullopt;
}

void ship(Chat& chat, const storage::Order& order, const TypedShipment& typed) {
  const std::string number = "#" + std::to_string(order.number);
  if (typed.tracking_no.empty() && order.state == name_of(OrderState::kShipped))
    return chat.tell({"seller.ship.already", {{"number", number}}});
  const auto carrier = carrier_for(chat, typed);
  if (!carrier) return;
  const auto change = add_shipment(chat.context(), {order.order_id, *carrier, typed.tracking_no, 0});
  const auto customer = storage::get_customer(chat.tx(), chat.shop_id(), order.customer_id);
  const bool bare = change.shipment.carrier.empty() && change.shipment.tracking_no.empty();
  const Phrase told{!change.added ? "seller.ship.same" : bare ? "seller.ship.bare" : "seller.ship.done",
                    {{"number", number},
                     {"name", customer ? shorten(customer->name, 40) : std::string()},
                     {"parcel", shipment_line(chat, change.shipment)}}};
  if (!change.added) return chat.tell(told);
  done(chat, {{"do", "shipment"}, {"change", to_json(change)}}, told);
}

// "SF1234567890", "顺丰 SF1234567890", "SF1234567890 顺丰速运": a number, and nothing with it but a carrier's name.
std::optional<TypedShipment> parcel_alone(std::string_view text) {
  auto typed = carrier_and_number(text);
  if (typed.tracking_no.empty() || tracking_number(typed.tracking_no).empty()) return std::nullopt;
  if (!typed.carrier.empty() && find_carrier(typed.carrier) == nullptr) return std::nullopt;
  return typed;
}

}  // namespace

// "发货 SF1234567890": the order is asked for. Digits alone are the number of an order.
void run_ship(Chat& chat, std::string_view rest) {
  const auto alone = parcel_alone(rest);
  if (alone && !number_of(rest) && !names_somebody(chat, rest) && try_tracking_number(chat, rest)) return;
  if (const auto picked = pick_order(chat, rest, OrderState::kShipped, "ship")) ship(chat, picked->order, carrier_and_number(picked->rest));
}

bool try_tracking_number(Chat& chat, std::string_view text) {
  if (text.size() > 64 || chat.role() < Role::kOperator) return false;
  const auto typed = parcel_alone(text);
  if (!typed) return false;
  const std::string number = tracking_number(typed->tracking_no);
  if (const Carrier* carrier = find_carrier(typed->carrier)) {
    const auto question = chat.words({"seller.ship.which_order", {{"carrier", carrier->name.in(chat.language())}, {"number", number}}});
    if (const auto order = pick_waiting_order(chat, question, OrderState::kShipped)) ship(chat, *order, *typed);
    return true;
  }
  const auto guesses = guess_carriers(number, chat.context().shop.country);
  if (guesses.empty()) return false;
  const std::string carrier = guesses.front().carrier->name.in(chat.language());
  const std::string question =
      one_speaks_for(guesses) ? chat.words({"seller.ship.which_order", {{"carrier", carrier}, {"number", number}}})
                              : chat.words({"seller.ship.which_order_any", {{"number", number}}});
  if (const auto order = pick_waiting_order(chat, question, OrderState::kShipped)) ship(chat, *order, {"", number});
  return true;
}

}  // namespace laoke::seller
