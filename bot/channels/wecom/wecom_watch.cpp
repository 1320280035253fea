#include "bot/channels/wecom/wecom_watch.h"

#include <algorithm>
#include <array>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace laoke::channels::wecom {
namespace {

using nlohmann::json;

constexpr std::int64_t kSecond = 1'000, kMinute = 60 * kSecond, kHour = 60 * kMinute, kDay = 24 * kHour;
constexpr std::array<std::int64_t, 4> kTaskGaps = {30 * kMinute, 2 * kHour, 12 * kHour, kDay};  // after the first
constexpr std::int64_t kTaskLife = 7 * kDay;
// A job is a moment within seconds mostly; its id is good for 24 h.
constexpr std::array<std::int64_t, 5> kJobGaps = {3 * kSecond, 10 * kSecond, kMinute, 10 * kMinute, kHour};
constexpr std::int64_t kJobLife = kDay;

template <std::size_t N>
std::int64_t gap_at(const std::array<std::int64_t, N>& gaps, int look) {
  return gaps[std::min(static_cast<std::size_t>(std::max(look, 0)), N - 1)];
}

json watch_json(const Watch& watch) {
  return json::array({static_cast<int>(watch.kind), watch.id, watch.reference, watch.created_ms, watch.due_ms, watch.looks});
}

// The library would take any number, and one too large for the type is undefined.
std::int64_t whole(const json& value) {
  if (!value.is_number_integer()) throw std::invalid_argument("no integer");
  return value.get<std::int64_t>();
}

Watch watch_from(const json& in) {
  const std::int64_t kind = whole(in.at(0));
  if (kind < 0 || kind > static_cast<int>(Watch::Kind::kMoment)) throw std::invalid_argument("kind");
  const auto looks = std::clamp<std::int64_t>(whole(in.at(5)), 0, std::numeric_limits<int>::max() - 1);
  return {static_cast<Watch::Kind>(kind), in.at(1), in.at(2), whole(in.at(3)), whole(in.at(4)), static_cast<int>(looks)};
}

}  // namespace

bool look_again(Watch& watch, std::int64_t now_ms, std::chrono::milliseconds first_gap) {
  const bool job = watch.kind == Watch::Kind::kMomentJob;
  std::int64_t gap = first_gap.count();
  if (job) gap = std::min(gap, gap_at(kJobGaps, watch.looks));
  // A first gap below a second is for trying things out: then they all are.
  if (!job && watch.looks > 0 && gap >= kSecond) gap = gap_at(kTaskGaps, watch.looks - 1);
  ++watch.looks;
  watch.due_ms = now_ms + gap;
  return watch.due_ms - watch.created_ms <= (job ? kJobLife : kTaskLife);
}

void WatchQueue::add(Watch watch) {
  const std::lock_guard lock(mutex_);
  if (!watch.reference.empty()) wishes_[watch.reference] = Standing::kMade;
  watches_.push_back(std::move(watch));
}

std::vector<Watch> WatchQueue::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(watches_, {});
}

WatchQueue::Standing WatchQueue::standing(const std::string& reference) const {
  const std::lock_guard lock(mutex_);
  const auto wish = wishes_.find(reference);
  return wish == wishes_.end() ? Standing::kUnknown : wish->second;
}

void WatchQueue::stored(const std::string& reference) {
  const std::lock_guard lock(mutex_);
  if (const auto wish = wishes_.find(reference); wish != wishes_.end()) wish->second = Standing::kStored;
}

void WatchQueue::forget(const std::string& reference) {
  const std::lock_guard lock(mutex_);
  wishes_.erase(reference);
}

std::string to_text(const Cursor& cursor) {
  json watches = json::array();
  const std::size_t skipped = cursor.watches.size() - std::min(cursor.watches.size(), kMostWatches);
  for (std::size_t i = skipped; i < cursor.watches.size(); ++i) watches.push_back(watch_json(cursor.watches[i]));
  return json{{"since", cursor.since_ms}, {"kf", cursor.service}, {"watch", watches}, {"page", cursor.page}}.dump();
}

Cursor cursor_from(const std::string& text, std::int64_t now_ms) {
  try {
    const json in = json::parse(text);
    Cursor cursor{whole(in.at("since")), in.at("kf").get<std::map<std::string, std::string>>(), {}, whole(in.at("page"))};
    for (const json& watch : in.at("watch")) cursor.watches.push_back(watch_from(watch));
    return cursor;
  } catch (const std::exception&) {
    return {now_ms, {}, {}, 0};
  }
}

}  // namespace laoke::channels::wecom
