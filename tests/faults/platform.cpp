#include "tests/faults/platform.h"

#include <algorithm>
#include <limits>

namespace laoke::faults {
namespace {

using test::FakeTelegram;
using std::chrono::milliseconds;

constexpr milliseconds kBeyondPatience{kPatienceSeconds * 1'000 + 500};
constexpr std::int64_t kAnswered = 300;       // ms a call may take on a busy machine when nothing delays it
constexpr std::size_t kCallsRemembered = 2'000;
constexpr int kLatest = 2'000;  // ms; well within a node's patience
constexpr std::int64_t kAftermathMs = kPatienceSeconds * 1'000 + 2'000;  // until the last call of a time is given up and recorded

std::int64_t now_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

const std::string kOpen = "«", kClose = "»";

}  // namespace

std::string marked(const std::string& mark) { return kOpen + mark + kClose; }

std::string mark_in(const std::string& text) {
  const auto open = text.find(kOpen);
  if (open == std::string::npos) return "";
  const auto close = text.find(kClose, open);
  return close == std::string::npos ? "" : text.substr(open + kOpen.size(), close - open - kOpen.size());
}

Platform::Platform(std::uint64_t seed) : random_(seed) { telegram.judge_sends(this); }

Platform::~Platform() { telegram.stop(); }

void Platform::weather(const Weather& weather) {
  const std::lock_guard lock(mutex_);
  weather_ = weather;
}

void Platform::on_taken(std::function<void(const FakeTelegram::Sent&)> heard) {
  const std::lock_guard lock(mutex_);
  heard_ = std::move(heard);
}

FakeTelegram::Twist Platform::befalls(std::int64_t chat_id, const std::string& text) {
  using Kind = FakeTelegram::Twist::Kind;
  struct Row {
    double chance;
    Kind kind;
    bool unheard, late;
    milliseconds delay;
  };
  const std::lock_guard lock(mutex_);
  const Row rows[] = {{weather_.throttled, Kind::kThrottle, false, false, {}}, {weather_.failed, Kind::kFail, true, false, {}},
                      {weather_.taken_failed, Kind::kTakenFail, true, false, {}}, {weather_.cut_before, Kind::kDrop, true, false, {}},
                      {weather_.cut_after, Kind::kLose, true, false, {}},
                      {weather_.silent, Kind::kLose, true, false, kBeyondPatience}, {weather_.late, Kind::kNone, false, true, {}}};
  if (under_way_.size() == kCallsRemembered) under_way_.pop_front();
  under_way_.push_back({now_ms() + kAnswered, mark_in(text), chat_id});
  double dice = std::uniform_real_distribution<double>(0, 1)(random_);
  for (const auto& row : rows) {
    if (dice >= row.chance) {
      dice -= row.chance;
      continue;
    }
    ++misfortunes_;
    if (row.unheard) unheard_[mark_in(text)].insert(chat_id);
    FakeTelegram::Twist twist;
    twist.kind = row.kind;
    twist.delay = row.late ? milliseconds(random_() % kLatest) : row.delay;
    under_way_.back().until_ms += twist.delay.count();
    return twist;
  }
  return {};
}

void Platform::taken(const FakeTelegram::Sent& sent) {
  std::function<void(const FakeTelegram::Sent&)> heard;
  {
    const std::lock_guard lock(mutex_);
    if (sent.method.starts_with("edit")) return;
    const std::string mark = mark_in(sent.text);
    ++taken_[mark][sent.chat_id];
    if (!mark.empty()) heard = heard_;
  }
  if (heard) heard(sent);
}

int Platform::taken(const std::string& mark, std::int64_t chat) const {
  const std::lock_guard lock(mutex_);
  const auto chats = taken_.find(mark);
  if (chats == taken_.end()) return 0;
  const auto count = chats->second.find(chat);
  return count == chats->second.end() ? 0 : count->second;
}

std::int64_t Platform::taken_in_all(const std::string& mark) const {
  const std::lock_guard lock(mutex_);
  std::int64_t all = 0;
  if (const auto chats = taken_.find(mark); chats != taken_.end())
    for (const auto& [chat, count] : chats->second) all += count;
  return all;
}

bool Platform::unheard(const std::string& mark, std::int64_t chat) const {
  const std::lock_guard lock(mutex_);
  const auto chats = unheard_.find(mark);
  return chats != unheard_.end() && chats->second.contains(chat);
}

void Platform::go_away() {
  const auto cut_what_is_under_way = [this](std::int64_t since_ms) {
    for (const auto& call : under_way_)
      if (call.until_ms >= since_ms) unheard_[call.mark].insert(call.chat);
  };
  const auto from_ms = now_ms();
  {
    const std::lock_guard lock(mutex_);
    away_.emplace_back(from_ms, std::numeric_limits<std::int64_t>::max());
  }
  telegram.stop();
  const std::lock_guard lock(mutex_);
  cut_what_is_under_way(from_ms);
}

void Platform::come_back() {
  telegram.start();
  const std::lock_guard lock(mutex_);
  away_.back().second = now_ms();
}

bool Platform::was_away(std::int64_t at_ms, bool clock_moved) const {
  const std::lock_guard lock(mutex_);
  return std::any_of(away_.begin(), away_.end(), [&](const auto& time) {
    return clock_moved || (at_ms >= time.first && (time.second == std::numeric_limits<std::int64_t>::max() || at_ms <= time.second + kAftermathMs));
  });
}

std::int64_t Platform::misfortunes() const {
  const std::lock_guard lock(mutex_);
  return misfortunes_;
}

}  // namespace laoke::faults
