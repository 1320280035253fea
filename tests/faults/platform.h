#pragma once
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <string>

#include "tests/fakes/fake_telegram.h"

namespace laoke::faults {

// How often each thing befalls a message, as a part of 1.
struct Weather {
  double throttled = 0;    // 429 with a wait of one second
  double failed = 0;       // 500, nothing taken
  double taken_failed = 0; // 500, and it was taken
  double cut_before = 0;   // the connection ends, nothing taken
  double cut_after = 0;    // taken, the connection ends
  double silent = 0;       // taken, and no answer ever
  double late = 0;         // taken, answered after a while
};
constexpr int kPatienceSeconds = 5;  // how long a node waits for an answer in the harness

// The chat platform of a run: keeps count of every message it took, by mark and chat. Texts carry their mark between
// « and »; what has none is counted under "". Thread-safe.
class Platform : private test::FakeTelegram::Judge {
 public:
  explicit Platform(std::uint64_t seed);
  ~Platform();

  void weather(const Weather& weather);
  // Called for each marked message it took, before the node hears of it: the customer may answer first.
  void on_taken(std::function<void(const test::FakeTelegram::Sent&)> heard);

  // Nobody listens between the two; calls that were under way are cut.
  void go_away();
  void come_back();
  // Whether a send that ended at this wall-clock time (of a node; any time when its clock was moved) may have run into that.
  bool was_away(std::int64_t at_ms, bool clock_moved) const;

  int taken(const std::string& mark, std::int64_t chat) const;
  std::int64_t taken_in_all(const std::string& mark) const;  // messages
  bool unheard(const std::string& mark, std::int64_t chat) const;
  std::int64_t misfortunes() const;  // calls that were refused, cut or delayed

  test::FakeTelegram telegram;

 private:
  test::FakeTelegram::Twist befalls(std::int64_t chat_id, const std::string& text) override;
  void taken(const test::FakeTelegram::Sent& sent) override;

  mutable std::mutex mutex_;  // guards the rest
  Weather weather_;
  std::mt19937_64 random_;
  std::map<std::string, std::map<std::int64_t, int>> taken_;
  std::map<std::string, std::set<std::int64_t>> unheard_;
  std::function<void(const test::FakeTelegram::Sent&)> heard_;
  std::int64_t misfortunes_ = 0;
  std::vector<std::pair<std::int64_t, std::int64_t>> away_;  // from, until
  struct Call {
    std::int64_t until_ms;  // when its answer is on its way for sure
    std::string mark;
    std::int64_t chat;
  };
  std::deque<Call> under_way_;  // the newest calls: going away may cut them
};

std::string mark_in(const std::string& text);  // "" none
std::string marked(const std::string& mark);   // «mark»

}  // namespace laoke::faults
