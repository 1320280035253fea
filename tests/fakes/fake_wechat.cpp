#include "tests/fakes/fake_wechat.h"

#include <arpa/inet.h>
#include <httplib.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <filesystem>

#include "bot/clock.h"
#include "handlers/text.h"
#include "tests/fakes/fake_wechat_state.h"

namespace laoke::test {
namespace {

using nlohmann::json;

constexpr const char* kWechatTokenPath = "/cgi-bin/stable_token";
constexpr std::int64_t kWechatTokenLifeMs = 7'200'000;

int wechat_port_of(int socket, decltype(::getsockname) name) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  if (name(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0 || address.sin_family != AF_INET) return 0;
  return ntohs(address.sin_port);
}

// httplib hands out no socket: connections of this server are found by their ports. remote_port 0: all of them.
void hang_up_wechat(int local_port, int remote_port) {
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    const int socket = std::stoi(entry.path().filename());
    const int remote = wechat_port_of(socket, ::getpeername);
    if (remote != 0 && wechat_port_of(socket, ::getsockname) == local_port && (remote_port == 0 || remote == remote_port))
      ::shutdown(socket, SHUT_RDWR);
  }
}

// Repeated calls get the same token until its last five minutes.
json give_wechat_token(FakeWechat::State& state, const json& body) {
  if (state.address_blocked) return wechat_error(40164, "invalid ip 127.0.0.1, not in whitelist");
  if (body.value("grant_type", "") != "client_credential") return wechat_error(40002, "invalid grant_type");
  if (body.value("appid", "") != kWechatAppId) return wechat_error(40013, "invalid appid");
  if (body.value("secret", "") != state.secret) return wechat_error(40125, "invalid appsecret");
  if (state.access_token.empty() || state.now_ms() > state.token_until_ms - 300'000) {
    state.access_token = "86_faketoken-" + std::to_string(++state.tokens);
    state.token_until_ms = state.now_ms() + kWechatTokenLifeMs;
  }
  return {{"access_token", state.access_token}, {"expires_in", (state.token_until_ms - state.now_ms()) / 1000}};
}

std::optional<json> refused_wechat_token(FakeWechat::State& state, const httplib::Request& request) {
  const std::string given = request.get_param_value("access_token");
  if (given.empty()) return wechat_error(41001, "access_token missing");
  if (state.refused_tokens > 0) {
    --state.refused_tokens;
    return wechat_error(42001, "access_token expired");
  }
  if (given != state.access_token) return wechat_error(40001, "invalid credential, access_token is invalid or not latest");
  if (state.now_ms() >= state.token_until_ms) return wechat_error(42001, "access_token expired");
  return std::nullopt;
}

json wechat_answer_of(FakeWechat::State& state, const httplib::Request& request) {
  const bool multipart = request.is_multipart_form_data();
  const json body = multipart || request.body.empty() ? json::object() : json::parse(request.body, nullptr, false);
  if (!body.is_object()) return wechat_error(47001, "data format error");
  if (!multipart && request.body.find("\\u") != std::string::npos) return wechat_error(40033, "invalid charset");
  if (request.path == kWechatTokenPath) return give_wechat_token(state, body);
  if (auto refusal = refused_wechat_token(state, request)) return *refusal;
  if (state.forbidden.contains(request.path)) return wechat_error(48001, "api unauthorized");
  const auto known = wechat_calls().find(request.path);
  return known == wechat_calls().end() ? wechat_error(40066, "invalid url") : known->second(state, body, request);
}

void serve_wechat(FakeWechat::State& state, const httplib::Request& request, httplib::Response& response) {
  std::unique_lock lock(state.mutex);
  ++state.calls[request.path];
  if (const auto picture = state.pictures.find(request.path); picture != state.pictures.end())
    return response.set_content(picture->second, "image/png");
  if (request.path == kWechatTokenPath || state.faults.empty())
    return response.set_content(wechat_answer_of(state, request).dump(), "application/json");
  const WechatFault fault = state.faults.front();
  state.faults.pop_front();
  if (fault.kind == WechatFault::Kind::kFail) return response.set_content(wechat_error(fault.code, fault.text).dump(), "application/json");
  if (fault.kind == WechatFault::Kind::kOdd) {
    response.status = fault.code;
    return response.set_content(fault.text, "text/html");
  }
  if (fault.kind == WechatFault::Kind::kLose) wechat_answer_of(state, request);
  const int port = state.port;
  lock.unlock();
  hang_up_wechat(port, request.remote_port);
}

void order_wechat_fault(FakeWechat::State& state, int count, const WechatFault& fault) {
  const std::lock_guard lock(state.mutex);
  for (int i = 0; i < count; ++i) state.faults.push_back(fault);
}

}  // namespace

std::int64_t FakeWechat::State::now_ms() const {
  return options.now_ms ? options.now_ms() : SystemClock().now_ms();
}

void FakeWechat::State::listen() {
  server = std::make_unique<httplib::Server>();
  server->new_task_queue = [] { return new httplib::ThreadPool(24); };  // a kept connection holds a thread
  server->set_tcp_nodelay(true);
  server->set_keep_alive_max_count(1'000'000);
  const auto handler = [this](const httplib::Request& request, httplib::Response& response) { serve_wechat(*this, request, response); };
  server->Post(".*", handler);
  server->Get(".*", handler);
  if (port == 0)
    port = server->bind_to_any_port("127.0.0.1");
  else if (!server->bind_to_port("127.0.0.1", port))
    throw std::runtime_error("the fake WeChat cannot have its port back");
  server_thread = std::thread([this] { server->listen_after_bind(); });
  while (!server->is_running()) std::this_thread::yield();
}

void FakeWechat::State::stop_listening() {
  if (!server_thread.joinable()) return;
  server->stop();
  hang_up_wechat(port, 0);
  server_thread.join();
  server.reset();
}

FakeWechat::FakeWechat() : FakeWechat(Options{}) {}
FakeWechat::FakeWechat(Options options) : state_(std::make_unique<State>()) {
  state_->options = std::move(options);
  state_->listen();
}
FakeWechat::~FakeWechat() { state_->stop_listening(); }

std::string FakeWechat::base_url() const { return "http://127.0.0.1:" + std::to_string(state_->port); }

void FakeWechat::follow_clock(std::function<std::int64_t()> now_ms) {
  const std::lock_guard lock(state_->mutex);
  state_->options.now_ms = std::move(now_ms);
}

json FakeWechat::settings() const {
  return {{"app_id", kWechatAppId},     {"app_secret", "secretofthefakeaccount0123456789"},
          {"token", kWechatToken},      {"encoding_aes_key", kWechatAesKey},
          {"api_base", base_url()},     {"mode", state_->options.mode},
          {"timeout_seconds", 25},      {"messages_per_second", 1000},
          {"max_age_seconds", 0},       {"original_id", kWechatAccount}};
}

std::vector<FakeWechat::Sent> FakeWechat::accepted() const {
  const std::lock_guard lock(state_->mutex);
  return state_->accepted;
}

std::vector<FakeWechat::Sent> FakeWechat::accepted_by(const std::string& openid) const {
  std::vector<Sent> theirs = accepted();
  std::erase_if(theirs, [&](const Sent& sent) { return sent.openid != openid; });
  return theirs;
}

int FakeWechat::calls(const std::string& path) const {
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->calls.find(path);
  return found == state_->calls.end() ? 0 : found->second;
}

std::vector<json> FakeWechat::mass_bodies() const {
  const std::lock_guard lock(state_->mutex);
  return state_->mass_bodies;
}

std::vector<std::string> FakeWechat::tags_of(const std::string& openid) const {
  const std::lock_guard lock(state_->mutex);
  std::vector<std::string> names;
  for (const auto& [name, id] : state_->tags)
    if (const auto known = state_->followers.find(openid); known != state_->followers.end() && known->second.tags.contains(id)) names.push_back(name);
  return names;
}

int FakeWechat::bad_answers() const {
  const std::lock_guard lock(state_->mutex);
  return state_->bad_answers;
}

void FakeWechat::expire_token() {
  const std::lock_guard lock(state_->mutex);
  state_->access_token = "86_faketoken-" + std::to_string(++state_->tokens);
}
void FakeWechat::refuse_tokens(int count) {
  const std::lock_guard lock(state_->mutex);
  state_->refused_tokens = count;
}
void FakeWechat::change_secret() {
  const std::lock_guard lock(state_->mutex);
  state_->secret = "anothersecret";
}
void FakeWechat::block_address() {
  const std::lock_guard lock(state_->mutex);
  state_->address_blocked = true;
}
void FakeWechat::forbid(const std::string& path) {
  const std::lock_guard lock(state_->mutex);
  state_->forbidden.insert(path);
}
void FakeWechat::allow(const std::string& path) {
  const std::lock_guard lock(state_->mutex);
  state_->forbidden.erase(path);
}
void FakeWechat::add_template(const std::string& id, const std::vector<std::string>& keys) {
  const std::lock_guard lock(state_->mutex);
  state_->templates[id] = keys;
}
void FakeWechat::expire_media() {
  const std::lock_guard lock(state_->mutex);
  state_->media.clear();
}
void FakeWechat::add_tag(const std::string& name) {
  const std::lock_guard lock(state_->mutex);
  state_->tags[name] = 100 + state_->next_id++ % 100'000;
}
void FakeWechat::remove_tag(const std::string& name) {
  const std::lock_guard lock(state_->mutex);
  for (auto& [openid, follower] : state_->followers) follower.tags.erase(state_->tags[name]);
  state_->tags.erase(name);
}
std::string FakeWechat::add_picture(const std::string& path, const std::string& bytes) {
  const std::lock_guard lock(state_->mutex);
  state_->pictures[path] = bytes;
  return base_url() + path;
}

void FakeWechat::fail_next(int count, int errcode, const std::string& errmsg) {
  order_wechat_fault(*state_, count, {WechatFault::Kind::kFail, errcode, errmsg});
}
void FakeWechat::lose_next_answer(int count) { order_wechat_fault(*state_, count, {WechatFault::Kind::kLose, 0, ""}); }
void FakeWechat::drop_next(int count) { order_wechat_fault(*state_, count, {WechatFault::Kind::kDrop, 0, ""}); }
void FakeWechat::answer_with(int count, int status, const std::string& body) {
  order_wechat_fault(*state_, count, {WechatFault::Kind::kOdd, status, body});
}
void FakeWechat::stop() { state_->stop_listening(); }
void FakeWechat::start() { state_->listen(); }

}  // namespace laoke::test
