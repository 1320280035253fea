#pragma once
#include <chrono>
#include <cstddef>
#include <mutex>
#include <string>
#include <unordered_map>

namespace laoke::channels::whatsapp {

// What is remembered of each contact between two sends: how far ahead of its pace it was written to, and what the
// platform refused. In memory only. Thread-safe; the caller reads the clock.
class ContactLimits {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::size_t kMost = 100'000;  // contacts; those at rest are forgotten first

  ContactLimits(double per_second, int burst);

  // 0: `messages` may go now and are counted (they borrow from the future). Else how long to leave this contact alone.
  std::chrono::milliseconds take(const std::string& contact, std::size_t messages, Clock::time_point now);
  // The platform found it too much: the wait, four times as long each time in a row (1 s, 4 s, 16 s … 256 s).
  std::chrono::milliseconds busy(const std::string& contact, Clock::time_point now);
  // Undeliverable. True from the third time in a row.
  bool dead(const std::string& contact);
  // A message was taken: what was counted against the contact is over.
  void reached(const std::string& contact);

 private:
  struct Line {
    Clock::time_point even{};   // when it will have been written to no more than its pace allows
    Clock::time_point quiet{};  // the platform's own wait ends
    int busy = 0, undeliverable = 0;
  };
  void forget_some(Clock::time_point now);  // mutex_ held

  const std::chrono::microseconds interval_, ahead_;
  std::mutex mutex_;  // guards the rest
  std::unordered_map<std::string, Line> lines_;
};

}  // namespace laoke::channels::whatsapp
