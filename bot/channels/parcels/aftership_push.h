#pragma once
#include <string_view>
#include <vector>

#include "bot/channels/parcels/carrier_codes.h"
#include "handlers/inbound_event.h"
#include "handlers/outside_events.h"

namespace laoke::channels::parcels {

// The stage of a tag; of a tag it has made since, on its way. `words` are the subtag's.
ParcelStage aftership_stage(std::string_view tag, std::string_view subtag, std::string_view words);
// Events other than tracking_update give none. Throws BadPayload.
std::vector<InboundEvent> parse_aftership_push(std::string_view body, const CarrierCodes& codes);

}  // namespace laoke::channels::parcels
