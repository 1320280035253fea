#pragma once
#include "handlers/context.h"
#include "handlers/outside_events.h"
#include "storage/shipments.h"

// What a service that follows parcels tells (InboundKind::kParcel).
namespace laoke {

// News of the past is written down and sends nothing after the fact: what is older than this, and all of the first word on
// a parcel whose oldest row is (it was followed late).
inline constexpr std::int64_t kOldNewsMs = 72 * 3'600'000LL;

// Finds the shipments with this number (by reference where it is written otherwise, in doubt by carrier and those still on
// their way) and moves them on (handlers/shipment_stages.h).
// The carrier is corrected, its newest words are kept; what is repeated or was overtaken changes nothing. A parcel with a
// problem, on its way back, or no longer followed is told to the seller, in their chat and as a task: the customer hears
// of it from them. News of a number no shipment has is kept for two months; the answer to a seller's question is told to
// who asked, whatever it changes.
void on_parcel_news(const Context& context, const ParcelUpdate& news);

// What was kept of its number before the shipment was recorded takes effect now.
void hear_kept_news(const Context& context, storage::Shipment& shipment);

}  // namespace laoke
