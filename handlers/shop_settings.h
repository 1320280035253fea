#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "storage/shops.h"

namespace laoke {

// What a shop may set about its own manners; kept as JSON in shops.settings.
struct ShopSettings {
  std::string quiet_from = "21:00", quiet_to = "09:00";  // local time of the customer; equal: no quiet hours
  int marketing_per_day = 1;    // per customer over all channels, local calendar day; 0: none at all
  int marketing_per_week = 2;   // any 7 days
  int broadcast_valid_hours = 24;  // a broadcast's deliveries not sent by then are dropped
  bool ask_consent = false;     // true: marketing needs an explicit yes; false: no one opted out is enough
  bool relay_messages = true;   // customer messages are shown in the owners' chats
  bool greet_new_contacts = true;
  bool writing_is_heard = false;  // kept by handlers/listeners.h, not for a seller to set
};

// Unknown or wrong values in the stored JSON fall back to the defaults (they are checked when they are set).
ShopSettings settings_of(const storage::Shop& shop);
// Changes one setting by name; throws SettingError that says what is allowed.
struct SettingError {
  std::string name, value, allowed;
};
void set_setting(ShopSettings& settings, std::string_view name, std::string_view value);
std::string to_json_text(const ShopSettings& settings);

}  // namespace laoke
