#include "handlers/shop_order_known.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <tuple>

#include "handlers/carriers.h"
#include "handlers/crypto.h"

namespace laoke {
namespace {

using nlohmann::json;

// What a whole order says, without its states: two messages of one moment are told apart by it, the same way on every
// machine.
std::string digest_of(const ShopOrderUpdate& update) {
  json items = json::array();
  for (const auto& item : update.items) items.push_back({item.name, item.sku, item.quantity, item.unit_price_minor});
  const json content = {update.number,  update.name,        update.phone, update.email, update.address,
                        update.note,    update.currency,    update.total_minor,         std::move(items)};
  return crypto::sha256_hex(content.dump(-1, ' ', false, json::error_handler_t::replace)).substr(0, 32);
}

void earlier(std::int64_t& known_ms, std::int64_t told_ms) {
  if (told_ms > 0 && (known_ms == 0 || told_ms < known_ms)) known_ms = told_ms;
}

bool join_content(KnownOrder& known, const ShopOrderUpdate& update) {
  if (!update.whole) return false;
  const std::string digest = digest_of(update);
  if (std::tie(update.changed_at_ms, digest) <= std::tie(known.content_at_ms, known.content)) return false;
  const bool differs = digest != known.content;
  known.content_at_ms = update.changed_at_ms;
  known.content = digest;
  return differs;
}

// An order that is old when it is first seen was not paid just now: nobody is thanked for it today.
std::int64_t paid_at(const ShopOrderUpdate& update) {
  if (update.paid_at_ms != 0) return update.paid_at_ms;
  if (update.change == ShopOrderChange::kPaid) return update.changed_at_ms;
  return update.paid ? update.placed_at_ms : 0;
}

void join_states(KnownOrder& known, const ShopOrderUpdate& update) {
  using Change = ShopOrderChange;
  const auto tells = [&](Change change, bool stated) { return update.change == change || stated; };
  known.refunded |= update.refunded;
  known.completed |= tells(Change::kCompleted, update.completed);
  if (tells(Change::kPaid, update.paid) || known.refunded || known.completed) {
    known.paid = true;
    earlier(known.paid_at_ms, paid_at(update));
  }
  if (tells(Change::kShipped, update.shipped)) {
    known.shipped = true;
    earlier(known.shipped_at_ms, update.changed_at_ms);
  }
  if (tells(Change::kDelivered, update.delivered)) {
    known.delivered = true;
    earlier(known.delivered_at_ms, update.changed_at_ms);
  }
  const bool cancelled = update.cancelled || update.change == Change::kCancelled;
  if (!update.whole && !cancelled) return;
  if (std::tie(update.changed_at_ms, cancelled) > std::tie(known.cancelled_said_ms, known.cancelled)) {
    known.cancelled_said_ms = update.changed_at_ms;
    known.cancelled = cancelled;
  }
}

void join_money(KnownOrder& known, const ShopOrderUpdate& update) {
  known.refunded_minor = std::max(known.refunded_minor, update.refunded_minor);
  for (const auto& refund : update.refunds) {
    auto& amount = known.refunds[refund.id];
    amount = std::max(amount, refund.amount_minor);
  }
  if (known.given_back_minor() > 0) known.paid = true;
}

void join_parcels(KnownOrder& known, const ShopOrderUpdate& update) {
  for (const auto& shipment : update.shipments) {
    known.shipped = true;
    const std::string number = tracking_number(shipment.tracking_no);
    const std::int64_t at_ms = shipment.at_ms != 0 ? shipment.at_ms : update.changed_at_ms;
    earlier(known.shipped_at_ms, at_ms);
    if (number.empty()) continue;
    const Carrier* carrier = find_carrier(shipment.carrier);
    const std::string code = carrier == nullptr ? "" : std::string(carrier->code);
    const auto [found, is_new] = known.parcels.emplace(number, KnownOrder::Parcel{code, number, at_ms});
    if (is_new) continue;
    found->second.carrier = std::max(found->second.carrier, code);
    earlier(found->second.at_ms, at_ms);
  }
}

}  // namespace

std::int64_t KnownOrder::given_back_minor() const {
  std::int64_t sum = 0;
  for (const auto& [id, amount] : refunds) sum += amount;
  return std::max(sum, refunded_minor);
}

bool join(KnownOrder& known, const ShopOrderUpdate& update) {
  const bool newer = join_content(known, update);
  join_states(known, update);
  join_money(known, update);
  join_parcels(known, update);
  return newer;
}

std::string to_json_text(const KnownOrder& known) {
  json parcels = json::array();
  for (const auto& [number, parcel] : known.parcels) parcels.push_back({parcel.carrier, parcel.tracking_no, parcel.at_ms});
  return json{{"content_at_ms", known.content_at_ms},
              {"content", known.content},
              {"paid", known.paid},
              {"shipped", known.shipped},
              {"delivered", known.delivered},
              {"completed", known.completed},
              {"refunded", known.refunded},
              {"paid_at_ms", known.paid_at_ms},
              {"shipped_at_ms", known.shipped_at_ms},
              {"delivered_at_ms", known.delivered_at_ms},
              {"cancelled", known.cancelled},
              {"cancelled_said_ms", known.cancelled_said_ms},
              {"refunded_minor", known.refunded_minor},
              {"refunds", known.refunds},
              {"parcels", std::move(parcels)}}
      .dump();
}

KnownOrder known_order_from(std::string_view json_text) try {
  KnownOrder known;
  if (json_text.empty()) return known;
  const json in = json::parse(json_text);
  const auto read = [&](const char* name, auto& into) { into = in.value(name, into); };
  read("content_at_ms", known.content_at_ms);
  read("content", known.content);
  read("paid", known.paid);
  read("shipped", known.shipped);
  read("delivered", known.delivered);
  read("completed", known.completed);
  read("refunded", known.refunded);
  read("paid_at_ms", known.paid_at_ms);
  read("shipped_at_ms", known.shipped_at_ms);
  read("delivered_at_ms", known.delivered_at_ms);
  read("cancelled", known.cancelled);
  read("cancelled_said_ms", known.cancelled_said_ms);
  read("refunded_minor", known.refunded_minor);
  read("refunds", known.refunds);
  for (const auto& parcel : in.value("parcels", json::array()))
    known.parcels[parcel.at(1)] = {parcel.at(0), parcel.at(1), parcel.at(2)};
  return known;
} catch (const json::exception& error) {
  throw std::invalid_argument(std::string("not what is known of a shop's order: ") + error.what());
}

}  // namespace laoke
