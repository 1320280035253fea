#pragma once
#include <cstdint>

#include "handlers/context.h"
#include "handlers/inbound_event.h"
#include "storage/contacts.h"

namespace laoke {

struct StaffMessage {
  const storage::Sender& sender;  // of a paired contact (staff_id is not 0)
  const InboundEvent& event;
  std::int64_t channel_id;
};

// Follows what a person of the shop wrote, pressed or sent in a chat with the bot, and queues the answers. A message
// that replies to a relayed one goes to that customer and is never read as a command. Events that are no message (an
// edit, a receipt) do nothing.
// A Refusal that leaves it is the answer: the caller rolls back and tells it in a transaction of its own.
void on_staff_message(const Context& context, const StaffMessage& message);

}  // namespace laoke
