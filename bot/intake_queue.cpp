#include "bot/intake_queue.h"

#include <algorithm>
#include <iterator>
#include <system_error>
#include <utility>

namespace laoke {
namespace {

constexpr std::size_t kThreads = 4;      // shops whose batches are written at the same time; one shop alone uses two
// Commits that take longer wait for the disk (or the network), not for the processor: then it pays that those who were
// just answered come back in time for the next one, instead of for the one after it.
constexpr std::chrono::microseconds kSlowCommit{1'500};
constexpr int kLingerShare = 4;  // of the last commit's time
constexpr std::chrono::microseconds kLongestLinger{2'000};
constexpr std::size_t kMostAtOnce = 128;  // callbacks in a batch: keeps its transaction under some 5 ms

}  // namespace

IntakeQueue::~IntakeQueue() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  filled_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void IntakeQueue::add(Arrived arrived) {
  const std::lock_guard lock(mutex_);
  const std::int64_t shop = arrived.live->row.shop_id;
  Waiting& waiting = shops_[shop];
  const bool first = waiting.callbacks.empty() && !waiting.at_work;
  waiting.callbacks.push_back(std::move(arrived));
  if (lingering_ > 0) came_back_.notify_all();
  if (!first) return;
  ready_.push_back(shop);
  call_one();
}

void IntakeQueue::call_one() {
  if (free_ > 0) return filled_.notify_one();
  if (threads_.size() == kThreads || stopping_) return;  // whoever is done first looks again
  try {
    threads_.emplace_back([this] { run(); });
  } catch (const std::system_error&) {
    if (threads_.empty()) throw;  // the system gives no more: those we have go on
  }
}

std::vector<Arrived> IntakeQueue::take(Waiting& waiting) {
  waiting.at_work = true;
  if (waiting.callbacks.size() <= kMostAtOnce) return std::exchange(waiting.callbacks, {});
  const auto end = waiting.callbacks.begin() + kMostAtOnce;
  std::vector<Arrived> batch(std::move_iterator(waiting.callbacks.begin()), std::move_iterator(end));
  waiting.callbacks.erase(waiting.callbacks.begin(), end);
  return batch;
}

void IntakeQueue::linger(Waiting& waiting, std::size_t answered, std::chrono::microseconds commit, std::unique_lock<std::mutex>& lock) {
  ++lingering_;
  came_back_.wait_for(lock, std::min(commit / kLingerShare, kLongestLinger), [&] { return waiting.callbacks.size() >= answered || stopping_; });
  --lingering_;
}

void IntakeQueue::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    ++free_;
    filled_.wait(lock, [this] { return !ready_.empty() || stopping_; });
    --free_;
    if (ready_.empty()) return;  // what is at work elsewhere is looked after there
    const std::int64_t shop = ready_.front();
    ready_.pop_front();
    const auto place = shops_.find(shop);
    std::vector<Arrived> batch = take(place->second);
    if (!ready_.empty()) call_one();
    lock.unlock();
    const auto answer = [&batch] {
      for (const Arrived& arrived : batch) arrived.done(arrived, arrived.failure);
    };
    const auto began = std::chrono::steady_clock::now();
    work_(batch);
    const auto commit = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - began);
    const bool slow = commit > kSlowCommit && batch.size() > 1;
    if (slow) answer();
    lock.lock();
    if (slow) linger(place->second, batch.size(), commit, lock);
    place->second.at_work = false;
    if (place->second.callbacks.empty()) {
      shops_.erase(place);
    } else {
      ready_.push_back(shop);
      call_one();  // it writes while this thread answers
    }
    lock.unlock();
    if (!slow) answer();
    if (after_) after_(batch);
    batch.clear();
    lock.lock();
  }
}

}  // namespace laoke
