#pragma once
#include <nlohmann/json.hpp>
#include <string>

namespace laoke::faults {

// A shop with an owner who chats, customers with one Telegram contact each (chat kFirstCustomer + i), no quiet hours and no
// caps: what is held back in the harness is held back by a fault. Returns the key of the API (an owner's).
std::string make_shop(const std::string& database_url, const nlohmann::json& channel_settings, int customers);

}  // namespace laoke::faults
