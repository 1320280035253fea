#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <thread>
#include <vector>

#include "bot/channel_host.h"
#include "bot/channel_leases.h"
#include "bot/clock.h"
#include "bot/intake.h"
#include "handlers/errands.h"
#include "storage/database.h"

namespace laoke {

// Does the errands that handlers queued (handlers/errands.h), through Channel::run(), on the node that holds the channel's
// lease. What each kind's `data` holds:
//   follow_parcel  carrier (code of handlers/carriers.h, "" unknown), tracking_no, phone ("" unknown), reference (of the
//                  shipment: "<order id>-<shipment id>")
//   ask_parcel     carrier, tracking_no, phone as above, asked_by (the contact of the staff chat that asks)
//   read_order     external_id (of an order in a shop system)
//   profile        external_id (of the contact): `learned` is a kProfile event with what the platform tells of who it is
//   tag, untag     external_id (of the contact), tag (its name), group ("" or left out: none); both say the same data
//
// One thread ("errands") looks what is due, each channel's errands are done one after the other on one of a few more,
// started when needed. An errand is done at least once: after a crash between the call and its record it is done again.
// What the platform's answer tells (`learned`) takes effect like a callback, before the errand is recorded as done.
class Errands {
 public:
  Errands(storage::Database& database, ChannelHost& channels, Intake& intake, const ChannelLeases& leases, const Clock& clock);
  ~Errands();  // stops, waiting for no call
  Errands(const Errands&) = delete;
  Errands& operator=(const Errands&) = delete;

  void start();
  // Begins nothing more, lets running calls finish within `budget`; those that do not are done again at the next start.
  void stop(std::chrono::milliseconds budget);
  // One look at what is due and its doing, without threads: how many tries were made.
  int round();

 private:
  struct Crew;
  class Use;
  void watch();  // the thread "errands"
  // The others. They touch `errands` only inside a Use: a call may outlive it.
  static void help(std::shared_ptr<Crew> crew, Errands* errands);
  static int work_on(Crew& crew, Errands* errands, std::int64_t channel_id);
  void hand_out(const std::vector<std::int64_t>& channels);
  std::vector<std::int64_t> channels_due();
  LiveChannelPtr mine(std::int64_t channel_id) const;  // nullptr: switched off, broken, or another node's
  std::optional<storage::ErrandRow> next_of(const LiveChannel& live);
  bool record(const LiveChannel& live, const storage::ErrandRow& row, const channels::ErrandOutcome& outcome);

  storage::Database& database_;
  ChannelHost& channels_;
  Intake& intake_;
  const ChannelLeases& leases_;
  const Clock& clock_;
  std::mutex random_mutex_;  // guards random_
  std::mt19937_64 random_{std::random_device{}()};
  const std::shared_ptr<Crew> crew_;  // shared with threads whose call may outlive this
  std::thread watcher_;
};

}  // namespace laoke
