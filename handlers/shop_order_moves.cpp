#include "handlers/shop_order_moves.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "handlers/happened.h"
#include "handlers/order_record.h"
#include "handlers/shipments.h"
#include "storage/events.h"
#include "storage/shipments.h"

namespace laoke {
namespace {

using nlohmann::json;
using storage::Order;
using S = OrderState;

constexpr int kMostRewinds = 4;      // cancelled, refunded, completed, delivered: each at most once
constexpr int kFactsReadBack = 200;  // of the customer, to find the newest of this order

// One walk of one order.
class OrderWalk {
 public:
  OrderWalk(const Context& context, std::int64_t order_id, const KnownOrder& known, OwnMoves& moves)
      : context_(context), order_id_(order_id), known_(known), moves_(moves) {}

  void run() {
    for (int i = 0; i < kMostRewinds && closed_too_early(); ++i)
      if (!rewind()) break;
    pay();
    ship();
    if (known_.delivered && allowed(S::kDelivered)) keep(deliver_order(context_, order_id_, not_later(known_.delivered_at_ms)));
    close();
    tell_partial_refund();
    moves_.version = order().version;
  }

 private:
  Order order() const { return require_order(context_, order_id_); }
  std::int64_t not_later(std::int64_t at_ms) const { return at_ms <= 0 ? context_.now_ms : std::min(at_ms, context_.now_ms); }
  std::vector<storage::Shipment> shipments() const { return storage::list_shipments(context_.tx, context_.shop_id(), order_id_); }

  bool allowed(S asked) const {
    const Order now = order();
    return find_move(state_of(now), asked, now.paid_at_ms.has_value()) != nullptr;
  }
  bool can_ship() const {
    const S state = state_of(order());
    return state == S::kShipped || allowed(S::kShipped);
  }
  void keep(const OrderChange& change) { moves_.changes.push_back(change); }
  void move(S asked, std::int64_t at_ms, const std::string& reason = "") {
    if (allowed(asked)) keep(move_order(context_, order_id_, asked, {not_later(at_ms), reason, json::object()}));
  }

  std::vector<KnownOrder::Parcel> missing_parcels() const {
    const auto there = shipments();
    std::vector<KnownOrder::Parcel> missing;
    for (const auto& [number, parcel] : known_.parcels)
      if (std::ranges::none_of(there, [&wanted = parcel.tracking_no](const auto& shipment) { return shipment.tracking_no == wanted; })) missing.push_back(parcel);
    return missing;
  }
  bool something_to_ship() const { return !missing_parcels().empty() || (known_.shipped && shipments().empty()); }

  bool closed_too_early() const {
    const S state = state_of(order());
    if (state == S::kCancelled && (known_.paid || !known_.cancelled)) return true;
    const bool past_shipping = state == S::kCancelled || state == S::kRefunded || state == S::kCompleted || state == S::kDelivered;
    return past_shipping && something_to_ship();
  }

  bool rewind() {
    const Order now = order();
    if (moves_.changes.empty() || moves_.changes.back().from.empty() || moves_.changes.back().version != now.version) return false;
    undo_order_change(context_, moves_.changes.back());
    moves_.changes.pop_back();
    if (!moves_.changes.empty()) moves_.changes.back().version = order().version;
    return true;
  }

  void pay() {
    if (known_.paid && !order().paid_at_ms) move(S::kPaid, known_.paid_at_ms);
  }

  void add(const KnownOrder::Parcel& parcel) {
    const auto change = add_shipment(context_, {order_id_, parcel.carrier, parcel.tracking_no, not_later(parcel.at_ms)});
    if (change.order_move) keep(*change.order_move);
  }

  // Parcels with a number take the place of the one we noted while no number was known.
  void ship() {
    const auto missing = missing_parcels();
    if (!missing.empty() && can_ship()) {
      for (const auto& parcel : missing) add(parcel);
      for (const auto& shipment : shipments())
        if (shipment.tracking_no.empty() && shipment.state == "shipped")
          storage::delete_shipment(context_.tx, context_.shop_id(), order_id_, shipment.shipment_id);
    }
    if (known_.shipped && shipments().empty() && can_ship()) add({"", "", known_.shipped_at_ms});
  }

  bool all_given_back() const {
    const std::int64_t total = order().total_minor, back = known_.given_back_minor();
    return known_.refunded || (total > 0 && back >= total) || (known_.cancelled && known_.paid);
  }

  // Paid money goes back by a refund, never by a cancellation.
  void close() {
    if (all_given_back())
      move(S::kRefunded, 0);
    else if (known_.cancelled)
      move(S::kCancelled, known_.cancelled_said_ms);
    else if (known_.completed)
      move(S::kCompleted, 0);
  }

  void tell_partial_refund() {
    const std::int64_t back = known_.given_back_minor();
    const Order now = order();
    if (back <= moves_.told_refund_minor || state_of(now) == S::kRefunded) return;
    moves_.told_refund_minor = back;
    ShopEvent event;
    event.kind = "order.partly_refunded";
    event.customer_id = now.customer_id;
    event.data = {{"order_id", now.order_id}, {"number", now.number}, {"currency", now.currency}, {"total_minor", now.total_minor}, {"refunded_minor", back}};
    event.cause = order_cause(now.order_id);
    happened(context_, event);
  }

  const Context& context_;
  const std::int64_t order_id_;
  const KnownOrder& known_;
  OwnMoves& moves_;
};

}  // namespace

std::string to_json_text(const OwnMoves& moves) {
  json changes = json::array();
  for (const auto& change : moves.changes) changes.push_back(to_json(change));
  return json{{"version", moves.version},
              {"changes", std::move(changes)},
              {"edited_at_ms", moves.edited_at_ms},
              {"held_at_ms", moves.held_at_ms},
              {"told_refund_minor", moves.told_refund_minor}}
      .dump();
}

OwnMoves own_moves_from(std::string_view json_text) try {
  OwnMoves moves;
  if (json_text.empty()) return moves;
  const json in = json::parse(json_text);
  moves.version = in.at("version");
  moves.edited_at_ms = in.at("edited_at_ms");
  moves.held_at_ms = in.at("held_at_ms");
  moves.told_refund_minor = in.at("told_refund_minor");
  for (const auto& change : in.at("changes")) moves.changes.push_back(order_change_from(change));
  return moves;
} catch (const json::exception& error) {
  throw std::invalid_argument(std::string("not the moves of a shop's order: ") + error.what());
}

void notice_edits(const Context& context, const Order& order, OwnMoves& moves) {
  if (moves.version == 0 || moves.version == order.version) return;
  moves.changes.clear();
  moves.version = order.version;
  for (const auto& fact : storage::list_events(context.tx, context.shop_id(), order.customer_id, 0, kFactsReadBack)) {
    if (!fact.kind.starts_with("order.")) continue;
    const auto data = json::parse(fact.data, nullptr, false);
    if (!data.is_object() || data.value("order_id", std::int64_t{0}) != order.order_id) continue;
    moves.edited_at_ms = std::max(moves.edited_at_ms, fact.at_ms);
    if (fact.kind == "order.reverted") moves.held_at_ms = std::max(moves.held_at_ms, fact.at_ms);
    return;
  }
  moves.edited_at_ms = std::max(moves.edited_at_ms, context.now_ms);  // changed, and too long ago to be told
}

void follow_known(const Context& context, std::int64_t order_id, const KnownOrder& known, OwnMoves& moves) {
  OrderWalk(context, order_id, known, moves).run();
}

}  // namespace laoke
