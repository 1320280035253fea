#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "bot/channel_host.h"
#include "storage/database.h"
#include "storage/nodes.h"

namespace laoke {

// A lease not renewed for this long is over. Renewed every kBeatMs, so a dead node's channels are taken over within
// kLeaseMs + kBeatMs and what the takeover itself needs.
inline constexpr std::int64_t kLeaseMs = 10'000, kBeatMs = 3'000;

// The clocks that leases are reckoned by; tests move them.
struct LeaseClocks {
  std::function<std::int64_t(storage::Transaction&)> shared_ms;  // one for all nodes
  std::function<std::int64_t()> own_ms;  // this machine's, from anywhere; goes on while the process or the machine sleeps
};
LeaseClocks system_lease_clocks();

// Which channels this node may send on, and until when. beat(), leave() and give_back() belong to the sender's thread, the
// questions to any. Shared with the lanes, whose calls may outlive the sender.
class ChannelLeases {
 public:
  // `alone`: no other node can be there (one server a SQLite file), so channels are taken whoever held them and kept
  // without renewing.
  ChannelLeases(storage::Database& database, std::string node_id, bool alone, LeaseClocks clocks = system_lease_clocks());

  struct Taken {
    std::int64_t channel_id = 0, fence = 0, paused_until_ms = 0;
  };
  struct Beat {
    std::vector<Taken> taken;
    std::vector<std::int64_t> lost;  // now with another node, or gone
    int settled = 0;                 // rows that the nodes before left in "sending"
  };
  bool due(std::size_t channels) const;
  // Renews what is held and takes what is free, up to this node's share; what stays free for longer than a lease is
  // taken beyond it. Throws StorageError when it could not ask; what was held stays held until its time is over.
  Beat beat(const std::vector<LiveChannelPtr>& channels, std::int64_t now_ms);
  // A channel this node has beyond its share, while another has less; it is not to be claimed for any more and given back when idle.
  std::vector<std::int64_t> leaving() const;
  void give_back(std::int64_t channel_id);
  void give_back_all();

  // By channel: the fence to claim under.
  std::map<std::int64_t, std::int64_t> fences() const;
  // Asked right before each call: whether a message claimed under `fence` may leave now.
  bool holds(std::int64_t channel_id, std::int64_t fence) const;
  bool owns(std::int64_t channel_id) const;
  const std::string& node_id() const { return node_id_; }

 private:
  struct Held {
    storage::ChannelLease lease;
    std::int64_t deadline_ms = 0;  // own_ms
    bool leaving = false;
  };
  struct Seen {  // what one look at the tables says
    std::map<std::int64_t, storage::ChannelLease> leases;  // by channel_id, after this node's were renewed
    std::int64_t shared_ms = 0;
    std::size_t workers = 1;
  };
  Seen renew();
  void keep_renewed(const Seen& seen, std::int64_t asked_ms, Beat& beat);
  void forget_gone(const std::vector<LiveChannelPtr>& channels, Beat& beat);
  std::vector<LiveChannelPtr> free_ones(const std::vector<LiveChannelPtr>& channels, const Seen& seen);
  void take(std::span<const LiveChannelPtr> some, std::int64_t now_ms, Beat& beat);
  void settle_of_gone_channels(const std::vector<LiveChannelPtr>& channels, std::int64_t now_ms, Beat& beat);
  void balance(std::size_t share, std::size_t workers);
  bool within(const Held& held) const;

  storage::Database& database_;
  const std::string node_id_;
  const bool alone_;
  const LeaseClocks clocks_;
  std::int64_t beaten_ms_ = -1;                      // sender's thread only
  std::size_t share_ = 0;                            // the same
  std::int64_t keep_all_until_ms_ = 0;               // the same; own_ms
  std::map<std::int64_t, std::int64_t> free_since_;  // the same; channel_id -> own_ms

  mutable std::mutex mutex_;  // guards held_
  std::map<std::int64_t, Held> held_;
};

}  // namespace laoke
