#pragma once
#include <nlohmann/json.hpp>
#include <vector>

#include "handlers/inbound_event.h"

namespace laoke::channels {

// One Update of the Telegram Bot API (https://core.telegram.org/bots/api#update) as shop events: one, or none when it
// is not about a private chat with a person. Throws BadPayload.
std::vector<InboundEvent> parse_telegram_update(const nlohmann::json& update);

}  // namespace laoke::channels
