#include "bot/metrics.h"

#include <algorithm>
#include <cstdio>
#include <stdexcept>

namespace laoke::metrics {
namespace {

bool is_name(const std::string& name) {
  return !name.empty() && !(name[0] >= '0' && name[0] <= '9') &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == std::string::npos;
}

std::string escaped(const std::string& value) {
  std::string out;
  for (const char c : value) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string rendered(const Labels& labels) {
  std::string out;
  for (const auto& [name, value] : labels) out += (out.empty() ? "" : ",") + name + "=\"" + escaped(value) + "\"";
  return out;
}

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.9g", value);
  return text;
}

std::string braces(const std::string& labels) { return labels.empty() ? "" : "{" + labels + "}"; }

}  // namespace

void Histogram::observe_micros(std::int64_t micros) {
  const auto bucket = std::lower_bound(kBoundsMicros.begin(), kBoundsMicros.end(), micros) - kBoundsMicros.begin();
  buckets_[static_cast<std::size_t>(bucket)].fetch_add(1, std::memory_order_relaxed);
  sum_micros_.fetch_add(micros, std::memory_order_relaxed);
}

std::uint64_t Histogram::count() const {
  std::uint64_t sum = 0;
  for (const auto& bucket : buckets_) sum += bucket.load(std::memory_order_relaxed);
  return sum;
}

Registry::Family& Registry::family(const std::string& name, const std::string& help, Type type) {
  if (!is_name(name)) throw std::logic_error("'" + name + "' is no name for a metric");
  const auto [at, fresh] = families_.try_emplace(name, Family{type, help, {}, {}, {}, {}});
  if (!fresh && at->second.type != type) throw std::logic_error("metric '" + name + "' exists with another type");
  return at->second;
}

Counter& Registry::counter(const std::string& name, const std::string& help, const Labels& labels) {
  const std::lock_guard lock(mutex_);
  Counter*& one = family(name, help, Type::kCounter).counters[rendered(labels)];
  if (one == nullptr) one = &counters_.emplace_back();
  return *one;
}

Gauge& Registry::gauge(const std::string& name, const std::string& help, const Labels& labels) {
  const std::lock_guard lock(mutex_);
  Gauge*& one = family(name, help, Type::kGauge).gauges[rendered(labels)];
  if (one == nullptr) one = &gauges_.emplace_back();
  return *one;
}

Histogram& Registry::histogram(const std::string& name, const std::string& help, const Labels& labels) {
  const std::lock_guard lock(mutex_);
  Histogram*& one = family(name, help, Type::kHistogram).histograms[rendered(labels)];
  if (one == nullptr) one = &histograms_.emplace_back();
  return *one;
}

void Registry::ask(const std::string& name, const std::string& help, std::function<double()> value) {
  const std::lock_guard lock(mutex_);
  family(name, help, Type::kGauge).ask = std::move(value);
}

void Registry::write(std::string& to, const std::string& name, const Family& family) {
  static constexpr std::array<const char*, 3> kTypes = {"counter", "gauge", "histogram"};
  to += "# HELP " + name + " " + escaped(family.help) + "\n# TYPE " + name + " " + kTypes[static_cast<int>(family.type)] + "\n";
  for (const auto& [labels, one] : family.counters) to += name + braces(labels) + " " + std::to_string(one->value()) + "\n";
  for (const auto& [labels, one] : family.gauges) to += name + braces(labels) + " " + std::to_string(one->value()) + "\n";
  if (family.ask) to += name + " " + number(family.ask()) + "\n";
  for (const auto& [labels, one] : family.histograms) {
    const std::string lead = labels.empty() ? "" : labels + ",";
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < one->buckets_.size(); ++i) {
      below += one->buckets_[i].load(std::memory_order_relaxed);
      const bool last = i == Histogram::kBoundsMicros.size();
      const std::string bound = last ? "+Inf" : number(static_cast<double>(Histogram::kBoundsMicros[i]) / 1e6);
      to += name + "_bucket{" + lead + "le=\"" + bound + "\"} " + std::to_string(below) + "\n";
    }
    to += name + "_sum" + braces(labels) + " " + number(static_cast<double>(one->sum_micros_.load()) / 1e6) + "\n";
    to += name + "_count" + braces(labels) + " " + std::to_string(below) + "\n";
  }
}

std::string Registry::text() const {
  const std::lock_guard lock(mutex_);
  std::string out;
  for (const auto& [name, one] : families_) write(out, name, one);
  return out;
}

Registry& registry() {
  static Registry all;
  return all;
}

}  // namespace laoke::metrics
