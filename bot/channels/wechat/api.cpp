#include "bot/channels/wechat/api.h"

#include <algorithm>
#include <limits>

#include "bot/channels/json_body.h"
#include "handlers/crypto.h"

namespace laoke::channels::wechat {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;

constexpr milliseconds kConnectTimeout{3000};   // fact sheet §11
constexpr std::int64_t kTokenMarginMs = 300'000;  // old and new token overlap by five minutes, fact sheet §6
constexpr std::int64_t kLongestTokenMs = 7'200'000;
constexpr std::size_t kMaxWords = 300;

// Chinese as it is: \u escapes are refused (40033).
std::string dumped(const json& body) {
  return body.dump(-1, ' ', false, json::error_handler_t::replace);
}

json object_in(const HttpAnswer& answer) {
  try {
    json body = json_body(answer.body);
    if (body.is_object()) return body;
  } catch (const BadPayload&) {
  }
  return json();
}

SendStatus status_without_errcode(int http_status) {
  if (http_status >= 500) return SendStatus::kUnknown;
  if (http_status >= 400) return SendStatus::kRejected;
  if (http_status >= 300) return SendStatus::kBadConfig;  // a redirect: api_base is not WeChat
  return SendStatus::kUnknown;
}

void read_errcode(Reply& reply, std::int64_t now_ms) {
  const auto code = reply.body.find("errcode");
  if (code != reply.body.end() && !code->is_number_integer()) {
    reply.words = "the answer's errcode is not a number";
    return;
  }
  const std::int64_t named = code == reply.body.end() ? 0 : code->get<std::int64_t>();
  reply.errcode = static_cast<int>(std::clamp<std::int64_t>(named, -1, std::numeric_limits<int>::max()));
  const ErrorMeaning meaning = meaning_of(reply.errcode);
  reply.reaction = meaning.reaction;
  reply.status = status_of(meaning.reaction);
  reply.retry_after = meaning.reaction == Reaction::kQuota ? until_beijing_midnight(now_ms) : meaning.wait;
  if (reply.errcode != 0) reply.words = shorten(reply.text("errmsg"), kMaxWords);
}

std::string without(std::string text, const std::string& secret) {
  if (secret.size() < 8) return text;
  for (std::size_t at = text.find(secret); at != std::string::npos; at = text.find(secret)) text.replace(at, secret.size(), "***");
  return text;
}

}  // namespace

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.~";
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string encoded;
  for (const unsigned char byte : text) {
    if (kPlain.find(static_cast<char>(byte)) != std::string_view::npos)
      encoded += static_cast<char>(byte);
    else
      encoded += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
  }
  return encoded;
}

std::string Reply::text(const char* key) const {
  const auto found = body.is_object() ? body.find(key) : body.end();
  if (!body.is_object() || found == body.end()) return "";
  if (found->is_string()) return found->get<std::string>();
  return found->is_number_integer() ? found->dump() : "";
}

std::string Reply::platform_code() const {
  std::string code = errcode == 0 ? words : words.empty() ? std::to_string(errcode) : std::to_string(errcode) + " " + words;
  if (const char* const hint = errcode == 0 ? "" : meaning_of(errcode).hint; *hint != '\0') code += std::string("; ") + hint;
  return code;
}

SendOutcome Reply::outcome() const {
  SendOutcome outcome;
  outcome.status = status;
  outcome.platform_code = platform_code();
  outcome.retry_after = retry_after;
  return outcome;
}

Reply read_reply(const HttpAnswer& answer, std::int64_t now_ms) {
  Reply reply;
  reply.words = answer.problem;
  if (answer.fault == HttpFault::kNotSent) {
    reply.status = SendStatus::kRetryLater;
    return reply;
  }
  if (answer.fault != HttpFault::kNone) return reply;  // unknown
  reply.body = object_in(answer);
  const bool good_status = answer.status >= 200 && answer.status < 300;
  if (reply.body.is_object() && (good_status || reply.body.contains("errcode"))) {
    read_errcode(reply, now_ms);
    return reply;
  }
  reply.status = status_without_errcode(answer.status);
  reply.words = "HTTP " + std::to_string(answer.status) + (good_status ? " without WeChat's answer" : "");
  return reply;
}

Api::Api(const Settings& settings, NowMs now_ms)
    : base_(settings.api_base),
      app_id_(settings.app_id),
      app_secret_(settings.app_secret),
      timeout_(settings.timeout),
      now_ms_(std::move(now_ms)) {}

// The secret is in the body, so neither it nor the token can get into a log by the URL.
Reply Api::fetch_token() {
  HttpCall call;
  call.url = base_ + "/cgi-bin/stable_token";
  call.body = dumped({{"grant_type", "client_credential"}, {"appid", app_id_}, {"secret", app_secret_}});
  call.connect_timeout = kConnectTimeout;
  call.timeout = timeout_;
  Reply reply = read_reply(shared_http_client().call(call), now_ms_());
  reply.words = without(std::move(reply.words), app_secret_);
  // Whatever became of this call, the message it was for never left.
  if (reply.status == SendStatus::kUnknown) reply.status = SendStatus::kRetryLater;
  if (!reply.ok()) {
    if (reply.reaction == Reaction::kRefreshToken) reply.status = SendStatus::kBadConfig;  // 40001 here: the secret is wrong
    return reply;
  }
  const json lifetime = reply.body.value("expires_in", json());
  if (reply.text("access_token").empty() || !lifetime.is_number_integer()) {
    reply.status = SendStatus::kRetryLater;
    reply.words = "the answer holds no access token";
    return reply;
  }
  const std::int64_t life_ms = std::clamp<std::int64_t>(lifetime.get<std::int64_t>(), 0, kLongestTokenMs / 1000) * 1000;
  token_ = reply.text("access_token");
  token_until_ms_ = now_ms_() + (life_ms > 2 * kTokenMarginMs ? life_ms - kTokenMarginMs : life_ms / 2);
  return reply;
}

Reply Api::token_now(std::string& token) {
  const std::lock_guard lock(mutex_);
  Reply reply;
  reply.status = SendStatus::kAccepted;
  if (token_.empty() || now_ms_() >= token_until_ms_) reply = fetch_token();
  token = token_;
  return reply;
}

// Another thread may have a newer one already: only the refused one goes.
void Api::drop_token(const std::string& refused) {
  const std::lock_guard lock(mutex_);
  if (token_ == refused) token_.clear();
}

Reply Api::check_token() {
  std::string token;
  return token_now(token);
}

Reply Api::run_once(const Request& request, std::string& token) {
  if (Reply fetched = token_now(token); !fetched.ok()) return fetched;
  HttpCall call;
  call.method = request.method;
  call.url = base_ + request.path + "?access_token=" + percent_encoded(token) + (request.query.empty() ? "" : "&" + request.query);
  call.body = request.body;
  if (!request.content_type.empty()) call.content_type = request.content_type;
  call.connect_timeout = kConnectTimeout;
  call.timeout = timeout_;
  Reply reply = read_reply(shared_http_client().call(call), now_ms_());
  reply.words = without(std::move(reply.words), token);
  return reply;
}

Reply Api::run(const Request& request) {
  std::string token;
  Reply reply = run_once(request, token);
  if (reply.reaction != Reaction::kRefreshToken || reply.status != SendStatus::kRetryLater) return reply;
  drop_token(token);
  return run_once(request, token);
}

Reply Api::post(std::string_view path, const json& body) {
  return run({"POST", std::string(path), "", dumped(body), ""});
}

Reply Api::get(std::string_view path, const std::string& query) {
  return run({"GET", std::string(path), query, "", ""});
}

Reply Api::post_repeatable(std::string_view path, const json& body) {
  Reply reply = post(path, body);
  if (reply.status != SendStatus::kUnknown) return reply;
  Reply again = post(path, body);
  // The first may have been taken: any other refusal may be the second's alone.
  return again.ok() || again.errcode == kSentBefore ? again : reply;
}

Reply Api::upload(std::string_view path, const std::string& query, const std::string& file_name, const std::string& content_type,
                  const std::string& bytes) {
  const std::string boundary = "----laoke" + crypto::random_token(24);
  std::string body = "--" + boundary + "\r\nContent-Disposition: form-data; name=\"media\"; filename=\"" + file_name +
                     "\"\r\nContent-Type: " + content_type + "\r\n\r\n";
  body += bytes;
  body += "\r\n--" + boundary + "--\r\n";
  return run({"POST", std::string(path), query, std::move(body), "multipart/form-data; boundary=" + boundary});
}

}  // namespace laoke::channels::wechat
