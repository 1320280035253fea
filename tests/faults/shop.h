#pragma once
#include <map>
#include <nlohmann/json.hpp>
#include <string>

namespace laoke::faults {

// The settings of the shop's accounts by their kind; customers have a contact on LINE where the shop has that.
using Accounts = std::map<std::string, nlohmann::json>;

// A shop with an owner who chats on Telegram, customers with one contact each (chat kFirstCustomer + i), no quiet hours and
// no caps: what is held back in the harness is held back by a fault. Returns the key of the API (an owner's).
std::string make_shop(const std::string& database_url, const Accounts& accounts, int customers);

}  // namespace laoke::faults
