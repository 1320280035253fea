#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

// What LINE takes as messages: https://developers.line.biz/en/reference/messaging-api/#message-objects, July 2026.
namespace laoke::test::fake_line_rules {

bool is_user(const std::string& id);

struct Wrong {
  std::string message, property, detail;
};
// Nothing: LINE takes the messages of this request.
std::optional<Wrong> wrong_messages(const nlohmann::json& body);

}  // namespace laoke::test::fake_line_rules
