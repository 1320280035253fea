#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "handlers/message_content.h"

namespace laoke::channels::line {

// What shows `content` in a chat: one list of message objects for each call, in order; or, when LINE can never take it,
// none and why.
struct LineMessages {
  std::vector<nlohmann::json> calls;
  std::string refusal;
};
LineMessages line_messages(const MessageContent& content);

}  // namespace laoke::channels::line
