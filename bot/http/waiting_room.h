#pragma once
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "bot/http/connection.h"

namespace laoke::http {

// Where connections wait for the headers of their next request: any number of them in one thread ("http-wait").
// Thread-safe.
class WaitingRoom {
 public:
  struct Options {
    std::size_t header_limit_bytes;
    std::chrono::milliseconds header_timeout, idle_timeout;
  };
  enum class Leaves { kHeaders, kTooLarge, kTooSlow };
  // Called on the room's thread with a connection that leaves it alive; must not block.
  using Next = std::function<void(std::unique_ptr<Connection>, Leaves)>;

  WaitingRoom(const Options& options, Next next);
  ~WaitingRoom();  // closes who still waits
  void admit(std::unique_ptr<Connection> connection);
  void stop();  // closes who waits, and who comes later; returns when the thread has ended

 private:
  struct Waiter {
    std::unique_ptr<Connection> connection;
    Moment deadline;
    bool started = false;  // a request's first byte has come
  };
  void run();
  void on_readable(int socket);
  void expire(Moment now);
  std::unique_ptr<Connection> take(int socket);  // mutex_ held
  int wait_ms();

  const Options options_;
  const Next next_;
  const int epoll_, wake_;
  std::atomic<bool> stopping_ = false;
  std::mutex mutex_;  // guards the next two
  std::unordered_map<int, Waiter> waiters_;
  Moment earliest_ = Moment::max();
  std::thread thread_;
};

}  // namespace laoke::http
