#pragma once
#include <nlohmann/json.hpp>
#include <string>

// What Meta takes as a message: https://developers.facebook.com/docs/messenger-platform/reference/send-api, June 2026.
namespace laoke::test::fake_messenger_rules {

// What is wrong, "" nothing.
std::string wrong_message(const nlohmann::json& message, bool instagram);

}  // namespace laoke::test::fake_messenger_rules
