#include "handlers/shipments.h"

#include <algorithm>

#include "handlers/carriers.h"
#include "handlers/happened.h"
#include "handlers/parcel_services.h"
#include "handlers/parcels.h"
#include "handlers/refusal.h"
#include "handlers/shipment_stages.h"
#include "handlers/text.h"

namespace laoke {
namespace {

using storage::Shipment;

std::string carrier_for(const ShipmentDraft& draft, const std::string& tracking_no, const Context& context) {
  if (!trim(draft.carrier).empty()) {
    const auto carrier = carrier_typed(draft.carrier);
    if (!carrier) throw Refusal("carrier.unknown", carrier.error());
    return std::string((*carrier)->code);
  }
  if (tracking_no.empty()) return "";
  const auto guesses = guess_carriers(tracking_no, context.shop.country);
  const bool clear = !guesses.empty() && guesses[0].certainty == 3 && (guesses.size() == 1 || guesses[1].certainty < 3);
  return clear ? std::string(guesses[0].carrier->code) : "";
}

std::string number_for(const ShipmentDraft& draft) {
  if (trim(draft.tracking_no).empty()) return "";
  auto number = tracking_number(draft.tracking_no);
  if (number.empty())
    throw Refusal("shipment.number",
                  "“" + shorten(draft.tracking_no, 40) + "”不像快递单号：6 到 40 位字母、数字或 -，至少 4 位数字",
                  "'" + shorten(draft.tracking_no, 40) + "' is no tracking number: 6 to 40 letters, digits or '-', at least 4 digits");
  return number;
}

nlohmann::json shipment_data(const Shipment& shipment) {
  return {{"shipment_id", shipment.shipment_id},
          {"carrier", shipment.carrier},
          {"tracking_no", shipment.tracking_no},
          {"tracking_url", tracking_url(shipment.carrier, shipment.tracking_no)}};
}

void tell(const Context& context, const storage::Order& order, const Shipment& shipment, const char* kind, std::int64_t at_ms) {
  ShopEvent event;
  event.kind = kind;
  event.customer_id = order.customer_id;
  event.data = shipment_data(shipment);
  event.data["order_id"] = order.order_id;
  event.data["number"] = order.number;
  event.cause = order_cause(order.order_id);
  event.at_ms = at_ms;
  happened(context, event);
}

// What rules and webhooks hear of a stage; the stages not listed only show.
struct ToldStage {
  ParcelStage stage;
  const char* event;
};
constexpr ToldStage kToldStages[] = {{ParcelStage::kOutForDelivery, "shipment.out_for_delivery"},
                                     {ParcelStage::kReadyForPickup, "shipment.ready_for_pickup"},
                                     {ParcelStage::kDelivered, "shipment.delivered"},
                                     {ParcelStage::kException, "shipment.exception"},
                                     {ParcelStage::kReturned, "shipment.returned"}};

void enter_stage(const Context& context, const storage::Order& order, Shipment& shipment, const StageMove& move, std::int64_t at_ms) {
  const auto stage = find_parcel_stage(move.state);
  shipment.reached = move.reached;
  shipment.state = move.state;
  shipment.updated_at_ms = context.now_ms;
  if (stage == ParcelStage::kDelivered) shipment.delivered_at_ms = at_ms;
  storage::update_shipment(context.tx, context.shop_id(), shipment);
  const auto told = std::ranges::find(kToldStages, *stage, &ToldStage::stage);
  if (told != std::end(kToldStages)) tell(context, order, shipment, told->event, at_ms);
}

bool all_arrived(const std::vector<Shipment>& shipments) {
  const auto is = [](const char* state) { return [state](const Shipment& s) { return s.state == state; }; };
  return std::any_of(shipments.begin(), shipments.end(), is("delivered")) &&
         std::all_of(shipments.begin(), shipments.end(),
                     [&](const Shipment& s) { return is("delivered")(s) || is("returned")(s); });
}

}  // namespace

ShipmentChange add_shipment(const Context& context, const ShipmentDraft& draft) {
  const auto order = require_order(context, draft.order_id);
  Shipment shipment;
  shipment.order_id = order.order_id;
  shipment.tracking_no = number_for(draft);
  shipment.carrier = carrier_for(draft, shipment.tracking_no, context);
  for (const auto& known : storage::list_shipments(context.tx, context.shop_id(), order.order_id))
    if (!known.tracking_no.empty() && known.tracking_no == shipment.tracking_no) {
      if (find_parcel_stage(known.state) == ParcelStage::kStale) follow_parcel(context, order, known);
      return {known, false, std::nullopt};
    }

  shipment.shipment_id = context.tx.next_id();
  shipment.state = "shipped";
  shipment.shipped_at_ms = draft.at_ms != 0 ? draft.at_ms : context.now_ms;
  shipment.updated_at_ms = context.now_ms;
  ShipmentChange change{shipment, true, std::nullopt};
  if (order.state != name_of(OrderState::kShipped)) {
    MoveOptions options;
    options.at_ms = shipment.shipped_at_ms;
    options.data = shipment_data(shipment);
    change.order_move = move_order(context, order.order_id, OrderState::kShipped, options);
  }
  storage::insert_shipment(context.tx, context.shop_id(), shipment);
  tell(context, order, shipment, "shipment.created", shipment.shipped_at_ms);
  follow_parcel(context, order, shipment);
  hear_kept_news(context, change.shipment);
  return change;
}

Shipment report_shipment(const Context& context, std::int64_t order_id, std::int64_t shipment_id, std::string_view state,
                         std::int64_t at_ms) {
  const auto stage = find_parcel_stage(state);
  if (!stage)
    throw Refusal("shipment.state", "没有物流状态“" + shorten(state, 30) + "”，可以用：" + parcel_stages_listed("、"),
                  "there is no shipment state '" + shorten(state, 30) + "'; allowed: " + parcel_stages_listed(", "));
  auto shipment = storage::get_shipment(context.tx, context.shop_id(), order_id, shipment_id);
  if (!shipment) throw Refusal("shipment.unknown", "没有这个包裹", "there is no such shipment");
  move_shipment(context, *shipment, *stage, at_ms);
  return *shipment;
}

bool move_shipment(const Context& context, Shipment& shipment, ParcelStage stage, std::int64_t at_ms) {
  const auto move = move_to_stage(shipment, stage);
  if (!move) return false;
  if (at_ms == 0) at_ms = context.now_ms;
  const auto order = require_order(context, shipment.order_id);
  enter_stage(context, order, shipment, *move, at_ms);
  if (order.state == name_of(OrderState::kShipped) &&
      all_arrived(storage::list_shipments(context.tx, context.shop_id(), shipment.order_id)))
    move_order(context, shipment.order_id, OrderState::kDelivered, {at_ms, "", nlohmann::json::object()});
  return true;
}

OrderChange deliver_order(const Context& context, std::int64_t order_id, std::int64_t at_ms) {
  if (at_ms == 0) at_ms = context.now_ms;
  const auto change = move_order(context, order_id, OrderState::kDelivered, {at_ms, "", nlohmann::json::object()});
  const auto order = require_order(context, order_id);
  for (auto& shipment : storage::list_shipments(context.tx, context.shop_id(), order_id))
    if (const auto move = move_to_stage(shipment, ParcelStage::kDelivered)) enter_stage(context, order, shipment, *move, at_ms);
  return change;
}

void undo_shipment(const Context& context, const ShipmentChange& change) {
  if (!change.added) return;
  const auto known = storage::get_shipment(context.tx, context.shop_id(), change.shipment.order_id, change.shipment.shipment_id);
  if (!known || known->state != "shipped")
    throw Refusal("shipment.changed", "包裹之后又有变化，不能撤销", "the shipment changed since, that cannot be undone");
  const bool only_one = storage::list_shipments(context.tx, context.shop_id(), known->order_id).size() == 1;
  if (change.order_move && only_one) undo_order_change(context, *change.order_move);
  storage::delete_shipment(context.tx, context.shop_id(), known->order_id, known->shipment_id);
  forget_parcel(context, known->order_id, known->shipment_id);
}

nlohmann::json to_json(const ShipmentChange& change) {
  nlohmann::json json{{"order_id", change.shipment.order_id}, {"shipment_id", change.shipment.shipment_id}, {"added", change.added}};
  if (change.order_move) json["order_move"] = to_json(*change.order_move);
  return json;
}

ShipmentChange shipment_change_from(const nlohmann::json& json) try {
  ShipmentChange change;
  change.shipment.order_id = json.at("order_id").get<std::int64_t>();
  change.shipment.shipment_id = json.at("shipment_id").get<std::int64_t>();
  change.added = json.at("added").get<bool>();
  if (json.contains("order_move")) change.order_move = order_change_from(json.at("order_move"));
  return change;
} catch (const nlohmann::json::exception& error) {
  throw std::invalid_argument(std::string("not a stored shipment change: ") + error.what());
}

}  // namespace laoke
