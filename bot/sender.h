#pragma once
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "bot/channel_host.h"
#include "bot/channel_leases.h"
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
// It sends only on channels whose lease this node holds (docs/adr/0018): each claim checks the lease's fence in its own
// transaction, each call the lease's time. A crash between the two commits leaves rows in "sending"; whoever takes the
// channel over settles them.
class Sender {
 public:
  // With a name only, it has the database to itself: it takes every channel and settles what was left behind.
  Sender(storage::Database& database, ChannelHost& channels, const Clock& clock, std::string node);
  Sender(storage::Database& database, ChannelHost& channels, const Clock& clock, std::shared_ptr<ChannelLeases> leases);
  ~Sender();  // stops

  // Called with what is recorded, in the transaction that records it. Before start().
  void on_record(std::function<void(storage::Transaction&, std::span<const Outcome>)> also) { also_record_ = std::move(also); }
  // Takes the channels this node may have now, settling what nodes before left behind; how many rows. Before start().
  int recover();
  void start();
  // Instead of start(), on a node that sends nothing: only presses are acknowledged.
  void start_without_sending();
  // Something may be due. Any thread, any time.
  void wake();
  // Tells the platform that a button press was seen; best effort, from the channel's own threads.
  void acknowledge_press(std::int64_t channel_id, const std::string& press_id);
  // Claims nothing more, lets running calls finish within `budget`, gives the rest back to the ledger and the channels
  // to other nodes.
  void stop(std::chrono::milliseconds budget);
  // One round of claim and record without a thread, until nothing is due or in the lanes: for tests and the forecast.
  void drain();

  std::map<std::int64_t, double> rates() const;  // messages a second by channel_id
  const ChannelLeases& leases() const { return *leases_; }

 private:
  void loop();
  void press_loop();
  bool round();  // true when there may be more to do at once
  bool round_of(std::int64_t shop_id, const Capacity& of_all, std::int64_t now_ms);
  std::span<Outcome> next_to_record(std::int64_t shop_id);
  void call_batches(const std::vector<storage::Batch>& batches, const Capacity& capacity);
  void follow_clock(std::int64_t now_ms);
  void record_all(std::chrono::steady_clock::time_point deadline);
  std::set<std::int64_t> shops_with_work(const Capacity& capacity, std::int64_t now_ms);
  void follow_channels();
  void apply_channels();
  int keep_leases();
  void begin_gently(const ChannelLeases::Taken& taken);
  void let_go();  // of channels that leave, once nothing of theirs is under way
  Capacity capacity(std::int64_t now_ms);
  std::vector<Outcome> take_results();
  Outcome translate(SendResult&& result);
  void classify(const SendResult& result, Outcome& outcome);
  void look_at_clock_for(const SendResult& result);
  bool repeats(const SendResult& result) const;
  bool stays_together(const BatchCall& batch, const Outcome& outcome) const;
  bool answers_for_free(const SendResult& result) const;
  void add_outcome(SendResult&& result, std::vector<Outcome>& outcomes);
  void pause(const SendResult& result, std::int64_t until_ms);
  void distribute(std::vector<Claimed>&& claimed, std::int64_t now_ms);
  std::chrono::milliseconds until_next_due();

  storage::Database& database_;
  ChannelHost& channels_;
  const Clock& clock_;
  const std::shared_ptr<ChannelLeases> leases_;  // shared with lanes: a call may outlive the sender

  // Sender thread only.
  std::map<std::int64_t, std::int64_t> paused_until_ms_;
  std::int64_t last_now_ms_ = 0;   // to see the clock being set back
  std::int64_t set_back_ms_ = 0;   // by how much in all
  std::set<std::string> calling_;  // keys of batches in the lanes, or with results not recorded
  // When a result came and how far its next try is spread: one for all members of a batch, so that they come due together.
  struct Moment {
    std::shared_ptr<const BatchCall> batch;
    std::int64_t at_ms = 0;
    double random01 = 0;
  } moment_;
  std::function<void(storage::Transaction&, std::span<const Outcome>)> also_record_;
  std::int64_t applied_mark_ = -2;           // ChannelHost::mark() when the lanes were made
  std::vector<std::int64_t> leaving_quiet_;  // channels that leave, with nothing under way since the last round
  std::map<std::int64_t, std::int64_t> broken_;  // channel_id -> config version that was broken
  std::unordered_map<std::int64_t, std::int64_t> contact_last_ms_;
  std::map<std::int64_t, int> given_;  // by channel: single messages whose results were not taken from results_ yet
  std::map<std::int64_t, std::map<std::int64_t, WalkPlace>> walks_;  // by shop and broadcast
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
