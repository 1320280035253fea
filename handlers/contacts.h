#pragma once
#include "handlers/context.h"
#include "handlers/inbound_event.h"
#include "storage/contacts.h"

namespace laoke {

struct ResolvedContact {
  storage::Sender sender;  // as it was BEFORE this event (last_in_ms, state), names as they are now
  bool is_new = false;     // contact and customer were made just now
  bool came_back = false;  // the contact was blocked or gone before
  bool merged = false;     // a strong id made one customer of two
};

// Who wrote: finds the contact with its customer and staff standing by one statement; a new address becomes a contact
// and a customer (customer.created happens). Names are written only when they changed; a customer whose name still is
// the old display name follows it. `display_name` longer than kMaxNameCodePoints is cut.
// A new address that a strong id (handlers/persons.h) says is a customer's we know becomes theirs; one we know may be
// merged with another customer by it.
// Touches nothing else: call touch_sender() for events that mean the contact is there.
ResolvedContact resolve_contact(const Context& context, std::int64_t channel_id, const InboundEvent& event);
// The same when find_arrival() of this transaction has already told who it is.
ResolvedContact resolve_contact(const Context& context, std::int64_t channel_id, const InboundEvent& event,
                                storage::Arrival arrival);

// What a platform tells of a contact we know without their having written: names, and who the person is. The sender as it is
// afterwards: a strong id may have made one customer of two.
storage::Sender follow_profile(const Context& context, storage::Sender sender, const InboundEvent& event);

// The contact wrote or came back: active, window and replies as the event says, last_in of contact and customer.
void touch_sender(const Context& context, const storage::Sender& sender, const InboundEvent& event);

}  // namespace laoke
