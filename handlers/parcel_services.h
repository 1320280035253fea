#pragma once
#include <string_view>

#include "handlers/context.h"
#include "storage/orders.h"
#include "storage/shipments.h"

namespace laoke {

// Whether accounts of this kind follow parcels. A test holds it against Kind::purpose of bot/channels/registry.cpp.
bool is_parcel_service(std::string_view channel_kind);

// Has a shipment that was just recorded followed by every such account of the shop that is not switched off: an errand
// "follow_parcel" each, once. Nothing for a shipment without a number, and none for what an import brings: services take
// money for each number.
void follow_parcel(const Context& context, const storage::Order& order, const storage::Shipment& shipment);

}  // namespace laoke
