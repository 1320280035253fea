#pragma once
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "bot/channel_host.h"
#include "bot/channels/channel.h"
#include "bot/pacing.h"
#include "handlers/dispatch.h"

namespace laoke {

// The clock of every lane's pace.
std::int64_t steady_us();

// What one call came to; of a batch, what it came to for one member.
struct SendResult {
  Claimed claimed;
  channels::SendOutcome outcome;
  bool started = false;  // false: the program stopped or lost the channel before the call
};

// Where the lanes put results and the sender finds them, with the bell that wakes it.
class ResultBox {
 public:
  void put(SendResult&& result);
  void put(std::vector<SendResult>&& results);
  void ring();
  // Waits for a ring, or for `gather` after the first result so that many share one commit; at most `most`.
  void wait(std::chrono::milliseconds most, std::chrono::milliseconds gather);
  std::vector<SendResult> take();

 private:
  static constexpr std::size_t kEnough = 500;  // results that are worth a commit at once
  std::mutex mutex_;  // guards the rest
  std::condition_variable changed_;
  std::vector<SendResult> results_;
  bool rung_ = false;
};

// The calls of one chat account: a queue with replies before bulk, and threads started when there is work; batches have
// a thread of their own, so that no reply waits for one. Thread-safe.
// `shared`: a call that outlives the stop's budget keeps its lane alive until it returns.
class SendLane : public std::enable_shared_from_this<SendLane> {
 public:
  // `may_send` is asked right before each call, on the lane's threads; a message that may not leave comes back.
  using MaySend = std::function<bool(const Claimed& claimed)>;
  SendLane(LiveChannelPtr live, std::shared_ptr<ResultBox> results, MaySend may_send = {});

  void push(std::vector<Claimed>&& claimed);
  // All members of one batch: one call, at the pace of batches.
  void push_batch(std::vector<Claimed>&& members);
  void acknowledge_press(const std::string& press_id);
  // How many more messages this lane should be given now: about a fifth of a second of work.
  int room() const;
  // The most it should have been given and not given back.
  int capacity() const { return capacity_; }
  bool idle() const;
  Pacer& pacer() { return pacer_; }
  void pause_until(std::int64_t until_us);  // neither messages nor batches before
  const LiveChannelPtr& live() const { return live_; }
  // Replaces the account after its settings changed; queued messages go through the new one.
  void use(LiveChannelPtr live);
  // Calls not started come back as results with started = false; the lane goes on.
  void hand_back();
  // Calls not started come back as results with started = false; waits for running ones until the deadline. True when
  // none is left running.
  bool stop(std::chrono::steady_clock::time_point deadline);

 private:
  void work();
  bool next(Claimed& claimed, LiveChannelPtr& live, std::unique_lock<std::mutex>& lock);
  void acknowledge_next_press(std::unique_lock<std::mutex>& lock);
  void start_threads();
  void return_queued();
  void work_batches();
  bool next_batch(std::vector<Claimed>& members, LiveChannelPtr& live, std::unique_lock<std::mutex>& lock);
  std::vector<SendResult> call(std::vector<Claimed>&& members, const LiveChannel& live);

  std::shared_ptr<ResultBox> results_;
  const MaySend may_send_;
  Pacer pacer_;
  Pacer batch_pacer_;  // idle where a batch counts as one message
  const int capacity_;
  const std::size_t most_threads_;

  mutable std::mutex mutex_;  // guards the rest
  std::condition_variable changed_;
  LiveChannelPtr live_;
  std::deque<Claimed> fast_, bulk_;
  std::deque<std::vector<Claimed>> batches_;
  std::deque<std::string> presses_;
  std::size_t busy_ = 0, threads_ = 0;
  std::size_t batch_threads_ = 0;  // counted in threads_ too
  bool stopping_ = false;
};

}  // namespace laoke
