#include "bot/channels/whatsapp/graph.h"

#include <algorithm>

#include "bot/channels/json_body.h"

namespace laoke::channels::whatsapp {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::int64_t kLongestWaitSeconds = 86'400, kLongestWaitMinutes = 1'440;

json answer_body(const HttpAnswer& answer) {
  if (answer.fault != HttpFault::kNone) return json();
  try {
    return json_body(answer.body);
  } catch (const BadPayload&) {
    return json();
  }
}

// {"<account>": [{"type": "messages", "estimated_time_to_regain_access": 5}]}, in minutes; 0 when it does not say.
std::int64_t minutes_in(const std::string& usage) {
  std::int64_t longest = 0;
  const json accounts = json::parse(usage, nullptr, false);
  if (!accounts.is_object()) return 0;
  for (const json& limits : accounts) {
    if (!limits.is_array()) continue;
    for (const json& limit : limits) {
      if (!limit.is_object()) continue;
      const auto wait = limit.find("estimated_time_to_regain_access");
      if (wait != limit.end() && wait->is_number_integer()) longest = std::max(longest, wait->get<std::int64_t>());
    }
  }
  return std::min(longest, kLongestWaitMinutes);
}

milliseconds asked_wait(const HttpAnswer& answer) {
  if (const auto usage = answer.headers.find("x-business-use-case-usage"); usage != answer.headers.end())
    if (const auto wait = minutes_in(usage->second); wait > 0) return minutes(wait);
  const auto header = answer.headers.find("retry-after");
  if (header == answer.headers.end()) return milliseconds(0);
  const std::string& text = header->second;
  const bool digits = !text.empty() && text.size() <= 6 && text.find_first_not_of("0123456789") == std::string::npos;
  return digits ? seconds(std::min<std::int64_t>(std::stoll(text), kLongestWaitSeconds)) : milliseconds(0);
}

void read_refusal(Reply& reply, const HttpAnswer& answer, const json& body) {
  const auto found = body.is_object() ? body.find("error") : body.end();
  const bool has_error = body.is_object() && found != body.end() && found->is_object();
  const Error error = has_error ? error_from(*found) : Error{};
  const Meaning meaning = has_error ? meaning_of(error, answer.status) : meaning_of_http(answer.status);
  reply.status = meaning.status;
  reply.wait = meaning.wait;
  reply.code = error.code;
  reply.words = has_error ? told(error, meaning) : "HTTP " + std::to_string(answer.status);
  if (!has_error && *meaning.zh) reply.words += "; " + std::string(meaning.zh) + " / " + meaning.en;
  if (meaning.wait != Wait::kNone) reply.retry_after = asked_wait(answer);
}

}  // namespace

Reply reply_of(const HttpAnswer& answer) {
  Reply reply;
  reply.words = answer.problem;
  if (answer.fault == HttpFault::kNotSent) {
    reply.status = SendStatus::kRetryLater;
    return reply;
  }
  if (answer.fault != HttpFault::kNone && answer.status < 400) return reply;  // unknown
  json body = answer_body(answer);
  const bool good = answer.status >= 200 && answer.status < 300;
  if (good && body.is_object() && !body.contains("error")) {
    reply.status = SendStatus::kAccepted;
    reply.body = std::move(body);
  } else if (good && !body.is_object()) {
    reply.words = "an answer that is not the Graph API's";
  } else {
    read_refusal(reply, answer, body);
  }
  return reply;
}

GraphApi::GraphApi(const Settings& settings)
    : base_(settings.graph), token_(settings.token), timeout_(settings.timeout) {}

Reply GraphApi::call(HttpCall call) const {
  call.url = base_ + call.url;
  call.timeout = timeout_;
  call.headers.emplace_back("Authorization", "Bearer " + token_);
  return reply_of(shared_http_client().call(call));
}

Reply GraphApi::get(const std::string& path) const {
  HttpCall one;
  one.method = "GET";
  one.url = path;
  return call(std::move(one));
}

Reply GraphApi::post(const std::string& path, const json& body) const {
  HttpCall one;
  one.url = path;
  one.body = body.dump(-1, ' ', false, json::error_handler_t::replace);
  return call(std::move(one));
}

}  // namespace laoke::channels::whatsapp
