#pragma once
#include <chrono>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bot/channels/channel.h"

namespace laoke::channels::whatsapp {

struct Settings {
  std::string phone_number_id, waba_id, token, app_secret, verify_token;
  std::string graph;  // "https://graph.facebook.com/v25.0"
  double messages_per_second = 0, contact_messages_per_second = 0;
  int contact_burst = 0;
  std::chrono::milliseconds timeout{0};
};

std::vector<SettingSpec> setting_specs();
// Numbers may be written as texts, as the command line gives them. Throws std::invalid_argument naming the setting, its
// value (secrets masked) and what is allowed.
Settings settings_from(const nlohmann::json& settings);

}  // namespace laoke::channels::whatsapp
