#pragma once
#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "handlers/inbound_event.h"

namespace laoke::channels::whatsapp {

// What Meta tells of templates, number and account (handlers/platform_news.h), put behind `events`. True when `change` is of
// such a field, whether there was something to tell or not. These name no number: they are about the whole business account
// `entry`; those of another one than `waba_id` are passed over ("" takes any). Odd values stay empty.
bool add_news(std::vector<InboundEvent>& events, const nlohmann::json& entry, const nlohmann::json& change, std::string_view waba_id);

}  // namespace laoke::channels::whatsapp
