#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "handlers/message_content.h"

namespace laoke::channels {

// One call of the Bot API; several make one message of ours.
struct TelegramCall {
  std::string method;
  nlohmann::json body;
};

// The calls that show `content` in a chat, in order; or, when Telegram can never take it, none and why. Everything that
// can be checked here is checked before the first call, so that no message stops halfway for a reason known before.
struct TelegramMessage {
  std::vector<TelegramCall> calls;
  std::string refusal;
};
TelegramMessage telegram_message(std::int64_t chat_id, const MessageContent& content);

}  // namespace laoke::channels
