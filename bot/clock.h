#pragma once
#include <cstdint>

namespace laoke {

// The only source of the time of day. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual std::int64_t now_ms() const = 0;  // UTC epoch
};

class SystemClock : public Clock {
 public:
  std::int64_t now_ms() const override;
};

}  // namespace laoke
