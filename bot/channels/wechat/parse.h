#pragma once
#include <pugixml.hpp>
#include <string>
#include <vector>

#include "handlers/inbound_event.h"

namespace laoke::channels::wechat {

// What opens the window for customer-service messages and how many it allows: fact sheet §0, in force since August 2023.
inline constexpr std::int64_t kWrittenWindowMs = 48 * 3'600'000;
inline constexpr std::int64_t kWrittenReplies = 5;
inline constexpr std::int64_t kTouchedWindowMs = 60'000;  // menu click, follow, QR scan
inline constexpr std::int64_t kTouchedReplies = 3;

// One pushed message or event, clear (of safe mode the decrypted part), as shop events: one; several for a list of notice
// results. `original_id`: the account it must be for, "" any. Throws BadPayload.
std::vector<InboundEvent> events_of(pugi::xml_node message, const std::string& original_id);

}  // namespace laoke::channels::wechat
