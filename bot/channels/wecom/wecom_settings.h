#pragma once
#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bot/channels/channel.h"

namespace laoke::channels::wecom {

struct Settings {
  std::string corp_id, secret, token, encoding_aes_key, api_base;
  std::int64_t agent_id = 0;
  std::string sender;                   // the member who sends when several have a customer, "" the first
  std::vector<std::string> open_kfids;  // beside those that callbacks name
  bool sync_tags = false;
  std::string tag_group;                // for tags that Laoke makes and that name no group
  double messages_per_second = 0;
  std::chrono::milliseconds timeout{0}, results_after{0};
  std::int64_t max_age_s = 0;           // of a callback's timestamp, 0 any
};

std::vector<SettingSpec> setting_specs();
// Numbers may be written as texts, as the command line gives them. Throws std::invalid_argument naming the setting, its
// value (secrets masked) and what is allowed.
Settings read_settings(const nlohmann::json& settings);

}  // namespace laoke::channels::wecom
