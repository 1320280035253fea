#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bot/channels/messenger/messenger_settings.h"
#include "handlers/inbound_event.h"

namespace laoke::channels::messenger {

// The window that a person's message or press opens: https://developers.facebook.com/docs/messenger-platform/policy
inline constexpr std::int64_t kMessengerWindowMs = 24 * 3'600'000;

// One callback of Meta as shop events: those of `account_id` alone, whatever other Pages share the app. What our own
// messages' echoes say is a receipt "sent". Receipts by watermark name no message: everything sent by at_ms is meant.
// One that cannot be read beside others that can is kept as kOther with what is wrong in `text`. Throws BadPayload when
// the body is no callback of this product, or nothing in it can be read.
std::vector<InboundEvent> parse_messenger_callback(Product product, const std::string& account_id, const nlohmann::json& body);

}  // namespace laoke::channels::messenger
