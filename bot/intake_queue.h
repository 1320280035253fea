#pragma once
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "bot/channel_host.h"
#include "bot/channels/channel.h"
#include "handlers/inbound_event.h"
#include "handlers/passive_replies.h"

namespace laoke {

// What a callback is answered with besides "taken", and whether it was.
struct PassiveAnswer {
  PassiveReply reply;
  bool given = false;
};

// A callback that was understood, on its way into the database.
struct Arrived {
  LiveChannelPtr live;
  channels::RawRequest request;
  std::vector<InboundEvent> events;
  // Called once, on a thread of the queue, when it is durable (no exception) or the database cannot take it. Must be
  // quick and must not throw.
  std::function<void(const Arrived&, std::exception_ptr)> done;
  std::exception_ptr failure = nullptr;
  // Until when an answer may travel in the HTTP reply; none: this callback takes none.
  std::optional<std::chrono::steady_clock::time_point> answer_by = std::nullopt;
  std::shared_ptr<PassiveAnswer> answer = nullptr;  // taken up with it; shared with `done`, which says whether it was given
};

// Callbacks that wait at the same time go into the database together: those of one shop, in the order they came, one
// batch of a shop at a time. So a commit wakes one thread and not one for each callback, and while that thread answers
// the batch the next is written by another. Thread-safe.
class IntakeQueue {
 public:
  // Takes a batch of one shop into the database and returns when it is durable; notes failures in the callbacks. Called
  // by several threads at once, never for the same shop. Must not throw.
  using Work = std::function<void(std::vector<Arrived>&)>;

  // `after`: called with each batch once all in it are told.
  explicit IntakeQueue(Work work, Work after = {}) : work_(std::move(work)), after_(std::move(after)) {}
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

  const Work work_, after_;
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
