#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "bench/figures.h"
#include "bot/clock.h"
#include "storage/database.h"

namespace laoke::bench {

// Noon in the shop when the benchmark starts: quiet hours hold nothing back.
class Noon : public Clock {
 public:
  std::int64_t now_ms() const override {
    return 1'790'049'600'000 + std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

// A shop whose caps and quiet hours hold nothing back. Programs that use it know a platform kind "unlimited": Telegram
// without its rates, since what is measured is this program and not what Telegram allows.
struct BroadcastShop {
  explicit BroadcastShop(const std::string& url);
  std::int64_t add_channel(const std::string& kind, const std::string& api_base, const std::string& name = "");  // "": as the kind
  void add_customers(std::int64_t channel_id, int count, const std::string& source);
  std::int64_t plan(const std::string& source);  // a broadcast to one source, wholly planned
  std::int64_t accepted(std::int64_t broadcast_id) const;

  Noon clock;
  std::unique_ptr<storage::Database> database;
  std::int64_t shop_id = 0;
};

struct SendingRun {
  double per_second = 0, cpu_us = 0;  // processor time a message, all threads of this process
};

template <class Work>
SendingRun timed_sending(int messages, Work&& work) {
  const double cpu = processor_seconds(), seconds = seconds_of(work);
  return {messages / seconds, (processor_seconds() - cpu) * 1e6 / messages};
}

// Plans a broadcast to `source`, `messages` people, and sends it: from the sender's start to the last outcome written.
SendingRun send_broadcast(BroadcastShop& shop, const std::string& source, int messages);

inline constexpr const char* kBroadcastText = "春季上新：玫瑰精油面膜第二盒半价，今天下单明天发货，回复 1 了解。";

}  // namespace laoke::bench
