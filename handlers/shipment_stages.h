#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "handlers/outside_events.h"
#include "storage/shipments.h"

// How far a parcel is:
//   label_created < shipped < in_transit < out_for_delivery < ready_for_pickup < delivered
// and beside these: exception (something is wrong), stale (nobody hears of it any more), returned (goes back).
namespace laoke {

// As stored and as the API spells it: "out_for_delivery".
std::string_view name_of(ParcelStage stage);
std::optional<ParcelStage> find_parcel_stage(std::string_view name);
// "shipped, in_transit, …": what a report may say.
std::string parcel_stages_listed(std::string_view between);

// What becomes of a shipment when it is heard to be at `next`; none: nothing changes. A stage only rises. Exception and
// stale may come before the delivery and are left for the stage before them or a higher one; returned may come at any
// time, also after the delivery, and is the end. The new `state` and `reached`.
struct StageMove {
  std::string_view state, reached;
};
std::optional<StageMove> move_to_stage(const storage::Shipment& shipment, ParcelStage next);

}  // namespace laoke
