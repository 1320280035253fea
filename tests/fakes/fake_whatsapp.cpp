#include "tests/fakes/fake_whatsapp.h"

#include <arpa/inet.h>
#include <httplib.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <filesystem>

#include "bot/http_client.h"
#include "handlers/crypto.h"
#include "tests/fakes/fake_whatsapp_state.h"

namespace laoke::test {
namespace {

using nlohmann::json;
using WhatsappState = FakeWhatsapp::State;

int whatsapp_port(int socket, decltype(::getsockname) name) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  if (name(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0 || address.sin_family != AF_INET) return 0;
  return ntohs(address.sin_port);
}

// httplib hands out no socket, so connections of this server are found by their ports. remote_port 0: all of them.
void cut_whatsapp(int local_port, int remote_port) {
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    const int socket = std::stoi(entry.path().filename());
    const int remote = whatsapp_port(socket, ::getpeername);
    if (remote != 0 && whatsapp_port(socket, ::getsockname) == local_port &&
        (remote_port == 0 || remote == remote_port))
      ::shutdown(socket, SHUT_RDWR);
  }
}

WhatsappAnswer whatsapp_good(const json& body) {
  return {200, body.dump()};
}

WhatsappAnswer accept_message(WhatsappState& state, const json& body) {
  FakeWhatsapp::Sent sent;
  sent.id = "wamid.HBgNOUT" + std::to_string(state.next_id++);
  sent.to = body.contains("to") ? body.value("to", "") : body.value("recipient", "");
  sent.type = body.value("type", "");
  sent.text = whatsapp_text_of(body);
  sent.reference = body.value("biz_opaque_callback_data", "");
  sent.body = body;
  json contact{{"input", sent.to}};
  if (const auto* person = state.find(sent.to)) {
    if (!person->phone.empty()) contact["wa_id"] = person->phone;
    if (!person->user_id.empty()) contact["user_id"] = person->user_id;
  }
  const json answer{{"messaging_product", "whatsapp"},
                    {"contacts", json::array({contact})},
                    {"messages", json::array({{{"id", sent.id}, {"message_status", "accepted"}}})}};
  state.accepted.push_back(std::move(sent));
  return whatsapp_good(answer);
}

WhatsappAnswer take_message(WhatsappState& state, const json& body) {
  if (auto refused = whatsapp_refuses_content(state, body)) return *refused;
  if (auto refused = whatsapp_refuses_recipient(state, body)) return *refused;
  return accept_message(state, body);
}

// Nothing: the connection is to be cut.
std::optional<WhatsappAnswer> answer_message(WhatsappState& state, const json& body) {
  if (state.faults.empty()) return take_message(state, body);
  const WhatsappFault fault = state.faults.front();
  state.faults.pop_front();
  switch (fault.kind) {
    case WhatsappFault::Kind::kNone:
      return take_message(state, body);
    case WhatsappFault::Kind::kOdd:
      return WhatsappAnswer{fault.status, fault.text};
    case WhatsappFault::Kind::kDrop:
      return std::nullopt;
    case WhatsappFault::Kind::kLose:
      take_message(state, body);
      return std::nullopt;
    case WhatsappFault::Kind::kFail:
      break;
  }
  WhatsappAnswer answer = whatsapp_refusal(fault.status, fault.code, fault.text);
  if (const auto colon = fault.header.find(": "); colon != std::string::npos) {
    answer.header_name = fault.header.substr(0, colon);
    answer.header_value = fault.header.substr(colon + 2);
  }
  return answer;
}

WhatsappAnswer account_answer(WhatsappState& state, const std::string& method, const std::string& what) {
  ++state.calls[what];
  if (what == "subscribed_apps" && method == "POST") state.subscribed = true;
  if (what == "subscribed_apps" && method == "POST") return whatsapp_good({{"success", true}});
  json data = json::array();
  if (what == "subscribed_apps" && state.subscribed)
    data.push_back({{"whatsapp_business_api_data", {{"id", "67084"}, {"name", "Laoke"}}}});
  if (what == "message_templates")
    for (const auto& one : state.templates)
      data.push_back(
          {{"name", one.name}, {"language", one.language}, {"status", one.status}, {"category", one.category}});
  return whatsapp_good({{"data", data}});
}

WhatsappAnswer number_answer(WhatsappState& state, const std::string& method, const json& body) {
  if (method == "GET") {
    ++state.calls["number"];
    return whatsapp_good({{"id", FakeWhatsapp::kNumber},
                          {"display_phone_number", "+1 555-078-3881"},
                          {"verified_name", "我的小店"},
                          {"quality_rating", "GREEN"}});
  }
  ++state.calls["webhook"];
  const json hook = body.value("webhook_configuration", json::object());
  const std::string url = hook.value("override_callback_uri", "");
  if (!url.starts_with("https://") || url.size() > 200 || hook.value("verify_token", "").empty())
    return whatsapp_refusal(400, 100, "(#100) Invalid parameter", "override_callback_uri");
  state.callback_url = url;
  state.verify_token = hook.value("verify_token", "");
  return whatsapp_good({{"success", true}});
}

std::optional<WhatsappAnswer> whatsapp_route(WhatsappState& state, const httplib::Request& request) {
  const std::string id = request.matches[1], what = request.matches[2];
  if (state.revoked || request.get_header_value("Authorization") != "Bearer " + state.token)
    return whatsapp_refusal(401, 190, "Error validating access token: Session has expired");
  const json body = request.body.empty() ? json::object() : json::parse(request.body, nullptr, false);
  if (!body.is_object()) return whatsapp_refusal(400, 100, "(#100) Invalid JSON");
  if (id == FakeWhatsapp::kAccount && (what == "subscribed_apps" || what == "message_templates"))
    return account_answer(state, request.method, what);
  if (id == FakeWhatsapp::kNumber && what.empty()) return number_answer(state, request.method, body);
  if (id == FakeWhatsapp::kNumber && what == "messages" && request.method == "POST") {
    ++state.calls["messages"];
    return answer_message(state, body);
  }
  return whatsapp_refusal(
      400, 100,
      "Unsupported request. Object with ID '" + id + "' does not exist, cannot be loaded due to missing permissions");
}

void serve_whatsapp(WhatsappState& state, const httplib::Request& request, httplib::Response& response) {
  std::unique_lock lock(state.mutex);
  const auto answer = whatsapp_route(state, request);
  const int port = state.port;
  lock.unlock();
  if (!answer) return cut_whatsapp(port, request.remote_port);
  response.status = answer->status;
  if (!answer->header_name.empty()) response.set_header(answer->header_name, answer->header_value);
  response.set_content(answer->body, "application/json");
}

std::int64_t whatsapp_now_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

void add_whatsapp_faults(WhatsappState& state, int count, const WhatsappFault& fault) {
  const std::lock_guard lock(state.mutex);
  for (int i = 0; i < count; ++i) state.faults.push_back(fault);
}

}  // namespace

WhatsappAnswer whatsapp_refusal(int http_status, int code, const std::string& message, const std::string& details) {
  json error{{"message", message}, {"type", "OAuthException"}, {"code", code}, {"fbtrace_id", "AfakeTrace"}};
  if (!details.empty()) error["error_data"] = {{"messaging_product", "whatsapp"}, {"details", details}};
  return {http_status, json{{"error", error}}.dump()};
}

void FakeWhatsapp::State::listen() {
  server = std::make_unique<httplib::Server>();
  server->new_task_queue = [] { return new httplib::ThreadPool(16); };
  server->set_tcp_nodelay(true);
  server->set_keep_alive_max_count(1'000'000);
  server->set_keep_alive_timeout(60);
  server->set_socket_options([](int socket) {
    const int yes = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  });
  const auto handler = [this](const httplib::Request& request, httplib::Response& response) {
    serve_whatsapp(*this, request, response);
  };
  const char* const path = R"(/v25\.0/([0-9]+)(?:/([a-z_]+))?)";
  server->Post(path, handler);
  server->Get(path, handler);
  if (port == 0)
    port = server->bind_to_any_port("127.0.0.1");
  else if (!server->bind_to_port("127.0.0.1", port))
    throw std::runtime_error("the fake WhatsApp cannot have its port back");
  thread = std::thread([this] { server->listen_after_bind(); });
  while (!server->is_running()) std::this_thread::yield();
}

void FakeWhatsapp::State::stop_listening() {
  if (!thread.joinable()) return;
  server->stop();
  cut_whatsapp(port, 0);  // kept connections would hold their threads for the keep-alive time
  thread.join();
  server.reset();
}

FakeWhatsapp::FakeWhatsapp(std::function<std::int64_t()> now_ms) : state_(std::make_unique<State>()) {
  state_->now_ms = now_ms ? std::move(now_ms) : whatsapp_now_ms;
  state_->listen();
}

FakeWhatsapp::~FakeWhatsapp() {
  state_->stop_listening();
}

void FakeWhatsapp::follow_clock(std::function<std::int64_t()> now_ms) {
  const std::lock_guard lock(state_->mutex);
  state_->now_ms = std::move(now_ms);
}

std::string FakeWhatsapp::base_url() const {
  return "http://127.0.0.1:" + std::to_string(state_->port);
}

std::string FakeWhatsapp::token() const {
  const std::lock_guard lock(state_->mutex);
  return state_->token;
}

json FakeWhatsapp::settings() const {
  return {{"phone_number_id", kNumber},
          {"waba_id", kAccount},
          {"token", token()},
          {"app_secret", kAppSecret},
          {"verify_token", "lk-verify-7f3"},
          {"graph_base", base_url()},
          {"messages_per_second", 1000},
          {"contact_messages_per_second", 1000},
          {"contact_burst", 45},
          {"timeout_seconds", 30}};
}

std::vector<FakeWhatsapp::Sent> FakeWhatsapp::accepted() const {
  const std::lock_guard lock(state_->mutex);
  return state_->accepted;
}

std::vector<FakeWhatsapp::Sent> FakeWhatsapp::accepted_by(const std::string& address) const {
  auto all = accepted();
  std::erase_if(all, [&](const Sent& sent) { return sent.to != address; });
  return all;
}

int FakeWhatsapp::calls(const std::string& what) const {
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->calls.find(what);
  return found == state_->calls.end() ? 0 : found->second;
}

bool FakeWhatsapp::subscribed() const {
  const std::lock_guard lock(state_->mutex);
  return state_->subscribed;
}
std::string FakeWhatsapp::callback_url() const {
  const std::lock_guard lock(state_->mutex);
  return state_->callback_url;
}
std::string FakeWhatsapp::verify_token() const {
  const std::lock_guard lock(state_->mutex);
  return state_->verify_token;
}

void FakeWhatsapp::knows(const Person& person) {
  const std::lock_guard lock(state_->mutex);
  for (const std::string& id : {person.user_id, person.phone})
    if (!id.empty()) state_->people[id] = person;
}
void FakeWhatsapp::opens_window(const std::string& address) {
  const std::lock_guard lock(state_->mutex);
  const auto* person = state_->find(address);
  state_->last_in_ms[person ? person->address() : address] = state_->now_ms();
}
void FakeWhatsapp::forgets(const std::string& address) {
  const std::lock_guard lock(state_->mutex);
  state_->gone.insert(address);
}
void FakeWhatsapp::add_template(const Template& one) {
  const std::lock_guard lock(state_->mutex);
  state_->templates.push_back(one);
}
void FakeWhatsapp::set_template_status(const std::string& name, const std::string& status) {
  const std::lock_guard lock(state_->mutex);
  for (auto& one : state_->templates)
    if (one.name == name) one.status = status;
}
void FakeWhatsapp::enforce_pair_rate(int burst) {
  const std::lock_guard lock(state_->mutex);
  state_->pair_burst = burst;
  state_->pair_count.clear();
}
void FakeWhatsapp::revoke_token() {
  const std::lock_guard lock(state_->mutex);
  state_->revoked = true;
}
void FakeWhatsapp::renew_token(const std::string& token) {
  const std::lock_guard lock(state_->mutex);
  state_->token = token;
  state_->revoked = false;
}

void FakeWhatsapp::fail_next(int count, int http_status, int code, const std::string& message,
                             const std::string& header) {
  add_whatsapp_faults(*state_, count, {WhatsappFault::Kind::kFail, http_status, code, message, header});
}
void FakeWhatsapp::fail_after(int good, int http_status, int code, const std::string& message) {
  add_whatsapp_faults(*state_, good, {WhatsappFault::Kind::kNone});
  fail_next(1, http_status, code, message);
}
void FakeWhatsapp::answer_with(int count, int http_status, const std::string& body) {
  add_whatsapp_faults(*state_, count, {WhatsappFault::Kind::kOdd, http_status, 0, body});
}
void FakeWhatsapp::lose_next_answer(int count) {
  add_whatsapp_faults(*state_, count, {WhatsappFault::Kind::kLose});
}
void FakeWhatsapp::drop_next(int count) {
  add_whatsapp_faults(*state_, count, {WhatsappFault::Kind::kDrop});
}
void FakeWhatsapp::stop() {
  state_->stop_listening();
}
void FakeWhatsapp::start() {
  state_->listen();
}

std::vector<std::string> FakeWhatsapp::Sent::button_ids() const {
  std::vector<std::string> ids;
  if (!body.contains("interactive")) return ids;
  const json action = body["interactive"].value("action", json::object());
  for (const json& button : action.value("buttons", json::array())) ids.push_back(button["reply"].value("id", ""));
  for (const json& section : action.value("sections", json::array()))
    for (const json& row : section.value("rows", json::array())) ids.push_back(row.value("id", ""));
  return ids;
}

}  // namespace laoke::test
