#include "bot/channels/messenger/messenger_api.h"

#include <algorithm>

#include "bot/channels/json_body.h"
#include "handlers/crypto.h"
#include "handlers/text.h"

namespace laoke::channels::messenger {
namespace {

using nlohmann::json;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::size_t kMaxWords = 300;
constexpr int kMostDoublings = 8;          // 1, 2, 4 … 256 s
constexpr hours kRestricted{4};            // "temporarily restricted" names no time
constexpr minutes kLongestRegain{24 * 60};

// https://developers.facebook.com/docs/messenger-platform/error-codes and /docs/graph-api/guides/error-handling, June 2026.
// kAny: whatever the subcode. First match wins.
constexpr std::int64_t kAny = -1;
struct GraphMeaning {
  std::int64_t first, last, subcode;
  SendStatus status;
};
constexpr GraphMeaning kGraphMeanings[] = {
    {190, 190, kAny, SendStatus::kBadConfig},          // token expired or revoked
    {10, 10, 2018278, SendStatus::kWindowClosed},
    {10, 10, 2534022, SendStatus::kWindowClosed},      // the same on Instagram
    {10, 10, 1893063, SendStatus::kThrottled},         // the Page may not send for some hours
    {551, 551, kAny, SendStatus::kContactGone},        // blocked, messages off, account gone
    {200, 200, 1545041, SendStatus::kContactGone},     // its older form
    {100, 100, 2018001, SendStatus::kContactGone},     // no matching user
    {100, 100, kAny, SendStatus::kRejected},           // invalid parameter, also the retired message tags
    {200, 200, 2018108, SendStatus::kBadConfig},
    {10, 10, kAny, SendStatus::kBadConfig},
    {200, 299, kAny, SendStatus::kBadConfig},          // permission missing
    {368, 368, kAny, SendStatus::kBadConfig},          // blocked for policy
    {4, 4, kAny, SendStatus::kThrottled},
    {17, 17, kAny, SendStatus::kThrottled},
    {32, 32, kAny, SendStatus::kThrottled},
    {613, 613, kAny, SendStatus::kThrottled},
    {80006, 80006, kAny, SendStatus::kThrottled},
    {2018300, 2018300, kAny, SendStatus::kThrottled},  // "behaves like spam"
    {1, 1, 1357046, SendStatus::kUnknown},             // "invalid JSON reply": it may well have gone out
    {1, 2, kAny, SendStatus::kRetryLater},
    {1200, 1200, kAny, SendStatus::kRetryLater},
};

SendStatus meaning_of(const GraphReply& reply) {
  for (const GraphMeaning& meaning : kGraphMeanings)
    if (reply.code >= meaning.first && reply.code <= meaning.last && (meaning.subcode == kAny || meaning.subcode == reply.subcode))
      return meaning.status;
  if (reply.http == 429) return SendStatus::kThrottled;
  if (reply.http >= 500) return reply.code != 0 ? SendStatus::kRetryLater : SendStatus::kUnknown;
  if (reply.http == 401) return SendStatus::kBadConfig;
  if (reply.http >= 400 || reply.code != 0) return SendStatus::kRejected;
  return reply.http >= 300 ? SendStatus::kBadConfig : SendStatus::kUnknown;  // a redirect: api_base is not Graph
}

std::int64_t number_or_none(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
}

std::string text_or_none(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

// {"<id>":[{"estimated_time_to_regain_access":19,…}]}, in minutes.
milliseconds regain_time(const HttpAnswer& answer) {
  const auto header = answer.headers.find("x-business-use-case-usage");
  if (header == answer.headers.end()) return milliseconds(0);
  const json usage = json::parse(header->second, nullptr, false);
  std::int64_t most = 0;
  if (usage.is_object())
    for (const json& uses : usage)
      if (uses.is_array())
        for (const json& use : uses)
          if (use.is_object()) most = std::max(most, number_or_none(use, "estimated_time_to_regain_access"));
  return std::min<milliseconds>(minutes(std::clamp<std::int64_t>(most, 0, kLongestRegain.count())), kLongestRegain);
}

json body_or_null(const HttpAnswer& answer) {
  try {
    return json_body(answer.body);
  } catch (const BadPayload&) {
    return json();
  }
}

// As a query or form wants it.
std::string url_encoded(std::string_view text) {
  static constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~";
  std::string out;
  for (const char letter : text)
    out += kPlain.find(letter) != std::string_view::npos ? std::string(1, letter) : "%" + crypto::hex(std::string_view(&letter, 1));
  return out;
}

std::string joined(const GraphApi::Query& query) {
  std::string all;
  for (const auto& [name, value] : query) all += (all.empty() ? "" : "&") + url_encoded(name) + "=" + url_encoded(value);
  return all;
}

}  // namespace

std::string GraphReply::platform_code() const {
  std::string text = code != 0 ? std::to_string(code) : http != 0 ? std::to_string(http) : "";
  if (code != 0 && subcode != 0) text += "/" + std::to_string(subcode);
  if (!message.empty()) text += (text.empty() ? "" : " ") + message;
  if (!trace.empty()) text += " [" + trace + "]";
  return text;
}

GraphReply graph_reply(const HttpAnswer& answer) {
  GraphReply reply;
  reply.http = answer.status;
  reply.message = answer.problem;
  if (answer.fault == HttpFault::kNotSent) {
    reply.status = SendStatus::kRetryLater;
    return reply;
  }
  if (answer.fault != HttpFault::kNone && answer.status < 400) return reply;  // unknown
  json body = body_or_null(answer);
  const auto error = body.is_object() ? body.find("error") : body.end();
  const bool refused = body.is_object() && error != body.end() && error->is_object();
  if (refused) {
    reply.code = number_or_none(*error, "code");
    reply.subcode = number_or_none(*error, "error_subcode");
    reply.message = shorten(text_or_none(*error, "message"), kMaxWords);
    reply.trace = shorten(text_or_none(*error, "fbtrace_id"), 64);
  } else if (answer.status >= 200 && answer.status < 300 && body.is_object()) {
    reply.status = SendStatus::kAccepted;
    reply.result = std::move(body);
    return reply;
  }
  reply.status = meaning_of(reply);
  if (reply.status == SendStatus::kThrottled) reply.retry_after = reply.subcode == 1893063 ? milliseconds(kRestricted) : regain_time(answer);
  return reply;
}

std::string appsecret_proof(const std::string& app_secret, const std::string& token) {
  return crypto::hmac_sha256_hex(app_secret, token);
}

GraphApi::GraphApi(const MessengerSettings& settings)
    : settings_(settings), proof_(settings.proof ? appsecret_proof(settings.app_secret, settings.token) : "") {}

GraphReply GraphApi::made(const HttpCall& call) const {
  GraphReply reply = graph_reply(shared_http_client().call(call));
  if (reply.status == SendStatus::kAccepted) throttled_in_a_row_ = 0;
  if (reply.status == SendStatus::kThrottled && reply.retry_after.count() == 0)
    reply.retry_after = seconds(1 << std::min(throttled_in_a_row_++, kMostDoublings));
  return reply;
}

GraphReply GraphApi::call(const char* method, const std::string& path, const Query& query, std::string body) const {
  Query all = query;
  if (!proof_.empty()) all.emplace_back("appsecret_proof", proof_);
  HttpCall call;
  call.method = method;
  call.url = settings_.base + "/" + path + (all.empty() ? "" : "?" + joined(all));
  call.body = std::move(body);
  call.timeout = settings_.timeout;
  call.headers.emplace_back("Authorization", "Bearer " + settings_.token);
  return made(call);
}

GraphReply GraphApi::post(const std::string& path, const json& body, const Query& query) const {
  return call("POST", path, query, body.dump(-1, ' ', false, json::error_handler_t::replace));
}

GraphReply GraphApi::get_as_app(const std::string& path) const {
  HttpCall call;
  call.method = "GET";
  call.url = settings_.base + "/" + path;
  call.timeout = settings_.timeout;
  call.headers.emplace_back("Authorization", "Bearer " + settings_.app_id + "|" + settings_.app_secret);
  return made(call);
}

GraphReply GraphApi::post_as_app(const std::string& path, const Query& form) const {
  HttpCall call;
  call.url = settings_.base + "/" + path;
  call.content_type = "application/x-www-form-urlencoded";
  call.body = joined(form);
  call.timeout = settings_.timeout;
  call.headers.emplace_back("Authorization", "Bearer " + settings_.app_id + "|" + settings_.app_secret);
  return made(call);
}

}  // namespace laoke::channels::messenger
