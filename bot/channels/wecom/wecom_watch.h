#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace laoke::channels::wecom {

// Something a member has to confirm, asked about with growing gaps until a week has passed: there is no callback for it.
struct Watch {
  enum class Kind { kGroupMessage, kMomentJob, kMoment };
  Kind kind = Kind::kGroupMessage;
  std::string id;         // msgid, jobid, moment_id
  std::string reference;  // of the wish behind a moment, "" else
  std::int64_t created_ms = 0, due_ms = 0;
  int looks = 0;
  bool operator==(const Watch&) const = default;
};
// Sets the next look; false when it is over.
bool look_again(Watch& watch, std::int64_t now_ms, std::chrono::milliseconds first_gap);

// What was made and is to be watched from now on, and which of the wishes behind it stand in a stored cursor: what made one
// is not done before that, or a kill would leave it without a result. Any thread.
class WatchQueue {
 public:
  void add(Watch watch);
  std::vector<Watch> take();

  enum class Standing { kUnknown, kMade, kStored };
  Standing standing(const std::string& reference) const;
  void stored(const std::string& reference);
  void forget(const std::string& reference);

 private:
  mutable std::mutex mutex_;  // guards the rest
  std::vector<Watch> watches_;
  std::map<std::string, Standing> wishes_;  // by reference; gone once their errand is done
};

// Where poll() goes on: JSON in the database.
struct Cursor {
  std::int64_t since_ms = 0;                   // first start: messages of 微信客服 before it are history
  std::map<std::string, std::string> service;  // open_kfid -> next_cursor
  std::vector<Watch> watches;
  std::int64_t page = 0;                       // counts pages, so that one that was not stored is noticed
  bool operator==(const Cursor&) const = default;
};
inline constexpr std::size_t kMostWatches = 2'000;  // the oldest are given up
std::string to_text(const Cursor& cursor);
// Anything else than to_text() writes is the cursor of a first start at `now_ms`.
Cursor cursor_from(const std::string& text, std::int64_t now_ms);

}  // namespace laoke::channels::wecom
