#include "bot/http_client.h"

#include <httplib.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <optional>
#include <stdexcept>

namespace laoke {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::chrono::seconds kLookAfter{1};  // how long an idle connection is taken to be as it was

struct Target {
  std::string origin, path;
};

bool has_control_letters(const std::string& text) {
  return std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < ' ' || c == 0x7f; });
}

// A host, perhaps with ":port" of 1 to 65535.
bool is_authority(const std::string& text) {
  const std::size_t colon = text.find(':', text.starts_with('[') ? std::min(text.find(']'), text.size()) : 0);
  if (colon == 0 || text.empty() || text.find_first_of("@\\ ") != std::string::npos) return false;
  if (colon == std::string::npos) return true;
  const std::string port = text.substr(colon + 1);
  if (port.empty() || port.size() > 5 || port.find_first_not_of("0123456789") != std::string::npos) return false;
  const int number = std::stoi(port);
  return number >= 1 && number <= 65535;
}

// Nothing when it is not a URL this client calls.
std::optional<Target> target_of(const std::string& url) {
  const std::size_t scheme = url.starts_with("https://") ? 8 : url.starts_with("http://") ? 7 : 0;
  if (scheme == 0) return std::nullopt;
  const std::size_t end = std::min(url.find_first_of("/?#", scheme), url.size());
  const bool blanks = url.find(' ') != std::string::npos || has_control_letters(url);
  if (blanks || !is_authority(url.substr(scheme, end - scheme))) return std::nullopt;
  std::string path = url.substr(end, url.find('#', end) - end);
  if (!path.starts_with('/')) path.insert(0, "/");
  return Target{url.substr(0, end), std::move(path)};
}

std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

HttpFault fault_of(httplib::Error error, bool status_came) {
  if (status_came) return HttpFault::kCutAnswer;
  switch (error) {
    case httplib::Error::Connection:
    case httplib::Error::ConnectionTimeout:
    case httplib::Error::BindIPAddress:
    case httplib::Error::SSLConnection:
    case httplib::Error::SSLLoadingCerts:
    case httplib::Error::SSLServerVerification:
    case httplib::Error::Write:  // the end of the request never left, so no server can have acted on it
      return HttpFault::kNotSent;
    default:
      return HttpFault::kNoAnswer;
  }
}

std::string problem_of(HttpFault fault, httplib::Error error, const std::string& origin) {
  switch (fault) {
    case HttpFault::kNone:
      return "";
    case HttpFault::kNotSent:
      if (error == httplib::Error::SSLServerVerification) return "the certificate of " + origin + " is not valid";
      return "no connection to " + origin;
    case HttpFault::kNoAnswer:
      return "no answer from " + origin;
    case HttpFault::kCutAnswer:
      return "the answer of " + origin + " broke off, came too slowly or is too large";
    case HttpFault::kCancelled:
      return "the call to " + origin + " was cancelled";
  }
  return "";
}

template <class Set>
void set_duration(std::chrono::milliseconds value, Set set) {
  set(static_cast<time_t>(value.count() / 1000), static_cast<time_t>(value.count() % 1000 * 1000));
}

}  // namespace

bool is_http_url(const std::string& url) {
  return target_of(url).has_value();
}

struct HttpCancel::State {
  std::mutex mutex;
  std::condition_variable ended;
  bool cancelled = false;
  bool in_call = false;
  int socket = -1;  // of the call, owned by its Connection
};

HttpCancel::HttpCancel() : state_(std::make_shared<State>()) {}
HttpCancel::~HttpCancel() = default;

void HttpCancel::cancel() {
  std::unique_lock lock(state_->mutex);
  state_->cancelled = true;
  state_->ended.notify_all();
  // A socket between its creation and its connect() does not notice a shutdown: it is repeated until the call ended.
  for (int attempt = 0; state_->in_call && attempt < 50; ++attempt) {
    if (state_->socket >= 0) ::shutdown(state_->socket, SHUT_RDWR);
    state_->ended.wait_for(lock, std::chrono::milliseconds(10), [this] { return !state_->in_call; });
  }
}

void HttpCancel::reset() {
  const std::lock_guard lock(state_->mutex);
  state_->cancelled = false;
}

bool HttpCancel::cancelled() const {
  const std::lock_guard lock(state_->mutex);
  return state_->cancelled;
}

bool HttpCancel::wait_for(std::chrono::milliseconds time) {
  std::unique_lock lock(state_->mutex);
  return state_->ended.wait_for(lock, time, [this] { return state_->cancelled; });
}

// One connection to one origin; one thread at a time, but for the socket that a HttpCancel may shut down. That socket
// is a duplicate, so that its number cannot be given to another file while somebody still holds it.
struct HttpClient::Connection {
  explicit Connection(std::string to) : origin(std::move(to)), client(origin) {
    client.set_keep_alive(true);
    client.set_tcp_nodelay(true);
    client.set_follow_location(false);
    client.set_url_encode(false);
    client.set_socket_options([this](socket_t socket) { opened(socket); });
  }
  ~Connection() {
    end();
    if (socket >= 0) ::close(socket);
  }

  void opened(socket_t fresh) {
    std::unique_lock<std::mutex> lock;
    if (cancel) lock = std::unique_lock(cancel->mutex);
    if (socket >= 0) ::close(socket);
    socket = ::dup(fresh);
    if (!cancel) return;
    cancel->socket = socket;
    if (cancel->cancelled) client.set_read_timeout(0, 1000);
  }

  // False when cancelled already.
  bool begin(const std::shared_ptr<HttpCancel::State>& state) {
    if (!state) return true;
    const std::lock_guard lock(state->mutex);
    if (state->cancelled) return false;
    cancel = state;
    state->in_call = true;
    state->socket = socket;
    return true;
  }

  // True when it was cancelled meanwhile.
  bool end() {
    if (!cancel) return false;
    const std::lock_guard lock(cancel->mutex);
    cancel->in_call = false;
    cancel->socket = -1;
    cancel->ended.notify_all();
    const bool was_cancelled = cancel->cancelled;
    cancel.reset();
    return was_cancelled;
  }

  // Silent and not closed by the other side. A closing note of TLS is data, so "nothing to read" covers both.
  bool fresh() const {
    if (socket < 0 || SteadyClock::now() - used_at > kMaxIdle) return false;
    pollfd state{socket, POLLIN | POLLRDHUP, 0};
    return ::poll(&state, 1, 0) == 0;
  }

  // To be dropped without being asked for. One that was just used is not looked at: take() does that.
  bool worn() const { return SteadyClock::now() - used_at > kLookAfter && !fresh(); }

  void set_timeouts(const HttpCall& call) {
    set_duration(call.connect_timeout, [&](time_t s, time_t us) { client.set_connection_timeout(s, us); });
    set_duration(call.timeout, [&](time_t s, time_t us) { client.set_read_timeout(s, us); });
    set_duration(call.timeout, [&](time_t s, time_t us) { client.set_write_timeout(s, us); });
  }

  HttpAnswer run(const HttpCall& call, const std::string& path);

  const std::string origin;
  httplib::Client client;
  int socket = -1;
  SteadyClock::time_point used_at = SteadyClock::now();
  std::shared_ptr<HttpCancel::State> cancel;
};

HttpAnswer HttpClient::Connection::run(const HttpCall& call, const std::string& path) {
  set_timeouts(call);
  HttpAnswer answer;
  SteadyClock::time_point deadline;
  httplib::Request request;
  request.method = call.method;
  request.path = path;
  request.body = call.body;
  for (const auto& [name, value] : call.headers) request.set_header(name, value);
  if (!call.body.empty()) request.set_header("Content-Type", call.content_type);
  request.response_handler = [&](const httplib::Response& response) {
    answer.status = response.status;
    for (const auto& [name, value] : response.headers) answer.headers.emplace(lower_case(name), value);
    deadline = SteadyClock::now() + call.timeout;
    return true;
  };
  request.content_receiver = [&](const char* data, std::size_t size, std::uint64_t, std::uint64_t) {
    if (call.on_bytes) return call.on_bytes(answer.status, std::string_view(data, size));
    if (answer.body.size() + size > call.answer_limit_bytes || SteadyClock::now() > deadline) return false;
    answer.body.append(data, size);
    return true;
  };
  httplib::Response response;
  auto error = httplib::Error::Success;
  const bool sent = client.send(request, response, error);
  // The library asks the handler only where a body may follow, so never for a 204.
  if (sent && answer.status == 0) request.response_handler(response);
  if (!sent) answer.fault = fault_of(error, answer.status != 0);
  if (end() && answer.fault != HttpFault::kNone) answer.fault = HttpFault::kCancelled;
  answer.problem = problem_of(answer.fault, error, origin);
  used_at = SteadyClock::now();
  return answer;
}

struct HttpClient::Pool {
  std::mutex mutex;
  std::map<std::string, std::vector<std::unique_ptr<Connection>>> idle;  // newest last
};

HttpClient::HttpClient() : pool_(std::make_unique<Pool>()) {
  // Writing to a closed connection must be an error, not the end of the program.
  static const auto ignored = std::signal(SIGPIPE, SIG_IGN);
  static_cast<void>(ignored);
}
HttpClient::~HttpClient() = default;

std::unique_ptr<HttpClient::Connection> HttpClient::take(const std::string& origin) {
  // Looked at, and closed when it is of no use, without the lock: all threads that send come by here.
  for (;;) {
    std::unique_ptr<Connection> newest;
    {
      const std::lock_guard lock(pool_->mutex);
      const auto idle = pool_->idle.find(origin);
      if (idle == pool_->idle.end() || idle->second.empty()) break;
      newest = std::move(idle->second.back());
      idle->second.pop_back();
      if (idle->second.empty()) pool_->idle.erase(idle);
    }
    if (newest->fresh()) return newest;
  }
  return std::make_unique<Connection>(origin);
}

void HttpClient::give_back(std::unique_ptr<Connection> connection) {
  std::vector<std::unique_ptr<Connection>> dropped;  // closed after the lock is gone
  const std::lock_guard lock(pool_->mutex);
  auto& idle = pool_->idle[connection->origin];
  idle.push_back(std::move(connection));
  while (idle.size() > kMaxIdlePerOrigin || idle.front()->worn()) {  // the first is the longest idle
    dropped.push_back(std::move(idle.front()));
    idle.erase(idle.begin());
    if (idle.empty()) break;
  }
}

HttpAnswer HttpClient::call(const HttpCall& call) {
  const auto target = target_of(call.url);
  if (!target)
    throw std::invalid_argument("not a URL to call: it must begin with http:// or https:// and hold no blanks");
  for (const auto& [name, value] : call.headers)
    if (name.empty() || has_control_letters(name) || has_control_letters(value))
      throw std::invalid_argument("a header to send holds control characters");
  auto connection = take(target->origin);
  if (!connection->begin(call.cancel ? call.cancel->state_ : nullptr)) {
    give_back(std::move(connection));
    return {HttpFault::kCancelled, 0, "", {}, problem_of(HttpFault::kCancelled, {}, target->origin)};
  }
  HttpAnswer answer = connection->run(call, target->path);
  if (answer.fault == HttpFault::kNone) give_back(std::move(connection));
  return answer;
}

HttpClient& shared_http_client() {
  static HttpClient client;
  return client;
}

}  // namespace laoke
