#include "bot/channels/telegram.h"

#include <atomic>
#include <charconv>
#include <optional>
#include <thread>

#include "bot/channels/json_body.h"
#include "bot/channels/telegram_api.h"
#include "bot/channels/telegram_message.h"
#include "bot/channels/telegram_parse.h"
#include "bot/channels/telegram_settings.h"
#include "handlers/crypto.h"

namespace laoke::channels {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::seconds;
using Clock = std::chrono::steady_clock;

constexpr seconds kLongestPoll{50};  // longer timeouts of getUpdates are cut by the server
constexpr int kUpdatesPerPage = 100;
constexpr milliseconds kPollPause{3000};  // after a poll that failed
constexpr milliseconds kPartPause{1000};  // before a part that found no connection is tried again
constexpr std::size_t kPressTextLimit = 200;
constexpr int kMaxConnections = 40;  // webhook deliveries at once
const json kAllowedUpdates = {"message", "edited_message", "callback_query", "my_chat_member"};

std::optional<std::int64_t> nonzero_integer(const std::string& text) {
  std::int64_t id = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, id);
  if (error != std::errc() || end != last || id == 0) return std::nullopt;
  return id;
}

SendOutcome outcome_of(const TelegramReply& reply) {
  SendOutcome outcome;
  outcome.status = reply.status;
  outcome.platform_code = reply.platform_code();
  outcome.retry_after = reply.retry_after;
  outcome.new_external_id = reply.new_chat_id;
  return outcome;
}

std::string message_id_of(const TelegramReply& reply) {
  const json& result = reply.result;
  const auto id = result.is_object() ? result.find("message_id") : result.end();
  if (!result.is_object() || id == result.end() || !id->is_number_integer()) return "";
  return std::to_string(id->get<std::int64_t>());
}

// The update's id when the update itself cannot be read: the cursor must get past it.
std::optional<std::int64_t> update_id_in(const std::string& raw) {
  constexpr std::string_view kName = "\"update_id\":";
  const std::size_t at = raw.find(kName);
  if (at == std::string::npos) return std::nullopt;
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(raw.data() + at + kName.size(), raw.data() + raw.size(), id);
  static_cast<void>(end);
  return error == std::errc() ? std::optional(id) : std::nullopt;
}

class Telegram final : public Channel {
 public:
  explicit Telegram(TelegramSettings settings)
      : settings_(std::move(settings)),
        api_(settings_.api_base, settings_.token, settings_.timeout),
        polls_(settings_.mode != TelegramMode::kWebhook) {
    traits_.messages_per_second = settings_.messages_per_second;
    traits_.contact_messages_per_second = settings_.contact_messages_per_second;
    traits_.text_unit = TextUnit::kUtf16;
    traits_.text_limit = 4096;  // https://core.telegram.org/bots/api#sendmessage
    traits_.buttons = traits_.edits = traits_.images = traits_.asks_phone = true;
  }

  std::string_view kind() const override { return "telegram"; }
  const Traits& traits() const override { return traits_; }

  bool authentic(const RawRequest& request) const override {
    const auto given = request.headers.find("x-telegram-bot-api-secret-token");
    return given != request.headers.end() && crypto::equal_in_constant_time(given->second, settings_.secret);
  }

  std::vector<InboundEvent> parse(const RawRequest& request) const override {
    return parse_telegram_update(json_body(request.body));
  }

  SendOutcome send(const Outgoing& message) override;
  void acknowledge_press(const std::string& press_id, const std::string& text) override;
  bool polls() const override { return polls_; }
  Polled poll(const std::string& cursor, milliseconds wait) override;
  void interrupt() override { cancel_.cancel(); }
  void connect(const std::string& public_hook_url) override;
  std::vector<ProbeLine> probe() override;

 private:
  TelegramReply send_part(TelegramCall& call) const;
  TelegramReply send_later_part(TelegramCall& call, Clock::time_point deadline) const;
  SendOutcome send_parts(std::vector<TelegramCall>& calls) const;
  bool wants_webhook(const std::string& public_hook_url) const;
  HttpAnswer ask_updates(const std::string& cursor, milliseconds wait, int limit);
  bool read_page(const HttpAnswer& answer, Polled& polled) const;
  void read_single(const HttpAnswer& answer, Polled& polled) const;
  milliseconds poll_failed(const HttpAnswer& answer, Polled& polled);

  const TelegramSettings settings_;
  const TelegramApi api_;
  Traits traits_;
  std::atomic<bool> polls_;
  HttpCancel cancel_;
};

// One call, with the two repeats that the platform's words ask for.
TelegramReply Telegram::send_part(TelegramCall& call) const {
  TelegramReply reply = api_.call(call.method, call.body);
  if (reply.code != 400) return reply;
  if (reply.says("replied not found") || reply.says("replied message not found")) {
    call.body.erase("reply_parameters");
    return api_.call(call.method, call.body);
  }
  // Telegram could not fetch the picture: often passing.
  if (reply.says("HTTP URL") || reply.says("wrong file identifier")) return api_.call(call.method, call.body);
  return reply;
}

TelegramReply Telegram::send_later_part(TelegramCall& call, Clock::time_point deadline) const {
  for (;;) {
    std::this_thread::sleep_for(milliseconds(static_cast<int>(1000 / settings_.contact_messages_per_second)));
    TelegramReply reply = send_part(call);
    if (reply.status != SendStatus::kThrottled && reply.status != SendStatus::kRetryLater) return reply;
    const milliseconds wait = reply.status == SendStatus::kThrottled ? reply.retry_after : kPartPause;
    if (Clock::now() + wait > deadline) return reply;
    std::this_thread::sleep_for(wait);
  }
}

SendOutcome Telegram::send_parts(std::vector<TelegramCall>& calls) const {
  const Clock::time_point deadline = Clock::now() + kSendTimeout;  // for waits, not for the pace of the parts
  SendOutcome all;
  for (std::size_t part = 0; part < calls.size(); ++part) {
    const TelegramReply reply = part == 0 ? send_part(calls[part]) : send_later_part(calls[part], deadline);
    if (reply.status != SendStatus::kAccepted) {
      SendOutcome failed = outcome_of(reply);
      if (part == 0) return failed;
      all.status = SendStatus::kUnknown;
      all.retry_after = failed.retry_after;
      all.platform_code = std::to_string(part) + " of " + std::to_string(calls.size()) +
                          " parts arrived, then: " + failed.platform_code;
      return all;
    }
    all.platform_message_id = message_id_of(reply);
    all.part_ids.push_back(all.platform_message_id);
  }
  all.status = SendStatus::kAccepted;
  if (calls.size() == 1) all.part_ids.clear();
  return all;
}

SendOutcome Telegram::send(const Outgoing& message) {
  const auto chat_id = nonzero_integer(message.external_id);
  if (!chat_id) return {SendStatus::kContactGone, "", "not a Telegram chat id", {}, "", {}};
  TelegramMessage built = telegram_message(*chat_id, message.content);
  if (built.calls.empty()) return {SendStatus::kRejected, "", std::move(built.refusal), {}, "", {}};
  if (message.content.edit_of.empty()) return send_parts(built.calls);
  const TelegramReply reply = send_part(built.calls.front());
  SendOutcome outcome = outcome_of(reply);
  if (reply.code == 400 && reply.says("message is not modified")) outcome.status = SendStatus::kAccepted;
  if (outcome.status == SendStatus::kAccepted) outcome.platform_message_id = message.content.edit_of;
  return outcome;
}

void Telegram::acknowledge_press(const std::string& press_id, const std::string& text) {
  json body{{"callback_query_id", press_id}};
  if (!text.empty()) body["text"] = shorten(text, kPressTextLimit);
  api_.call("answerCallbackQuery", body);  // too late, already answered: the spinner has ended by itself
}

bool Telegram::wants_webhook(const std::string& public_hook_url) const {
  if (settings_.mode == TelegramMode::kAuto) return public_hook_url.starts_with("https://");
  return settings_.mode == TelegramMode::kWebhook;
}

void Telegram::connect(const std::string& public_hook_url) {
  const bool webhook = wants_webhook(public_hook_url);
  polls_ = !webhook;
  if (webhook && public_hook_url.empty())
    throw std::runtime_error(
        "telegram: mode is 'webhook' but the server knows no public address; set public_url to an "
        "https:// address or mode to 'polling'");
  json body{{"drop_pending_updates", false}};
  if (webhook)
    body.update({{"url", public_hook_url},
                 {"secret_token", settings_.secret},
                 {"max_connections", kMaxConnections},
                 {"allowed_updates", kAllowedUpdates}});
  const char* const method = webhook ? "setWebhook" : "deleteWebhook";
  TelegramReply reply = api_.call(method, body);
  if (reply.status == SendStatus::kThrottled && reply.retry_after <= kSendTimeout) {  // one a second is allowed
    std::this_thread::sleep_for(reply.retry_after);
    reply = api_.call(method, body);
  }
  if (reply.status == SendStatus::kAccepted) return;
  const bool bad_token = reply.code == 401 || reply.code == 404;
  throw std::runtime_error(std::string("telegram: ") + method + " failed: " + reply.platform_code() +
                           (bad_token ? "; set the token that @BotFather shows for this bot"
                            : webhook ? "; the public address must be https on port 443, 80, 88 or 8443"
                                      : "; check that this machine reaches " + settings_.api_base));
}

HttpAnswer Telegram::ask_updates(const std::string& cursor, milliseconds wait, int limit) {
  const seconds timeout = std::chrono::duration_cast<seconds>(std::min<milliseconds>(wait, kLongestPoll));
  json body{{"timeout", timeout.count()}, {"limit", limit}, {"allowed_updates", kAllowedUpdates}};
  if (const auto offset = nonzero_integer(cursor)) body["offset"] = *offset;
  return api_.get_updates(body, timeout, cancel_);
}

// False when the page cannot be read as a whole.
bool Telegram::read_page(const HttpAnswer& answer, Polled& polled) const {
  json page;
  try {
    page = json_body(answer.body);
  } catch (const BadPayload&) {
    return false;
  }
  if (!page.is_object() || !page["result"].is_array()) return false;
  std::int64_t next = nonzero_integer(polled.cursor).value_or(0);
  for (const json& update : page["result"]) {
    Polled::Update& one = polled.updates.emplace_back();
    one.raw = update.dump();
    try {
      next = std::max(next, integer_at(update, "update_id") + 1);
      one.events = parse_telegram_update(update);
    } catch (const BadPayload& error) {
      one.error = error.what();
    }
  }
  if (next > 0) polled.cursor = std::to_string(next);
  return true;
}

// A page of one update that is not JSON or not UTF-8: it is kept as it is and passed by its number.
void Telegram::read_single(const HttpAnswer& answer, Polled& polled) const {
  if (read_page(answer, polled)) return;
  const auto id = update_id_in(answer.body);
  if (!id) {
    polled.problem = "Telegram's answer to getUpdates cannot be read";
    return;
  }
  polled.updates.push_back({answer.body, {}, "the update cannot be read"});
  polled.cursor = std::to_string(*id + 1);
}

// Says why, and how long to wait before asking again.
milliseconds Telegram::poll_failed(const HttpAnswer& answer, Polled& polled) {
  const TelegramReply reply = telegram_reply(answer);
  if (reply.code == 409 && reply.says("webhook") &&
      api_.call("deleteWebhook", {{"drop_pending_updates", false}}).status == SendStatus::kAccepted)
    return milliseconds(0);
  polled.problem = api_.without_token(reply.platform_code());
  polled.broken = reply.code == 401 || reply.code == 404;
  if (reply.code == 409) polled.problem += "; another program asks for this bot's updates: stop it";
  return reply.status == SendStatus::kThrottled ? reply.retry_after : kPollPause;
}

Polled Telegram::poll(const std::string& cursor, milliseconds wait) {
  const auto good = [](const HttpAnswer& answer) { return answer.fault == HttpFault::kNone && answer.status == 200; };
  Polled polled;
  polled.cursor = cursor;
  HttpAnswer answer = ask_updates(cursor, wait, kUpdatesPerPage);
  if (good(answer) && !read_page(answer, polled)) {
    // An update that breaks the page is met alone, so that it does not hide the others.
    answer = ask_updates(cursor, milliseconds(0), 1);
    if (good(answer)) read_single(answer, polled);
  }
  milliseconds pause = polled.problem.empty() ? milliseconds(0) : kPollPause;
  if (!good(answer) && answer.fault != HttpFault::kCancelled) pause = poll_failed(answer, polled);
  cancel_.wait_for(std::min(pause, wait));
  cancel_.reset();
  return polled;
}

ProbeLine me_line(const TelegramReply& me, const std::string& api_base) {
  if (me.status == SendStatus::kAccepted) return {true, "token is valid: @" + text_at(me.result, "username")};
  if (me.code == 401 || me.code == 404)
    return {false, "Telegram refuses the token (" + me.platform_code() + "): copy it again from @BotFather"};
  return {false, "no answer (" + me.platform_code() + "): check that this machine reaches " + api_base};
}

void add_webhook_lines(const json& hook, std::vector<ProbeLine>& lines) {
  const std::string url = text_at(hook, "url"), error = text_at(hook, "last_error_message");
  const std::string waiting = std::to_string(integer_at(hook, "pending_update_count")) + " updates wait";
  lines.push_back({true, (url.empty() ? "no webhook, updates are polled; " : "webhook " + url + "; ") + waiting});
  if (!error.empty())
    lines.push_back({false, "Telegram could not deliver: " + error + "; check that the public address leads here"});
}

std::vector<ProbeLine> Telegram::probe() {
  std::vector<ProbeLine> lines;
  try {
    lines.push_back(me_line(api_.call("getMe", json::object()), settings_.api_base));
    if (!lines.back().ok) return lines;
    const TelegramReply hook = api_.call("getWebhookInfo", json::object());
    if (hook.status == SendStatus::kAccepted)
      add_webhook_lines(hook.result, lines);
    else
      lines.push_back({false, "getWebhookInfo failed: " + hook.platform_code()});
  } catch (const BadPayload& error) {
    lines.push_back({false, settings_.api_base + " does not answer like Telegram: " + error.what()});
  }
  return lines;
}

std::unique_ptr<Channel> make(const Account& account) {
  return std::make_unique<Telegram>(telegram_settings(account.settings));
}

}  // namespace

Kind telegram_kind() {
  return {"telegram", telegram_setting_specs(), make};
}

}  // namespace laoke::channels
