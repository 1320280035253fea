#pragma once
#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace laoke {

// Ends a call that is waiting, from any thread. Sticky: a cancel() before the call begins ends that call too, until
// reset(). cancel() returns once the call ended, after half a second at most.
class HttpCancel {
 public:
  HttpCancel();
  ~HttpCancel();
  HttpCancel(const HttpCancel&) = delete;
  HttpCancel& operator=(const HttpCancel&) = delete;
  void cancel();
  void reset();
  bool cancelled() const;
  // Sleeps unless or until cancelled; true when cancelled.
  bool wait_for(std::chrono::milliseconds time);

 private:
  friend class HttpClient;
  struct State;
  std::shared_ptr<State> state_;  // shared with the connection that is in use, which may outlive this object
};

struct HttpCall {
  std::string method = "POST";
  std::string url;  // http:// or https://, ready encoded; may hold secrets, so it never gets into `problem`
  std::string body, content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers;
  std::chrono::milliseconds connect_timeout{5000};
  std::chrono::milliseconds timeout{30000};  // for the answer to begin, and again for all of its body
  std::size_t answer_limit_bytes = 1 << 20;
  HttpCancel* cancel = nullptr;  // borrowed for the call
  // Set: the body's pieces come here (with the answer's status) as they arrive, of any length in all, `timeout` apart at
  // most; false ends the call as kCutAnswer. HttpAnswer::body stays empty.
  std::function<bool(int status, std::string_view bytes)> on_bytes = {};
};

// How far a call got. It alone tells whether doing it again could do it twice.
enum class HttpFault {
  kNone,       // a whole answer came
  kNotSent,    // no connection, or it broke before the whole request left: nothing can have happened
  kNoAnswer,   // the whole request left and no answer came in time: it may have happened
  kCutAnswer,  // status and headers came, the body did not (broken, too slow, too large): `status` is true
  kCancelled,  // HttpCancel; whether it happened is not known
};

struct HttpAnswer {
  HttpFault fault = HttpFault::kNone;
  int status = 0;  // 0 when no status line came
  std::string body;
  std::map<std::string, std::string> headers;  // names in lower case; of a repeated one the first
  std::string problem;  // for kNone "", else words without path, query or header: "no connection to https://host"
};

// The one way this program calls others. Keeps connections open per origin and lends each to one call at a time (a TLS
// handshake costs twenty times a kept-alive call). Follows no redirects. Any thread.
class HttpClient {
 public:
  // A connection idle for longer is not trusted any more: a server that gives it up just as a request leaves would
  // turn a harmless close into an unknown outcome. Common servers keep idle connections 60 to 75 s.
  static constexpr std::chrono::seconds kMaxIdle{20};
  static constexpr std::size_t kMaxIdlePerOrigin = 32;

  HttpClient();
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // Failures are values. Throws std::invalid_argument only for a URL that is_http_url() refuses and for a
  // header with control characters.
  [[nodiscard]] HttpAnswer call(const HttpCall& call);

 private:
  struct Connection;
  struct Pool;
  std::unique_ptr<Connection> take(const std::string& origin);
  void give_back(std::unique_ptr<Connection> connection);
  std::unique_ptr<Pool> pool_;
};

// The one of the whole program: channels of many shops on one platform share its connections.
HttpClient& shared_http_client();

// http:// or https://, a host, perhaps a port, path and query; no blanks or control characters, no user:password@.
bool is_http_url(const std::string& url);

}  // namespace laoke
