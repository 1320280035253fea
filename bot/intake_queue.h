#pragma once
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "bot/channel_host.h"
#include "bot/channels/channel.h"
#include "handlers/inbound_event.h"

namespace laoke {

// A callback that was understood, on its way into the database.
struct Arrived {
  LiveChannelPtr live;
  channels::RawRequest request;
  std::vector<InboundEvent> events;
  // Called once, on a thread of the queue, when it is durable (no exception) or the database cannot take it. Must be
  // quick and must not throw.
  std::function<void(const Arrived&, std::exception_ptr)> done;
  std::exception_ptr failure = nullptr;
};

// Callbacks that wait at the same time go into the database together: those of one shop, in the order they came, one
// batch of a shop at a time. So a commit wakes one thread and not one for each callback, and while that thread answers
// the batch the next is written by another. Thread-safe.
class IntakeQueue {
 public:
  // Takes a batch of one shop into the database and returns when it is durable; notes failures in the callbacks. Called
  // by several threads at once, never for the same shop. Must not throw.
  using Work = std::function<void(std::vector<Arrived>&)>;

  explicit IntakeQueue(Work work) : work_(std::move(work)) {}
  ~IntakeQueue();  // after everything that was added is done
  void add(Arrived arrived);

 private:
  struct Waiting {
    std::vector<Arrived> callbacks;
    bool at_work = false;  // a batch of this shop is being written
  };
  void run();
  void call_one();  // mutex_ held
  std::vector<Arrived> take(Waiting& waiting);
  void linger(Waiting& waiting, std::size_t answered, std::chrono::microseconds commit, std::unique_lock<std::mutex>& lock);

  const Work work_;
  std::mutex mutex_;  // guards all below
  std::condition_variable filled_, came_back_;
  int lingering_ = 0;  // threads that wait for came_back_
  std::map<std::int64_t, Waiting> shops_;
  std::deque<std::int64_t> ready_;  // shops with callbacks and no batch at work
  std::vector<std::thread> threads_;
  std::size_t free_ = 0;
  bool stopping_ = false;
};

}  // namespace laoke
