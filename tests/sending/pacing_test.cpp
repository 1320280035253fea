#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

#include "bot/pacing.h"

using laoke::Pacer;

namespace {

constexpr std::int64_t kSecondUs = 1'000'000;

// The largest number of moments in any second.
std::size_t most_in_a_second(const std::vector<std::int64_t>& moments) {
  std::size_t most = 0;
  for (std::size_t first = 0, last = 0; last < moments.size(); ++last) {
    while (moments[last] - moments[first] >= kSecondUs) ++first;
    most = std::max(most, last - first + 1);
  }
  return most;
}

// A sender that always has work: it wakes `late_us` after each moment and asks for the next.
std::vector<std::int64_t> busy(Pacer& pacer, std::int64_t seconds, const std::function<std::int64_t(std::size_t)>& late_us) {
  std::vector<std::int64_t> sent;
  for (std::int64_t now = 0; now < seconds * kSecondUs;) {
    now = std::max(now, pacer.reserve(now)) + late_us(sent.size());
    sent.push_back(now);
  }
  return sent;
}

}  // namespace

TEST_CASE("a busy channel stays within its limit in every second and within 2 percent of it over a minute", "[pacing]") {
  const auto rate = GENERATE(1.0, 5.0, 25.0, 30.0, 200.0, 0.5);
  const auto jitter = GENERATE(0, 300, 4'000);
  DYNAMIC_SECTION(rate << " a second, threads up to " << jitter << " us late") {
    Pacer pacer(rate);
    const auto sent = busy(pacer, 60, [&](std::size_t i) { return i % 3 == 0 ? jitter : 0; });
    CHECK(most_in_a_second(sent) <= static_cast<std::size_t>(std::max(1.0, rate)));
    CHECK(static_cast<double>(sent.size()) >= 60 * rate * 0.98);
    CHECK(static_cast<double>(sent.size()) <= 60 * rate + 1);
  }
}

TEST_CASE("threads that wake late, each by its own time, never bring one too many into a second", "[pacing]") {
  const auto rate = GENERATE(1.0, 25.0, 80.0);
  const auto latest_us = GENERATE(0, 3'000, 60'000, 400'000);
  DYNAMIC_SECTION(rate << " a second, up to " << latest_us << " us late") {
    Pacer pacer(rate);
    std::minstd_rand random(7);
    std::vector<std::int64_t> sent;
    std::int64_t now = kSecondUs;
    for (int i = 0; i < 60 * static_cast<int>(rate); ++i) {
      const auto moment = pacer.reserve(now);
      const auto late = i % 4 == 0 && latest_us > 0 ? static_cast<std::int64_t>(random()) % latest_us : 0;
      now = std::max(now, moment + late);
      pacer.left(moment, now);
      sent.push_back(now);
    }
    CHECK(most_in_a_second(sent) <= static_cast<std::size_t>(rate));
  }
}

TEST_CASE("an idle channel sends its next message at once and does not save up a burst", "[pacing]") {
  Pacer pacer(10);
  CHECK(pacer.reserve(100 * kSecondUs) == 100 * kSecondUs);
  std::vector<std::int64_t> moments;
  for (int i = 0; i < 30; ++i) moments.push_back(pacer.reserve(100 * kSecondUs));
  CHECK(most_in_a_second(moments) <= 10);
  CHECK(moments[0] > 100 * kSecondUs - 1);
}

TEST_CASE("after the platform asked to wait nothing leaves earlier", "[pacing]") {
  Pacer pacer(25);
  pacer.reserve(0);
  pacer.pause_until(30 * kSecondUs);
  CHECK(pacer.reserve(kSecondUs) >= 30 * kSecondUs);
  Pacer unlimited(0);
  CHECK(unlimited.reserve(5) == 5);
  unlimited.pause_until(30 * kSecondUs);
  CHECK(unlimited.reserve(6) == 30 * kSecondUs);
}
