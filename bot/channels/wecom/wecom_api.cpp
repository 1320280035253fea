#include "bot/channels/wecom/wecom_api.h"

#include <algorithm>

#include "bot/channels/json_body.h"

namespace laoke::channels::wecom {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr seconds kTokenLife{7200};     // developer.work.weixin.qq.com/document/path/91039
constexpr seconds kTokenMargin{300};    // fetched again so long before its end
constexpr std::size_t kMaxErrmsg = 200; // WeCom appends a hint, an IP address and a link
constexpr std::size_t kMaxAnswerBytes = 8 << 20;  // a page of 1000 messages

// developer.work.weixin.qq.com/document/path/90313, by class; what is not listed can never be sent.
struct Meaning {
  int errcode;
  SendStatus status;
  seconds wait{0};
  const char* hint = "";
};
constexpr const char* kCredentialsHint = "检查企业ID和应用 Secret (check corp_id and secret)";
constexpr const char* kRightHint =
    "在管理后台 客户联系、微信客服 → 可调用接口的应用 里勾选这个应用 (allow this app there); 成员要在应用可见范围内 (members must be "
    "in its visible range)";
constexpr Meaning kMeanings[] = {
    {-1, SendStatus::kRetryLater, seconds(2)},
    {40001, SendStatus::kBadConfig, seconds(0), kCredentialsHint},
    {40013, SendStatus::kBadConfig, seconds(0), kCredentialsHint},
    {40091, SendStatus::kBadConfig, seconds(0), kCredentialsHint},
    {40014, SendStatus::kRetryLater, seconds(2)},  // three about the token, seen after it was fetched anew
    {42001, SendStatus::kRetryLater, seconds(2)},
    {41001, SendStatus::kRetryLater, seconds(2)},
    {60020, SendStatus::kBadConfig, seconds(0), "把服务器 IP 加到应用的企业可信IP (add this server's IP to the app's trusted IPs)"},
    {48002, SendStatus::kBadConfig, seconds(0), kRightHint},
    {50001, SendStatus::kBadConfig, seconds(0), kRightHint},
    {301002, SendStatus::kBadConfig, seconds(0), kRightHint},
    {84074, SendStatus::kBadConfig, seconds(0), kRightHint},
    {45033, SendStatus::kThrottled, seconds(2)},
    {41096, SendStatus::kContactBusy, seconds(2)},
    {45009, SendStatus::kThrottled, seconds(60)},
    {40096, SendStatus::kContactGone},
    {84061, SendStatus::kContactGone},
    {40003, SendStatus::kContactGone},
    {40031, SendStatus::kContactGone},
    {60111, SendStatus::kContactGone},
    {46004, SendStatus::kContactGone},
    {81013, SendStatus::kContactGone},
    {82001, SendStatus::kContactGone},
    {95000, SendStatus::kWindowClosed},
    {95001, SendStatus::kWindowClosed},  // five messages since the customer's last: their next one opens it again
    {95004, SendStatus::kWindowClosed},
    {95018, SendStatus::kWindowClosed},
};

const Meaning* meaning_of(int errcode) {
  for (const Meaning& meaning : kMeanings)
    if (meaning.errcode == errcode) return &meaning;
  return nullptr;
}

bool about_token(int errcode) {
  return errcode == 40014 || errcode == 42001 || errcode == 41001;
}

// 45009 is three limits: the words tell a minute's from an hour's and a day's.
void read_frequency(Reply& reply) {
  const auto says = [&](const char* word) { return reply.message.find(word) != std::string::npos; };
  if (says("hour")) reply.retry_after = minutes(60);
  if (!says("day")) return;
  reply.status = SendStatus::kQuotaUsed;
  reply.retry_after = minutes(6 * 60);
}

void read_code(Reply& reply) {
  if (reply.errcode == 0) {
    reply.status = SendStatus::kAccepted;
    return;
  }
  const Meaning* meaning = meaning_of(reply.errcode);
  reply.status = meaning == nullptr ? SendStatus::kRejected : meaning->status;
  if (meaning != nullptr) reply.retry_after = meaning->wait;
  if (reply.errcode == 45009) read_frequency(reply);
}

void read_http_failure(Reply& reply, int status) {
  if (status == 503 || status == 429) {
    reply.status = status == 503 ? SendStatus::kRetryLater : SendStatus::kThrottled;
    reply.retry_after = seconds(5);
  } else if (status >= 300 && status < 500) {
    reply.status = SendStatus::kBadConfig;  // not WeCom: its refusals are 200
  }
  reply.message = "HTTP " + std::to_string(status);
}

std::string escaped(const std::string& text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) || c == '-' || c == '_' || c == '.' || c == '~') {
      out += c;
    } else {
      out += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return out;
}

}  // namespace

std::string Reply::platform_code() const {
  if (errcode <= -2) return message;
  std::string code = std::to_string(errcode) + " " + message;
  if (const Meaning* meaning = meaning_of(errcode); meaning != nullptr && *meaning->hint) code += std::string("; ") + meaning->hint;
  return code;
}

SendOutcome Reply::outcome() const {
  SendOutcome outcome;
  outcome.status = status;
  outcome.platform_code = ok() ? "" : platform_code();
  outcome.retry_after = retry_after;
  return outcome;
}

Reply reply_of(const HttpAnswer& answer) {
  Reply reply;
  reply.message = answer.problem;
  if (answer.fault == HttpFault::kNotSent) {
    reply.status = SendStatus::kRetryLater;
    return reply;
  }
  if (answer.fault != HttpFault::kNone) return reply;  // unknown
  try {
    reply.body = json_body(answer.body);
    if (reply.body.is_object() && reply.body.contains("errcode"))
      reply.errcode = static_cast<int>(std::clamp<std::int64_t>(integer_at(reply.body, "errcode"), -1, 9'999'999));
    if (reply.errcode > -2) reply.message = shorten(text_at(reply.body, "errmsg"), kMaxErrmsg);
  } catch (const BadPayload&) {
    reply.body = json::object();
    reply.errcode = -2;
  }
  if (reply.errcode > -2) {
    read_code(reply);
  } else if (answer.status != 200) {
    read_http_failure(reply, answer.status);
  } else {
    reply.message = "the answer is not WeCom's";
  }
  return reply;
}

bool lacks_right(const Reply& reply) {
  return reply.errcode == 48002 || reply.errcode == 84074 || reply.errcode == 50001 || reply.errcode == 301002;
}

Api::Api(std::string base, std::string corp_id, std::string secret, milliseconds timeout)
    : base_(std::move(base)), corp_id_(std::move(corp_id)), secret_(std::move(secret)), timeout_(timeout) {}

Reply Api::fetch_token(HttpCancel* cancel) const {
  HttpCall call;
  call.method = "GET";
  call.url = base_ + "/cgi-bin/gettoken?corpid=" + escaped(corp_id_) + "&corpsecret=" + escaped(secret_);
  call.timeout = timeout_;
  call.cancel = cancel;
  Reply reply = reply_of(shared_http_client().call(call));
  const auto token = reply.body.find("access_token");
  if (reply.ok() && (token == reply.body.end() || !token->is_string() || token->get<std::string>().empty())) {
    reply.status = SendStatus::kRetryLater;
    reply.message = "the answer to gettoken holds no token";
  }
  // Asking for a token sends nothing.
  if (reply.status == SendStatus::kUnknown) reply.status = SendStatus::kRetryLater;
  if (reply.status == SendStatus::kRejected) reply.status = SendStatus::kBadConfig;
  if (!reply.ok()) return reply;
  const auto named = reply.body.find("expires_in");
  const seconds life = named != reply.body.end() && named->is_number_integer() ? seconds(named->get<std::int64_t>()) : kTokenLife;
  token_ = token->get<std::string>();
  token_until_ = Clock::now() + std::clamp(life - kTokenMargin, seconds(1), kTokenLife);
  return reply;
}

Reply Api::sign_in(HttpCancel* cancel) const {
  const std::lock_guard lock(mutex_);
  Reply reply;
  reply.status = SendStatus::kAccepted;
  reply.errcode = 0;
  if (!token_.empty() && Clock::now() < token_until_) return reply;
  reply = fetch_token(cancel);
  reply.message = without_secrets(std::move(reply.message));
  return reply;
}

Reply Api::call(HttpCall call, const std::string& path, Query query) const {
  std::string more;
  for (const auto& [name, value] : query) more += "&" + name + "=" + escaped(value);
  call.answer_limit_bytes = kMaxAnswerBytes;
  if (call.timeout.count() == 0) call.timeout = timeout_;
  Reply reply;
  for (int attempt = 0; attempt < 2; ++attempt) {
    reply = sign_in(call.cancel);
    if (!reply.ok()) return reply;
    std::string token;
    {
      const std::lock_guard lock(mutex_);
      token = token_;
    }
    call.url = base_ + "/cgi-bin/" + path + "?access_token=" + escaped(token) + more;
    reply = reply_of(shared_http_client().call(call));
    reply.message = without_secrets(std::move(reply.message));
    if (!about_token(reply.errcode)) return reply;
    const std::lock_guard lock(mutex_);
    if (token_ == token) token_.clear();  // nobody has fetched another meanwhile
  }
  return reply;
}

Reply Api::get(const std::string& path, const Query& query, HttpCancel* cancel, milliseconds timeout) const {
  HttpCall one;
  one.method = "GET";
  one.cancel = cancel;
  one.timeout = timeout;
  return call(std::move(one), path, query);
}

// UTF-8 as it is: WeCom refuses escapes (40033).
Reply Api::post(const std::string& path, const json& body, HttpCancel* cancel) const {
  HttpCall one;
  one.body = body.dump(-1, ' ', false, json::error_handler_t::replace);
  one.cancel = cancel;
  one.timeout = milliseconds(0);
  return call(std::move(one), path, {});
}

std::string Api::without_secrets(std::string text) const {
  for (std::size_t at = text.find(secret_); at != std::string::npos; at = text.find(secret_)) text.replace(at, secret_.size(), "***");
  return text;
}

}  // namespace laoke::channels::wecom
