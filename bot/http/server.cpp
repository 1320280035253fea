#include "bot/http/server.h"

#include <httplib.h>
#include <signal.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <thread>

#include "bot/http/framing.h"
#include "bot/http/problem.h"
#include "bot/http/traffic.h"

// The one file that knows cpp-httplib. The library parses requests and writes answers; which thread serves which
// connection is decided in traffic.h (its own thread-per-connection loop starves: docs/adr/0005).
namespace laoke::http {
namespace {

using std::chrono::milliseconds;

constexpr int kBacklog = 1024;                 // the library's own 5 drops connections under load
constexpr int kRequestsPerConnection = 100'000;  // then it is closed, so that a balancer can spread them anew
constexpr int kRetryStreamSeconds = 10;

// Accepting is the only thing the library's "threads" do: it happens at once, on the thread that accepts.
class AtOnce : public httplib::TaskQueue {
 public:
  void enqueue(std::function<void()> accept) override { accept(); }
  void shutdown() override {}
};

// One request on its way through the library. Reached by the library's callbacks through `current`: all of a request
// happens on one thread.
struct Exchange {
  explicit Exchange(Connection& on) : connection(on) { framing.close_after = true; }  // until the headers are understood

  Connection& connection;
  Request request;
  Framing framing;
  bool holds_stream = false;
  std::function<void(Reply)> later;  // set: what the library writes as the answer is not the answer
};
thread_local Exchange* current = nullptr;

class LibraryStream : public httplib::Stream {
 public:
  explicit LibraryStream(Connection& connection) : connection_(connection) {}
  using httplib::Stream::write;
  bool is_readable() const override { return !connection_.nothing_read() || connection_.readable_within(milliseconds(0)); }
  bool is_writable() const override { return !connection_.peer_gone(); }
  ssize_t read(char* to, std::size_t size) override { return static_cast<ssize_t>(connection_.read(to, size)); }
  ssize_t write(const char* from, std::size_t size) override {
    return current->later || connection_.write(from, size) ? static_cast<ssize_t>(size) : -1;
  }
  void get_remote_ip_and_port(std::string& ip, int& port) const override {
    ip = connection_.peer();
    port = connection_.peer_port();
  }
  void get_local_ip_and_port(std::string& ip, int& port) const override {
    ip.clear();
    port = 0;
  }
  socket_t socket() const override { return connection_.socket(); }

 private:
  Connection& connection_;
};

Request request_from(httplib::Request& from) {
  Request request;
  request.method = from.method;
  request.path = std::move(from.path);
  request.remote = from.remote_addr;
  for (auto& [name, value] : from.params) request.query.emplace(name, std::move(value));
  for (const auto& [name, value] : from.headers) {
    if (name == "REMOTE_ADDR" || name == "REMOTE_PORT" || name == "LOCAL_ADDR" || name == "LOCAL_PORT") continue;
    std::string key = name;
    for (char& c : key) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    const auto [at, fresh] = request.headers.emplace(std::move(key), value);
    if (!fresh) at->second += ", " + value;
  }
  return request;
}

// Leaves the library only what it may act on: no compression (the front proxy's work), no ranges, no multipart or form
// parsing, and one path so that its regular expressions have nothing to match.
void tame(httplib::Request& request, const Framing& framing) {
  request.path = "/";
  request.ranges.clear();
  for (const char* name : {"Accept-Encoding", "Content-Type", "Range"}) request.headers.erase(name);
  if (framing.refusal) request.headers.erase("Expect");
  if (!framing.close_after) return;
  request.headers.erase("Connection");
  request.set_header("Connection", "close");
}

class PeerStream : public Stream {
 public:
  PeerStream(httplib::DataSink& sink, Connection& connection, const std::atomic<bool>& stopping)
      : sink_(sink), connection_(connection), stopping_(stopping) {}
  bool write(std::string_view bytes) override { return bytes.empty() || sink_.write(bytes.data(), bytes.size()); }
  bool open() override { return !stopping_ && !connection_.peer_gone(); }

 private:
  httplib::DataSink& sink_;
  Connection& connection_;
  const std::atomic<bool>& stopping_;
};

class Engine : public httplib::Server {
 public:
  explicit Engine(std::function<void(int)> accepted) : accepted_(std::move(accepted)) {
    new_task_queue = [] { return new AtOnce; };
  }
  bool answer_one(LibraryStream& stream, bool last, bool& closed, const std::function<void(httplib::Request&)>& setup) {
    return process_request(stream, last, closed, setup);
  }

 private:
  bool process_and_close_socket(socket_t socket) override {
    accepted_(socket);
    return true;
  }
  const std::function<void(int)> accepted_;
};

}  // namespace

struct Server::Inside {
  Inside(const ServerOptions& settings, Dispatch to, FailureListener listens)
      : options(settings),
        dispatch(std::move(to)),
        on_failure(std::move(listens)),
        traffic(options, [this](Connection& connection) { return serve_one(connection); },
                [this](Connection& connection, const Response& answer, bool goes_on) { put(connection, answer, goes_on); }),
        engine([this](int socket) { traffic.accept(socket); }) {
    configure();
  }

  void configure();
  Traffic::Served serve_one(Connection& connection);
  void put(Connection& connection, const Response& answer, bool goes_on);
  bool through_library(Exchange& exchange, bool last, bool& closed);
  void refuse(Connection& connection);
  Response guarded(Request& request);
  std::size_t body_limit(const Request& request) const {
    return request.path.starts_with("/hooks/") ? options.hook_body_limit_bytes : options.body_limit_bytes;
  }
  void answer(httplib::Response& response);
  void read_and_answer(httplib::Response& response, const httplib::ContentReader& reader);
  void write(Response from, httplib::Response& to);
  void write_stream(Response from, httplib::Response& to);

  const ServerOptions options;
  const std::string keep_alive = "Keep-Alive: timeout=" +
                                 std::to_string(std::chrono::duration_cast<std::chrono::seconds>(options.idle_timeout).count()) +
                                 ", max=" + std::to_string(kRequestsPerConnection) + "\r\n";
  const Dispatch dispatch;
  const FailureListener on_failure;
  std::atomic<bool> stopping = false;
  std::atomic<std::size_t> streams = 0;
  std::atomic<std::uint64_t> requests = 0, refused = 0;
  int listener = -1;
  int bound_port = 0;
  Traffic traffic;
  Engine engine;
  std::thread acceptor;
};

void Server::Inside::configure() {
  engine.set_socket_options([this](int socket) {
    listener = socket;
    // Not SO_REUSEPORT, the library's default: a second server would share the port in silence.
    const int on = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  });
  engine.set_keep_alive_max_count(kRequestsPerConnection);  // these two only for the Keep-Alive header
  engine.set_keep_alive_timeout(std::chrono::duration_cast<std::chrono::seconds>(options.idle_timeout).count());
  engine.set_exception_handler([](const httplib::Request&, httplib::Response& response, std::exception_ptr) {
    response.status = 500;  // belt and braces: the library would show the text in a header
  });
  engine.set_error_handler([this](const httplib::Request&, httplib::Response& response) {
    // What the library refuses by itself: a request line or headers it cannot read.
    if (response.body.empty() && !response.has_header("Content-Type")) write(problem(response.status, "this is not HTTP/1.1"), response);
  });
  engine.set_pre_routing_handler([this](const httplib::Request&, httplib::Response& response) {
    if (current->framing.has_body) return httplib::Server::HandlerResponse::Unhandled;
    answer(response);
    return httplib::Server::HandlerResponse::Handled;
  });
  const auto reader = [this](const httplib::Request&, httplib::Response& response, const httplib::ContentReader& body) {
    read_and_answer(response, body);
  };
  engine.Post("/", reader).Put("/", reader).Patch("/", reader).Delete("/", reader);
}

void Server::Inside::refuse(Connection& connection) {
  ++refused;
  const bool slow = connection.refuse_with == 408;
  const Response answer = problem(connection.refuse_with, slow ? "the request took too long to arrive"
                                                               : "the request line and headers are too large");
  const std::string text = "HTTP/1.1 " + std::to_string(answer.status) + (slow ? " Request Timeout" : " Header Fields Too Large") +
                           "\r\nConnection: close\r\nContent-Type: " + answer.content_type +
                           "\r\nContent-Length: " + std::to_string(answer.body.size()) + "\r\n\r\n" + answer.body;
  connection.write(text.data(), text.size());
  connection.finish(true);
}

// An answer that comes later goes out without the library.
void Server::Inside::put(Connection& connection, const Response& answer, bool goes_on) {
  std::string text = "HTTP/1.1 " + std::to_string(answer.status) + (answer.status == 200 ? " OK\r\n" : " \r\n");
  text += goes_on ? keep_alive : "Connection: close\r\n";
  for (const auto& [name, value] : answer.headers) text += name + ": " + value + "\r\n";
  if (!answer.body.empty()) text += "Content-Type: " + answer.content_type + "\r\n";
  text += "Content-Length: " + std::to_string(answer.body.size()) + "\r\n\r\n" + answer.body;
  connection.write(text.data(), text.size());
}

// Answers the request whose headers are complete.
Traffic::Served Server::Inside::serve_one(Connection& connection) {
  if (connection.refuse_with != 0) {
    refuse(connection);
    return {};
  }
  ++requests;
  connection.read_until(std::chrono::steady_clock::now() + options.body_timeout);
  Exchange exchange(connection);
  const bool last = stopping || ++connection.requests_served >= kRequestsPerConnection;
  bool closed = last;
  const bool answered = through_library(exchange, last, closed);
  if (exchange.holds_stream) --streams;
  const bool goes_on = !closed && !exchange.framing.close_after;
  if (answered && exchange.later) return {goes_on, std::move(exchange.later)};
  if (!answered || !connection.flush()) return {};
  if (!goes_on) connection.finish(exchange.framing.close_after);
  return {goes_on};
}

bool Server::Inside::through_library(Exchange& exchange, bool last, bool& closed) {
  current = &exchange;
  LibraryStream stream(exchange.connection);
  bool answered = false;
  try {
    answered = engine.answer_one(stream, last, closed, [&](httplib::Request& request) {
      exchange.request = request_from(request);
      exchange.framing = framing_of(exchange.request, body_limit(exchange.request));
      tame(request, exchange.framing);
    });
  } catch (const std::exception& error) {
    if (on_failure) on_failure(exchange.request.method, exchange.request.path, error.what());
  }
  current = nullptr;
  return answered;
}

Response Server::Inside::guarded(Request& request) {
  try {
    return dispatch(request);
  } catch (...) {
    const auto thrown = std::current_exception();
    Response response = answer_to(thrown);
    if (on_failure && response.status >= 500) {
      try {
        std::rethrow_exception(thrown);
      } catch (const std::exception& error) {
        on_failure(request.method, request.path, error.what());
      } catch (...) {
        on_failure(request.method, request.path, "something that is no exception");
      }
    }
    return response;
  }
}

void Server::Inside::answer(httplib::Response& response) {
  if (current->framing.refusal) {
    ++refused;
    write(*current->framing.refusal, response);
  } else {
    write(guarded(current->request), response);
  }
}

void Server::Inside::read_and_answer(httplib::Response& response, const httplib::ContentReader& reader) {
  if (current->framing.refusal) return answer(response);
  std::string& body = current->request.body;
  const std::size_t limit = body_limit(current->request);
  body.reserve(current->framing.length_bytes);
  bool too_large = false;
  const bool whole = reader([&](const char* bytes, std::size_t count) {
    too_large = body.size() + count > limit;
    if (!too_large) body.append(bytes, count);
    return !too_large;
  });
  if (whole && !too_large) return answer(response);
  ++refused;
  current->framing.close_after = true;
  response.headers.emplace("Connection", "close");
  write(too_large ? problem(413, "the body is larger than " + std::to_string(limit) + " bytes")
                  : problem(400, "the body ended early or arrived too slowly"),
        response);
}

void Server::Inside::write(Response from, httplib::Response& to) {
  if (from.later) {
    current->later = [this, method = current->request.method, path = current->request.path,
                      later = std::move(from.later)](const Reply& reply) {
      try {
        later(reply);
      } catch (const std::exception& error) {
        if (on_failure) on_failure(method, path, error.what());
        reply(answer_to(std::current_exception()));
      }
    };
    return;
  }
  if (from.stream) return write_stream(std::move(from), to);
  to.status = from.status;
  for (const auto& [name, value] : from.headers) to.set_header(name, value);
  if (!from.body.empty()) to.set_content(std::move(from.body), from.content_type);
}

void Server::Inside::write_stream(Response from, httplib::Response& to) {
  if (streams.fetch_add(1) >= options.stream_limit) {
    --streams;
    ++refused;
    return write(unavailable("too many event streams are open", kRetryStreamSeconds), to);
  }
  current->holds_stream = true;
  to.status = from.status;
  for (const auto& [name, value] : from.headers) to.set_header(name, value);
  to.set_chunked_content_provider(from.content_type, [this, run = std::move(from.stream)](std::size_t, httplib::DataSink& sink) {
    Exchange& exchange = *current;
    exchange.framing.close_after = true;  // its end is the connection's
    exchange.connection.write_through(true);
    PeerStream peer(sink, exchange.connection, stopping);
    try {
      run(peer);
    } catch (const std::exception& error) {
      if (on_failure) on_failure(exchange.request.method, exchange.request.path, error.what());
    }
    sink.done();
    exchange.connection.write_through(false);
    return true;
  });
}

Server::Server(const ServerOptions& options, Dispatch dispatch, FailureListener on_failure)
    : inside_(std::make_unique<Inside>(options, std::move(dispatch), std::move(on_failure))) {
  if (options.stream_limit >= options.web_threads)
    throw std::invalid_argument("stream_limit must be less than web_threads: streams would leave no thread for pages");
}

Server::~Server() { stop(std::chrono::seconds(5)); }

void Server::start() {
  ::signal(SIGPIPE, SIG_IGN);
  Engine& engine = inside_->engine;
  const ServerOptions& options = inside_->options;
  errno = 0;
  if (options.port == 0)
    inside_->bound_port = engine.bind_to_any_port(options.host);
  else
    inside_->bound_port = engine.bind_to_port(options.host, options.port) ? options.port : -1;
  const int reason = errno;
  if (inside_->bound_port < 0) {
    const std::string address = options.host + ":" + std::to_string(options.port);
    throw CannotListen("cannot listen on " + address + ": " +
                       (reason == EADDRINUSE ? "another program (or another laoke) uses this port; stop it or set "
                                               "--listen to a free one, such as " + options.host + ":" +
                                                   std::to_string(options.port + 1)
                                             : std::string(reason != 0 ? std::strerror(reason) : "no such address here")));
  }
  ::listen(inside_->listener, kBacklog);
  inside_->acceptor = std::thread([&engine] { engine.listen_after_bind(); });
  while (!engine.is_running()) std::this_thread::yield();  // before that the library would ignore stop()
}

int Server::port() const { return inside_->bound_port; }

bool Server::stop(std::chrono::milliseconds budget) {
  Inside& in = *inside_;
  if (in.stopping.exchange(true)) return true;
  const Moment deadline = std::chrono::steady_clock::now() + budget;
  in.engine.stop();
  if (in.acceptor.joinable()) in.acceptor.join();
  return in.traffic.stop(deadline);
}

ServerCounts Server::counts() const {
  const Inside& in = *inside_;
  return {in.traffic.accepted(), in.requests, in.refused + in.traffic.turned_away(), in.traffic.open()};
}

}  // namespace laoke::http
