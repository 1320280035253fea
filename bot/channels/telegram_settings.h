#pragma once
#include <chrono>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bot/channels/channel.h"

namespace laoke::channels {

enum class TelegramMode { kAuto, kWebhook, kPolling };

struct TelegramSettings {
  std::string token, secret, api_base;
  TelegramMode mode = TelegramMode::kAuto;
  double messages_per_second = 0, contact_messages_per_second = 0;
  std::chrono::milliseconds timeout{0};
};

std::vector<SettingSpec> telegram_setting_specs();
// Numbers may be written as texts, as the command line gives them. Throws std::invalid_argument naming the setting, its
// value (secrets masked) and what is allowed.
TelegramSettings telegram_settings(const nlohmann::json& settings);

}  // namespace laoke::channels
