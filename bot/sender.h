#pragma once
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "bot/channel_host.h"
#include "bot/clock.h"
#include "bot/send_lane.h"
#include "handlers/dispatch.h"
#include "storage/database.h"

namespace laoke {

// Sends what the ledger says is due. One thread ("sender") claims and records, in one commit per round; each channel
// account has a SendLane whose few threads make the calls at the moments its Pacer gives.
//
//   ledger row --claim (commit)--> lane --call--> outcome --record (commit)--> ledger row
//
// A crash between the two commits leaves rows in "sending"; recover() settles them at the next start.
class Sender {
 public:
  Sender(storage::Database& database, ChannelHost& channels, const Clock& clock, std::string node);
  ~Sender();  // stops

  // Settles what a crash left behind; how many rows. Before start().
  int recover();
  void start();
  // Something may be due. Any thread, any time.
  void wake();
  // Tells the platform that a button press was seen; best effort, from the channel's own threads.
  void acknowledge_press(std::int64_t channel_id, const std::string& press_id);
  // Claims nothing more, lets running calls finish within `budget`, gives the rest back to the ledger.
  void stop(std::chrono::milliseconds budget);
  // One round of claim and record without a thread, until nothing is due or in the lanes: for tests and the forecast.
  void drain();

  std::map<std::int64_t, double> rates() const;  // messages a second by channel_id

 private:
  void loop();
  bool round();  // true when there may be more to do at once
  void apply_channels();
  Capacity capacity(std::int64_t now_ms);
  std::vector<Outcome> take_results();
  Outcome translate(SendResult&& result);
  void classify(const SendResult& result, Outcome& outcome);
  void pause(const SendResult& result, std::int64_t until_ms);
  void distribute(std::vector<Claimed>&& claimed, std::int64_t now_ms);
  std::chrono::milliseconds until_next_due();

  storage::Database& database_;
  ChannelHost& channels_;
  const Clock& clock_;
  const std::string node_;

  // Sender thread only.
  std::map<std::int64_t, std::int64_t> paused_until_ms_;
  std::map<std::int64_t, std::int64_t> broken_;  // channel_id -> config version that was broken
  std::unordered_map<std::int64_t, std::int64_t> contact_last_ms_;
  std::vector<Outcome> unrecorded_;  // kept when the database could not be written
  MessageCache cache_;               // touched by the claim on the engine's writer, while this thread waits for it
  std::mt19937_64 random_{std::random_device{}()};

  mutable std::mutex lanes_mutex_;  // guards lanes_
  std::map<std::int64_t, std::shared_ptr<SendLane>> lanes_;

  std::shared_ptr<ResultBox> results_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace laoke
