#include "tests/fakes/fake_http.h"

#include <arpa/inet.h>
#include <httplib.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <thread>

#include "bot/http_client.h"

namespace laoke::test {

struct FakeHttp::State {
  Handle handle;
  std::mutex mutex;  // guards `stopping`
  std::condition_variable changed;
  bool stopping = false;
  int port = 0, listener = -1;
  std::unique_ptr<httplib::Server> server;
  std::thread thread;

  void listen();
  void close();
  void serve(const httplib::Request& request, httplib::Response& response);
  void cut(int remote_port) const;
};

namespace fake_http {
namespace {

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

int port_at(int socket, decltype(::getsockname) name) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  if (name(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0 || address.sin_family != AF_INET) return 0;
  return ntohs(address.sin_port);
}

FakeRequest request_of(const httplib::Request& from) {
  FakeRequest request{from.method, from.path, from.body, {}, {}};
  for (const auto& [name, value] : from.headers) request.headers.emplace(lower(name), value);
  for (const auto& [name, value] : from.params) request.query.emplace(name, value);
  return request;
}

}  // namespace
}  // namespace fake_http

std::string FakeRequest::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? "" : found->second;
}

// httplib hands out no socket, so connections of this server are found by their ports. 0: all of them.
void FakeHttp::State::cut(int remote_port) const {
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    const int socket = std::stoi(entry.path().filename());
    const int remote = fake_http::port_at(socket, ::getpeername);
    if (remote != 0 && fake_http::port_at(socket, ::getsockname) == port && (remote_port == 0 || remote == remote_port))
      ::shutdown(socket, SHUT_RDWR);
  }
}

void FakeHttp::State::serve(const httplib::Request& request, httplib::Response& response) {
  const FakeReply reply = handle(fake_http::request_of(request));
  if (reply.end == FakeReply::End::kHang) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [this] { return stopping; });
  }
  if (reply.end != FakeReply::End::kAnswer) return cut(request.remote_port);
  response.status = reply.status;
  for (const auto& [name, value] : reply.headers) response.set_header(name, value);
  response.set_content(reply.body, "application/json");
}

void FakeHttp::State::listen() {
  server = std::make_unique<httplib::Server>();
  server->new_task_queue = [] { return new httplib::ThreadPool(24); };  // a kept connection holds a thread
  server->set_tcp_nodelay(true);
  server->set_keep_alive_max_count(1'000'000);
  server->set_keep_alive_timeout(60);
  server->set_socket_options([this](int socket) {
    const int yes = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    listener = socket;
  });
  const auto handler = [this](const httplib::Request& request, httplib::Response& response) { serve(request, response); };
  server->Get(".*", handler);
  server->Post(".*", handler);
  server->Put(".*", handler);
  server->Delete(".*", handler);
  if (port == 0)
    port = server->bind_to_any_port("127.0.0.1");
  else if (!server->bind_to_port("127.0.0.1", port))
    throw std::runtime_error("the fake platform cannot have its port back");
  ::listen(listener, 1024);  // the backlog that httplib sets is 5
  thread = std::thread([this] { server->listen_after_bind(); });
  while (!server->is_running()) std::this_thread::yield();
}

void FakeHttp::State::close() {
  if (!thread.joinable()) return;
  {
    const std::lock_guard lock(mutex);
    stopping = true;
  }
  changed.notify_all();
  server->stop();
  cut(0);  // kept connections would hold their threads for the keep-alive time
  thread.join();
  server.reset();
}

FakeHttp::FakeHttp(Handle handle) : state_(std::make_unique<State>()) {
  state_->handle = std::move(handle);
  state_->listen();
}

FakeHttp::~FakeHttp() { state_->close(); }

std::string FakeHttp::url() const { return "http://127.0.0.1:" + std::to_string(state_->port); }

void FakeHttp::stop() { state_->close(); }

void FakeHttp::start() {
  state_->stopping = false;
  state_->listen();
}

int post_callback(const std::string& hook_url, const Callback& callback, std::string* answer) {
  HttpCall call;
  call.url = hook_url + (callback.query.empty() ? "" : "?" + callback.query);
  call.body = callback.body;
  call.headers = callback.headers;
  HttpAnswer came = shared_http_client().call(call);
  if (answer != nullptr) *answer = std::move(came.body);
  return came.status;
}

}  // namespace laoke::test
