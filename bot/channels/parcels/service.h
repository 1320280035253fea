#pragma once
#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "bot/channels/channel.h"
#include "bot/http_client.h"
#include "handlers/outside_events.h"

// What the services that follow parcels have in common.
namespace laoke::channels::parcels {

// --- settings
// The setting as text, its fallback when it is not set or empty. Throws std::invalid_argument that names setting and kind
// when it is neither text nor number, or a required one is missing.
std::string setting(std::string_view kind, const nlohmann::json& settings, const SettingSpec& spec);
// An address without query and without '/' at its end.
std::string base_url(std::string_view kind, const char* name, std::string address);
std::chrono::milliseconds timeout_seconds(std::string_view kind, const std::string& text);
SettingSpec carriers_spec();
SettingSpec timeout_spec();

// --- errands
struct FollowParcel {
  std::string carrier, tracking_no, phone, reference;
};
// Throws std::invalid_argument when it is not what bot/errands.h says.
FollowParcel follow_parcel_from(const nlohmann::json& data);
// An errand "ask_parcel" that is done: the news for whom its data names.
ErrandOutcome answered(const Errand& errand, ParcelUpdate news);
// What an answer means before its body is looked at: not sent, no answer, overload, a wrong key. None: look at the body.
std::optional<ErrandOutcome> outcome_of_transport(const HttpAnswer& answer);
// The JSON object of an answer; an empty one when it is none.
nlohmann::json object_in(const HttpAnswer& answer);
// Code and words of a service in one line, cut to what a person reads.
std::string said_by_service(const std::string& code, std::string_view words);

// --- callbacks
// UTC of "2026-01-03 09:12:00", "2026-01-03T09:12:00+08:00" or "…Z"; a time without zone is China's. 0: not a time.
std::int64_t service_time_ms(std::string_view text);
// The text under `name`, a number as its digits; "" for anything else, also null: services leave out what they like.
std::string loose_text(const nlohmann::json& object, const char* name);
// The object under `name`; an empty one for anything else.
const nlohmann::json& loose_object(const nlohmann::json& object, const char* name);
const nlohmann::json& loose_list(const nlohmann::json& object, const char* name);
// An event of the channel with this news. `identity` is all that makes it different from another one; its digest is the key.
InboundEvent parcel_event(std::string_view identity, ParcelUpdate news);
// A tracking number of a callback: trimmed. Throws BadPayload when it is empty or longer than any carrier's.
std::string tracking_no_of(const nlohmann::json& object, const char* name);

}  // namespace laoke::channels::parcels
