#pragma once
#include <atomic>
#include <chrono>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bot/channels/channel.h"
#include "bot/channels/messenger/messenger_settings.h"
#include "bot/http_client.h"

namespace laoke::channels::messenger {

// One call's outcome. `result` is there when the status is kAccepted.
struct GraphReply {
  SendStatus status = SendStatus::kUnknown;
  int http = 0;                   // 0: nothing came
  std::int64_t code = 0, subcode = 0;  // of the error object, 0 none
  std::string message, trace;     // Meta's words and fbtrace_id, or ours about the connection
  std::chrono::milliseconds retry_after{0};
  nlohmann::json result;

  std::string platform_code() const;  // "10/2018278 (#10) This message is sent outside of allowed window. [AbC…]"
};

// What an HTTP answer means, by the error tables of the Graph and Send APIs. An error object says that nothing was sent,
// but for the one error that says its own answer was lost.
GraphReply graph_reply(const HttpAnswer& answer);

// https://developers.facebook.com/docs/graph-api/guides/secure-requests: hex HMAC-SHA256 of the token.
std::string appsecret_proof(const std::string& app_secret, const std::string& token);

// Calls the Graph API for one account. Any thread. The token travels in a header and gets into nothing that comes out.
class GraphApi {
 public:
  explicit GraphApi(const MessengerSettings& settings);

  using Query = std::vector<std::pair<std::string, std::string>>;
  GraphReply get(const std::string& path, const Query& query = {}) const { return call("GET", path, query, ""); }
  GraphReply post(const std::string& path, const nlohmann::json& body, const Query& query = {}) const;
  // With the app's own token; needs app_id.
  GraphReply get_as_app(const std::string& path) const;
  GraphReply post_as_app(const std::string& path, const Query& form) const;

 private:
  GraphReply call(const char* method, const std::string& path, const Query& query, std::string body) const;
  GraphReply made(const HttpCall& call) const;

  const MessengerSettings settings_;
  const std::string proof_;
  mutable std::atomic<int> throttled_in_a_row_{0};
};

}  // namespace laoke::channels::messenger
