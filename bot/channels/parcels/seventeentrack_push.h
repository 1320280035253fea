#pragma once
#include <string_view>
#include <vector>

#include "bot/channels/parcels/carrier_codes.h"
#include "handlers/inbound_event.h"
#include "handlers/outside_events.h"

namespace laoke::channels::parcels {

// The stage of latest_status; of a status it has made since, on its way.
ParcelStage seventeentrack_stage(std::string_view status, std::string_view sub_status);
// Events other than TRACKING_UPDATED and TRACKING_STOPPED give none. Throws BadPayload.
std::vector<InboundEvent> parse_seventeentrack_push(std::string_view body, const CarrierCodes& codes);

}  // namespace laoke::channels::parcels
