#pragma once
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "tests/fakes/fake_line.h"
#include "tests/fakes/fake_telegram.h"
#include "tests/faults/batches.h"

namespace laoke::faults {

// How often each thing befalls a call, as a part of 1. A call carries one message, or one message to many.
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

// The chat platforms of a run, Telegram and LINE: keeps count of every message they took, by mark and chat. Texts carry
// their mark between « and »; what has none is counted under "". Thread-safe.
class Platform : private test::FakeTelegram::Judge, private test::FakeLine::Judge {
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

  BatchBook batches() const;

  test::FakeTelegram telegram;
  test::FakeLine line;

 private:
  // What befalls a call, in no platform's words.
  struct Fate {
    enum class Kind { kNone, kThrottle, kFail, kTakenFail, kDrop, kLose } kind = Kind::kNone;
    bool unheard = false, late = false;
    std::chrono::milliseconds delay{0};  // before the answer or the closing
  };
  Fate fate_of(const std::string& mark, const std::vector<std::int64_t>& chats);
  Fate draw();

  test::FakeTelegram::Twist befalls(std::int64_t chat_id, const std::string& text) override;
  void taken(const test::FakeTelegram::Sent& sent) override;
  test::FakeLine::Fault befalls(const std::string& call, const std::string& retry_key, const std::string& body) override;
  void taken(const std::string& call, const std::string& retry_key, std::span<const test::FakeLine::Sent> sent) override;

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
    std::vector<std::int64_t> chats;
  };
  BatchBook batches_;
  std::deque<Call> under_way_;  // the newest calls: going away may cut them
};

// On LINE a chat is a user id that holds its number; 0 is no chat.
std::string line_user(std::int64_t chat);
std::int64_t chat_of_address(const std::string& address);  // of either platform

std::string mark_in(const std::string& text);  // "" none
std::string marked(const std::string& mark);   // «mark»

}  // namespace laoke::faults
