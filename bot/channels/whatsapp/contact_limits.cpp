#include "bot/channels/whatsapp/contact_limits.h"

#include <algorithm>

namespace laoke::channels::whatsapp {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr int kMostBusyExponent = 4;  // 4^4 s
constexpr int kDeadAfter = 3;         // undeliverable in a row, section 7 of the facts

milliseconds at_least_one(std::chrono::nanoseconds wait) {
  return std::max(milliseconds(1), std::chrono::ceil<milliseconds>(wait));
}

}  // namespace

ContactLimits::ContactLimits(double per_second, int burst)
    : interval_(static_cast<std::int64_t>(1'000'000 / per_second)), ahead_(interval_ * (burst - 1)) {}

milliseconds ContactLimits::take(const std::string& contact, std::size_t messages, Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  if (lines_.size() >= kMost) forget_some(now);
  Line& line = lines_[contact];
  const auto free_at = std::max(line.quiet, line.even - ahead_);
  if (free_at > now) return at_least_one(free_at - now);
  line.even = std::max(line.even, now) + interval_ * static_cast<std::int64_t>(messages);
  return milliseconds(0);
}

milliseconds ContactLimits::busy(const std::string& contact, Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  Line& line = lines_[contact];
  const milliseconds wait(1000 << (2 * std::min(line.busy, kMostBusyExponent)));
  ++line.busy;
  line.quiet = now + wait;
  return wait;
}

bool ContactLimits::dead(const std::string& contact) {
  const std::lock_guard lock(mutex_);
  return ++lines_[contact].undeliverable >= kDeadAfter;
}

void ContactLimits::reached(const std::string& contact) {
  const std::lock_guard lock(mutex_);
  const auto found = lines_.find(contact);
  if (found == lines_.end()) return;
  found->second.busy = found->second.undeliverable = 0;
  found->second.quiet = {};
}

void ContactLimits::forget_some(Clock::time_point now) {
  std::erase_if(lines_, [&](const auto& entry) { return entry.second.even <= now && entry.second.quiet <= now; });
  if (lines_.size() >= kMost) lines_.clear();  // the platform's own refusals still hold
}

}  // namespace laoke::channels::whatsapp
