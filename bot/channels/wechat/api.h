#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "bot/channels/channel.h"
#include "bot/channels/wechat/errors.h"
#include "bot/channels/wechat/settings.h"
#include "bot/http_client.h"

namespace laoke::channels::wechat {

using NowMs = std::function<std::int64_t()>;  // UTC epoch; any thread

// One call's outcome. WeChat answers 200 to everything: what counts is errcode.
struct Reply {
  SendStatus status = SendStatus::kUnknown;
  Reaction reaction = Reaction::kReject;  // only where errcode came
  int errcode = 0;
  std::string words;  // WeChat's words with their rid, or ours about the connection; without secrets
  std::chrono::milliseconds retry_after{0};
  nlohmann::json body;  // what came, an object; also of a refusal

  bool ok() const { return status == SendStatus::kAccepted; }
  std::string platform_code() const;  // "45015 response out of time limit rid: …", with what to do
  SendOutcome outcome() const;
  std::string text(const char* key) const;  // of the body, numbers as text; "" absent
};

// What an HTTP answer means. Nothing that may have been done is called refused, nothing refused is called unknown.
Reply read_reply(const HttpAnswer& answer, std::int64_t now_ms);

// Calls to WeChat for one account. Holds the access token: fetched when first needed, kept until five minutes before its
// end, fetched again once when WeChat refuses it. Other nodes fetch for themselves and get the same. Any thread.
class Api {
 public:
  Api(const Settings& settings, NowMs now_ms);

  Reply post(std::string_view path, const nlohmann::json& body);
  Reply get(std::string_view path, const std::string& query = "");
  // A repeat does no harm (the body names itself): asked again when nobody knows whether it was taken.
  Reply post_repeatable(std::string_view path, const nlohmann::json& body);
  // Multipart with one file in the field `media`.
  Reply upload(std::string_view path, const std::string& query, const std::string& file_name, const std::string& content_type,
               const std::string& bytes);
  // Fetches a token when none is held, and no more.
  Reply check_token();

 private:
  struct Request {
    std::string method, path, query, body, content_type;
  };
  Reply run(const Request& request);
  Reply run_once(const Request& request, std::string& token);
  Reply token_now(std::string& token);
  Reply fetch_token();
  void drop_token(const std::string& refused);

  const std::string base_, app_id_, app_secret_;
  const std::chrono::milliseconds timeout_;
  const NowMs now_ms_;
  std::mutex mutex_;  // guards the rest, also while a token is fetched: the others wait for it
  std::string token_;
  std::int64_t token_until_ms_ = 0;
};

std::string percent_encoded(std::string_view text);

}  // namespace laoke::channels::wechat
