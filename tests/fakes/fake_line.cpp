#include "tests/fakes/fake_line.h"

#include <algorithm>
#include <chrono>

#include "handlers/crypto.h"
#include "handlers/text.h"
#include "tests/fakes/fake_line_rules.h"

namespace laoke::test {

using nlohmann::json;

namespace fake_line {
namespace {

constexpr std::int64_t kReplyTokenMs = 60'000;
constexpr const char* kProfilePath = "/v2/bot/profile/";

bool is_uuid(const std::string& text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : std::string("0123456789abcdefABCDEF").find(text[i]) == std::string::npos) return false;
  }
  return true;
}

constexpr const char* kMessages = "/v2/bot/message/";

// "reply", "push" or "multicast"; "" of a request that sends nothing.
std::string sending_call(const FakeRequest& request) {
  for (const std::string call : {"reply", "push", "multicast"})
    if (request.method == "POST" && request.path == kMessages + call) return call;
  return "";
}

std::string token_of(const FakeRequest& request) {
  const std::string given = request.header("authorization");
  return given.starts_with("Bearer ") ? given.substr(7) : "";
}

std::map<std::string, std::string> form_of(const std::string& body) {
  std::map<std::string, std::string> form;
  for (std::size_t at = 0; at < body.size();) {
    const std::size_t end = std::min(body.find('&', at), body.size()), equals = body.find('=', at);
    if (equals < end) form[body.substr(at, equals - at)] = body.substr(equals + 1, end - equals - 1);
    at = end + 1;
  }
  return form;
}

std::vector<json> actions_of(const json& messages) {
  std::vector<json> actions;
  for (const json& message : messages) {
    for (const json& action : message.value("template", json::object()).value("actions", json::array())) actions.push_back(action);
    for (const json& item : message.value("quickReply", json::object()).value("items", json::array())) actions.push_back(item["action"]);
  }
  return actions;
}

}  // namespace
}  // namespace fake_line

std::string FakeLine::Sent::text() const {
  std::string all;
  for (const json& message : messages) {
    const std::string text = message["type"] == "template" ? message["template"].value("text", "") : message.value("text", "");
    if (!text.empty()) all += (all.empty() ? "" : "\n") + text;
  }
  return all;
}

std::vector<std::string> FakeLine::Sent::button_data() const {
  std::vector<std::string> all;
  for (const json& action : fake_line::actions_of(messages))
    if (action["type"] == "postback") all.push_back(action["data"]);
  return all;
}

std::vector<std::string> FakeLine::Sent::button_labels() const {
  std::vector<std::string> all;
  for (const json& action : fake_line::actions_of(messages)) all.push_back(action["label"]);
  return all;
}

std::string FakeLine::Sent::image() const {
  for (const json& message : messages)
    if (message["type"] == "image") return message["originalContentUrl"];
  return "";
}

FakeLine::FakeLine() : tokens_{kToken}, http_([this](const FakeRequest& request) { return serve(request); }) {}

json FakeLine::settings() const {
  return {{"channel_secret", kChannelSecret}, {"token", kToken}, {"api_base", base_url()},
          {"timeout_seconds", 15}, {"contact_messages_per_second", 1000}};
}

json FakeLine::stateless_settings() const {
  json all = settings();
  all.erase("token");
  all["channel_id"] = kChannelId;
  return all;
}

void FakeLine::follow_clock(std::function<std::int64_t()> now_ms) {
  const std::lock_guard lock(mutex_);
  clock_ = std::move(now_ms);
}

std::int64_t FakeLine::now_ms() const {
  using namespace std::chrono;
  return clock_ ? clock_() : duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

FakeReply FakeLine::said(int status, const json& body) const { return {status, body.dump(), {{"X-Line-Request-Id", "req-" + std::to_string(next_id_)}}}; }

FakeReply FakeLine::refused(int status, const std::string& message, const std::string& property, const std::string& detail) const {
  json body{{"message", message}};
  if (!property.empty()) body["details"] = json::array({{{"message", detail}, {"property", property}}});
  return said(status, body);
}

// What befalls a call, and who is to hear of it; nobody when it was ordered by fail_next().
FakeLine::Fault FakeLine::next_fault(const std::string& call, const FakeRequest& request, Judge*& judge) {
  Fault fault;
  fault.kind = Fault::Kind::kNone;
  if (call.empty()) return fault;
  {
    const std::lock_guard lock(mutex_);
    if (!faults_.empty()) {
      fault = faults_.front();
      faults_.pop_front();
      return fault;
    }
    judge = judge_;
  }
  return judge == nullptr ? fault : judge->befalls(call, request.header("x-line-retry-key"), request.body);
}

FakeReply FakeLine::serve(const FakeRequest& request) {
  const std::string call = fake_line::sending_call(request);
  Judge* judge = nullptr;
  std::unique_lock lock(mutex_);
  const bool known = tokens_.contains(fake_line::token_of(request));
  lock.unlock();
  const Fault fault = next_fault(known ? call : "", request, judge);
  lock.lock();
  const std::size_t before = accepted_.size();
  FakeReply reply = answer(request, call, fault);
  if (judge != nullptr && accepted_.size() > before) {
    const std::vector<Sent> fresh(accepted_.begin() + static_cast<std::ptrdiff_t>(before), accepted_.end());
    lock.unlock();
    judge->taken(call, request.header("x-line-retry-key"), fresh);
    lock.lock();
  }
  stopped_changed_.wait_for(lock, fault.delay, [this] { return stopped_; });
  return reply;
}

FakeReply FakeLine::answer(const FakeRequest& request, const std::string& call, const Fault& fault) {
  ++calls_[request.path];
  ++next_id_;
  if (request.path == "/oauth2/v3/token") return issue_token(request);
  if (!tokens_.contains(fake_line::token_of(request)))
    return refused(401, "Authentication failed due to the following reason: invalid token. Confirm that the access token in the authorization header is valid.");
  const std::string prefix = fake_line::kMessages;
  if (!call.empty()) return send(call, request, fault);
  if (request.method == "GET" && request.path.starts_with(fake_line::kProfilePath))
    return profile(request.path.substr(std::string(fake_line::kProfilePath).size()));
  if (request.path == "/v2/bot/info")
    return said(200, {{"userId", kBotId}, {"basicId", "@216ru0000"}, {"displayName", "小美的店"}, {"chatMode", "bot"}, {"markAsReadMode", "auto"}});
  if (request.path == prefix + "quota")
    return said(200, month_limit_ == 0 ? json{{"type", "none"}} : json{{"type", "limited"}, {"value", month_limit_}});
  if (request.path == prefix + "quota/consumption") return said(200, {{"totalUsage", used_}});
  if (request.path == "/v2/bot/channel/webhook/endpoint") return webhook_endpoint(request);
  if (request.path == "/v2/bot/channel/webhook/test" && request.method == "POST") return test_webhook();
  return refused(404, "Not found");
}

FakeReply FakeLine::profile(const std::string& user_id) {
  if (!profile_faults_.empty()) {
    const Fault fault = profile_faults_.front();
    profile_faults_.pop_front();
    return refused(fault.status, fault.message);
  }
  const auto known = names_.find(user_id);
  if (known == names_.end() || blocked_.contains(user_id)) return refused(404, "Not found");
  return said(200, {{"userId", user_id}, {"displayName", known->second}, {"pictureUrl", "https://profile.line-scdn.net/0h"}, {"language", "zh-TW"}});
}

FakeReply FakeLine::issue_token(const FakeRequest& request) {
  auto form = fake_line::form_of(request.body);
  if (request.method != "POST" || form["grant_type"] != "client_credentials")
    return said(400, {{"error", "invalid_request"}, {"error_description", "grant_type must be 'client_credentials'"}});
  if (form["client_id"] != kChannelId || form["client_secret"] != kChannelSecret)
    return said(400, {{"error", "invalid_client"}, {"error_description", "invalid client_id"}});
  const std::string token = "stateless." + std::to_string(++tokens_issued_) + ".eyJ";
  tokens_.insert(token);
  return said(200, {{"token_type", "Bearer"}, {"access_token", token}, {"expires_in", 900}});
}

FakeReply FakeLine::webhook_endpoint(const FakeRequest& request) {
  if (request.method == "GET")
    return webhook_.empty() ? refused(404, "Webhook endpoint not found") : said(200, {{"endpoint", webhook_}, {"active", webhook_active_}});
  const std::string url = json::parse(request.body, nullptr, false).value("endpoint", "");
  // Plain http is taken for this machine only.
  if ((!url.starts_with("https://") && !url.starts_with("http://127.0.0.1:")) || url.size() > 500)
    return refused(400, "The request body has 1 error(s)", "endpoint", "Invalid webhook endpoint URL");
  webhook_ = url;
  return said(200, json::object());
}

FakeReply FakeLine::test_webhook() {
  if (webhook_.empty()) return refused(404, "Webhook endpoint not found");
  const int status = post_callback(webhook_, callback(json::array()));
  const std::string reason = status == 0 ? "COULD_NOT_CONNECT" : status == 200 ? "OK" : "ERROR_STATUS_CODE";
  return said(200, {{"success", status == 200}, {"timestamp", "2026-07-01T00:00:00Z"}, {"statusCode", status}, {"reason", reason}, {"detail", std::to_string(status)}});
}

// Everything but the effect: what LINE checks before it sends.
FakeReply FakeLine::refused_recipients(const std::string& call, const json& body) {
  if (call == "reply") {
    const std::string token = body.value("replyToken", "");
    const auto live = reply_tokens_.find(token);
    if (live == reply_tokens_.end() || live->second < now_ms()) return refused(400, "Invalid reply token");
    return {};
  }
  const json to = body.value("to", json());
  const std::vector<json> all = call == "push" ? std::vector<json>{to} : to.is_array() ? to.get<std::vector<json>>() : std::vector<json>{};
  if (all.empty() || all.size() > 500) return refused(400, "The request body has 1 error(s)", "to", "Size must be between 1 and 500");
  for (std::size_t i = 0; i < all.size(); ++i)
    if (!all[i].is_string() || !fake_line_rules::is_user(all[i].get<std::string>()))
      return refused(400, "The property, 'to', in the request body is invalid (line: -, column: -)");
  if (call == "push" && !users_.contains(to.get<std::string>())) return refused(400, "Failed to send messages");
  const auto count = static_cast<std::int64_t>(all.size());
  if (month_limit_ > 0 && used_ + count > month_limit_) return refused(429, "You have reached your monthly limit.");
  return {};
}

FakeReply FakeLine::taken(const std::string& call, const json& body, const std::string& request_id) {
  std::vector<std::string> to;
  if (call == "reply") {
    const std::string token = body["replyToken"];
    to = {reply_to_[token]};
    reply_tokens_.erase(token);
  } else if (call == "push") {
    to = {body["to"]};
  } else {
    to = body["to"].get<std::vector<std::string>>();
  }
  if (call != "reply") used_ += static_cast<std::int64_t>(to.size());
  for (const std::string& user : to) {
    if (call == "multicast" && !users_.contains(user)) continue;  // hidden by the 200
    if (blocked_.contains(user)) unseen_.insert(accepted_.size());
    accepted_.push_back({call, user, body["messages"], request_id});
  }
  if (call == "multicast") return said(200, json::object());
  json sent = json::array();
  for (std::size_t i = 0; i < body["messages"].size(); ++i) sent.push_back({{"id", std::to_string(next_id_++)}, {"quoteToken", "IStG5h1Tz7b1"}});
  return said(200, {{"sentMessages", std::move(sent)}});
}

FakeReply FakeLine::send(const std::string& call, const FakeRequest& request, const Fault& fault) {
  using Kind = Fault::Kind;
  if (fault.kind == Kind::kRefuse) return refused(fault.status, fault.message);
  if (fault.kind == Kind::kOdd) return {fault.status, fault.message};
  if (fault.kind == Kind::kDrop) return {0, "", {}, FakeReply::End::kCut};
  const std::string key = request.header("x-line-retry-key");
  if (!key.empty() && call == "reply") return refused(400, "The retry key is not supported for this endpoint");
  if (!key.empty() && !fake_line::is_uuid(key)) return refused(400, "Invalid retry key");
  const json body = json::parse(request.body, nullptr, false);
  FakeReply reply;
  const std::string request_id = "req-" + std::to_string(next_id_);
  if (const auto known = retry_keys_.find(key); !key.empty() && known != retry_keys_.end()) {
    json again{{"message", "The retry key is already accepted"}};
    if (call == "push") again.update(json::parse(known->second.second));
    reply = said(409, again);
    reply.headers.emplace_back("X-Line-Accepted-Request-Id", known->second.first);
  } else if (const auto wrong = fake_line_rules::wrong_messages(body)) {
    reply = refused(400, wrong->message, wrong->property, wrong->detail);
  } else if (reply = refused_recipients(call, body); reply.status == 200) {
    reply = taken(call, body, request_id);
    if (!key.empty()) retry_keys_[key] = {request_id, reply.body};
  }
  if (fault.kind == Kind::kTakenRefuse) return refused(fault.status, fault.message);
  if (fault.kind == Kind::kLose) reply.end = FakeReply::End::kCut;
  if (fault.kind == Kind::kHang) reply.end = FakeReply::End::kHang;
  return reply;
}

std::vector<FakeLine::Sent> FakeLine::accepted() const {
  const std::lock_guard lock(mutex_);
  return accepted_;
}

std::vector<FakeLine::Sent> FakeLine::shown_to(const std::string& user_id) const {
  const std::lock_guard lock(mutex_);
  std::vector<Sent> shown;
  for (std::size_t i = 0; i < accepted_.size(); ++i)
    if (accepted_[i].to == user_id && !unseen_.contains(i)) shown.push_back(accepted_[i]);
  return shown;
}

int FakeLine::calls(const std::string& path) const {
  const std::lock_guard lock(mutex_);
  const auto found = calls_.find(path);
  return found == calls_.end() ? 0 : found->second;
}

std::int64_t FakeLine::used_this_month() const {
  const std::lock_guard lock(mutex_);
  return used_;
}

std::string FakeLine::webhook() const {
  const std::lock_guard lock(mutex_);
  return webhook_;
}

int FakeLine::tokens_issued() const {
  const std::lock_guard lock(mutex_);
  return tokens_issued_;
}

void FakeLine::fail_next(const Fault& fault, int count) {
  const std::lock_guard lock(mutex_);
  for (int i = 0; i < count; ++i) faults_.push_back(fault);
}

void FakeLine::judge_sends(Judge* judge) {
  const std::lock_guard lock(mutex_);
  judge_ = judge;
}

void FakeLine::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  stopped_changed_.notify_all();
  http_.stop();
}

void FakeLine::start() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = false;
  }
  http_.start();
}

void FakeLine::revoke_tokens() {
  const std::lock_guard lock(mutex_);
  tokens_.clear();
}

void FakeLine::limit_month(std::int64_t messages) {
  const std::lock_guard lock(mutex_);
  month_limit_ = messages;
}

void FakeLine::switch_webhook_off() {
  const std::lock_guard lock(mutex_);
  webhook_active_ = false;
}

void FakeLine::befriend(const std::string& user_id) {
  const std::lock_guard lock(mutex_);
  users_.insert(user_id);
}

void FakeLine::fail_profiles(int status, const std::string& message, int count) {
  const std::lock_guard lock(mutex_);
  for (int i = 0; i < count; ++i) profile_faults_.push_back({Fault::Kind::kRefuse, status, message});
}

void FakeLine::calls_themselves(const std::string& user_id, const std::string& name) {
  const std::lock_guard lock(mutex_);
  names_[user_id] = name;
}

void FakeLine::block(const std::string& user_id) {
  const std::lock_guard lock(mutex_);
  blocked_.insert(user_id);
}

void FakeLine::forget(const std::string& user_id) {
  const std::lock_guard lock(mutex_);
  users_.erase(user_id);
}

Callback FakeLine::says(const std::string& user_id, const std::string& text) {
  return event({{"type", "message"}, {"source", {{"type", "user"}, {"userId", user_id}}}, {"message", {{"type", "text"}, {"text", text}, {"quoteToken", "q3Plxr4AgKd1"}}}});
}

Callback FakeLine::presses(const std::string& user_id, const std::string& data) {
  return event({{"type", "postback"}, {"source", {{"type", "user"}, {"userId", user_id}}}, {"postback", {{"data", data}}}});
}

Callback FakeLine::follows(const std::string& user_id) {
  {
    const std::lock_guard lock(mutex_);
    blocked_.erase(user_id);
  }
  return event({{"type", "follow"}, {"source", {{"type", "user"}, {"userId", user_id}}}, {"follow", {{"isUnblocked", false}}}});
}

Callback FakeLine::unfollows(const std::string& user_id) {
  block(user_id);
  return event({{"type", "unfollow"}, {"source", {{"type", "user"}, {"userId", user_id}}}});
}

Callback FakeLine::event(json event) {
  const std::lock_guard lock(mutex_);
  const std::string number = std::to_string(++events_);
  const std::string user = event.value("source", json::object()).value("userId", "");
  const json defaults{{"mode", "active"},
                      {"timestamp", now_ms()},
                      {"webhookEventId", "01KDW7Q8ZP3X5Y7A9B" + std::string(8 - std::min<std::size_t>(8, number.size()), '0') + number},
                      {"deliveryContext", {{"isRedelivery", false}}}};
  for (const auto& [name, value] : defaults.items())
    if (!event.contains(name)) event[name] = value;
  if (event.contains("message") && !event["message"].contains("id")) event["message"]["id"] = std::to_string(571'039'485'720'000'000 + events_);
  users_.insert(user);
  if (event["type"] != "unfollow" && event["type"] != "unsend" && !event.contains("replyToken")) {
    last_reply_token_ = event["replyToken"] = crypto::sha256_hex("reply " + number).substr(0, 32);
    reply_tokens_[last_reply_token_] = now_ms() + fake_line::kReplyTokenMs;
    reply_to_[last_reply_token_] = user;
  }
  return callback(json::array({event}));
}

Callback FakeLine::callback(const json& events) const { return sign(json{{"destination", kBotId}, {"events", events}}.dump()); }

Callback FakeLine::sign(const std::string& body, const std::string& secret) {
  return {body, {{"X-Line-Signature", crypto::base64(crypto::hmac_sha256(secret, body))}}};
}

std::string FakeLine::last_reply_token() const {
  const std::lock_guard lock(mutex_);
  return last_reply_token_;
}

}  // namespace laoke::test
