#pragma once
#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "handlers/inbound_event.h"

namespace laoke::channels::whatsapp {

inline constexpr std::int64_t kWindowMs =
    24 * 3'600'000;  // after the user's last message of any type, section 8 of the facts

// One callback body: messages, statuses and marketing preferences that are about `phone_number_id`, and what is told of the
// business account `waba_id` ("" whichever) and its templates, in the order they stand there. One body may hold many, of several numbers: those of other numbers are another channel's. A message
// whose kind or inside we do not understand is a kMedia of kind "unsupported", so that the seller knows something came.
// Throws BadPayload when the envelope is not WhatsApp's.
std::vector<InboundEvent> parse_callback(const nlohmann::json& body, std::string_view phone_number_id, std::string_view waba_id = "");

}  // namespace laoke::channels::whatsapp
