#include "tests/fakes/fake_messenger.h"

#include <chrono>

#include "handlers/crypto.h"
#include "tests/fakes/fake_messenger_rules.h"

namespace laoke::test {

using nlohmann::json;

namespace fake_messenger {
namespace {

constexpr std::int64_t kWindowMs = 24 * 3'600'000;
constexpr const char* kVersion = "/v25.0/";

FakeReply good(const json& body) { return {200, body.dump()}; }

FakeReply error(int http, std::int64_t code, std::int64_t subcode, const std::string& message) {
  json object{{"message", message}, {"type", "OAuthException"}, {"code", code}, {"fbtrace_id", "AbCdEfGh123"}};
  if (subcode != 0) object["error_subcode"] = subcode;
  return {http, json{{"error", object}}.dump()};
}

std::string decoded(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] == '%' && i + 2 < text.size()) {
      out += static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16));
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  return out;
}

std::map<std::string, std::string> form_of(const std::string& body) {
  std::map<std::string, std::string> form;
  for (std::size_t at = 0; at < body.size();) {
    const std::size_t end = std::min(body.find('&', at), body.size()), equals = body.find('=', at);
    if (equals < end) form[decoded(body.substr(at, equals - at))] = decoded(body.substr(equals + 1, end - equals - 1));
    at = end + 1;
  }
  return form;
}

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> all;
  for (std::size_t at = 0; at <= list.size();) {
    const std::size_t end = std::min(list.find(',', at), list.size());
    all.push_back(list.substr(at, end - at));
    at = end + 1;
  }
  return all;
}

json payload_of(const json& message) { return message.value("attachment", json::object()).value("payload", json::object()); }

}  // namespace
}  // namespace fake_messenger

using fake_messenger::error;

std::string FakeMessenger::Sent::text() const {
  const json payload = fake_messenger::payload_of(message);
  if (payload.value("template_type", "") != "utility_messages") return payload.contains("text") ? payload.value("text", "") : message.value("text", "");
  std::string all = payload.value("name", "");
  for (const json& component : payload.value("components", json::array()))
    if (component["type"] == "body")
      for (const json& parameter : component["parameters"]) all += " " + parameter.value("text", "");
  return all;
}

std::string FakeMessenger::Sent::image() const { return fake_messenger::payload_of(message).value("url", ""); }

std::vector<std::string> FakeMessenger::Sent::button_data() const {
  std::vector<std::string> all;
  for (const json& button : fake_messenger::payload_of(message).value("buttons", json::array()))
    if (button.contains("payload")) all.push_back(button["payload"]);
  for (const json& reply : message.value("quick_replies", json::array())) all.push_back(reply["payload"]);
  return all;
}

std::vector<std::string> FakeMessenger::Sent::button_labels() const {
  std::vector<std::string> all;
  for (const json& button : fake_messenger::payload_of(message).value("buttons", json::array())) all.push_back(button["title"]);
  for (const json& reply : message.value("quick_replies", json::array())) all.push_back(reply["title"]);
  return all;
}

FakeMessenger::FakeMessenger(bool instagram)
    : instagram_(instagram), http_([this](const FakeRequest& request) { return serve(request); }) {}

json FakeMessenger::settings() const {
  return {{instagram_ ? "account_id" : "page_id", account_id()}, {"token", kToken}, {"app_secret", kAppSecret}, {"verify_token", kVerifyToken},
          {"api_base", base_url()}, {"timeout_seconds", 30}, {"contact_messages_per_second", 1000}};
}

void FakeMessenger::follow_clock(std::function<std::int64_t()> now_ms) {
  const std::lock_guard lock(mutex_);
  clock_ = std::move(now_ms);
}

std::int64_t FakeMessenger::now_ms() const {
  using namespace std::chrono;
  return clock_ ? clock_() : duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

FakeReply FakeMessenger::serve(const FakeRequest& request) {
  const std::lock_guard lock(mutex_);
  if (!request.path.starts_with(fake_messenger::kVersion)) return error(400, 2635, 0, "(#2635) You are calling a deprecated version of the API");
  const std::string path = request.path.substr(std::string(fake_messenger::kVersion).size());
  ++calls_[path];
  if (path == std::string(kAppId) + "/subscriptions") return answer_app(request);
  if (request.header("authorization") != std::string("Bearer ") + kToken || revoked_)
    return error(401, 190, 463, "Error validating access token: The session has been invalidated");
  const auto proof = request.query.find("appsecret_proof");
  if (proof != request.query.end() && proof->second != crypto::hmac_sha256_hex(kAppSecret, kToken))
    return error(400, 100, 0, "Invalid appsecret_proof provided in the API argument");
  if (path == "me/messages" && request.method == "POST") return send(request);
  if (path == account_id() + "/subscribed_apps") return subscribed_apps(request);
  if (path == "me/messenger_profile" && request.method == "POST") {
    get_started_ = json::parse(request.body)["get_started"]["payload"] == "GET_STARTED";
    return fake_messenger::good({{"result", "success"}});
  }
  if (path == account_id()) return fake_messenger::good(instagram_ ? json{{"id", account_id()}, {"username", "xiaomei.shop"}} : json{{"id", account_id()}, {"name", "小美的店"}});
  if (request.method == "GET") return profile(request, path);
  return error(400, 100, 33, "Unsupported request. Object with ID does not exist, cannot be loaded due to missing permissions");
}

// Only what is asked for, and only what this product has.
FakeReply FakeMessenger::profile(const FakeRequest& request, const std::string& person) {
  if (!profile_faults_.empty()) {
    const Fault fault = profile_faults_.front();
    profile_faults_.pop_front();
    return error(fault.http, fault.code, fault.subcode, fault.message);
  }
  const auto known = profiles_.find(person);
  if (known == profiles_.end())
    return error(400, 100, 33, "Unsupported get request. Object with ID does not exist, cannot be loaded due to missing permissions");
  json answer{{"id", person}};
  const auto asked = request.query.find("fields");
  for (const auto& field : fake_messenger::split(asked == request.query.end() ? "" : asked->second)) {
    const bool exists = instagram_ ? field == "name" || field == "username" : field == "first_name" || field == "last_name";
    if (!exists) return error(400, 100, 0, "(#100) Tried accessing nonexisting field (" + field + ")");
    if (known->second.contains(field)) answer[field] = known->second[field];
  }
  return fake_messenger::good(answer);
}

FakeReply FakeMessenger::answer_app(const FakeRequest& request) {
  if (request.header("authorization") != std::string("Bearer ") + kAppId + "|" + kAppSecret) return error(400, 190, 0, "Invalid OAuth access token signature.");
  if (request.method == "GET") {
    json data = json::array();
    if (!callback_url_.empty()) data.push_back({{"object", instagram_ ? "instagram" : "page"}, {"callback_url", callback_url_}, {"active", true}});
    return fake_messenger::good({{"data", data}});
  }
  auto form = fake_messenger::form_of(request.body);
  const bool https = form["callback_url"].starts_with("https://") || form["callback_url"].starts_with("http://127.0.0.1:");
  if (!https || form["object"] != (instagram_ ? "instagram" : "page") || form["verify_token"] != kVerifyToken)
    return error(400, 2200, 0, "(#2200) Callback verification failed");
  callback_url_ = form["callback_url"];
  return fake_messenger::good({{"success", true}});
}

FakeReply FakeMessenger::subscribed_apps(const FakeRequest& request) {
  if (!may_subscribe_) return error(400, 100, 33, "Unsupported post request");
  if (request.method == "GET") {
    if (fields_.empty()) return fake_messenger::good({{"data", json::array()}});
    return fake_messenger::good({{"data", json::array({{{"id", kAppId}, {"name", "Laoke"}, {"subscribed_fields", fields_}}})}});
  }
  const auto named = request.query.find("subscribed_fields");
  if (named == request.query.end()) return error(400, 100, 0, "(#100) The parameter subscribed_fields is required.");
  for (const auto& field : fake_messenger::split(named->second)) fields_.insert(field);
  return fake_messenger::good({{"success", true}});
}

FakeReply FakeMessenger::refused_template(const json& payload) const {
  if (instagram_) return error(400, 100, 0, "(#100) Invalid parameter");
  const auto known = templates_.find({payload.value("name", ""), payload.value("language", json::object()).value("code", "")});
  if (known == templates_.end()) return error(400, 100, 2018390, "(#100) The template does not exist in this language or is not approved");
  std::size_t given = 0;
  for (const json& component : payload.value("components", json::array()))
    if (component.value("type", "") == "body") given = component.value("parameters", json::array()).size();
  if (given != known->second) return error(400, 100, 0, "(#100) Number of parameters does not match the expected number of params");
  return {};
}

FakeReply FakeMessenger::refused_recipient(const json& body) const {
  const std::string person = body.value("recipient", json::object()).value("id", "");
  const std::string type = body.value("messaging_type", "");
  const auto last = last_in_ms_.find(person);
  if (last == last_in_ms_.end()) return error(400, 100, 2018001, "(#100) No matching user found");
  if (blocked_.contains(person)) return error(400, 551, 1545041, "(#551) This person isn't available right now.");
  if (type == "UTILITY") return refused_template(fake_messenger::payload_of(body["message"]));
  if (type != "RESPONSE" && type != "UPDATE") return error(400, 100, 0, "(#100) Param messaging_type is invalid, or the message tag is not supported any more");
  if (fake_messenger::payload_of(body["message"]).value("template_type", "") == "utility_messages") return error(400, 100, 0, "(#100) Param messaging_type must be UTILITY");
  if (now_ms() - last->second > fake_messenger::kWindowMs)
    return error(400, 10, instagram_ ? 2534022 : 2018278, "(#10) This message is sent outside of allowed window.");
  return {};
}

FakeReply FakeMessenger::taken(const json& body) {
  Sent sent;
  sent.to = body["recipient"]["id"];
  sent.message_id = (instagram_ ? "aWdfZAG_out" : "m_Out") + std::to_string(++messages_);
  sent.messaging_type = body["messaging_type"];
  sent.message = body["message"];
  sent.metadata = sent.message.value("metadata", "");
  sent.at_ms = now_ms();
  accepted_.push_back(sent);
  return fake_messenger::good({{"recipient_id", sent.to}, {"message_id", sent.message_id}});
}

FakeReply FakeMessenger::send(const FakeRequest& request) {
  using Kind = Fault::Kind;
  Fault fault;
  const bool faulty = !faults_.empty();
  if (faulty) {
    fault = faults_.front();
    faults_.pop_front();
  }
  FakeReply said = fault.code != 0 ? error(fault.http, fault.code, fault.subcode, fault.message) : FakeReply{fault.http, fault.message};
  said.headers = fault.headers;
  if (faulty && (fault.kind == Kind::kRefuse || fault.kind == Kind::kOdd)) return said;
  if (faulty && fault.kind == Kind::kDrop) return {0, "", {}, FakeReply::End::kCut};
  const json body = json::parse(request.body, nullptr, false);
  if (!body.is_object()) return error(400, 100, 0, "(#100) Invalid parameter");
  const std::string wrong = fake_messenger_rules::wrong_message(body.value("message", json()), instagram_);
  FakeReply reply = wrong.empty() ? refused_recipient(body) : error(400, 100, 0, wrong);
  if (reply.status == 200) reply = taken(body);
  if (!faulty) return reply;
  if (fault.kind == Kind::kTakenFail) return said;
  reply.end = fault.kind == Kind::kHang ? FakeReply::End::kHang : FakeReply::End::kCut;
  return reply;
}

std::vector<FakeMessenger::Sent> FakeMessenger::accepted() const {
  const std::lock_guard lock(mutex_);
  return accepted_;
}

std::vector<FakeMessenger::Sent> FakeMessenger::accepted_by(const std::string& person) const {
  std::vector<Sent> all = accepted();
  std::erase_if(all, [&](const Sent& sent) { return sent.to != person; });
  return all;
}

int FakeMessenger::calls(const std::string& path) const {
  const std::lock_guard lock(mutex_);
  const auto found = calls_.find(path);
  return found == calls_.end() ? 0 : found->second;
}

std::set<std::string> FakeMessenger::subscribed_fields() const {
  const std::lock_guard lock(mutex_);
  return fields_;
}

std::string FakeMessenger::callback_url() const {
  const std::lock_guard lock(mutex_);
  return callback_url_;
}

bool FakeMessenger::get_started() const {
  const std::lock_guard lock(mutex_);
  return get_started_;
}

void FakeMessenger::fail_next(const Fault& fault, int count) {
  const std::lock_guard lock(mutex_);
  for (int i = 0; i < count; ++i) faults_.push_back(fault);
}

void FakeMessenger::revoke_token() {
  const std::lock_guard lock(mutex_);
  revoked_ = true;
}

void FakeMessenger::approve_template(const std::string& name, const std::string& language, std::size_t parameters) {
  const std::lock_guard lock(mutex_);
  templates_[{name, language}] = parameters;
}

void FakeMessenger::fail_profiles(const Fault& fault, int count) {
  const std::lock_guard lock(mutex_);
  for (int i = 0; i < count; ++i) profile_faults_.push_back(fault);
}

void FakeMessenger::calls_themselves(const std::string& person, const json& profile) {
  const std::lock_guard lock(mutex_);
  profiles_[person] = profile;
}

void FakeMessenger::forbid_subscribing() {
  const std::lock_guard lock(mutex_);
  may_subscribe_ = false;
}

void FakeMessenger::block(const std::string& person) {
  const std::lock_guard lock(mutex_);
  blocked_.insert(person);
}

void FakeMessenger::forget(const std::string& person) {
  const std::lock_guard lock(mutex_);
  last_in_ms_.erase(person);
}

void FakeMessenger::heard(const std::string& person) {
  const std::lock_guard lock(mutex_);
  last_in_ms_[person] = now_ms();
  blocked_.erase(person);
  ++messages_;
}

Callback FakeMessenger::says(const std::string& person, const std::string& text) {
  heard(person);
  return event(person, {{"message", {{"mid", "m_In" + std::to_string(messages_)}, {"text", text}}}});
}

Callback FakeMessenger::presses(const std::string& person, const std::string& data) {
  heard(person);
  return event(person, {{"postback", {{"mid", "m_Pb" + std::to_string(messages_)}, {"title", "按钮"}, {"payload", data}}}});
}

Callback FakeMessenger::taps(const std::string& person, const std::string& label, const std::string& data) {
  heard(person);
  return event(person, {{"message", {{"mid", "m_In" + std::to_string(messages_)}, {"text", label}, {"quick_reply", {{"payload", data}}}}}});
}

Callback FakeMessenger::starts(const std::string& person, const std::string& ref) {
  heard(person);
  json postback{{"mid", "m_Pb" + std::to_string(messages_)}, {"title", "开始使用"}, {"payload", "GET_STARTED"}};
  if (!ref.empty()) postback["referral"] = {{"ref", ref}, {"source", "SHORTLINK"}, {"type", "OPEN_THREAD"}};
  return event(person, {{"postback", postback}});
}

Callback FakeMessenger::event(const std::string& person, json part) const {
  json one{{"sender", {{"id", person}}}, {"recipient", {{"id", account_id()}}}, {"timestamp", now_ms()}};
  one.update(part);
  const json body{{"object", instagram_ ? "instagram" : "page"},
                  {"entry", json::array({{{"time", now_ms() + 300}, {"id", account_id()}, {"messaging", json::array({one})}}})}};
  return sign(body.dump(-1, ' ', true));  // Meta escapes whatever is not ASCII
}

Callback FakeMessenger::echo(const Sent& sent) const {
  json message = sent.message;
  message["mid"] = sent.message_id;
  message["is_echo"] = true;
  message["app_id"] = std::stoll(kAppId);
  return event(sent.to, {{"sender", {{"id", account_id()}}}, {"recipient", {{"id", sent.to}}}, {"timestamp", sent.at_ms}, {"message", message}});
}

Callback FakeMessenger::staff_types(const std::string& person, const std::string& text, const json& more) {
  int number = 0;
  {
    const std::lock_guard lock(mutex_);
    number = ++messages_;
  }
  json message{{"mid", "m_Inbox" + std::to_string(number)}, {"is_echo", true}, {"text", text}};
  message.update(more);
  if (text.empty()) message.erase("text");
  return event(person, {{"sender", {{"id", account_id()}}}, {"recipient", {{"id", person}}}, {"message", message}});
}

Callback FakeMessenger::delivered(const std::string& person, std::int64_t watermark_ms, const std::vector<std::string>& mids) const {
  json delivery{{"watermark", watermark_ms}};
  if (!mids.empty()) delivery["mids"] = mids;
  return event(person, {{"delivery", delivery}});
}

Callback FakeMessenger::read(const std::string& person, std::int64_t watermark_ms) const {
  return event(person, {{"read", {{"watermark", watermark_ms}}}});
}

Callback FakeMessenger::sign(const std::string& body, const std::string& app_secret) {
  return {body, {{"X-Hub-Signature-256", "sha256=" + crypto::hmac_sha256_hex(app_secret, body)}}};
}

}  // namespace laoke::test
