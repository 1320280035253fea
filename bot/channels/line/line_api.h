#pragma once
#include <atomic>
#include <chrono>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "bot/channels/channel.h"
#include "bot/channels/line/line_settings.h"
#include "bot/http_client.h"

namespace laoke::channels::line {

// One call's outcome. `result` is there when the status is kAccepted.
struct LineReply {
  SendStatus status = SendStatus::kUnknown;
  int code = 0;            // HTTP status; 0: nothing came
  std::string message;     // LINE's words with those about the property, or ours about the connection
  std::string property;    // of the first detail: "messages[0].text", "to[3]"
  std::string request_id;  // X-Line-Request-Id, for LINE's support
  std::chrono::milliseconds retry_after{0};
  nlohmann::json result;

  bool says(std::string_view part) const;  // upper and lower case alike
  bool refuses_reply_token() const;        // used before, or older than a minute
  std::string platform_code() const;       // "400 Invalid reply token [6b3c…]"
};

// What an HTTP answer means, by the error table of the Messaging API. `now_ms` tells when the month ends.
LineReply line_reply(const HttpAnswer& answer, std::int64_t now_ms);

// The moment by which the monthly count has begun anew in all of LINE's markets (the last midnight is Bangkok's).
std::int64_t end_of_month_ms(std::int64_t now_ms);

// A retry key (UUID) of one call, the same for every attempt. `part` tells the calls of one long message apart.
std::string retry_key(std::string_view idempotency_key, std::size_t part);

// Calls the Messaging API for one account: with its long-lived token, or with stateless ones that are fetched when
// needed and once more when LINE says 401. Any thread. No token gets into what comes out of here.
class LineApi {
 public:
  explicit LineApi(const LineSettings& settings);

  LineReply get(const std::string& path) const { return call("GET", path, "", ""); }
  LineReply put(const std::string& path, const nlohmann::json& body) const;
  // With a retry key a call whose answer is lost is made once more at once: the key makes that harmless.
  LineReply post(const std::string& path, const nlohmann::json& body, const std::string& key = "") const;

 private:
  struct Token {
    std::string text;
    LineReply problem;  // why there is none
  };
  LineReply call(const char* method, const std::string& path, std::string body, const std::string& key) const;
  LineReply call_with(const std::string& token, const char* method, const std::string& path, const std::string& body,
                      const std::string& key) const;
  Token token() const;
  Token fetch_token() const;  // with tokens_mutex_ held
  void forget(const std::string& token) const;

  const LineSettings settings_;
  mutable std::atomic<int> throttled_in_a_row_{0};
  mutable std::mutex tokens_mutex_;  // guards the two below; held while a token is fetched, so that one is for all
  mutable std::string stateless_;
  mutable std::chrono::steady_clock::time_point stateless_until_{};
};

}  // namespace laoke::channels::line
