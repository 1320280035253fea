#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "handlers/orders.h"
#include "handlers/outside_events.h"
#include "storage/shipments.h"

namespace laoke {

struct ShipmentDraft {
  std::int64_t order_id = 0;
  std::string carrier;      // as typed or a code; "" guesses it from the number when only one can be meant
  std::string tracking_no;  // as typed, "" when there is none (a courier of the town, handed over)
  std::int64_t at_ms = 0;   // 0 = now
};

// What was added, so that it can be taken back.
struct ShipmentChange {
  storage::Shipment shipment;
  bool added = true;                     // false: this order has this shipment already, nothing was changed
  std::optional<OrderChange> order_move; // the first shipment moved the order to shipped
};

// Adds a shipment; the first one moves the order to shipped. Events: "order.shipped" (with carrier, tracking_no,
// tracking_url), then "shipment.created". The same number on the same order again changes nothing, but has a parcel nobody heard of any more followed anew. Refusal when the order
// may not be shipped, or carrier or number cannot be understood.
ShipmentChange add_shipment(const Context& context, const ShipmentDraft& draft);

// What somebody reports of a parcel, by the name of the stage (handlers/shipment_stages.h says which follows which).
// "shipment.out_for_delivery", "shipment.ready_for_pickup", "shipment.delivered", "shipment.exception" and
// "shipment.returned" are told, and the order is delivered once all shipments that were not returned are. The shipment as
// it is now; Refusal for an unknown one or an unknown state.
storage::Shipment report_shipment(const Context& context, std::int64_t order_id, std::int64_t shipment_id,
                                  std::string_view state, std::int64_t at_ms = 0);
// The same of a shipment at hand, whose row it writes; false when the stage changes nothing, and then nothing is written.
bool move_shipment(const Context& context, storage::Shipment& shipment, ParcelStage stage, std::int64_t at_ms);

// The whole order has arrived: every shipment on its way becomes delivered, and the order.
OrderChange deliver_order(const Context& context, std::int64_t order_id, std::int64_t at_ms = 0);

// Takes back a shipment that was just added, and the order's move with it: what waits to follow it is called off, and
// later news of it moves nothing. Refusal when the order changed since.
void undo_shipment(const Context& context, const ShipmentChange& change);
nlohmann::json to_json(const ShipmentChange& change);
// Throws std::invalid_argument when the JSON is not what to_json() makes.
ShipmentChange shipment_change_from(const nlohmann::json& json);

}  // namespace laoke
