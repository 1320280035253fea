#pragma once
#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

// Numbers for Prometheus (text format 0.0.4). A metric is looked up once, where its owner is made, and then costs one
// relaxed atomic each time.
namespace laoke::metrics {

class Counter {
 public:
  void add(std::uint64_t count = 1) { value_.fetch_add(count, std::memory_order_relaxed); }
  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_ = 0;
};

class Gauge {
 public:
  void set(std::int64_t value) { value_.store(value, std::memory_order_relaxed); }
  void add(std::int64_t delta) { value_.fetch_add(delta, std::memory_order_relaxed); }
  std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_ = 0;
};

// Durations, in buckets from 0.5 ms to 30 s; Prometheus is told seconds.
class Histogram {
 public:
  static constexpr std::array<std::int64_t, 12> kBoundsMicros = {500,     1'000,   2'500,     5'000,     10'000,     25'000,
                                                                 50'000, 100'000, 500'000, 2'500'000, 10'000'000, 30'000'000};
  void observe_micros(std::int64_t micros);
  std::uint64_t count() const;

 private:
  friend class Registry;
  std::array<std::atomic<std::uint64_t>, kBoundsMicros.size() + 1> buckets_{};
  std::atomic<std::int64_t> sum_micros_ = 0;
};

using Labels = std::map<std::string, std::string>;

// Thread-safe. What it returns lives as long as it does. The same name and labels give the same metric.
class Registry {
 public:
  // Names as Prometheus wants them: "laoke_deliveries_total". Throws std::logic_error for a name that is none, and for
  // one that was given to another type before. Label values are few and chosen by us: channel names, states, routes.
  Counter& counter(const std::string& name, const std::string& help, const Labels& labels = {});
  Gauge& gauge(const std::string& name, const std::string& help, const Labels& labels = {});
  Histogram& histogram(const std::string& name, const std::string& help, const Labels& labels = {});
  // Asked when text() is: for values somebody else keeps. Must be thread-safe.
  void ask(const std::string& name, const std::string& help, std::function<double()> value);
  std::string text() const;

 private:
  enum class Type { kCounter, kGauge, kHistogram };
  struct Family {
    Type type;
    std::string help;
    std::map<std::string, Counter*> counters;  // by rendered labels
    std::map<std::string, Gauge*> gauges;
    std::map<std::string, Histogram*> histograms;
    std::function<double()> ask;
  };
  Family& family(const std::string& name, const std::string& help, Type type);
  static void write(std::string& to, const std::string& name, const Family& family);

  mutable std::mutex mutex_;  // guards all below; the metrics themselves are atomic
  std::map<std::string, Family> families_;
  std::deque<Counter> counters_;
  std::deque<Gauge> gauges_;
  std::deque<Histogram> histograms_;
};

// The program's own.
Registry& registry();

}  // namespace laoke::metrics
