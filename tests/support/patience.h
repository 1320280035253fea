#pragma once
#include <chrono>
#include <thread>

namespace laoke::test {

// How long a test waits for what must come. On a busy machine a thread may stand still for seconds, so this is no measure of
// speed: it only ends a test that would hang.
inline constexpr std::chrono::seconds kPatience{60};

// Whether it comes true within that time; asked again and again.
template <class F>
bool eventually(F&& true_now) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!true_now()) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

}  // namespace laoke::test
