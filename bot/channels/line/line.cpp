#include "bot/channels/line/line.h"

#include <algorithm>
#include <set>

#include "bot/channels/json_body.h"
#include "bot/channels/line/line_api.h"
#include "bot/channels/line/line_message.h"
#include "bot/channels/line/line_parse.h"
#include "bot/channels/line/line_settings.h"
#include "handlers/crypto.h"

namespace laoke::channels::line {
namespace {

using nlohmann::json;

// https://developers.line.biz/en/reference/messaging-api/
constexpr const char* kReply = "/v2/bot/message/reply";
constexpr const char* kPush = "/v2/bot/message/push";
constexpr const char* kMulticast = "/v2/bot/message/multicast";
constexpr const char* kProfile = "/v2/bot/profile/";
constexpr const char* kEndpoint = "/v2/bot/channel/webhook/endpoint";
constexpr std::size_t kMulticastRecipients = 500;
constexpr std::int64_t kReplyTokenMs = 40'000;  // LINE takes it for a minute; the rest is for the way there
constexpr std::size_t kSignatureBytes = 32;
constexpr double kBatchesPerSecond = 100;       // LINE allows 200 multicasts a second since 23 April 2025

SendOutcome outcome_of(const LineReply& reply) {
  SendOutcome outcome;
  outcome.status = reply.status;
  outcome.platform_code = reply.platform_code();
  outcome.retry_after = reply.retry_after;
  return outcome;
}

SendOutcome outcome_of(SendStatus status, std::string why) {
  SendOutcome outcome;
  outcome.status = status;
  outcome.platform_code = std::move(why);
  return outcome;
}

std::vector<std::string> ids_of(const json& result) {
  std::vector<std::string> ids;
  const auto sent = result.is_object() ? result.find("sentMessages") : result.end();
  if (!result.is_object() || sent == result.end() || !sent->is_array()) return ids;
  for (const json& one : *sent) {
    const auto id = one.is_object() ? one.find("id") : one.end();
    if (one.is_object() && id != one.end() && id->is_string()) ids.push_back(id->get<std::string>());
  }
  return ids;
}

void add_ids(SendOutcome& outcome, const json& result) {
  for (std::string& id : ids_of(result)) outcome.part_ids.push_back(std::move(id));
}

void finish(SendOutcome& outcome) {
  outcome.status = SendStatus::kAccepted;
  if (!outcome.part_ids.empty()) outcome.platform_message_id = outcome.part_ids.back();
  if (outcome.part_ids.size() == 1) outcome.part_ids.clear();
}

// Every part has its retry key, so whatever passes may be tried again as a whole: what arrived is recognised.
SendOutcome stopped_at(std::size_t part, std::size_t parts, const LineReply& reply) {
  SendOutcome outcome = outcome_of(reply);
  if (part == 0) return outcome;
  const bool passes = outcome.status == SendStatus::kThrottled || outcome.status == SendStatus::kRetryLater ||
                      outcome.status == SendStatus::kQuotaUsed;
  if (!passes) outcome.status = SendStatus::kUnknown;
  outcome.platform_code = std::to_string(part) + " of " + std::to_string(parts) + " parts arrived, then: " + outcome.platform_code;
  return outcome;
}

class Line final : public Channel {
 public:
  explicit Line(LineSettings settings) : settings_(std::move(settings)), api_(settings_) {
    traits_.messages_per_second = settings_.messages_per_second;
    traits_.contact_messages_per_second = settings_.contact_messages_per_second;
    traits_.batch_size = kMulticastRecipients;
    traits_.batch_least = 2;
    traits_.batches_per_second = kBatchesPerSecond;
    traits_.text_unit = TextUnit::kUtf16;
    traits_.text_limit = 5000;
    traits_.buttons = traits_.images = true;
    traits_.idempotent = true;
    traits_.reply_token_ms = kReplyTokenMs;
  }

  std::string_view kind() const override { return "line"; }
  const Traits& traits() const override { return traits_; }

  bool authentic(const RawRequest& request) const override {
    const auto given = request.headers.find("x-line-signature");
    if (given == request.headers.end()) return false;
    const auto bytes = crypto::from_base64(given->second);
    return bytes && bytes->size() == kSignatureBytes &&
           crypto::equal_in_constant_time(*bytes, crypto::hmac_sha256(settings_.channel_secret, request.body));
  }

  std::vector<InboundEvent> parse(const RawRequest& request) const override { return parse_line_callback(json_body(request.body)); }

  SendOutcome send(const Outgoing& message) override;
  std::vector<SendOutcome> send_batch(const MessageContent& content, std::span<const Outgoing> to) override;
  void connect(const std::string& public_hook_url) override;
  std::vector<std::string_view> errands() const override { return {"profile"}; }
  ErrandOutcome run(const Errand& errand) override;
  std::vector<ProbeLine> probe() override;

 private:
  std::optional<SendOutcome> reply(const std::string& token, const json& messages) const;
  SendOutcome push(const Outgoing& message, const std::vector<json>& calls) const;
  SendOutcome multicast(const json& to, const std::vector<json>& calls, const std::string& key) const;
  void probe_webhook(std::vector<ProbeLine>& lines) const;
  void probe_quota(std::vector<ProbeLine>& lines) const;

  const LineSettings settings_;
  const LineApi api_;
  Traits traits_;
};

// Nothing: the token is of no use, push instead.
std::optional<SendOutcome> Line::reply(const std::string& token, const json& messages) const {
  const json body{{"replyToken", token}, {"messages", messages}};
  LineReply answer = api_.post(kReply, body);
  if (answer.refuses_reply_token()) return std::nullopt;
  if (answer.status == SendStatus::kUnknown) {
    answer = api_.post(kReply, body);
    // It was good a moment ago and is given out once: the call whose answer was lost used it up.
    if (answer.refuses_reply_token()) answer.status = SendStatus::kAccepted;
  }
  SendOutcome outcome = outcome_of(answer);
  if (answer.status != SendStatus::kAccepted) return outcome;
  outcome.platform_code.clear();
  add_ids(outcome, answer.result);
  finish(outcome);
  return outcome;
}

SendOutcome Line::push(const Outgoing& message, const std::vector<json>& calls) const {
  SendOutcome all;
  for (std::size_t part = 0; part < calls.size(); ++part) {
    const std::string key = message.idempotency_key.empty() ? "" : retry_key(message.idempotency_key, part);
    const LineReply answer = api_.post(kPush, {{"to", message.external_id}, {"messages", calls[part]}}, key);
    if (answer.status != SendStatus::kAccepted) return stopped_at(part, calls.size(), answer);
    add_ids(all, answer.result);
  }
  finish(all);
  return all;
}

SendOutcome Line::send(const Outgoing& message) {
  if (!is_user_id(message.external_id)) return outcome_of(SendStatus::kContactGone, "not a LINE user id");
  LineMessages built = line_messages(message.content);
  if (built.calls.empty()) return outcome_of(SendStatus::kRejected, std::move(built.refusal));
  // A reply cannot be told from its repeat for ever, so a message of several calls is pushed as a whole.
  if (!message.reply_token.empty() && built.calls.size() == 1)
    if (auto outcome = reply(message.reply_token, built.calls.front())) return *outcome;
  return push(message, built.calls);
}

SendOutcome Line::multicast(const json& to, const std::vector<json>& calls, const std::string& key) const {
  for (std::size_t part = 0; part < calls.size(); ++part) {
    const LineReply answer = api_.post(kMulticast, {{"to", to}, {"messages", calls[part]}}, key.empty() ? "" : retry_key(key, part));
    if (answer.status == SendStatus::kAccepted) continue;
    SendOutcome outcome = stopped_at(part, calls.size(), answer);
    // Members of a batch that was not taken are asked about anew, under other keys: one that was taken in part is none.
    if (part > 0) outcome.status = SendStatus::kUnknown;
    return outcome;
  }
  return outcome_of(SendStatus::kAccepted, "");
}

std::vector<SendOutcome> Line::send_batch(const MessageContent& content, std::span<const Outgoing> to) {
  LineMessages built = line_messages(content);
  if (built.calls.empty()) return std::vector<SendOutcome>(to.size(), outcome_of(SendStatus::kRejected, built.refusal));
  std::vector<SendOutcome> outcomes;
  for (std::size_t at = 0; at < to.size(); at += kMulticastRecipients) {
    const auto some = to.subspan(at, std::min(kMulticastRecipients, to.size() - at));
    // One address that is none would have all of them refused.
    json addresses = json::array();
    std::set<std::string> known;
    for (const Outgoing& one : some)
      if (is_user_id(one.external_id) && known.insert(one.external_id).second) addresses.push_back(one.external_id);
    // A key stands for one request: other recipients make another one.
    const std::string& batch_key = some.front().idempotency_key;
    const std::string key = batch_key.empty() ? "" : batch_key + "/" + crypto::sha256_hex(addresses.dump());
    const SendOutcome of_all = addresses.empty() ? SendOutcome{} : multicast(addresses, built.calls, key);
    for (const Outgoing& one : some)
      outcomes.push_back(known.contains(one.external_id) ? of_all : outcome_of(SendStatus::kContactGone, "not a LINE user id"));
  }
  return outcomes;
}

// LINE tells nothing of people who are no friends, have blocked the account or never agreed: that is how it stays.
ErrandOutcome profile_outcome(const LineReply& reply) {
  const bool dead_token = reply.code == 401;
  const bool passes = reply.status == SendStatus::kThrottled || reply.status == SendStatus::kRetryLater || reply.status == SendStatus::kUnknown;
  const SendStatus status = reply.status == SendStatus::kAccepted || passes || dead_token ? reply.status : SendStatus::kContactGone;
  return {status, reply.platform_code(), reply.retry_after, {}};
}

ErrandOutcome Line::run(const Errand& errand) {
  const std::string user_id = errand.kind == "profile" ? text_at(errand.data, "external_id") : "";
  if (!is_user_id(user_id)) return {SendStatus::kRejected, "not a LINE user id", {}, {}};
  const LineReply reply = api_.get(kProfile + user_id);
  ErrandOutcome outcome = profile_outcome(reply);
  if (reply.status != SendStatus::kAccepted) return outcome;
  outcome.platform_code.clear();
  InboundEvent& event = outcome.learned.emplace_back();
  event.kind = InboundKind::kProfile;
  event.key = "profile:" + errand.key;
  event.external_id = user_id;
  event.display_name = text_at(reply.result, "displayName");
  event.language = text_at(reply.result, "language");
  return outcome;
}

void Line::connect(const std::string& public_hook_url) {
  if (public_hook_url.empty())
    throw std::runtime_error("line: LINE sends messages to a public https address only, and the server knows none; set public_url");
  const LineReply now = api_.get(kEndpoint);
  if (now.status == SendStatus::kAccepted && now.result.value("endpoint", json()) == json(public_hook_url)) return;
  const LineReply put = api_.put(kEndpoint, {{"endpoint", public_hook_url}});
  if (put.status == SendStatus::kAccepted) return;
  const char* const what_to_do = put.code == 400 ? "; the public address must be https with a certificate everybody trusts, up to 500 letters"
                                 : put.status == SendStatus::kBadConfig ? "; check token, channel_secret and channel_id in the LINE Developers console"
                                                                        : "; check that this machine reaches ";
  throw std::runtime_error("line: the webhook could not be registered: " + put.platform_code() + what_to_do +
                           (std::string_view(what_to_do).ends_with("reaches ") ? settings_.api_base : ""));
}

void Line::probe_webhook(std::vector<ProbeLine>& lines) const {
  const LineReply hook = api_.get(kEndpoint);
  const std::string url = hook.status == SendStatus::kAccepted ? text_at(hook.result, "endpoint") : "";
  if (url.empty()) {
    lines.push_back({false, "no webhook is registered (" + hook.platform_code() + "): start the server with public_url set, it registers itself"});
    return;
  }
  const bool active = hook.result.value("active", json()) == json(true);
  lines.push_back({active, "webhook " + url + (active ? "" : " is switched off: LINE Developers console, tab Messaging API, switch on 'Use webhook' and 'Webhook redelivery'; "
                                                              "in the Official Account Manager switch off auto-reply and greeting messages")});
  const LineReply test = api_.post("/v2/bot/channel/webhook/test", json::object());
  if (test.status != SendStatus::kAccepted) {
    lines.push_back({false, "LINE's test of the webhook failed: " + test.platform_code()});
    return;
  }
  const bool reached = test.result.value("success", json()) == json(true);
  lines.push_back({reached, reached ? "LINE reaches the webhook, and the signature is right"
                                    : "LINE cannot deliver: " + text_at(test.result, "reason") + " " + text_at(test.result, "detail") +
                                          "; check that the public address leads here and that channel_secret is this channel's"});
}

void Line::probe_quota(std::vector<ProbeLine>& lines) const {
  const LineReply quota = api_.get("/v2/bot/message/quota");
  const LineReply used = api_.get("/v2/bot/message/quota/consumption");
  if (quota.status != SendStatus::kAccepted || used.status != SendStatus::kAccepted) {
    lines.push_back({false, "the monthly quota could not be asked for: " + (quota.status == SendStatus::kAccepted ? used : quota).platform_code()});
    return;
  }
  const std::int64_t sent = integer_at(used.result, "totalUsage");
  if (text_at(quota.result, "type") != "limited") {
    lines.push_back({true, std::to_string(sent) + " messages this month; the plan has no limit"});
    return;
  }
  const std::int64_t most = integer_at(quota.result, "value");
  lines.push_back({sent < most, std::to_string(sent) + " of this month's " + std::to_string(most) + " messages are used" +
                                    (sent < most ? "; answers within 40 seconds are free" : ": only answers within 40 seconds go out until the plan is changed or the month ends")});
}

std::vector<ProbeLine> Line::probe() {
  std::vector<ProbeLine> lines;
  try {
    const LineReply info = api_.get("/v2/bot/info");
    if (info.status == SendStatus::kBadConfig)
      return {{false, "LINE refuses the account (" + info.platform_code() + "): copy token, channel_secret and channel_id again from the LINE Developers console"}};
    if (info.status != SendStatus::kAccepted)
      return {{false, "no answer (" + info.platform_code() + "): check that this machine reaches " + settings_.api_base}};
    lines.push_back({true, "token is valid: " + text_at(info.result, "displayName") + " (" + text_at(info.result, "basicId") + ")"});
    probe_webhook(lines);
    probe_quota(lines);
  } catch (const BadPayload& error) {
    lines.push_back({false, settings_.api_base + " does not answer like LINE: " + error.what()});
  }
  return lines;
}

std::unique_ptr<Channel> make(const Account& account) { return std::make_unique<Line>(line_settings(account.settings)); }

}  // namespace
}  // namespace laoke::channels::line

namespace laoke::channels {

Kind line_kind() { return {"line", line::line_setting_specs(), line::make}; }

}  // namespace laoke::channels
