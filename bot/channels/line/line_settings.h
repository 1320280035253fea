#pragma once
#include <chrono>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bot/channels/channel.h"

namespace laoke::channels::line {

struct LineSettings {
  std::string channel_secret, token, channel_id, api_base;
  double messages_per_second = 0, contact_messages_per_second = 0;
  std::chrono::milliseconds timeout{0};
};

std::vector<SettingSpec> line_setting_specs();
// Throws std::invalid_argument as SettingsReader does.
LineSettings line_settings(const nlohmann::json& settings);

}  // namespace laoke::channels::line
