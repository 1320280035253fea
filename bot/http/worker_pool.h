#pragma once
#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "bot/http/connection.h"

namespace laoke::http {

// Threads that serve connections whose next request is complete. A thread is made when work waits and none is free, so
// an idle server has few. One thread is called at a time, and calls the next when it finds more work than its own: a
// burst of short requests is served by the threads that are awake instead of waking one for each. Thread-safe.
class WorkerPool {
 public:
  using Work = std::function<void(std::unique_ptr<Connection>)>;

  WorkerPool(std::size_t thread_limit, Work work);
  ~WorkerPool();  // stops
  // False: the pool has stopped, and the connection is closed.
  bool add(std::unique_ptr<Connection> connection);
  // A connection waits for a thread: whoever only lingers should give his up.
  bool pressed() const { return waiting_.load(std::memory_order_relaxed) > 0; }
  std::size_t threads() const;
  void stop();  // serves what was added, then joins

 private:
  void run();
  void call_one();  // mutex_ held

  const std::size_t limit_;
  const Work work_;
  std::atomic<std::size_t> waiting_ = 0;
  mutable std::mutex mutex_;  // guards all below
  std::condition_variable wake_;
  std::deque<std::unique_ptr<Connection>> queue_;
  std::vector<std::thread> threads_;
  std::size_t free_ = 0;
  bool called_ = false;  // a thread was woken or made and has not looked yet
  bool stopping_ = false;
};

}  // namespace laoke::http
