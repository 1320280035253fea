#include "bot/channels/telegram_api.h"

#include <algorithm>

#include "bot/channels/json_body.h"

namespace laoke::channels {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kUnnamedWait{5};  // a 429 that does not say how long
constexpr std::int64_t kMaxWaitSeconds = 86'400;
constexpr milliseconds kPollGrace{10'000};          // for the answer's way beyond the wait that was asked for
constexpr std::size_t kMaxUpdatesBytes = 16 << 20;  // a page of at most 100 updates
constexpr std::size_t kMaxDescription = 300;

// Codes and texts: https://core.telegram.org/bots/api#making-requests and the open Bot API server, May 2026. The code
// decides first; texts are not a stable contract and only tell apart what shares a code. First match wins.
struct Meaning {
  int code;
  const char* says;
  SendStatus status;
};
constexpr Meaning kMeanings[] = {
    {429, "", SendStatus::kThrottled},
    {403, "", SendStatus::kContactGone},  // blocked, deactivated, never started, kicked, not a member
    {400, "chat not found", SendStatus::kContactGone},
    {400, "user not found", SendStatus::kContactGone},
    {400, "PEER_ID_INVALID", SendStatus::kContactGone},
    {400, "upgraded to a supergroup", SendStatus::kContactMoved},
    {401, "", SendStatus::kBadConfig},
    {404, "", SendStatus::kBadConfig},
    {409, "", SendStatus::kBadConfig},
};

bool contains_folded(std::string_view text, std::string_view part) {
  const auto same = [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); };
  return part.empty() || std::search(text.begin(), text.end(), part.begin(), part.end(), same) != text.end();
}

SendStatus status_of(int code, std::string_view description) {
  for (const Meaning& meaning : kMeanings)
    if (meaning.code == code && contains_folded(description, meaning.says)) return meaning.status;
  if (code >= 500) return SendStatus::kUnknown;  // it may have been taken before the failure
  if (code >= 400) return SendStatus::kRejected;
  if (code >= 300) return SendStatus::kBadConfig;  // a redirect: api_base is not the Bot API
  return SendStatus::kUnknown;
}

milliseconds wait_of(const HttpAnswer& answer, const json& parameters) {
  std::int64_t wait = -1;
  const auto named = parameters.find("retry_after");
  if (named != parameters.end() && named->is_number_integer()) wait = named->get<std::int64_t>();
  if (const auto header = answer.headers.find("retry-after"); wait < 0 && header != answer.headers.end()) {
    const std::string& text = header->second;
    const bool digits = !text.empty() && text.size() <= 6 && text.find_first_not_of("0123456789") == std::string::npos;
    if (digits) wait = std::stoll(text);
  }
  if (wait < 0) return kUnnamedWait;
  return seconds(std::min(wait, kMaxWaitSeconds));
}

json envelope_of(const HttpAnswer& answer) {
  if (answer.fault != HttpFault::kNone) return json();
  try {
    return json_body(answer.body);
  } catch (const BadPayload&) {
    return json();
  }
}

void read_failure(TelegramReply& reply, const HttpAnswer& answer, const json& envelope) {
  json parameters = json::object();
  if (envelope.is_object()) {
    const auto code = envelope.find("error_code"), words = envelope.find("description");
    if (code != envelope.end() && code->is_number_integer()) reply.code = code->get<int>();
    if (words != envelope.end() && words->is_string()) reply.description = words->get<std::string>();
    const auto more = envelope.find("parameters");
    if (more != envelope.end() && more->is_object()) parameters = *more;
  }
  reply.description = shorten(reply.description, kMaxDescription);
  reply.status = status_of(reply.code, reply.description);
  if (reply.status == SendStatus::kThrottled) reply.retry_after = wait_of(answer, parameters);
  if (reply.status != SendStatus::kContactMoved) return;
  const auto moved = parameters.find("migrate_to_chat_id");
  if (moved != parameters.end() && moved->is_number_integer())
    reply.new_chat_id = std::to_string(moved->get<std::int64_t>());
  else
    reply.status = SendStatus::kContactGone;  // moved, and nobody says where
}

}  // namespace

bool TelegramReply::says(std::string_view part) const {
  return contains_folded(description, part);
}

std::string TelegramReply::platform_code() const {
  if (code == 0) return description;
  return description.empty() ? std::to_string(code) : std::to_string(code) + " " + description;
}

TelegramReply telegram_reply(const HttpAnswer& answer) {
  TelegramReply reply;
  reply.code = answer.status;
  reply.description = answer.problem;
  if (answer.fault == HttpFault::kNotSent) {
    reply.status = SendStatus::kRetryLater;
    return reply;
  }
  if (answer.fault != HttpFault::kNone && answer.status < 400) return reply;  // unknown
  json envelope = envelope_of(answer);
  const bool done = envelope.is_object() && envelope.contains("ok") && envelope["ok"] == true;
  if (done && answer.status >= 200 && answer.status < 300) {
    reply.status = SendStatus::kAccepted;
    reply.result = std::move(envelope["result"]);
  } else {
    read_failure(reply, answer, envelope);
  }
  return reply;
}

TelegramApi::TelegramApi(std::string base, std::string token, milliseconds timeout)
    : base_(std::move(base)), token_(std::move(token)), timeout_(timeout) {}

HttpCall TelegramApi::call_of(const std::string& method, const json& body) const {
  HttpCall call;
  call.url = base_ + "/bot" + token_ + "/" + method;
  call.body = body.dump(-1, ' ', false, json::error_handler_t::replace);
  call.timeout = timeout_;
  return call;
}

TelegramReply TelegramApi::call(const std::string& method, const json& body) const {
  TelegramReply reply = telegram_reply(shared_http_client().call(call_of(method, body)));
  reply.description = without_token(std::move(reply.description));
  return reply;
}

HttpAnswer TelegramApi::get_updates(const json& body, milliseconds wait, HttpCancel& cancel) const {
  HttpCall call = call_of("getUpdates", body);
  call.timeout = wait + kPollGrace;
  call.answer_limit_bytes = kMaxUpdatesBytes;
  call.cancel = &cancel;
  return shared_http_client().call(call);
}

std::string TelegramApi::without_token(std::string text) const {
  for (std::size_t at = text.find(token_); at != std::string::npos; at = text.find(token_))
    text.replace(at, token_.size(), "***");
  return text;
}

}  // namespace laoke::channels
