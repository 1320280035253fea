#pragma once
#include <chrono>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bot/channels/channel.h"
#include "bot/http_client.h"

namespace laoke::channels {

// One call's outcome. `result` is there only when the status is kAccepted.
struct TelegramReply {
  SendStatus status = SendStatus::kUnknown;
  int code = 0;             // error_code, else the HTTP status; 0: nothing came
  std::string description;  // Telegram's words, or ours about the connection; without the token
  std::chrono::milliseconds retry_after{0};
  std::string new_chat_id;  // kContactMoved
  nlohmann::json result;

  bool says(std::string_view part) const;  // of the description, upper and lower case alike
  std::string platform_code() const;       // "403 Forbidden: bot was blocked by the user"
};

// What an HTTP answer means, by the error table of the Bot API. A message that may have been taken is kUnknown; one
// that cannot have been is never kUnknown.
TelegramReply telegram_reply(const HttpAnswer& answer);

// Calls methods of one bot. The token is part of every URL and of nothing that comes out of here. Any thread.
class TelegramApi {
 public:
  TelegramApi(std::string base, std::string token, std::chrono::milliseconds timeout);

  TelegramReply call(const std::string& method, const nlohmann::json& body) const;
  // Answers come when something happened or after `wait`. The answer is not read here: one bad update in it must not
  // hide the others.
  HttpAnswer get_updates(const nlohmann::json& body, std::chrono::milliseconds wait, HttpCancel& cancel) const;
  std::string without_token(std::string text) const;

 private:
  HttpCall call_of(const std::string& method, const nlohmann::json& body) const;
  std::string base_, token_;
  std::chrono::milliseconds timeout_;
};

}  // namespace laoke::channels
