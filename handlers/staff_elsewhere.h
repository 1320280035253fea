#pragma once
#include <cstdint>

#include "handlers/context.h"
#include "handlers/inbound_event.h"
#include "storage/contacts.h"

namespace laoke {

// Staff wrote to a contact in the platform's own inbox or app (InboundKind::kStaffWrote): kept in the customer's history
// as said by the shop, so the conversation is whole and the customer no longer waits for an answer. `contact` is the one
// the event names, nullptr when it is none of ours; then the phone may tell. Somebody we do not know stays unknown: who
// never wrote to the shop here is not made a customer. A message of our own, told back, is not kept twice.
void keep_staff_message(const Context& context, std::int64_t channel_id, const storage::Contact* contact, const InboundEvent& event);

}  // namespace laoke
