#include "bot/intake_queue.h"

#include <iterator>
#include <system_error>
#include <utility>

namespace laoke {
namespace {

constexpr std::size_t kThreads = 4;      // shops whose batches are written at the same time; one shop alone uses two
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
    work_(batch);
    lock.lock();
    place->second.at_work = false;
    if (place->second.callbacks.empty()) {
      shops_.erase(place);
    } else {
      ready_.push_back(shop);
      call_one();  // it writes while this thread answers
    }
    lock.unlock();
    for (const Arrived& arrived : batch) arrived.done(arrived, arrived.failure);
    batch.clear();
    lock.lock();
  }
}

}  // namespace laoke
