#include "handlers/carriers.h"
#include "handlers/orders.h"
#include "handlers/parcel_services.h"
#include "handlers/seller/grammar.h"
#include "handlers/seller/handlers.h"
#include "handlers/seller/order_pick.h"
#include "handlers/text.h"
#include "storage/shipments.h"

// 查快递 SF1234567890, 查快递 #1001: asks the service now instead of waiting for what it pushes.
namespace laoke::seller {
namespace {

constexpr std::size_t kMostParcelsAsked = 3;  // of one order

// The shipment's own words; of a number no shipment has, the number.
std::string known_of(const Chat& chat, const ParcelQuestion& question) {
  const auto known = storage::find_shipments_by_number(chat.tx(), chat.shop_id(), question.tracking_no);
  return known.empty() ? question.tracking_no : parcel_lines(chat, known.back());
}

void ask(Chat& chat, ParcelQuestion question) {
  question.asked_by = chat.sender().contact.contact_id;
  const std::string known = known_of(chat, question);
  const auto asked = ask_parcel(chat.context(), question);
  switch (asked.kind) {
    case ParcelAsked::Kind::kAsked: return chat.tell({"seller.parcel.asked", {{"parcel", known}}});
    case ParcelAsked::Kind::kTooSoon:
      return chat.tell({"seller.parcel.too_soon", {{"parcel", known}, {"time", chat.date_time(asked.asked_at_ms)}}});
    case ParcelAsked::Kind::kNobody: return chat.tell({"seller.parcel.nobody"});
  }
}

void ask_of_order(Chat& chat, const storage::Order& order) {
  std::size_t asked = 0;
  for (const auto& shipment : storage::list_shipments(chat.tx(), chat.shop_id(), order.order_id)) {
    if (shipment.tracking_no.empty() || asked == kMostParcelsAsked) continue;
    ask(chat, {shipment.carrier, shipment.tracking_no, phone_of_parcel(chat.context(), order), 0});
    ++asked;
  }
  if (asked == 0) chat.tell({"seller.parcel.none", {{"number", "#" + std::to_string(order.number)}}});
}

// What the order knows of the parcel; typed words go before it: 查快递 SF1234567890 顺丰 8000.
ParcelQuestion question_about(Chat& chat, const std::string& number, std::string_view rest) {
  ParcelQuestion question;
  question.tracking_no = number;
  const auto known = storage::find_shipments_by_number(chat.tx(), chat.shop_id(), number);
  if (!known.empty()) {
    question.carrier = known.back().carrier;
    question.phone = phone_of_parcel(chat.context(), require_order(chat.context(), known.back().order_id));
  } else if (const auto guesses = guess_carriers(number, chat.context().shop.country); !guesses.empty() && guesses.front().certainty == 3) {
    question.carrier = guesses.front().carrier->code;
  }
  for (const auto& piece : tokens_of(rest)) {
    if (const auto* carrier = find_carrier(piece))
      question.carrier = carrier->code;
    else if (piece.find_first_not_of("0123456789+") == std::string::npos && piece.size() >= 4 && piece.size() <= 15)
      question.phone = piece;
  }
  return question;
}

}  // namespace

void run_parcel(Chat& chat, std::string_view rest) {
  std::string_view behind = rest;
  std::string first = take_token(behind);
  if (first.empty()) return chat.tell({"seller.parcel.which"});
  // The carrier may stand in front: 查快递 顺丰 SF1234567890.
  std::string carrier;
  if (find_carrier(first) != nullptr && tracking_number(first).empty()) {
    carrier = first;
    first = take_token(behind);
  }
  const std::string number = half_width(first).starts_with('#') ? "" : tracking_number(first);
  if (!number.empty()) return ask(chat, question_about(chat, number, carrier + " " + std::string(behind)));
  if (number_of(first)) return ask_of_order(chat, require_order_numbered(chat.context(), half_width(first)));
  chat.tell({"seller.parcel.which"});
}

}  // namespace laoke::seller
