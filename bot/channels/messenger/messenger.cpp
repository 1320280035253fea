#include "bot/channels/messenger/messenger.h"

#include <algorithm>
#include <thread>

#include "bot/channels/json_body.h"
#include "bot/channels/messenger/messenger_api.h"
#include "bot/channels/messenger/messenger_message.h"
#include "bot/channels/messenger/messenger_parse.h"
#include "bot/channels/messenger/messenger_settings.h"
#include "handlers/crypto.h"

namespace laoke::channels::messenger {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using SteadyClock = std::chrono::steady_clock;

constexpr std::string_view kSignaturePrefix = "sha256=";
constexpr std::size_t kSignatureLetters = 71;
constexpr milliseconds kPartPause{1000};  // before a part that found no connection is tried again

// https://developers.facebook.com/docs/messenger-platform/webhooks: what is not named there is never sent.
constexpr const char* kPageFields =
    "messages,messaging_postbacks,messaging_optins,messaging_referrals,message_deliveries,message_reads,message_edits,message_echoes,"
    "message_template_status_update";
constexpr const char* kInstagramFields = "messages,messaging_postbacks,messaging_seen,message_reactions,messaging_referral";

SendOutcome outcome_of(const GraphReply& reply) {
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

bool is_scoped_id(const std::string& id) {
  return !id.empty() && id.size() <= 32 && id.find_first_not_of("0123456789") == std::string::npos;
}

std::string value_of(const RawRequest& request, const char* name) {
  const auto found = request.query.find(name);
  return found == request.query.end() ? "" : found->second;
}

std::vector<std::string> words_of(std::string_view list) {
  std::vector<std::string> words;
  for (std::size_t at = 0; at <= list.size();) {
    const std::size_t end = std::min(list.find(',', at), list.size());
    words.emplace_back(list.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

class Messenger final : public Channel {
 public:
  explicit Messenger(MessengerSettings settings)
      : settings_(std::move(settings)), page_(settings_.product == Product::kPage), api_(settings_) {
    traits_.messages_per_second = settings_.messages_per_second;
    traits_.contact_messages_per_second = settings_.contact_messages_per_second;
    traits_.text_unit = page_ ? TextUnit::kUtf16 : TextUnit::kBytes;
    traits_.text_limit = page_ ? 2000 : 1000;
    traits_.buttons = traits_.images = traits_.receipts = true;
    traits_.window_ms = kMessengerWindowMs;
  }

  std::string_view kind() const override { return page_ ? "messenger" : "instagram"; }
  const Traits& traits() const override { return traits_; }
  std::optional<HookAnswer> handshake(const RawRequest& request) const override;
  bool authentic(const RawRequest& request) const override;
  std::vector<InboundEvent> parse(const RawRequest& request) const override {
    return parse_messenger_callback(settings_.product, settings_.account_id, json_body(request.body));
  }
  HookAnswer answer(const RawRequest&, const std::optional<MessageContent>&) const override { return {200, "EVENT_RECEIVED", "text/plain"}; }
  SendOutcome send(const Outgoing& message) override;
  void connect(const std::string& public_hook_url) override;
  std::vector<std::string_view> errands() const override { return {"profile"}; }
  ErrandOutcome run(const Errand& errand) override;
  std::vector<ProbeLine> probe() override;

 private:
  GraphReply send_one(const Outgoing& message, const char* messaging_type, json body) const;
  GraphReply send_later_one(const Outgoing& message, const char* messaging_type, const json& body, SteadyClock::time_point deadline) const;
  SendOutcome send_all(const Outgoing& message, const std::vector<json>& bodies) const;
  void register_callback(const std::string& public_hook_url) const;
  void probe_fields(std::vector<ProbeLine>& lines) const;
  void probe_callback(std::vector<ProbeLine>& lines) const;
  const char* fields() const { return page_ ? kPageFields : kInstagramFields; }
  std::string said() const { return std::string(kind()) + ": "; }

  const MessengerSettings settings_;
  const bool page_;
  const GraphApi api_;
  Traits traits_;
};

// Every GET is meant as one: Meta's only other requests are POSTs.
std::optional<HookAnswer> Messenger::handshake(const RawRequest& request) const {
  if (request.method != "GET") return std::nullopt;
  const bool good = value_of(request, "hub.mode") == "subscribe" &&
                    crypto::equal_in_constant_time(value_of(request, "hub.verify_token"), settings_.verify_token);
  if (!good) return HookAnswer{403, "the verify token is another", "text/plain"};
  return HookAnswer{200, value_of(request, "hub.challenge"), "text/plain"};
}

bool Messenger::authentic(const RawRequest& request) const {
  const auto given = request.headers.find("x-hub-signature-256");
  if (given == request.headers.end() || given->second.size() != kSignatureLetters || !given->second.starts_with(kSignaturePrefix)) return false;
  return crypto::equal_in_constant_time(std::string_view(given->second).substr(kSignaturePrefix.size()),
                                        crypto::hmac_sha256_hex(settings_.app_secret, request.body));
}

GraphReply Messenger::send_one(const Outgoing& message, const char* messaging_type, json body) const {
  if (!message.reference.empty()) body["metadata"] = message.reference;
  GraphReply reply = api_.post("me/messages", {{"recipient", {{"id", message.external_id}}}, {"messaging_type", messaging_type}, {"message", std::move(body)}});
  if (reply.status != SendStatus::kAccepted) return reply;
  const auto id = reply.result.find("message_id");
  if (id == reply.result.end() || !id->is_string()) reply.status = SendStatus::kUnknown;  // somebody else's 200
  return reply;
}

GraphReply Messenger::send_later_one(const Outgoing& message, const char* messaging_type, const json& body,
                                     SteadyClock::time_point deadline) const {
  for (;;) {
    std::this_thread::sleep_for(milliseconds(static_cast<int>(1000 / settings_.contact_messages_per_second)));
    GraphReply reply = send_one(message, messaging_type, body);
    if (reply.status != SendStatus::kThrottled && reply.status != SendStatus::kRetryLater) return reply;
    const milliseconds wait = reply.status == SendStatus::kThrottled ? reply.retry_after : kPartPause;
    if (SteadyClock::now() + wait > deadline) return reply;
    std::this_thread::sleep_for(wait);
  }
}

SendOutcome Messenger::send_all(const Outgoing& message, const std::vector<json>& bodies) const {
  const SteadyClock::time_point deadline = SteadyClock::now() + kSendTimeout;
  const char* const type = !message.content.platform_template.empty() ? "UTILITY" : message.marketing ? "UPDATE" : "RESPONSE";
  SendOutcome all;
  for (std::size_t part = 0; part < bodies.size(); ++part) {
    const GraphReply reply = part == 0 ? send_one(message, type, bodies[part]) : send_later_one(message, type, bodies[part], deadline);
    if (reply.status != SendStatus::kAccepted) {
      SendOutcome failed = outcome_of(reply);
      if (part == 0) return failed;
      all.status = SendStatus::kUnknown;
      all.platform_code = std::to_string(part) + " of " + std::to_string(bodies.size()) + " parts arrived, then: " + failed.platform_code;
      return all;
    }
    all.platform_message_id = reply.result["message_id"];
    all.part_ids.push_back(all.platform_message_id);
  }
  all.status = SendStatus::kAccepted;
  if (bodies.size() == 1) all.part_ids.clear();
  return all;
}

SendOutcome Messenger::send(const Outgoing& message) {
  if (!is_scoped_id(message.external_id)) return outcome_of(SendStatus::kContactGone, "not an id of Messenger or Instagram");
  if (!message.content.platform_template.empty()) {
    if (!page_) return outcome_of(SendStatus::kWindowClosed, "Instagram has no templates: nothing can be sent until the person writes again");
    return send_all(message, {utility_message(message.content)});
  }
  MessengerMessages built = messenger_messages(settings_.product, message.content);
  if (built.messages.empty()) return outcome_of(SendStatus::kRejected, std::move(built.refusal));
  return send_all(message, built.messages);
}

constexpr std::int64_t kDeadToken = 190;

// Meta tells nothing of people who do not allow it, and of nobody to an app without that right: messages go on.
ErrandOutcome profile_outcome(const GraphReply& reply) {
  const bool passes = reply.status == SendStatus::kThrottled || reply.status == SendStatus::kRetryLater || reply.status == SendStatus::kUnknown;
  const bool stands = reply.status == SendStatus::kAccepted || passes || reply.code == kDeadToken;
  return {stands ? reply.status : SendStatus::kContactGone, reply.platform_code(), reply.retry_after, {}};
}

// Names in Chinese, Japanese or Korean letters are written together, the family's first.
std::string full_name(const std::string& first, const std::string& last) {
  if (first.empty() || last.empty()) return first + last;
  constexpr unsigned char kFirstOfCjk = 0xE3;  // UTF-8 of U+3000 and on
  const bool cjk = static_cast<unsigned char>(first[0]) >= kFirstOfCjk && static_cast<unsigned char>(last[0]) >= kFirstOfCjk;
  return cjk ? last + first : first + " " + last;
}

ErrandOutcome Messenger::run(const Errand& errand) {
  const std::string id = errand.kind == "profile" ? text_at(errand.data, "external_id") : "";
  if (!is_scoped_id(id)) return {SendStatus::kRejected, "not an id of Messenger or Instagram", {}, {}};
  const GraphReply reply = api_.get(id, {{"fields", page_ ? "first_name,last_name" : "name,username"}});
  ErrandOutcome outcome = profile_outcome(reply);
  if (reply.status != SendStatus::kAccepted) return outcome;
  outcome.platform_code.clear();
  InboundEvent& event = outcome.learned.emplace_back();
  event.kind = InboundKind::kProfile;
  event.key = "profile:" + errand.key;
  event.external_id = id;
  event.display_name = page_ ? full_name(text_at(reply.result, "first_name"), text_at(reply.result, "last_name")) : text_at(reply.result, "name");
  if (!page_) event.username = text_at(reply.result, "username");
  return outcome;
}

// The address of callbacks belongs to the app, so it takes the app's own token.
void Messenger::register_callback(const std::string& public_hook_url) const {
  const GraphReply reply = api_.post_as_app(settings_.app_id + "/subscriptions", {{"object", object_of(settings_.product)},
                                                                                   {"callback_url", public_hook_url},
                                                                                   {"verify_token", settings_.verify_token},
                                                                                   {"fields", fields()}});
  if (reply.status == SendStatus::kAccepted) return;
  throw std::runtime_error(said() + "the callback URL could not be registered: " + reply.platform_code() +
                           "; the public address must be https and lead here; check app_id and app_secret, or remove app_id and enter the URL in the app dashboard");
}

void Messenger::connect(const std::string& public_hook_url) {
  if (public_hook_url.empty())
    throw std::runtime_error(said() + "Meta sends messages to a public https address only, and the server knows none; set public_url");
  if (!settings_.app_id.empty()) register_callback(public_hook_url);
  const GraphReply reply = api_.post(settings_.account_id + "/subscribed_apps", json::object(), {{"subscribed_fields", fields()}});
  const bool must = page_ || reply.status == SendStatus::kBadConfig;  // some Instagram set-ups allow it in the dashboard only
  if (reply.status != SendStatus::kAccepted && must)
    throw std::runtime_error(said() + "the account could not be subscribed to the app: " + reply.platform_code() +
                             (reply.http == 0 ? "; check that this machine reaches " + settings_.base
                                              : "; generate the access token again with pages_messaging and pages_manage_metadata"));
  // Without it the message button of a new Page says nothing to us. Best effort.
  if (page_) api_.post("me/messenger_profile", {{"get_started", {{"payload", "GET_STARTED"}}}});
}

void Messenger::probe_fields(std::vector<ProbeLine>& lines) const {
  const GraphReply apps = api_.get(settings_.account_id + "/subscribed_apps");
  if (apps.status != SendStatus::kAccepted) {
    lines.push_back({!page_, "whether the account is subscribed cannot be asked (" + apps.platform_code() + "): see the app dashboard, Webhooks"});
    return;
  }
  std::vector<std::string> missing = words_of(fields());
  for (const json& app : apps.result.value("data", json::array()))
    for (const json& field : app.is_object() ? app.value("subscribed_fields", json::array()) : json::array()) std::erase(missing, field);
  std::string list;
  for (const std::string& field : missing) list += (list.empty() ? "" : ", ") + field;
  lines.push_back({missing.empty(), missing.empty() ? "the account is subscribed to the app" : "the account is not subscribed to " + list + ": start the server, it subscribes itself, or switch them on in the app dashboard, Webhooks"});
}

void Messenger::probe_callback(std::vector<ProbeLine>& lines) const {
  const std::string object = object_of(settings_.product);
  const std::string steps = "in the app dashboard, Webhooks, choose '" + object + "' and enter this account's hook URL and its verify_token; then the app must be live, and have Advanced Access for people without a role in it";
  if (settings_.app_id.empty()) {
    lines.push_back({true, "once, by hand: " + steps});
    return;
  }
  const GraphReply reply = api_.get_as_app(settings_.app_id + "/subscriptions");
  if (reply.status != SendStatus::kAccepted) {
    lines.push_back({false, "app_id and app_secret do not fit (" + reply.platform_code() + "): see the app dashboard, App settings, Basic"});
    return;
  }
  for (const json& one : reply.result.value("data", json::array()))
    if (one.is_object() && one.value("object", json()) == json(object) && one.value("active", json()) == json(true)) {
      lines.push_back({true, "callbacks go to " + text_at(one, "callback_url")});
      return;
    }
  lines.push_back({false, "no callback URL is registered: start the server with public_url set, or " + steps});
}

std::vector<ProbeLine> Messenger::probe() {
  std::vector<ProbeLine> lines;
  try {
    const GraphReply me = api_.get(settings_.account_id, {{"fields", page_ ? "id,name" : "id,username"}});
    if (me.status == SendStatus::kBadConfig || me.status == SendStatus::kRejected)
      return {{false, "Meta refuses the account (" + me.platform_code() + "): generate the access token again for this very account, and check its number"}};
    if (me.status != SendStatus::kAccepted) return {{false, "no answer (" + me.platform_code() + "): check that this machine reaches " + settings_.base}};
    lines.push_back({true, "token is valid: " + text_at(me.result, page_ ? "name" : "username")});
    probe_fields(lines);
    probe_callback(lines);
  } catch (const BadPayload& error) {
    lines.push_back({false, settings_.base + " does not answer like Meta: " + error.what()});
  } catch (const json::exception&) {
    lines.push_back({false, settings_.base + " does not answer like Meta"});
  }
  return lines;
}

template <Product Which>
std::unique_ptr<Channel> make(const Account& account) {
  return std::make_unique<Messenger>(messenger_settings(Which, account.settings));
}

}  // namespace
}  // namespace laoke::channels::messenger

namespace laoke::channels {

Kind messenger_kind() { return {"messenger", messenger::messenger_setting_specs(messenger::Product::kPage), messenger::make<messenger::Product::kPage>}; }
Kind instagram_kind() { return {"instagram", messenger::messenger_setting_specs(messenger::Product::kInstagram), messenger::make<messenger::Product::kInstagram>}; }

}  // namespace laoke::channels
