#pragma once
#include <cstdint>

#include "handlers/context.h"
#include "handlers/inbound_event.h"
#include "storage/contacts.h"

namespace laoke {

struct CustomerMessage {
  const storage::Sender& sender;  // as it was before this event
  const InboundEvent& event;
  std::int64_t channel_id = 0;
  bool is_new = false;            // the customer's first sign of life
};

// What the bot does for a customer who wrote, pressed a button, shared a phone or came by a link. Their words are data:
// the only ones that do something are those to leave and join marketing. The rest reaches the staff.
void on_customer_message(const Context& context, const CustomerMessage& message);

// A customer rewrote a message: the stored one changes, and the staff who were shown it see the new words. Text only;
// nothing that was done because of the old words is taken back.
void on_customer_edit(const Context& context, const storage::Contact& contact, const InboundEvent& event);

// A customer withdrew a message: what it said is kept no longer, and the staff are told that it is gone.
void on_customer_unsend(const Context& context, const storage::Contact& contact, const InboundEvent& event);

}  // namespace laoke
