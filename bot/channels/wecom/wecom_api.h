#pragma once
#include <chrono>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "bot/channels/channel.h"
#include "bot/http_client.h"

namespace laoke::channels::wecom {

// One call's outcome. WeCom answers 200 to nearly everything: `errcode` in the body says what became of it.
struct Reply {
  SendStatus status = SendStatus::kUnknown;
  int errcode = -2;      // -2: the body held none
  std::string message;   // errmsg, else words about the connection; never a secret
  std::chrono::milliseconds retry_after{0};
  nlohmann::json body = nlohmann::json::object();

  bool ok() const { return status == SendStatus::kAccepted; }
  std::string platform_code() const;  // "48002 api forbidden: …", with what to click where a right is missing
  SendOutcome outcome() const;
};

// What an HTTP answer means, by the platform's table of codes. What may have been taken is kUnknown; what cannot have
// been is never.
Reply reply_of(const HttpAnswer& answer);
// The rights of the app are too small for this call: the account itself works.
bool lacks_right(const Reply& reply);

// Calls the API of one app with its access token, which is fetched when it is first needed, kept until shortly before
// it ends, and fetched again once when the platform refuses it. Any thread.
class Api {
 public:
  using Query = std::vector<std::pair<std::string, std::string>>;

  Api(std::string base, std::string corp_id, std::string secret, std::chrono::milliseconds timeout);

  // `path` such as "externalcontact/get". `cancel` is borrowed; `timeout` 0 means the account's.
  Reply get(const std::string& path, const Query& query, HttpCancel* cancel = nullptr, std::chrono::milliseconds timeout = {}) const;
  Reply post(const std::string& path, const nlohmann::json& body, HttpCancel* cancel = nullptr) const;
  // Fetches a token when there is none that is good; its refusal says what is wrong with corp_id and secret.
  Reply sign_in(HttpCancel* cancel = nullptr) const;
  const std::string& base() const { return base_; }

 private:
  using Clock = std::chrono::steady_clock;

  Reply call(HttpCall call, const std::string& path, Query query) const;
  Reply fetch_token(HttpCancel* cancel) const;
  std::string without_secrets(std::string text) const;

  const std::string base_, corp_id_, secret_;
  const std::chrono::milliseconds timeout_;
  mutable std::mutex mutex_;  // guards the rest; held while a token is fetched, so that one is fetched for all
  mutable std::string token_;
  mutable Clock::time_point token_until_;
};

}  // namespace laoke::channels::wecom
