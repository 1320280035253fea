#pragma once
#include <chrono>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bot/channels/channel.h"

namespace laoke::channels::messenger {

enum class Product { kPage, kInstagram };
// "page", "instagram": the top-level `object` of its callbacks.
const char* object_of(Product product);

struct MessengerSettings {
  Product product = Product::kPage;
  std::string account_id, token, app_secret, verify_token, app_id, base;  // base: address and version
  bool proof = true;
  double messages_per_second = 0, contact_messages_per_second = 0;
  std::chrono::milliseconds timeout{0};
};

std::vector<SettingSpec> messenger_setting_specs(Product product);
// Throws std::invalid_argument as SettingsReader does.
MessengerSettings messenger_settings(Product product, const nlohmann::json& settings);

}  // namespace laoke::channels::messenger
