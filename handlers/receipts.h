#pragma once
#include "handlers/context.h"
#include "handlers/inbound_event.h"
#include "storage/contacts.h"

namespace laoke {

// A platform's later word about a message of ours: moves its ledger row on, never back. The message is the one of the
// event's reference, where the platform echoes what it was given (also when it is unknown what came of the send, or the
// send's own answer is still to come), else the one of its platform id among the contact's. `contact` nullptr: the event
// names nobody we know, and only a reference can tell. False when it is not ours.
bool receipt(const Context& context, std::int64_t channel_id, const storage::Contact* contact, const InboundEvent& event);

}  // namespace laoke
