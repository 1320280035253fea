#pragma once
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "bot/channels/channel.h"
#include "handlers/outside_events.h"

// What the adapters of shop systems share: reading JSON of which any part may be null or missing (buyers' data is hidden
// from accounts without a right to it), amounts without floating point, times.
namespace laoke::channels::shops {

// The text under `key`, a number as it is written; "" when absent, null or something else. UTF-8 without NUL.
std::string text_of(const nlohmann::json& object, std::string_view key);
// The object or list under `key`; an empty one when there is none.
const nlohmann::json& object_of(const nlohmann::json& object, std::string_view key);
const nlohmann::json& list_of(const nlohmann::json& object, std::string_view key);
// An id of up to 64 bits as text, whether it is written as number or text. Throws BadPayload when there is none.
std::string id_of(const nlohmann::json& object, std::string_view key);
std::int64_t count_of(const nlohmann::json& object, std::string_view key);  // 0 when absent or not a whole number

// "199.00" in minor units of the currency, exactly; digits beyond them are rounded half up, a sign is kept. "" is 0.
// Throws BadPayload for what is no amount, an unknown currency, or more than any order costs.
std::int64_t minor_of(const std::string& decimal, const std::string& currency);
std::int64_t minor_at(const nlohmann::json& object, std::string_view key, const std::string& currency);

// "2026-01-03T10:15:00+08:00", "2026-01-03T02:15:00Z", "2026-01-03 10:15:00" as UTC epoch ms; without a zone `zone` is
// meant. 0 for "" and for what is no time.
std::int64_t time_of(const std::string& text, std::string_view zone = "UTC");

std::string joined(std::initializer_list<std::string> parts, std::string_view by);  // the empty ones left out

InboundEvent order_event(std::string key, ShopOrderUpdate update);
InboundEvent other_event(std::string key);  // understood, nothing to do

// The setting as text, its default when it is not set or empty. Throws std::invalid_argument when it is no text.
std::string setting_of(const nlohmann::json& settings, const std::vector<SettingSpec>& specs, std::string_view kind, std::string_view name);
// Without the slashes at its end. Throws std::invalid_argument when it is no http:// or https:// address.
std::string address_setting(const std::string& value, std::string_view kind, std::string_view name);
[[noreturn]] void wrong_setting(std::string_view kind, std::string_view name, const std::string& shown, std::string_view allowed);

}  // namespace laoke::channels::shops
