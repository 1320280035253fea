#pragma once
#include <chrono>
#include <nlohmann/json.hpp>
#include <string>

#include "bot/channels/channel.h"
#include "bot/channels/whatsapp/errors.h"
#include "bot/channels/whatsapp/settings.h"
#include "bot/http_client.h"

namespace laoke::channels::whatsapp {

// One call's outcome. `body` is there only when the status is kAccepted.
struct Reply {
  SendStatus status = SendStatus::kUnknown;
  Wait wait = Wait::kNone;
  std::chrono::milliseconds retry_after{0};  // what the platform asked for; 0 it did not say
  int code = -1;                             // Meta's, -1 none
  std::string words;  // what it said and what to do, or ours about the connection; no token in it
  nlohmann::json body;
};

// What an HTTP answer means. A message that may have been taken is kUnknown; one that cannot have been never is.
Reply reply_of(const HttpAnswer& answer);

// Calls the Graph API with one account's token. Any thread.
class GraphApi {
 public:
  explicit GraphApi(const Settings& settings);

  Reply get(const std::string& path) const;  // "/106540352242922?fields=verified_name"
  Reply post(const std::string& path, const nlohmann::json& body) const;
  const std::string& address() const { return base_; }

 private:
  Reply call(HttpCall call) const;
  const std::string base_, token_;
  const std::chrono::milliseconds timeout_;
};

}  // namespace laoke::channels::whatsapp
