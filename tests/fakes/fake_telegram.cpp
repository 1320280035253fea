#include "tests/fakes/fake_telegram.h"

#include <arpa/inet.h>
#include <httplib.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <filesystem>

#include "tests/fakes/fake_telegram_state.h"

namespace laoke::test {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using State = FakeTelegram::State;

int port_of(int socket, decltype(::getsockname) name) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  if (name(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0 || address.sin_family != AF_INET) return 0;
  return ntohs(address.sin_port);
}

// httplib hands out no socket, so connections of this server are found by their ports. remote_port 0: all of them.
void cut_connections(int local_port, int remote_port) {
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    const int socket = std::stoi(entry.path().filename());
    const int remote = port_of(socket, ::getpeername);
    if (remote != 0 && port_of(socket, ::getsockname) == local_port && (remote_port == 0 || remote == remote_port))
      ::shutdown(socket, SHUT_RDWR);
  }
}

std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

FakeAnswer throttle_answer(const Fault& fault) {
  const bool in_body = fault.form != FakeTelegram::WaitForm::kHeader;
  const std::string words =
      "Too Many Requests" + (in_body ? ": retry after " + std::to_string(fault.retry_after_s) : "");
  FakeAnswer answer = bad(429, words, in_body ? json{{"retry_after", fault.retry_after_s}} : json());
  if (fault.form != FakeTelegram::WaitForm::kBody) answer.retry_after_header = fault.retry_after_s;
  return answer;
}

// What the judge makes of a call; nothing: the connection is to be cut.
std::optional<FakeAnswer> judged(State& state, FakeMethod known, const json& body, std::unique_lock<std::mutex>& lock,
                                 milliseconds& delay) {
  using Kind = FakeTelegram::Twist::Kind;
  FakeTelegram::Judge& judge = *state.judge;
  lock.unlock();
  const auto twist = judge.befalls(body.value("chat_id", std::int64_t{0}), body.value("text", body.value("caption", "")));
  lock.lock();
  delay = std::max(delay, twist.delay);
  if (twist.kind == Kind::kThrottle) return throttle_answer({Fault::Kind::kThrottle, 429, twist.retry_after_s});
  if (twist.kind == Kind::kFail) return bad(twist.code, "Internal Server Error");
  if (twist.kind == Kind::kDrop) return std::nullopt;
  const std::size_t before = state.accepted.size();
  FakeAnswer answer = known(state, body, lock);
  if (state.accepted.size() > before) {
    const FakeTelegram::Sent sent = state.accepted.back();
    lock.unlock();
    judge.taken(sent);
    lock.lock();
  }
  if (twist.kind == Kind::kLose) return std::nullopt;
  return twist.kind == Kind::kTakenFail ? bad(twist.code, "Internal Server Error") : answer;
}

// Nothing: the connection is to be cut.
std::optional<FakeAnswer> answer_of(State& state, const std::string& method, const json& body,
                                    std::unique_lock<std::mutex>& lock, milliseconds& delay) {
  const auto known = fake_methods().find(method);
  if (known == fake_methods().end()) return bad(404, "Not Found: method not found");
  if (is_send(method) && state.faults.empty() && state.judge != nullptr)
    return judged(state, known->second, body, lock, delay);
  if (!is_send(method) || state.faults.empty()) return known->second(state, body, lock);
  const Fault fault = state.faults.front();
  state.faults.pop_front();
  switch (fault.kind) {
    case Fault::Kind::kThrottle:
      return throttle_answer(fault);
    case Fault::Kind::kFail:
      return bad(fault.code, fault.text);
    case Fault::Kind::kOdd:
      return FakeAnswer{fault.code, fault.text, -1};
    case Fault::Kind::kDrop:
      return std::nullopt;
    case Fault::Kind::kLose:
      known->second(state, body, lock);
      return std::nullopt;
    case Fault::Kind::kHang:
      known->second(state, body, lock);
      state.changed.notify_all();
      state.changed.wait(lock, [&] { return state.stopped || state.stopping; });
      return std::nullopt;
  }
  return std::nullopt;
}

void serve(State& state, const httplib::Request& request, httplib::Response& response) {
  std::unique_lock lock(state.mutex);
  const std::string method = lower_case(request.matches[2]);
  ++state.calls[method];
  const json body = request.body.empty() ? json::object() : json::parse(request.body, nullptr, false);
  milliseconds delay = state.answer_delay;
  std::optional<FakeAnswer> answer;
  if (state.revoked || request.matches[1] != state.token)
    answer = bad(401, "Unauthorized");
  else if (!body.is_object())
    answer = bad(400, "Bad Request: can't parse request body as JSON");
  else
    answer = answer_of(state, method, body, lock, delay);
  state.changed.notify_all();
  const int port = state.port;
  if (delay.count() > 0) state.changed.wait_for(lock, delay, [&] { return state.stopped || state.stopping; });
  lock.unlock();
  if (!answer) return cut_connections(port, request.remote_port);
  response.status = answer->status;
  if (answer->retry_after_header >= 0) response.set_header("Retry-After", std::to_string(answer->retry_after_header));
  response.set_content(answer->body, "application/json");
}

void add(State& state, int count, const Fault& fault) {
  const std::lock_guard lock(state.mutex);
  for (int i = 0; i < count; ++i) state.faults.push_back(fault);
}

}  // namespace

void FakeTelegram::State::listen() {
  server = std::make_unique<httplib::Server>();
  server->new_task_queue = [] { return new httplib::ThreadPool(48); };  // a kept connection holds a thread
  server->set_tcp_nodelay(true);
  server->set_keep_alive_max_count(1'000'000);
  server->set_keep_alive_timeout(60);
  server->set_socket_options([this](int socket) {
    const int yes = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    listener = socket;
  });
  const auto handler = [this](const httplib::Request& request, httplib::Response& response) {
    serve(*this, request, response);
  };
  const char* const path = R"(/bot([^/]+)/(?:test/)?([A-Za-z]+))";
  server->Post(path, handler);
  server->Get(path, handler);
  server->set_error_handler([](const httplib::Request&, httplib::Response& response) {
    if (response.status == 404 && response.body.empty())
      response.set_content(bad(404, "Not Found").body, "application/json");
  });
  if (port == 0)
    port = server->bind_to_any_port("127.0.0.1");
  else if (!server->bind_to_port("127.0.0.1", port))
    throw std::runtime_error("the fake Telegram cannot have its port back");
  ::listen(listener, 1024);  // the backlog that httplib sets is 5
  server_thread = std::thread([this] { server->listen_after_bind(); });
  while (!server->is_running()) std::this_thread::yield();
}

void FakeTelegram::State::stop_listening() {
  if (!server_thread.joinable()) return;
  server->stop();
  cut_connections(port, 0);  // kept connections would hold their threads for the keep-alive time
  server_thread.join();
  server.reset();
}

FakeTelegram::FakeTelegram(std::string token) : state_(std::make_unique<State>()) {
  state_->token = std::move(token);
  state_->listen();
  state_->delivery_thread = std::thread([this] { state_->deliver_in_order(); });
}

FakeTelegram::~FakeTelegram() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
    state_->changed.notify_all();
  }
  state_->stop_listening();
  state_->delivery_thread.join();
}

std::string FakeTelegram::base_url() const {
  return "http://127.0.0.1:" + std::to_string(state_->port);
}
std::string FakeTelegram::token() const {
  return state_->token;
}

json FakeTelegram::settings(const std::string& mode) const {
  return {{"token", token()},     {"api_base", base_url()},
          {"mode", mode},         {"messages_per_second", 1000},
          {"timeout_seconds", 30}, {"contact_messages_per_second", 1000}};
}

std::vector<FakeTelegram::Sent> FakeTelegram::accepted() const {
  const std::lock_guard lock(state_->mutex);
  return state_->accepted;
}

std::vector<FakeTelegram::Sent> FakeTelegram::accepted_by(std::int64_t chat_id) const {
  std::vector<Sent> all = accepted();
  std::erase_if(all, [&](const Sent& sent) { return sent.chat_id != chat_id; });
  return all;
}

int FakeTelegram::calls(const std::string& method) const {
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->calls.find(lower_case(method));
  return found == state_->calls.end() ? 0 : found->second;
}

std::vector<json> FakeTelegram::press_answers() const {
  const std::lock_guard lock(state_->mutex);
  return state_->press_answers;
}

bool FakeTelegram::wait_for_accepted(std::size_t count, milliseconds most) const {
  std::unique_lock lock(state_->mutex);
  return state_->changed.wait_for(lock, most, [&] { return state_->accepted.size() >= count; });
}

void FakeTelegram::block(std::int64_t chat_id) {
  const std::lock_guard lock(state_->mutex);
  state_->blocked.insert(chat_id);
}
void FakeTelegram::unblock(std::int64_t chat_id) {
  const std::lock_guard lock(state_->mutex);
  state_->blocked.erase(chat_id);
}
void FakeTelegram::deactivate(std::int64_t chat_id) {
  const std::lock_guard lock(state_->mutex);
  state_->deactivated.insert(chat_id);
}
void FakeTelegram::forget(std::int64_t chat_id) {
  const std::lock_guard lock(state_->mutex);
  state_->forgotten.insert(chat_id);
}
void FakeTelegram::move(std::int64_t chat_id, std::int64_t new_chat_id) {
  const std::lock_guard lock(state_->mutex);
  state_->moved[chat_id] = new_chat_id;
}
void FakeTelegram::enforce_rates(double bot_per_second, double chat_per_second, int burst) {
  const std::lock_guard lock(state_->mutex);
  state_->rates = true;
  state_->bot_rate = bot_per_second;
  state_->chat_rate = chat_per_second;
  state_->chat_burst = burst;
}
void FakeTelegram::revoke_token() {
  const std::lock_guard lock(state_->mutex);
  state_->revoked = true;
}

void FakeTelegram::throttle_next(int count, int retry_after_s, WaitForm form) {
  add(*state_, count, {Fault::Kind::kThrottle, 429, retry_after_s, "", form});
}
void FakeTelegram::fail_next(int count, int code, const std::string& description) {
  add(*state_, count, {Fault::Kind::kFail, code, 0, description});
}
void FakeTelegram::lose_next_answer(int count) {
  add(*state_, count, {Fault::Kind::kLose});
}
void FakeTelegram::hang_next_answer(int count) {
  add(*state_, count, {Fault::Kind::kHang});
}
void FakeTelegram::drop_next(int count) {
  add(*state_, count, {Fault::Kind::kDrop});
}
void FakeTelegram::answer_with(int count, int status, const std::string& body) {
  add(*state_, count, {Fault::Kind::kOdd, status, 0, body});
}
void FakeTelegram::answer_after(milliseconds delay) {
  const std::lock_guard lock(state_->mutex);
  state_->answer_delay = delay;
}
void FakeTelegram::judge_sends(Judge* judge) {
  const std::lock_guard lock(state_->mutex);
  state_->judge = judge;
}
void FakeTelegram::break_next_updates(const std::string& raw_update) {
  const std::lock_guard lock(state_->mutex);
  state_->broken_update = raw_update;
  state_->changed.notify_all();
}

void FakeTelegram::stop() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopped = true;
    ++state_->poll_number;
    state_->changed.notify_all();
  }
  state_->stop_listening();
}

void FakeTelegram::start() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopped = false;
  }
  state_->listen();
}

std::string FakeTelegram::webhook_url() const {
  const std::lock_guard lock(state_->mutex);
  return state_->webhook;
}

int FakeTelegram::deliver(const json& update) const {
  std::unique_lock lock(state_->mutex);
  const std::string url = state_->webhook, secret = state_->secret;
  lock.unlock();
  return url.empty() ? 0 : state_->post(url, secret, update.dump());
}

int FakeTelegram::deliver_to(const std::string& url, const std::string& secret, const std::string& body) const {
  return state_->post(url, secret, body);
}

void FakeTelegram::retry_unit(milliseconds unit) {
  const std::lock_guard lock(state_->mutex);
  state_->retry_unit = unit;
}

std::size_t FakeTelegram::pending() const {
  const std::lock_guard lock(state_->mutex);
  return state_->updates.size();
}

bool FakeTelegram::wait_until_taken(milliseconds most) const {
  std::unique_lock lock(state_->mutex);
  return state_->changed.wait_for(lock, most, [&] { return state_->updates.empty(); });
}

std::vector<std::string> FakeTelegram::Sent::button_data() const {
  std::vector<std::string> all;
  if (!markup.is_object()) return all;
  for (const json& row : markup.value("inline_keyboard", json::array()))
    for (const json& button : row)
      if (button.contains("callback_data")) all.push_back(button["callback_data"]);
  return all;
}

std::vector<std::string> FakeTelegram::Sent::button_labels() const {
  std::vector<std::string> all;
  if (!markup.is_object()) return all;
  for (const char* kind : {"inline_keyboard", "keyboard"})
    for (const json& row : markup.value(kind, json::array()))
      for (const json& button : row) all.push_back(button.value("text", ""));
  return all;
}

}  // namespace laoke::test
