#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bot/channels/messenger/messenger_settings.h"
#include "handlers/message_content.h"

namespace laoke::channels::messenger {

// The `message` objects that show `content`, in order; or, when the platform can never take it, none and why.
struct MessengerMessages {
  std::vector<nlohmann::json> messages;
  std::string refusal;
};
MessengerMessages messenger_messages(Product product, const MessageContent& content);

// The approved utility template that `content` names.
nlohmann::json utility_message(const MessageContent& content);

}  // namespace laoke::channels::messenger
