#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

#include "bot/http/request.h"

namespace laoke::http {

struct ServerOptions {
  std::string host = "127.0.0.1";
  int port = 8080;  // 0: any free one, see Server::port()
  // Threads are made when first needed. Requests under /hooks/ have a pool of their own, so that a slow page or API
  // call never delays a callback.
  std::size_t hook_threads = 64, web_threads = 32;
  std::size_t stream_limit = 16;             // streamed answers open at once; the next is answered 503. < web_threads
  std::size_t body_limit_bytes = 1 << 20;    // larger: 413
  std::size_t hook_body_limit_bytes = 1 << 20;  // the same under /hooks/
  std::size_t header_limit_bytes = 32 << 10; // request line and headers; larger: 431
  std::size_t connection_limit = 4096;       // the next is closed at once
  std::chrono::milliseconds header_timeout{10'000};  // from a request's first byte to the end of its headers
  std::chrono::milliseconds body_timeout{15'000};    // for a whole body
  std::chrono::milliseconds write_timeout{10'000};   // for one write to a peer that does not read
  std::chrono::milliseconds idle_timeout{65'000};    // a kept connection without a request (costs no thread)
};

struct ServerCounts {
  std::uint64_t connections = 0, requests = 0, refused = 0;  // since the start; refused: by a limit above
  std::size_t open = 0;                                     // connections now
};

// The address is taken or not ours. what() names it and says what to do.
class CannotListen : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Takes one complete request and answers it; called by many pool threads at once. May change the request (the router
// fills in its parameters). What it throws becomes a 500 that tells the caller nothing.
using Dispatch = std::function<Response(Request&)>;
// Hears of what dispatch() threw: (method, path, what).
using FailureListener = std::function<void(const std::string&, const std::string&, const std::string&)>;

// An HTTP/1.1 server on one address. Idle and slow connections wait in one poller thread and hold no pool thread; a
// connection gets a pool thread once the headers of a request are complete (docs/adr/0005-http-server.md).
class Server {
 public:
  Server(const ServerOptions& options, Dispatch dispatch, FailureListener on_failure = {});
  ~Server();  // stops
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Listens and serves from threads of its own. Throws CannotListen.
  void start();
  int port() const;
  // Stops accepting, closes idle connections, ends streams, lets running requests finish within `budget` and cuts the
  // rest. True when nothing had to be cut.
  bool stop(std::chrono::milliseconds budget);
  ServerCounts counts() const;

 private:
  struct Inside;
  std::unique_ptr<Inside> inside_;
};

}  // namespace laoke::http
