#include "tests/faults/platform.h"

#include <algorithm>
#include <cstdlib>
#include <limits>

namespace laoke::faults {
namespace {

using test::FakeLine;
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
constexpr std::size_t kLineDigits = 32;

// Whom a call to LINE is for; nobody for what answers a callback.
std::vector<std::int64_t> chats_in(const nlohmann::json& to) {
  std::vector<std::int64_t> chats;
  if (to.is_string()) chats.push_back(chat_of_address(to));
  if (to.is_array())
    for (const auto& one : to) chats.push_back(chat_of_address(one.get<std::string>()));
  return chats;
}

std::string mark_in_bubbles(const nlohmann::json& messages) {
  return mark_in(FakeLine::Sent{"", "", messages.is_array() ? messages : nlohmann::json::array(), ""}.text());
}

}  // namespace

std::string line_user(std::int64_t chat) {
  const std::string digits = std::to_string(chat);
  return "U" + std::string(kLineDigits - digits.size(), '0') + digits;
}

std::int64_t chat_of_address(const std::string& address) {
  return std::strtoll(address.c_str() + (address.starts_with("U") ? 1 : 0), nullptr, 10);
}

std::string marked(const std::string& mark) { return kOpen + mark + kClose; }

std::string mark_in(const std::string& text) {
  const auto open = text.find(kOpen);
  if (open == std::string::npos) return "";
  const auto close = text.find(kClose, open);
  return close == std::string::npos ? "" : text.substr(open + kOpen.size(), close - open - kOpen.size());
}

Platform::Platform(std::uint64_t seed) : random_(seed) {
  telegram.judge_sends(this);
  line.judge_sends(this);
}

Platform::~Platform() {
  telegram.stop();
  line.stop();
}

void Platform::weather(const Weather& weather) {
  const std::lock_guard lock(mutex_);
  weather_ = weather;
}

void Platform::on_taken(std::function<void(const FakeTelegram::Sent&)> heard) {
  const std::lock_guard lock(mutex_);
  heard_ = std::move(heard);
}

Platform::Fate Platform::draw() {
  using Kind = Fate::Kind;
  struct Row {
    double chance;
    Fate fate;
  };
  const Row rows[] = {{weather_.throttled, {Kind::kThrottle}},
                      {weather_.failed, {Kind::kFail, true}},
                      {weather_.taken_failed, {Kind::kTakenFail, true}},
                      {weather_.cut_before, {Kind::kDrop, true}},
                      {weather_.cut_after, {Kind::kLose, true}},
                      {weather_.silent, {Kind::kLose, true, false, kBeyondPatience}},
                      {weather_.late, {Kind::kNone, false, true}}};
  double dice = std::uniform_real_distribution<double>(0, 1)(random_);
  for (const auto& row : rows) {
    if (dice < row.chance) return row.fate;
    dice -= row.chance;
  }
  return {};
}

Platform::Fate Platform::fate_of(const std::string& mark, const std::vector<std::int64_t>& chats) {
  const std::lock_guard lock(mutex_);
  if (under_way_.size() == kCallsRemembered) under_way_.pop_front();
  under_way_.push_back({now_ms() + kAnswered, mark, chats});
  Fate fate = draw();
  if (fate.kind != Fate::Kind::kNone || fate.late) ++misfortunes_;
  if (fate.unheard) unheard_[mark].insert(chats.begin(), chats.end());
  if (fate.late) fate.delay = milliseconds(random_() % kLatest);
  under_way_.back().until_ms += fate.delay.count();
  return fate;
}

FakeTelegram::Twist Platform::befalls(std::int64_t chat_id, const std::string& text) {
  using Kind = FakeTelegram::Twist::Kind;
  static constexpr Kind kKinds[] = {Kind::kNone, Kind::kThrottle, Kind::kFail, Kind::kTakenFail, Kind::kDrop, Kind::kLose};
  const Fate fate = fate_of(mark_in(text), {chat_id});
  FakeTelegram::Twist twist;
  twist.kind = kKinds[static_cast<std::size_t>(fate.kind)];
  twist.delay = fate.delay;
  return twist;
}

FakeLine::Fault Platform::befalls(const std::string& call, const std::string& retry_key, const std::string& body) {
  using Kind = FakeLine::Fault::Kind;
  static constexpr Kind kKinds[] = {Kind::kNone, Kind::kRefuse, Kind::kRefuse, Kind::kTakenRefuse, Kind::kDrop, Kind::kLose};
  const auto sent = nlohmann::json::parse(body);
  if (call == "multicast") {
    const std::lock_guard lock(mutex_);
    batches_.called(retry_key, body);
  }
  const Fate fate = fate_of(mark_in_bubbles(sent.at("messages")), chats_in(sent.value("to", nlohmann::json())));
  const bool throttled = fate.kind == Fate::Kind::kThrottle;
  return {kKinds[static_cast<std::size_t>(fate.kind)], throttled ? 429 : 500, throttled ? "The API rate limit has been exceeded." : "Internal Server Error",
          fate.delay};
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

void Platform::taken(const std::string& call, const std::string& retry_key, std::span<const FakeLine::Sent> sent) {
  const std::string mark = mark_in_bubbles(sent.front().messages);
  std::vector<std::int64_t> chats;
  for (const auto& one : sent) chats.push_back(chat_of_address(one.to));
  const std::lock_guard lock(mutex_);
  for (const auto chat : chats) ++taken_[mark][chat];
  if (call == "multicast") batches_.took(retry_key, mark, chats);
}

BatchBook Platform::batches() const {
  const std::lock_guard lock(mutex_);
  return batches_;
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
      if (call.until_ms >= since_ms) unheard_[call.mark].insert(call.chats.begin(), call.chats.end());
  };
  const auto from_ms = now_ms();
  {
    const std::lock_guard lock(mutex_);
    away_.emplace_back(from_ms, std::numeric_limits<std::int64_t>::max());
  }
  telegram.stop();
  line.stop();
  const std::lock_guard lock(mutex_);
  cut_what_is_under_way(from_ms);
}

void Platform::come_back() {
  telegram.start();
  line.start();
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
