#pragma once
#include <cstdint>
#include <string_view>

#include "handlers/inbound_event.h"
#include "handlers/seller/chat.h"

namespace laoke::seller {

// When the event replies to a message that stands for a customer: sends it to that customer on the channel they wrote
// on, confirms, and is true. Whatever its text, it is never read as a command.
bool answer_customer(Chat& chat, const InboundEvent& event);

// A button under a relayed message: "card", "tag", "order", "later" about a customer, "paid", "cancel" about the order of
// that number.
void run_quick_action(Chat& chat, std::string_view action, std::int64_t subject);

}  // namespace laoke::seller
