#include "bot/channels/whatsapp/whatsapp.h"

#include <algorithm>
#include <atomic>
#include <thread>

#include "bot/channels/json_body.h"
#include "bot/channels/whatsapp/address.h"
#include "bot/channels/whatsapp/contact_limits.h"
#include "bot/channels/whatsapp/graph.h"
#include "bot/channels/whatsapp/message.h"
#include "bot/channels/whatsapp/parse.h"
#include "bot/channels/whatsapp/setup.h"
#include "handlers/crypto.h"

namespace laoke::channels {
namespace whatsapp {
namespace {

using nlohmann::json;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using Clock = std::chrono::steady_clock;

constexpr std::string_view kSignatureScheme = "sha256=";
constexpr std::size_t kSignatureLetters = 71;  // section 0 of the facts
constexpr milliseconds kPartRetry{1'000};      // before a part that found no connection is tried again
constexpr int kMediaTries = 3;                 // "retry twice, then fail", section 7 of the facts
constexpr minutes kUnnamedMinutes{5};
constexpr hours kUnnamedHours{4};  // "for hours", section 7 of the facts
constexpr int kMostDoublings = 6;  // 1 s … 64 s

// Immutable but for what was refused lately, which guards itself.
class Whatsapp final : public Channel {
 public:
  explicit Whatsapp(Settings settings)
      : settings_(std::move(settings)),
        api_(settings_),
        contacts_(settings_.contact_messages_per_second, settings_.contact_burst) {
    traits_.messages_per_second = settings_.messages_per_second;
    // The pace to one contact may be run ahead of, which a distance cannot say: send() keeps it itself.
    traits_.contact_messages_per_second = 0;
    traits_.text_unit = TextUnit::kUtf16;
    traits_.text_limit = kTextLimit;
    traits_.buttons = traits_.images = traits_.receipts = true;
    traits_.window_ms = kWindowMs;
  }

  std::string_view kind() const override { return "whatsapp"; }
  const Traits& traits() const override { return traits_; }

  std::optional<HookAnswer> handshake(const RawRequest& request) const override;
  bool authentic(const RawRequest& request) const override;
  std::vector<InboundEvent> parse(const RawRequest& request) const override {
    return parse_callback(json_body(request.body), settings_.phone_number_id, settings_.waba_id);
  }

  SendOutcome send(const Outgoing& message) override;
  void connect(const std::string& public_hook_url) override { connect_number(api_, settings_, public_hook_url); }
  std::vector<ProbeLine> probe() override { return probe_number(api_, settings_); }

 private:
  Reply call(const json& part) const;
  Reply send_part(const json& part) const;
  Reply send_later_part(const json& part, Clock::time_point deadline);
  SendOutcome send_parts(const std::vector<json>& parts, const Outgoing& message);
  std::optional<SendOutcome> held_back(const Outgoing& message, std::size_t parts);
  SendOutcome outcome_of(const Reply& reply, const Outgoing& message);
  milliseconds wait_of(const Reply& reply, const std::string& contact);
  SendOutcome marketing_held(milliseconds wait, const std::string& words) const;

  const Settings settings_;
  const GraphApi api_;
  Traits traits_;
  ContactLimits contacts_;
  std::atomic<int> throttles_{0};                          // in a row
  std::atomic<Clock::rep> marketing_from_{Clock::rep{0}};  // no marketing before this moment
};

std::string query_value(const RawRequest& request, const char* name) {
  const auto found = request.query.find(name);
  return found == request.query.end() ? "" : found->second;
}

// A GET is Meta's check of the callback URL; it carries no signature.
std::optional<HookAnswer> Whatsapp::handshake(const RawRequest& request) const {
  if (request.method != "GET") return std::nullopt;
  const bool good = query_value(request, "hub.mode") == "subscribe" &&
                    crypto::equal_in_constant_time(query_value(request, "hub.verify_token"), settings_.verify_token);
  if (!good) return HookAnswer{403, "the verify token is not this channel's", "text/plain"};
  return HookAnswer{200, query_value(request, "hub.challenge"), "text/plain"};
}

bool Whatsapp::authentic(const RawRequest& request) const {
  const auto given = request.headers.find("x-hub-signature-256");
  if (given == request.headers.end() || given->second.size() != kSignatureLetters ||
      !given->second.starts_with(kSignatureScheme))
    return false;
  return crypto::equal_in_constant_time(given->second.substr(kSignatureScheme.size()),
                                        crypto::hmac_sha256_hex(settings_.app_secret, request.body));
}

std::string message_id_in(const json& body) {
  const auto messages = body.find("messages");
  if (messages == body.end() || !messages->is_array() || messages->empty() || !messages->front().is_object()) return "";
  const auto id = messages->front().find("id");
  return id != messages->front().end() && id->is_string() ? id->get<std::string>() : "";
}

Reply Whatsapp::call(const json& part) const {
  Reply reply = api_.post("/" + settings_.phone_number_id + "/messages", part);
  if (reply.status == SendStatus::kAccepted && message_id_in(reply.body).empty()) {
    reply.status = SendStatus::kUnknown;
    reply.words = "the answer names no message";
  }
  return reply;
}

Reply Whatsapp::send_part(const json& part) const {
  Reply reply = call(part);
  for (int tries = 1; tries < kMediaTries && media_failed(reply.code); ++tries) reply = call(part);
  return reply;
}

milliseconds Whatsapp::wait_of(const Reply& reply, const std::string& contact) {
  switch (reply.wait) {
    case Wait::kNone:
      return milliseconds(0);
    case Wait::kContact:
      return contacts_.busy(contact, Clock::now());
    case Wait::kSeconds: {
      const int exponent = std::min(throttles_++, kMostDoublings);
      return std::max<milliseconds>(reply.retry_after, seconds(1 << exponent));
    }
    case Wait::kMinutes:
      return reply.retry_after.count() > 0 ? reply.retry_after : milliseconds(kUnnamedMinutes);
    case Wait::kHours:
      return reply.retry_after.count() > 0 ? reply.retry_after : milliseconds(kUnnamedHours);
  }
  return milliseconds(0);
}

SendOutcome Whatsapp::marketing_held(milliseconds wait, const std::string& words) const {
  SendOutcome outcome;
  outcome.status = SendStatus::kRetryLater;  // answers to customers go on
  outcome.retry_after = wait;
  outcome.platform_code = words;
  return outcome;
}

SendOutcome Whatsapp::outcome_of(const Reply& reply, const Outgoing& message) {
  SendOutcome outcome;
  outcome.status = reply.status;
  outcome.platform_code = reply.words;
  outcome.retry_after = wait_of(reply, message.external_id);
  if (reply.code == kDistrusted && message.marketing) {
    marketing_from_ = (Clock::now() + outcome.retry_after).time_since_epoch().count();
    return marketing_held(outcome.retry_after, reply.words);
  }
  if (reply.code == kUndeliverable && contacts_.dead(message.external_id)) outcome.status = SendStatus::kContactGone;
  return outcome;
}

Reply Whatsapp::send_later_part(const json& part, Clock::time_point deadline) {
  for (;;) {
    Reply reply = send_part(part);
    const bool passes = reply.status == SendStatus::kThrottled || reply.status == SendStatus::kContactBusy ||
                        (reply.status == SendStatus::kRetryLater && reply.wait == Wait::kNone);
    if (!passes) return reply;
    const milliseconds asked = wait_of(reply, part.value("to", part.value("recipient", "")));
    const milliseconds wait = reply.wait == Wait::kNone ? kPartRetry : asked;
    if (Clock::now() + wait > deadline) return reply;
    std::this_thread::sleep_for(wait);
  }
}

SendOutcome Whatsapp::send_parts(const std::vector<json>& parts, const Outgoing& message) {
  const Clock::time_point deadline = Clock::now() + kSendTimeout;
  SendOutcome all;
  for (std::size_t part = 0; part < parts.size(); ++part) {
    const Reply reply = part == 0 ? send_part(parts[part]) : send_later_part(parts[part], deadline);
    if (reply.status != SendStatus::kAccepted) {
      if (part == 0) return outcome_of(reply, message);
      all.status = SendStatus::kUnknown;
      all.platform_code =
          std::to_string(part) + " of " + std::to_string(parts.size()) + " parts arrived, then: " + reply.words;
      return all;
    }
    throttles_ = 0;
    contacts_.reached(message.external_id);
    all.platform_message_id = message_id_in(reply.body);
    all.part_ids.push_back(all.platform_message_id);
  }
  all.status = SendStatus::kAccepted;
  if (parts.size() == 1) all.part_ids.clear();
  return all;
}

// What is known to be too early is not even tried.
std::optional<SendOutcome> Whatsapp::held_back(const Outgoing& message, std::size_t parts) {
  const auto now = Clock::now();
  const Clock::time_point marketing_from{Clock::duration(marketing_from_)};
  if (message.marketing && marketing_from > now)
    return marketing_held(std::chrono::ceil<milliseconds>(marketing_from - now),
                          "131048 marketing rests on this number");
  const milliseconds wait = contacts_.take(message.external_id, parts, now);
  if (wait.count() == 0) return std::nullopt;
  SendOutcome outcome;
  outcome.status = SendStatus::kContactBusy;
  outcome.retry_after = wait;
  outcome.platform_code = "the pace to one person";
  return outcome;
}

SendOutcome Whatsapp::send(const Outgoing& message) {
  if (!is_user_id(message.external_id) && !is_phone_digits(message.external_id))
    return {SendStatus::kContactGone, "", "not a WhatsApp address", {}, "", {}};
  Message built = message_for(message.external_id, message.content, message.reference);
  if (built.parts.empty()) return {SendStatus::kRejected, "", std::move(built.refusal), {}, "", {}};
  if (auto held = held_back(message, built.parts.size())) return *held;
  return send_parts(built.parts, message);
}

std::unique_ptr<Channel> make_whatsapp(const Account& account) {
  return std::make_unique<Whatsapp>(settings_from(account.settings));
}

}  // namespace
}  // namespace whatsapp

Kind whatsapp_kind() {
  return {"whatsapp", whatsapp::setting_specs(), whatsapp::make_whatsapp};
}

}  // namespace laoke::channels
