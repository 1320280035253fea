#include "bot/pacing.h"

#include <algorithm>
#include <cmath>

namespace laoke {
namespace {

// Messages are counted as they leave; the way to the platform takes one longer than the next by as much as this, and
// without the margin a quick message after a slow one would make one too many within a second. Costs 1 % of the rate.
constexpr std::int64_t kTransitMarginUs = 10'000;
// Moments missed in a short stall may be made up for.
constexpr std::int64_t kCatchUpUs = 200'000;

}  // namespace

Pacer::Pacer(double per_second)
    : per_second_(per_second),
      interval_us_(per_second > 0 ? static_cast<std::int64_t>(1e6 / per_second) : 0),
      window_count_(static_cast<std::size_t>(std::max(1.0, std::floor(per_second)))),
      window_us_(per_second > 0 ? static_cast<std::int64_t>(static_cast<double>(window_count_) * 1e6 / per_second) + kTransitMarginUs : 0) {}

std::int64_t Pacer::reserve(std::int64_t now_us) {
  const std::lock_guard lock(mutex_);
  if (interval_us_ == 0) return std::max(now_us, paused_until_us_);
  next_us_ = std::max(next_us_, now_us - kCatchUpUs);
  std::int64_t moment = std::max({now_us, next_us_, paused_until_us_});
  if (taken_.size() == window_count_) {
    moment = std::max(moment, taken_.front() + window_us_);
    taken_.pop_front();
  }
  taken_.push_back(moment);
  next_us_ = std::max(next_us_ + interval_us_, moment - kCatchUpUs);
  return moment;
}

void Pacer::left(std::int64_t moment_us, std::int64_t now_us) {
  const std::lock_guard lock(mutex_);
  const auto taken = std::find(taken_.begin(), taken_.end(), moment_us);
  if (taken != taken_.end()) *taken = std::max(moment_us, now_us);
}

void Pacer::pause_until(std::int64_t until_us) {
  const std::lock_guard lock(mutex_);
  paused_until_us_ = std::max(paused_until_us_, until_us);
}

}  // namespace laoke
