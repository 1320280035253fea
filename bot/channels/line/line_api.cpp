#include "bot/channels/line/line_api.h"

#include <algorithm>
#include <cctype>

#include "bot/channels/json_body.h"
#include "handlers/crypto.h"
#include "handlers/text.h"

namespace laoke::channels::line {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::seconds;
using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t kMaxWords = 300;
constexpr int kMostThrottleDoublings = 6;           // 1, 2, 4 … 60 s: no Retry-After is documented
constexpr seconds kLongestThrottle{60};
constexpr seconds kTokenMargin{60};                 // a token is not used in its last minute
constexpr std::int64_t kStatelessSeconds = 900;     // https://developers.line.biz/en/reference/messaging-api/#issue-stateless-channel-access-token
constexpr std::int64_t kBangkokMs = 7 * 3'600'000;  // UTC+7, the westernmost of LINE's markets

// https://developers.line.biz/en/reference/messaging-api/#error-messages. The status decides first; words only tell apart
// what shares one. First match wins.
struct LineMeaning {
  int code;
  const char* says;
  SendStatus status;
};
constexpr LineMeaning kLineMeanings[] = {
    {429, "monthly limit", SendStatus::kQuotaUsed},
    {429, "", SendStatus::kThrottled},
    {409, "retry key", SendStatus::kAccepted},
    {400, "Failed to send messages", SendStatus::kContactGone},  // the user id is not of this channel
    {401, "", SendStatus::kBadConfig},
    {403, "", SendStatus::kBadConfig},  // the plan or account type has no right to this endpoint
    {404, "", SendStatus::kBadConfig},
};

bool has_folded(std::string_view text, std::string_view part) {
  const auto same = [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); };
  return part.empty() || std::search(text.begin(), text.end(), part.begin(), part.end(), same) != text.end();
}

SendStatus meaning_of(int code, std::string_view message) {
  for (const LineMeaning& meaning : kLineMeanings)
    if (meaning.code == code && has_folded(message, meaning.says)) return meaning.status;
  if (code >= 500) return SendStatus::kUnknown;  // it may have been taken before the failure
  if (code >= 400) return SendStatus::kRejected;
  return code >= 300 ? SendStatus::kBadConfig : SendStatus::kUnknown;  // a redirect: api_base is not LINE
}

std::string text_or_none(const json& object, const char* key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  return object.is_object() && found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

// Whether a call that was not taken is worth making again as it is.
bool leaves_open(SendStatus status) {
  return status == SendStatus::kThrottled || status == SendStatus::kRetryLater || status == SendStatus::kQuotaUsed || status == SendStatus::kBadConfig;
}

void read_words(LineReply& reply, const json& body) {
  reply.message = text_or_none(body, "message");
  const json details = body.is_object() ? body.value("details", json::array()) : json::array();
  if (details.is_array() && !details.empty()) {
    reply.property = text_or_none(details[0], "property");
    const std::string more = text_or_none(details[0], "message");
    if (!more.empty()) reply.message += ": " + more + (reply.property.empty() ? "" : " (" + reply.property + ")");
  }
  reply.message = shorten(reply.message, kMaxWords);
}

json body_or_null(const HttpAnswer& answer) {
  try {
    return json_body(answer.body);
  } catch (const BadPayload&) {
    return json();
  }
}

std::int64_t utc_now_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

}  // namespace

bool LineReply::says(std::string_view part) const { return has_folded(message, part); }

bool LineReply::refuses_reply_token() const { return code == 400 && says("reply token"); }

std::string LineReply::platform_code() const {
  std::string text = code == 0 ? message : std::to_string(code) + (message.empty() ? "" : " " + message);
  if (!request_id.empty()) text += " [" + request_id + "]";
  return text;
}

std::int64_t end_of_month_ms(std::int64_t now_ms) {
  using namespace std::chrono;
  const sys_time<milliseconds> there{milliseconds(now_ms + kBangkokMs)};
  const year_month_day today{floor<days>(there)};
  const sys_days next = (today.year() / today.month() + months(1)) / day(1);
  return duration_cast<milliseconds>(next.time_since_epoch()).count() - kBangkokMs;
}

std::string retry_key(std::string_view idempotency_key, std::size_t part) {
  std::string hex = crypto::sha256_hex("line " + std::to_string(part) + " " + std::string(idempotency_key)).substr(0, 32);
  hex[12] = '8';  // RFC 9562: version 8, bits of one's own
  hex[16] = "89ab"[hex[16] % 4];
  for (const std::size_t at : {20, 16, 12, 8}) hex.insert(at, "-");
  return hex;
}

LineReply line_reply(const HttpAnswer& answer, std::int64_t now_ms) {
  LineReply reply;
  reply.code = answer.status;
  reply.message = answer.problem;
  if (const auto id = answer.headers.find("x-line-request-id"); id != answer.headers.end()) reply.request_id = shorten(id->second, 64);
  if (answer.fault == HttpFault::kNotSent) {
    reply.status = SendStatus::kRetryLater;
    return reply;
  }
  if (answer.fault != HttpFault::kNone) return reply;  // cut off: unknown, for half of LINE's words may mean something else
  json body = body_or_null(answer);
  if (answer.status >= 200 && answer.status < 300) {
    if (!body.is_object()) return reply;  // somebody else's 200
    reply.status = SendStatus::kAccepted;
    reply.result = std::move(body);
    return reply;
  }
  read_words(reply, body);
  reply.status = meaning_of(reply.code, reply.message);
  if (reply.status == SendStatus::kQuotaUsed) reply.retry_after = milliseconds(end_of_month_ms(now_ms) - now_ms);
  if (reply.status == SendStatus::kAccepted) reply.result = std::move(body);
  return reply;
}

LineApi::LineApi(const LineSettings& settings) : settings_(settings) {}

LineReply LineApi::put(const std::string& path, const json& body) const { return call("PUT", path, body.dump(), ""); }

LineReply LineApi::post(const std::string& path, const json& body, const std::string& key) const {
  const std::string bytes = body.dump(-1, ' ', false, json::error_handler_t::replace);
  LineReply reply = call("POST", path, bytes, key);
  if (reply.status != SendStatus::kUnknown || key.empty()) return reply;
  LineReply again = call("POST", path, bytes, key);
  // That LINE will not take the repeat now says nothing of the call before it.
  return leaves_open(again.status) ? reply : again;
}

LineReply LineApi::call(const char* method, const std::string& path, std::string body, const std::string& key) const {
  Token token = this->token();
  if (token.text.empty()) return std::move(token.problem);
  LineReply reply = call_with(token.text, method, path, body, key);
  if (reply.code == 401 && settings_.token.empty()) {
    forget(token.text);
    token = this->token();
    if (token.text.empty()) return std::move(token.problem);
    reply = call_with(token.text, method, path, body, key);
  }
  if (reply.status == SendStatus::kThrottled) {
    const int doublings = std::min(throttled_in_a_row_++, kMostThrottleDoublings);
    reply.retry_after = std::min<milliseconds>(seconds(1 << doublings), kLongestThrottle);
  } else if (reply.status == SendStatus::kAccepted) {
    throttled_in_a_row_ = 0;
  }
  return reply;
}

LineReply LineApi::call_with(const std::string& token, const char* method, const std::string& path, const std::string& body,
                             const std::string& key) const {
  HttpCall call;
  call.method = method;
  call.url = settings_.api_base + path;
  call.body = body;
  call.timeout = settings_.timeout;
  call.headers.emplace_back("Authorization", "Bearer " + token);
  if (!key.empty()) call.headers.emplace_back("X-Line-Retry-Key", key);
  return line_reply(shared_http_client().call(call), utc_now_ms());
}

LineApi::Token LineApi::token() const {
  if (!settings_.token.empty()) return {settings_.token, {}};
  const std::lock_guard lock(tokens_mutex_);
  if (!stateless_.empty() && SteadyClock::now() < stateless_until_) return {stateless_, {}};
  return fetch_token();
}

LineApi::Token LineApi::fetch_token() const {
  HttpCall call;
  call.url = settings_.api_base + "/oauth2/v3/token";
  call.content_type = "application/x-www-form-urlencoded";
  call.body = "grant_type=client_credentials&client_id=" + settings_.channel_id + "&client_secret=" + settings_.channel_secret;
  call.timeout = settings_.timeout;
  const HttpAnswer answer = shared_http_client().call(call);
  LineReply reply = line_reply(answer, utc_now_ms());
  std::string text = reply.status == SendStatus::kAccepted ? text_or_none(reply.result, "access_token") : "";
  if (text.empty()) {
    // Nothing was sent, whatever became of the token. OAuth says 400 for wrong credentials.
    if (reply.status == SendStatus::kRejected) reply.status = SendStatus::kBadConfig;
    if (reply.status == SendStatus::kUnknown || reply.status == SendStatus::kAccepted) reply.status = SendStatus::kRetryLater;
    reply.message = "no channel access token: " + reply.message;
    return {"", std::move(reply)};
  }
  std::int64_t lasts = kStatelessSeconds;
  const auto named = reply.result.find("expires_in");
  if (named != reply.result.end() && named->is_number_integer()) lasts = std::clamp(named->get<std::int64_t>(), std::int64_t{0}, kStatelessSeconds * 96);
  stateless_ = text;
  stateless_until_ = SteadyClock::now() + seconds(lasts) - kTokenMargin;
  return {std::move(text), {}};
}

// The one that was refused, not one another thread has fetched since.
void LineApi::forget(const std::string& token) const {
  const std::lock_guard lock(tokens_mutex_);
  if (stateless_ == token) stateless_.clear();
}

}  // namespace laoke::channels::line
