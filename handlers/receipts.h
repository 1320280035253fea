#pragma once
#include "handlers/context.h"
#include "handlers/dispatch.h"
#include "handlers/inbound_event.h"
#include "storage/contacts.h"

namespace laoke {

// A platform's later word about a message of ours: moves its ledger row on, never back. False when it is not ours.
bool receipt(const Context& context, const storage::Contact& contact, const InboundEvent& event);

}  // namespace laoke
