#include "bot/http/worker_pool.h"

#include <system_error>

namespace laoke::http {

WorkerPool::WorkerPool(std::size_t thread_limit, Work work) : limit_(thread_limit), work_(std::move(work)) {}

WorkerPool::~WorkerPool() { stop(); }

std::size_t WorkerPool::threads() const {
  const std::lock_guard lock(mutex_);
  return threads_.size();
}

bool WorkerPool::add(std::unique_ptr<Connection> connection) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return false;
    queue_.push_back(std::move(connection));
    waiting_ = queue_.size();
    call_one();
  }
  return true;
}

void WorkerPool::call_one() {
  if (queue_.empty() || called_) return;
  if (free_ > 0) {
    called_ = true;
    wake_.notify_one();
  } else if (threads_.size() < limit_ && !stopping_) {
    try {
      threads_.emplace_back([this] { run(); });
      called_ = true;
    } catch (const std::system_error&) {
      if (threads_.empty()) throw;  // the system gives no more: those we have go on
    }
  }
}

void WorkerPool::run() {
  std::unique_lock lock(mutex_);
  called_ = false;
  while (true) {
    while (queue_.empty() && !stopping_) {
      ++free_;
      wake_.wait(lock);
      --free_;
      called_ = false;
    }
    if (queue_.empty()) return;
    auto connection = std::move(queue_.front());
    queue_.pop_front();
    waiting_ = queue_.size();
    call_one();
    lock.unlock();
    work_(std::move(connection));
    lock.lock();
  }
}

void WorkerPool::stop() {
  std::vector<std::thread> threads;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    threads.swap(threads_);
  }
  wake_.notify_all();
  for (std::thread& thread : threads) thread.join();
}

}  // namespace laoke::http
