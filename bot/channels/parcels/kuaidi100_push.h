#pragma once
#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "bot/channels/parcels/carrier_codes.h"
#include "handlers/inbound_event.h"
#include "handlers/outside_events.h"

namespace laoke::channels::parcels {

// The stage of a parcel in 快递100's state numbers; of a number it has made since, by what it begins with.
ParcelStage kuaidi100_stage(std::string_view state);
// `lastResult` of a push, or a whole answer to a query: what it says of the parcel, all but its number.
ParcelUpdate kuaidi100_result(const nlohmann::json& result, const CarrierCodes& codes);
// The decoded field `param` of a push. Throws BadPayload.
std::vector<InboundEvent> parse_kuaidi100_push(std::string_view param, const CarrierCodes& codes);

}  // namespace laoke::channels::parcels
