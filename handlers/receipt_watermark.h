#pragma once
#include <cstdint>

#include "handlers/context.h"
#include "handlers/inbound_event.h"
#include "storage/contacts.h"

namespace laoke {

// A platform that names no message but a moment (Messenger): everything it took for this contact by event.at_ms was
// delivered or read. Looks at the customer's last kWatermarkMessages and moves on what is not there yet, by receipt().
// How many were ours.
inline constexpr int kWatermarkMessages = 500;
int receipt_watermark(const Context& context, const storage::Contact& contact, const InboundEvent& event);

}  // namespace laoke
