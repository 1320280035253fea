#pragma once
#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bot/channels/channel.h"

namespace laoke::channels::wechat {

// How callbacks travel, as the account's console says it.
enum class Mode { kPlain, kMixed, kSafe };
// What the account is: a verified service account (服务号), a verified subscription account (订阅号), one without verification.
enum class AccountType { kService, kSubscription, kUnverified };

struct Settings {
  std::string app_id, app_secret, token, encoding_aes_key, original_id, api_base;
  Mode mode = Mode::kSafe;
  AccountType type = AccountType::kService;
  bool sync_tags = false, menu_buttons = true;
  std::int64_t max_age_s = 0;  // of a callback; 0 any
  double messages_per_second = 0;
  std::chrono::milliseconds timeout{0};
};

std::vector<SettingSpec> setting_specs();
// Throws std::invalid_argument naming the setting, its value (secrets masked) and what is allowed.
Settings read_settings(const nlohmann::json& settings);

}  // namespace laoke::channels::wechat
