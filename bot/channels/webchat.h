#pragma once
#include <memory>

#include "bot/channels/channel.h"

// The built-in channel: a terminal or a web page talks to the bot. Contacts are local names ("小美").
//   in:  POST /hooks/{channel}, header x-laoke-webchat-token, one JSON object:
//        {"from": "小美", "id": "unique, for retries", "name": "shown name", "text": "…", "reply_to": "id"} or, instead of
//        text: "press": "data" (of message "message_id"), "phone", "start": "referral", "image": "url", "read": "id",
//        "left": true, "edit_of": "id" with "text"
//   out: GET /webchat/{channel}/events?contact=小美 (bot/http/webchat_routes.h)
namespace laoke::channels {

inline constexpr const char* kWebchatTokenHeader = "x-laoke-webchat-token";

Kind webchat_kind();

}  // namespace laoke::channels
