#pragma once
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "bot/http_client.h"
#include "tests/faults/stage.h"

namespace laoke::faults {

// People who write to the bot while things break. Each callback is repeated until a node answers 200, as platforms do;
// some come in five copies at once, some once more long after, the words of one person in any order.
class Crowd {
 public:
  explicit Crowd(Stage& stage, int people, std::uint64_t seed);
  ~Crowd();

  void begin();
  // A customer presses a button under a message: at once, and again until it is taken. Any thread.
  void press(std::int64_t chat, std::int64_t message_id);
  // Everybody has said everything and every callback was taken; false when that does not come about in three minutes.
  bool finish();

  // After the nodes stopped: one row for each callback, one effect, and what the ledger says of the replies.
  Audit check(const LedgerView& ledger, const PeopleView& people) const;
  std::int64_t replies(const LedgerView& ledger) const;   // rows that answer them
  std::int64_t callbacks_sent() const { return sent_; }   // requests, copies and repeats included
  std::int64_t callbacks() const { return next_update_ - kFirstUpdate; }

 private:
  static constexpr std::int64_t kFirstUpdate = 5'000'000;
  struct Callback {
    nlohmann::json update;
    int copies = 1;
  };
  void work(std::uint64_t seed);
  void live(int person, std::mt19937_64& random);
  void deliver(const Callback& callback, std::mt19937_64& random);
  bool post_once(const std::string& body, std::uint64_t pick, std::chrono::milliseconds patience = std::chrono::seconds(10));
  void post_until_taken(const std::string& body, std::uint64_t pick);
  Callback says(std::int64_t chat, const std::string& text, std::mt19937_64& random);
  std::string new_mark(char kind);

  Stage& stage_;
  const int people_;
  const std::uint64_t seed_;
  HttpClient client_;
  std::atomic<std::int64_t> next_update_{kFirstUpdate}, sent_{0};
  std::atomic<int> next_person_{0};
  std::atomic<bool> stopping_{false};

  mutable std::mutex mutex_;  // guards the rest
  std::condition_variable changed_;
  std::deque<std::string> again_;              // presses whose first try failed
  std::map<std::int64_t, std::vector<std::string>> said_;  // texts by chat
  std::vector<std::string> marks_;             // each must reach the owner once
  int busy_ = 0;
  bool ending_ = false;
  std::vector<std::thread> workers_;
};

}  // namespace laoke::faults
