#include "handlers/text.h"
#include "tests/fakes/fake_telegram_state.h"

// Texts and limits: Bot API 10.1 and the open Bot API server of May 2026.
namespace laoke::test {
namespace {

using nlohmann::json;
using State = FakeTelegram::State;
using Lock = std::unique_lock<std::mutex>;

std::int64_t now_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

json bot() {
  return {{"id", 7700112233}, {"is_bot", true}, {"first_name", "老客"}, {"username", "laoke_bot"}};
}

bool take_token(Bucket& bucket, double rate, double burst) {
  const auto now = Clock::now();
  if (bucket.at == Clock::time_point{}) bucket.tokens = burst;
  bucket.tokens = std::min(burst, bucket.tokens + rate * std::chrono::duration<double>(now - bucket.at).count());
  bucket.at = now;
  if (bucket.tokens < 1) return false;
  bucket.tokens -= 1;
  return true;
}

FakeAnswer throttled(int seconds) {
  FakeAnswer answer = bad(429, "Too Many Requests: retry after " + std::to_string(seconds), {{"retry_after", seconds}});
  answer.retry_after_header = seconds;
  return answer;
}

std::optional<FakeAnswer> refused_by_rate(State& state, std::int64_t chat) {
  if (!state.rates) return std::nullopt;
  const bool go = take_token(state.bot_bucket, state.bot_rate, state.bot_rate) &&
                  take_token(state.chat_buckets[chat], state.chat_rate, state.chat_burst);
  if (go) return std::nullopt;
  return throttled(1);
}

std::optional<FakeAnswer> refused_by_chat(State& state, std::int64_t chat) {
  if (state.blocked.contains(chat)) return bad(403, "Forbidden: bot was blocked by the user");
  if (state.deactivated.contains(chat)) return bad(403, "Forbidden: user is deactivated");
  if (state.forgotten.contains(chat)) return bad(400, "Bad Request: chat not found");
  if (const auto to = state.moved.find(chat); to != state.moved.end())
    return bad(400, "Bad Request: group chat was upgraded to a supergroup chat", {{"migrate_to_chat_id", to->second}});
  return std::nullopt;
}

bool is_link(const std::string& url) {
  return url.starts_with("https://") || url.starts_with("http://") || url.starts_with("tg://");
}

std::optional<FakeAnswer> refused_inline_button(const json& button) {
  if (button.value("text", "").empty())
    return bad(400, "Bad Request: can't parse inline keyboard button: text is empty");
  if (button.contains("callback_data") == button.contains("url"))
    return bad(400,
               "Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard");
  if (button.contains("url") && !is_link(button.value("url", "")))
    return bad(400, "Bad Request: inline keyboard button URL '" + button.value("url", "") + "' is invalid");
  const std::size_t bytes = button.value("callback_data", "x").size();
  if (bytes < 1 || bytes > 64) return bad(400, "Bad Request: BUTTON_DATA_INVALID");
  return std::nullopt;
}

std::optional<FakeAnswer> refused_markup(const json& body) {
  const json markup = body.value("reply_markup", json());
  if (markup.is_null()) return std::nullopt;
  if (markup.contains("inline_keyboard") && markup.contains("keyboard"))
    return bad(400, "Bad Request: can't parse reply keyboard markup JSON object");
  for (const json& row : markup.value("inline_keyboard", json::array()))
    for (const json& button : row)
      if (auto refusal = refused_inline_button(button)) return refusal;
  return std::nullopt;
}

std::optional<FakeAnswer> refused_text(const json& body, const char* key, std::size_t limit) {
  const std::string text = body.value(key, "");
  const bool caption = std::string(key) == "caption";
  if (!caption && trim(text).empty()) return bad(400, "Bad Request: message text is empty");
  if (length_utf16(text) > limit)
    return bad(400, caption ? "Bad Request: message caption is too long" : "Bad Request: message is too long");
  return std::nullopt;
}

std::optional<FakeAnswer> refused_reply(State& state, const json& body) {
  const json reply = body.value("reply_parameters", json());
  if (reply.is_null() || reply.value("allow_sending_without_reply", false)) return std::nullopt;
  const std::int64_t id = reply.value("message_id", std::int64_t{0});
  const auto last = state.last_message_id.find(body.at("chat_id").get<std::int64_t>());
  if (last != state.last_message_id.end() && id >= 1 && id <= last->second) return std::nullopt;
  return bad(400, "Bad Request: message to be replied not found");
}

FakeTelegram::Sent sent_of(const std::string& method, const json& body) {
  FakeTelegram::Sent sent;
  sent.method = method;
  sent.chat_id = body.at("chat_id").get<std::int64_t>();
  sent.at_ms = now_ms();
  sent.text = body.contains("text") ? body.value("text", "") : body.value("caption", "");
  sent.photo = body.value("photo", "");
  sent.reply_to = body.value("reply_parameters", json::object()).value("message_id", std::int64_t{0});
  sent.markup = body.value("reply_markup", json());
  return sent;
}

json message_json(const FakeTelegram::Sent& sent) {
  json message{{"message_id", sent.message_id},
               {"from", bot()},
               {"chat", {{"id", sent.chat_id}, {"type", "private"}}},
               {"date", sent.at_ms / 1000}};
  message[sent.photo.empty() ? "text" : "caption"] = sent.text;
  if (!sent.photo.empty()) message["photo"] = json::array({{{"file_id", "AgACfake" + std::to_string(sent.message_id)}}});
  return message;
}

FakeAnswer accept(State& state, FakeTelegram::Sent sent) {
  if (sent.message_id == 0) sent.message_id = ++state.last_message_id[sent.chat_id];
  state.shown[{sent.chat_id, sent.message_id}] = {sent.text, sent.markup};
  const json message = message_json(sent);
  state.accepted.push_back(std::move(sent));
  return good(message);
}

std::optional<FakeAnswer> refused_send(State& state, const json& body, const char* text_key, std::size_t limit) {
  if (!body.contains("chat_id") || !body["chat_id"].is_number_integer())
    return bad(400, "Bad Request: chat_id is empty");
  const std::int64_t chat = body["chat_id"];
  if (auto refusal = refused_by_rate(state, chat)) return refusal;
  if (auto refusal = refused_by_chat(state, chat)) return refusal;
  if (auto refusal = refused_text(body, text_key, limit)) return refusal;
  if (auto refusal = refused_markup(body)) return refusal;
  return refused_reply(state, body);
}

FakeAnswer send_message(State& state, const json& body, Lock&) {
  if (auto refusal = refused_send(state, body, "text", 4096)) return *refusal;
  return accept(state, sent_of("sendMessage", body));
}

FakeAnswer send_photo(State& state, const json& body, Lock&) {
  if (auto refusal = refused_send(state, body, "caption", 1024)) return *refusal;
  const std::string photo = body.value("photo", "");
  if (photo.empty()) return bad(400, "Bad Request: there is no photo in the request");
  if (photo.find(' ') != std::string::npos || photo.find("://") != std::string::npos ? !is_link(photo) : false)
    return bad(400, "Bad Request: wrong file identifier/HTTP URL specified");
  return accept(state, sent_of("sendPhoto", body));
}

FakeAnswer edit(State& state, const json& body, const char* method, const char* text_key, std::size_t limit) {
  if (auto refusal = refused_send(state, body, text_key, limit)) return *refusal;
  FakeTelegram::Sent sent = sent_of(method, body);
  sent.message_id = body.value("message_id", std::int64_t{0});
  const auto before = state.shown.find({sent.chat_id, sent.message_id});
  if (before == state.shown.end()) return bad(400, "Bad Request: message to edit not found");
  if (before->second == json{sent.text, sent.markup})
    return bad(400,
               "Bad Request: message is not modified: specified new message content and reply markup are exactly the "
               "same as a current content and reply markup of the message");
  return accept(state, std::move(sent));
}

FakeAnswer edit_text(State& state, const json& body, Lock&) {
  return edit(state, body, "editMessageText", "text", 4096);
}

FakeAnswer edit_caption(State& state, const json& body, Lock&) {
  return edit(state, body, "editMessageCaption", "caption", 1024);
}

FakeAnswer answer_press(State& state, const json& body, Lock&) {
  if (state.open_presses.erase(body.value("callback_query_id", "")) == 0)
    return bad(400, "Bad Request: query is too old and response timeout expired or query ID is invalid");
  if (length_code_points(body.value("text", "")) > 200) return bad(400, "Bad Request: MESSAGE_TOO_LONG");
  state.press_answers.push_back(body);
  return good(true);
}

bool good_secret(const std::string& secret) {
  return secret.size() <= 256 &&
         secret.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") ==
             std::string::npos;
}

// Plain http is taken for this machine only, as a Bot API server of one's own does.
FakeAnswer set_webhook(State& state, const json& body, Lock&) {
  const std::string url = body.value("url", ""), secret = body.value("secret_token", "");
  if (!url.empty() && !url.starts_with("https://") && !url.starts_with("http://127.0.0.1:"))
    return bad(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook");
  if (!good_secret(secret)) return bad(400, "Bad Request: secret token contains unallowed characters");
  const bool same = state.webhook == url && state.secret == secret;
  state.webhook = url;
  state.secret = secret;
  state.retries.clear();
  ++state.poll_number;
  state.changed.notify_all();
  FakeAnswer answer = good(true);
  json envelope = json::parse(answer.body);
  envelope["description"] = same ? "Webhook is already set" : "Webhook was set";
  answer.body = envelope.dump();
  return answer;
}

FakeAnswer delete_webhook(State& state, const json& body, Lock&) {
  state.webhook.clear();
  state.secret.clear();
  if (body.value("drop_pending_updates", false)) state.updates.clear();
  state.changed.notify_all();
  return good(true);
}

FakeAnswer webhook_info(State& state, const json&, Lock&) {
  json info{{"url", state.webhook},
            {"has_custom_certificate", false},
            {"pending_update_count", state.updates.size()},
            {"max_connections", 40}};
  if (!state.last_error.empty()) info["last_error_message"] = state.last_error;
  return good(info);
}

FakeAnswer get_me(State&, const json&, Lock&) {
  return good(bot());
}

}  // namespace

FakeAnswer good(const json& result) {
  return {200, json{{"ok", true}, {"result", result}}.dump(), -1};
}

FakeAnswer bad(int code, const std::string& description, json parameters) {
  json envelope{{"ok", false}, {"error_code", code}, {"description", description}};
  if (!parameters.is_null()) envelope["parameters"] = std::move(parameters);
  return {code, envelope.dump(), -1};
}

const std::map<std::string, FakeMethod>& fake_methods() {
  static const std::map<std::string, FakeMethod> methods = {
      {"getme", get_me},
      {"sendmessage", send_message},
      {"sendphoto", send_photo},
      {"editmessagetext", edit_text},
      {"editmessagecaption", edit_caption},
      {"answercallbackquery", answer_press},
      {"setwebhook", set_webhook},
      {"deletewebhook", delete_webhook},
      {"getwebhookinfo", webhook_info},
      {"getupdates", get_updates},
  };
  return methods;
}

bool is_send(const std::string& method) {
  return method.starts_with("send") || method.starts_with("edit");
}

}  // namespace laoke::test
