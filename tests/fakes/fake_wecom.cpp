#include "tests/fakes/fake_wecom.h"

#include <httplib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "bot/channels/xml_body.h"
#include "tests/fakes/fake_wecom_state.h"

namespace laoke::test {
namespace {

using nlohmann::json;
using State = FakeWecom::State;

std::int64_t real_now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

json token_answer(State& state, const httplib::Request& request) {
  if (state.revoked != 0) return wecom_bad(state.revoked, "invalid credential");
  if (request.get_param_value("corpid") != kFakeCorp) return wecom_bad(40013, "invalid corpid");
  if (request.get_param_value("corpsecret") != kFakeAppSecret) return wecom_bad(40001, "invalid credential");
  if (state.token_over) state.token = "token-" + std::to_string(++state.tokens);
  state.token_over = false;
  return wecom_good({{"access_token", state.token}, {"expires_in", 7200}});
}

// GET calls carry their words in the query.
json body_of(const httplib::Request& request) {
  if (request.method == "POST") return json::parse(request.body, nullptr, false);
  json body = json::object();
  for (const auto& [name, value] : request.params) body[name] = value;
  return body;
}

json answer_of(State& state, const std::string& path, const httplib::Request& request, std::unique_lock<std::mutex>& lock) {
  const auto call = wecom_calls().find(path);
  if (call == wecom_calls().end()) return wecom_bad(40066, "invalid url");
  if (request.get_param_value("access_token") != state.token) return wecom_bad(40014, "invalid access_token");
  if (state.token_over) return wecom_bad(42001, "access_token expired");
  // WeCom takes characters, not escapes of them.
  if (request.body.find("\\u") != std::string::npos) return wecom_bad(40033, "invalid request parameter");
  const json body = body_of(request);
  if (!body.is_object()) return wecom_bad(47001, "data format error");
  return call->second(state, body, lock);
}

// True when the connection is to be cut instead of answered.
bool serve(State& state, const httplib::Request& request, httplib::Response& response) {
  std::unique_lock lock(state.mutex);
  const std::string path = request.matches[1];
  ++state.calls[path];
  if (path == "gettoken") {
    response.set_content(token_answer(state, request).dump(), "application/json");
    return false;
  }
  auto& faults = state.faults[path];
  std::optional<WecomFault> fault;
  if (!faults.empty()) {
    fault = faults.front();
    faults.pop_front();
  }
  if (fault && fault->kind == WecomFault::Kind::kRefuse) {
    response.set_content(wecom_bad(fault->code, fault->text).dump(), "application/json");
    return false;
  }
  if (fault && fault->kind == WecomFault::Kind::kOdd) {
    response.status = fault->code;
    response.set_content(fault->text, "application/json");
    return false;
  }
  const json answer = answer_of(state, path, request, lock);
  if (fault) return true;
  response.set_content(answer.dump(), "application/json");
  return false;
}

std::string element(const std::string& name, const std::string& text) {
  return "<" + name + ">" + channels::xml_cdata(text) + "</" + name + ">";
}

}  // namespace

json wecom_good(json more) {
  json answer{{"errcode", 0}, {"errmsg", "ok"}};
  answer.update(more);
  return answer;
}

json wecom_bad(int errcode, const std::string& errmsg) {
  return {{"errcode", errcode}, {"errmsg", errmsg + ", hint: [1767225600], from ip: 127.0.0.1"}};
}

std::string State::tag_name(const std::string& id) const {
  const auto found = std::ranges::find(tags, id, &WecomTag::id);
  return found == tags.end() ? "" : found->name;
}

const WecomTag* State::tag_called(const std::string& name) const {
  const auto found = std::ranges::find(tags, name, &WecomTag::name);
  return found == tags.end() ? nullptr : &*found;
}

std::vector<std::string> State::moment_audience(const Moment& moment, const std::string& member) const {
  std::vector<std::string> audience;
  for (const auto& [id, customer] : customers) {
    const auto tags_by = customer.tags.find(member);
    const bool his = std::ranges::count(customer.followers, member) > 0;
    const bool tagged = tags_by != customer.tags.end() &&
                        std::ranges::any_of(moment.tag_ids, [&](const auto& tag) { return tags_by->second.contains(tag); });
    if (his && (tagged || moment.tag_ids.empty())) audience.push_back(id);
  }
  return audience;
}

FakeWecom::FakeWecom(std::function<std::int64_t()> clock) : state_(std::make_unique<State>()) {
  state_->clock = clock ? std::move(clock) : real_now_ms;
  state_->server = std::make_unique<httplib::Server>();
  auto& server = *state_->server;
  server.new_task_queue = [] { return new httplib::ThreadPool(16); };
  server.set_tcp_nodelay(true);
  server.set_keep_alive_timeout(1);
  const auto handler = [state = state_.get()](const httplib::Request& request, httplib::Response& response) {
    if (!serve(*state, request, response)) return;
    // An answer that ends before it began: its length is announced and nothing follows.
    response.set_content_provider(100, "application/json", [](std::size_t, std::size_t, httplib::DataSink&) { return false; });
  };
  server.Get(R"(/cgi-bin/(.+))", handler);
  server.Post(R"(/cgi-bin/(.+))", handler);
  state_->port = server.bind_to_any_port("127.0.0.1");
  state_->thread = std::thread([this] { state_->server->listen_after_bind(); });
  while (!server.is_running()) std::this_thread::yield();
}

FakeWecom::~FakeWecom() {
  state_->server->stop();
  state_->thread.join();
}

std::string FakeWecom::base_url() const { return "http://127.0.0.1:" + std::to_string(state_->port); }

json FakeWecom::settings() const {
  return {{"corp_id", kFakeCorp}, {"agent_id", kFakeAgent},          {"secret", kFakeAppSecret},
          {"token", kFakeCallbackToken}, {"encoding_aes_key", kFakeAesKey}, {"api_base", base_url()},
          {"messages_per_second", 1000}, {"timeout_seconds", 30},           {"results_after_seconds", 0.001}};
}

#define LOCKED const std::lock_guard lock(state_->mutex)

void FakeWecom::add_member(const std::string& userid) {
  LOCKED;
  state_->members.push_back(userid);
}

void FakeWecom::befriend(const std::string& userid, const std::string& customer, const std::string& name, const std::string& union_id) {
  LOCKED;
  auto& row = state_->customers[customer];
  row.name = name;
  row.union_id = union_id;
  if (std::ranges::count(row.followers, userid) == 0) row.followers.push_back(userid);
}

void FakeWecom::part(const std::string& userid, const std::string& customer) {
  LOCKED;
  std::erase(state_->customers[customer].followers, userid);
}

std::string FakeWecom::make_tag(const std::string& group, const std::string& name) {
  LOCKED;
  state_->tags.push_back({state_->id("et"), name, group});
  return state_->tags.back().id;
}

void FakeWecom::rename_tag(const std::string& id, const std::string& name) {
  LOCKED;
  std::ranges::find(state_->tags, id, &WecomTag::id)->name = name;
}

void FakeWecom::tag_by_hand(const std::string& userid, const std::string& customer, const std::string& tag_name) {
  LOCKED;
  state_->customers[customer].tags[userid].insert(state_->tag_called(tag_name)->id);
}

void FakeWecom::untag_by_hand(const std::string& userid, const std::string& customer, const std::string& tag_name) {
  LOCKED;
  state_->customers[customer].tags[userid].erase(state_->tag_called(tag_name)->id);
}

std::vector<std::string> FakeWecom::tags_of(const std::string& userid, const std::string& customer) const {
  LOCKED;
  std::vector<std::string> names;
  for (const auto& id : state_->customers[customer].tags[userid]) names.push_back(state_->tag_name(id));
  return names;
}

std::vector<std::string> FakeWecom::tag_names() const {
  LOCKED;
  std::vector<std::string> names;
  for (const auto& tag : state_->tags) names.push_back(tag.name);
  return names;
}

std::string FakeWecom::group_of_tag(const std::string& name) const {
  LOCKED;
  const auto* tag = state_->tag_called(name);
  return tag == nullptr ? "" : tag->group;
}

void FakeWecom::confirm_task(const std::string& id) {
  LOCKED;
  std::ranges::find(state_->tasks, id, &Task::id)->sent = true;
}

std::vector<FakeWecom::Task> FakeWecom::tasks() const {
  LOCKED;
  return state_->tasks;
}

void FakeWecom::publish_moment(const std::string& userid) {
  LOCKED;
  for (auto& moment : state_->moments) moment.published_by.push_back(userid);
}

std::vector<FakeWecom::Moment> FakeWecom::moments() const {
  LOCKED;
  return state_->moments;
}

void FakeWecom::limit_reached(const std::string& customer) {
  LOCKED;
  state_->limited.insert(customer);
}

std::string FakeWecom::service_message(const std::string& open_kfid, const std::string& customer, const std::string& text) {
  LOCKED;
  const auto id = state_->id("kfm");
  state_->service[open_kfid].push_back({{"msgid", id}, {"open_kfid", open_kfid}, {"external_userid", customer}, {"send_time", state_->clock() / 1000},
                                        {"origin", 3}, {"msgtype", "text"}, {"text", {{"content", text}}}});
  state_->service_heard[customer] = state_->clock();
  state_->service_sent[customer] = 0;
  return id;
}

std::string FakeWecom::service_event(const std::string& open_kfid, json event) {
  LOCKED;
  const auto id = state_->id("kfe");
  if (const auto code = event.value("welcome_code", ""); !code.empty())
    state_->welcome_codes[code] = {event.value("external_userid", ""), state_->clock()};
  event["open_kfid"] = open_kfid;
  state_->service[open_kfid].push_back({{"msgid", id}, {"send_time", state_->clock() / 1000}, {"origin", 4}, {"msgtype", "event"}, {"event", event}});
  return id;
}

void FakeWecom::service_pages_of(std::size_t messages) {
  LOCKED;
  state_->service_page = messages;
}

void FakeWecom::employee_took_session(const std::string& customer, bool gives_it_back) {
  LOCKED;
  state_->taken_sessions[customer] = gives_it_back;
}

channels::RawRequest FakeWecom::callback(const std::string& message_xml) const {
  const channels::WechatEnvelope envelope(kFakeCallbackToken, kFakeAesKey, kFakeCorp);
  const std::string encrypted = envelope.encrypt(message_xml);
  const std::string timestamp = std::to_string(state_->clock() / 1000), nonce = "7654321";
  channels::RawRequest request{"POST", "", {}, {}};
  request.body = "<xml>" + element("ToUserName", kFakeCorp) + element("AgentID", std::to_string(kFakeAgent)) + element("Encrypt", encrypted) + "</xml>";
  request.query = {{"msg_signature", envelope.sign(timestamp, nonce, encrypted)}, {"timestamp", timestamp}, {"nonce", nonce}};
  return request;
}

channels::RawRequest FakeWecom::event(const std::string& name, const std::vector<std::pair<std::string, std::string>>& fields) const {
  std::string xml = "<xml>" + element("ToUserName", kFakeCorp) + element("FromUserName", "sys") + "<CreateTime>" +
                    std::to_string(state_->clock() / 1000) + "</CreateTime>" + element("MsgType", "event") + element("Event", name);
  for (const auto& [field, text] : fields) xml += element(field, text);
  return callback(xml + "</xml>");
}

channels::RawRequest FakeWecom::added(const std::string& userid, const std::string& customer, const std::string& state, bool welcome) {
  std::vector<std::pair<std::string, std::string>> fields = {{"ChangeType", "add_external_contact"}, {"UserID", userid}, {"ExternalUserID", customer}};
  if (!state.empty()) fields.emplace_back("State", state);
  if (welcome) {
    LOCKED;
    const auto code = state_->id("WLC-");
    state_->welcome_codes[code] = {customer, state_->clock()};
    fields.emplace_back("WelcomeCode", code);
  }
  return event("change_external_contact", fields);
}

channels::RawRequest FakeWecom::customer_event(const std::string& change, const std::string& userid, const std::string& customer) const {
  return event("change_external_contact", {{"ChangeType", change}, {"UserID", userid}, {"ExternalUserID", customer}});
}

channels::RawRequest FakeWecom::member_says(const std::string& userid, const std::string& text) {
  std::string id;
  {
    LOCKED;
    id = state_->id("99000");
  }
  return callback("<xml>" + element("ToUserName", kFakeCorp) + element("FromUserName", userid) + "<CreateTime>" +
                  std::to_string(state_->clock() / 1000) + "</CreateTime>" + element("MsgType", "text") + element("Content", text) + "<MsgId>" + id +
                  "</MsgId><AgentID>1000002</AgentID></xml>");
}

channels::RawRequest FakeWecom::service_nudge(const std::string& open_kfid) {
  return event("kf_msg_or_event", {{"Token", "ENC-made-up"}, {"OpenKfId", open_kfid}});
}

std::string FakeWecom::welcome_code_of(const std::string& customer) const {
  LOCKED;
  for (const auto& [code, whose] : state_->welcome_codes)
    if (whose.first == customer) return code;
  return "";
}

std::vector<FakeWecom::Sent> FakeWecom::sent() const {
  LOCKED;
  return state_->sent;
}

std::vector<FakeWecom::Sent> FakeWecom::sent_to(const std::string& whom) const {
  auto all = sent();
  std::erase_if(all, [&](const Sent& one) { return one.to != whom; });
  return all;
}

int FakeWecom::calls(const std::string& path) const {
  LOCKED;
  return state_->calls[path];
}

int FakeWecom::most_marks_at_once() const {
  LOCKED;
  return state_->marks_most;
}

void FakeWecom::refuse_next(const std::string& path, int errcode, const std::string& errmsg, int times) {
  LOCKED;
  for (int i = 0; i < times; ++i) state_->faults[path].push_back({WecomFault::Kind::kRefuse, errcode, errmsg});
}

void FakeWecom::lose_next_answer(const std::string& path) {
  LOCKED;
  state_->faults[path].push_back({WecomFault::Kind::kLose, 0, ""});
}

void FakeWecom::answer_next(const std::string& path, int status, const std::string& body) {
  LOCKED;
  state_->faults[path].push_back({WecomFault::Kind::kOdd, status, body});
}

void FakeWecom::end_tokens() {
  LOCKED;
  state_->token_over = true;
}

void FakeWecom::revoke(int errcode) {
  LOCKED;
  state_->revoked = errcode;
  state_->token_over = true;
}

void FakeWecom::mark_slowly(std::chrono::milliseconds each) {
  LOCKED;
  state_->mark_time = each;
}
#undef LOCKED

}  // namespace laoke::test
