#include "bot/channels/webchat_client.h"

#include <charconv>
#include <nlohmann/json.hpp>

#include "bot/channels/webchat.h"
#include "handlers/crypto.h"

namespace laoke::channels {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

constexpr auto kReconnect = 1s;
constexpr auto kSilence = 40s;  // the server says something every 15 s
constexpr auto kAnswer = 10s;   // the server answers a post once it is stored
constexpr int kPostTries = 3;

std::string percent(std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const unsigned char c : text) {
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.')
      out += static_cast<char>(c);
    else
      out.append({'%', kHex[c >> 4], kHex[c & 15]});
  }
  return out;
}

std::string text_of(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

std::optional<WebchatSaid> said_from(const std::string& id, const std::string& event, const std::string& data) {
  const json body = json::parse(data, nullptr, false);
  if (!body.is_object()) return std::nullopt;
  WebchatSaid said;
  std::from_chars(id.data(), id.data() + id.size(), said.event_id);
  said.edit = event == "edit";
  said.message_id = text_of(body, "id");
  said.text = text_of(body, "text");
  said.image = text_of(body, "image");
  said.ask_phone = body.value("ask_phone", json(false)) == json(true);
  for (const json& row : body.value("buttons", json::array()))
    for (const json& one : row) said.buttons.push_back({text_of(one, "label"), text_of(one, "data"), text_of(one, "url")});
  return said;
}

}  // namespace

void EventReader::line(std::string_view line) {
  if (line.empty()) {
    if (!data_.empty())
      if (const auto said = said_from(id_, event_, data_)) on_said_(*said);
    event_.clear();
    data_.clear();
    return;
  }
  const std::size_t colon = line.find(':');
  if (colon == 0 || colon == std::string_view::npos) return;  // a comment, or nothing we know
  std::string_view value = line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  const std::string_view name = line.substr(0, colon);
  if (name == "id") id_ = value;
  if (name == "event") event_ = value;
  if (name == "data") data_.append(data_.empty() ? "" : "\n").append(value);
}

void EventReader::feed(std::string_view bytes) {
  partial_ += bytes;
  std::size_t from = 0;
  for (std::size_t end; (end = partial_.find('\n', from)) != std::string::npos; from = end + 1) {
    std::string_view one = std::string_view(partial_).substr(from, end - from);
    if (one.ends_with('\r')) one.remove_suffix(1);
    line(one);
  }
  partial_.erase(0, from);
}

WebchatClient::WebchatClient(Server server, std::string contact, std::function<void(const WebchatSaid&)> on_said,
                             std::function<void(State)> on_state)
    : server_(std::move(server)), contact_(std::move(contact)), on_said_(std::move(on_said)), on_state_(std::move(on_state)) {
  thread_ = std::thread([this] { run(); });
}

WebchatClient::~WebchatClient() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stop_.notify_all();
  cancel_.cancel();
  thread_.join();
}

std::string WebchatClient::events_url() const {
  return server_.url + "/webchat/" + percent(server_.channel) + "/events?contact=" + percent(contact_);
}

void WebchatClient::run() {
  std::int64_t last = 0;
  while (true) {
    bool connected = false;
    EventReader reader([&](const WebchatSaid& said) {
      last = said.event_id;
      on_said_(said);
      if (!said.edit) (void)post("read", said.message_id);
    });
    HttpCall call;
    call.method = "GET";
    call.url = events_url();
    call.headers = {{kWebchatTokenHeader, server_.token}};
    if (last != 0) call.headers.emplace_back("Last-Event-ID", std::to_string(last));
    call.timeout = kSilence;
    call.cancel = &cancel_;
    call.on_bytes = [&](int status, std::string_view bytes) {
      if (status != 200) return false;
      if (!connected) on_state_(State::kConnected);
      connected = true;
      reader.feed(bytes);
      return true;
    };
    const HttpAnswer answer = http_.call(call);
    std::unique_lock lock(mutex_);
    if (stopping_) return;
    if (!connected) on_state_(answer.status == 0 ? State::kUnreachable : State::kRefused);
    if (stop_.wait_for(lock, kReconnect, [this] { return stopping_; })) return;
  }
}

std::string WebchatClient::post(const std::string& field, std::string_view value, const std::string& message_id) {
  json body = {{"from", contact_}, {"id", crypto::random_token(16)}, {field, value}};
  if (!message_id.empty()) body["message_id"] = message_id;
  HttpCall call;
  call.url = server_.url + "/hooks/" + percent(server_.channel);
  call.body = body.dump(-1, ' ', false, json::error_handler_t::replace);
  call.headers = {{kWebchatTokenHeader, server_.token}};
  call.timeout = kAnswer;
  HttpAnswer answer;
  for (int attempt = 0; attempt < kPostTries; ++attempt) {
    answer = http_.call(call);
    if (answer.fault == HttpFault::kNone && answer.status < 500) break;
  }
  if (answer.fault != HttpFault::kNone) return answer.problem;
  return answer.status == 200 ? "" : "HTTP " + std::to_string(answer.status);
}

std::string WebchatClient::say(std::string_view text) { return post("text", text); }
std::string WebchatClient::press(const std::string& data, const std::string& message_id) { return post("press", data, message_id); }
std::string WebchatClient::share_phone(const std::string& phone) { return post("phone", phone); }

}  // namespace laoke::channels
