#pragma once
#include <atomic>
#include <functional>
#include <string>
#include <thread>

namespace laoke::test {

// A TCP server on loopback that misbehaves on demand: each request that came in whole is given to `behave`, which
// writes what it likes. One connection at a time, in a thread of its own. Ends its connection on destruction.
class RawServer {
 public:
  // Returns false to close the connection. `write` sends bytes as they are.
  using Behave = std::function<bool(const std::string& request, const std::function<void(const std::string&)>& write)>;

  explicit RawServer(Behave behave);
  ~RawServer();
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;
  std::string url() const;
  int connections() const { return connections_; }
  int closed() const { return closed_; }  // connections this side has closed

 private:
  void serve();
  void serve_connection(int peer);
  Behave behave_;
  int listener_ = -1, port_ = 0;
  std::atomic<int> peer_{-1}, connections_{0}, closed_{0};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

// "HTTP/1.1 200 OK …" around a body.
std::string http_answer(int status, const std::string& body, const std::string& more_headers = "");

}  // namespace laoke::test
