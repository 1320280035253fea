#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "bot/http/router.h"
#include "handlers/message_content.h"

namespace laoke::http {

struct WebchatAccount {
  std::int64_t channel_id = 0;
  std::string token;
};
// The webchat channel that lives at /hooks/{name}; none for another kind or an unknown name. Called by many threads.
using FindWebchat = std::function<std::optional<WebchatAccount>(std::string_view name)>;

// GET /webchat/{channel}/events?contact=NAME with header x-laoke-webchat-token: server-sent events, each
//   id: 1772416800000001
//   event: message | edit
//   data: {"id":"…","text":"…","buttons":[[{"label":"…","data":"…"}]],"image":"…","ask_phone":true,"reply_to":"…"}
// and a comment every 15 s. With Last-Event-ID it goes on there (the room keeps a contact's last 100 messages); without,
// it begins with what no stream has shown this contact yet.
void add_webchat_routes(Router& router, FindWebchat find);

}  // namespace laoke::http
