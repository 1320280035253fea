#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>

namespace laoke {

// Gives out the moments at which messages of one channel may leave. Over any second no more leave than the channel
// allows; over a minute a busy channel gets at least 98 % of it. Thread-safe; times are microseconds of one steady
// clock that the caller reads.
class Pacer {
 public:
  // `per_second` 0: unlimited.
  explicit Pacer(double per_second);

  // The moment for the next message, now or later; it is taken.
  std::int64_t reserve(std::int64_t now_us);
  // The message of this moment left only now, its thread having woken late: what comes a second later counts from there.
  void left(std::int64_t moment_us, std::int64_t now_us);
  // The platform asked to wait: no moment before this.
  void pause_until(std::int64_t until_us);
  double per_second() const { return per_second_; }

 private:
  const double per_second_;
  const std::int64_t interval_us_;
  const std::size_t window_count_;   // messages allowed in window_us_
  const std::int64_t window_us_;
  std::mutex mutex_;  // guards the rest
  std::int64_t next_us_ = 0, paused_until_us_ = 0;
  std::deque<std::int64_t> taken_;   // the last window_count_ moments, or when their messages left
};

}  // namespace laoke
