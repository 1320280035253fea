#include "bot/channel_leases.h"

#include <time.h>

#include <algorithm>
#include <limits>
#include <random>
#include <set>

#include "bot/log.h"
#include "handlers/dispatch.h"
#include "storage/channels.h"
#include "storage/ledger.h"

namespace laoke {
namespace {

constexpr std::int64_t kMarginMs = 500;          // clocks of two machines run apart by less than this within a lease
constexpr std::int64_t kEagerBeatMs = 1'000;     // while this node has less than its share
// Some node lives and takes nothing: what was taken for it beyond the share is kept for so long before it is offered again.
constexpr std::int64_t kPatienceMs = 600'000;
constexpr std::size_t kTogether = 50;            // channels taken in one transaction: some 10 ms
constexpr std::size_t kMostABeat = 1'000;        // so that what is held is renewed in time
constexpr std::int64_t kGoneChannelMs = 60'000;  // longer than any call to a platform takes

}  // namespace

LeaseClocks system_lease_clocks() {
  return {[](storage::Transaction& tx) { return tx.shared_clock_ms(); },
          [] {
            timespec now{};
            clock_gettime(CLOCK_BOOTTIME, &now);
            return static_cast<std::int64_t>(now.tv_sec) * 1'000 + now.tv_nsec / 1'000'000;
          }};
}

ChannelLeases::ChannelLeases(storage::Database& database, std::string node_id, bool alone, LeaseClocks clocks)
    : database_(database), node_id_(std::move(node_id)), alone_(alone), clocks_(std::move(clocks)) {}

bool ChannelLeases::due(std::size_t channels) const {
  const std::lock_guard lock(mutex_);
  if (beaten_ms_ < 0) return true;
  if (alone_) return held_.size() != channels;
  const auto every_ms = held_.size() < std::min(share_, channels) ? kEagerBeatMs : kBeatMs;
  return clocks_.own_ms() - beaten_ms_ >= every_ms;
}

ChannelLeases::Beat ChannelLeases::beat(const std::vector<LiveChannelPtr>& channels, std::int64_t now_ms) {
  Beat beat;
  const auto asked_ms = clocks_.own_ms();
  const auto seen = renew();
  keep_renewed(seen, asked_ms, beat);
  forget_gone(channels, beat);
  share_ = (channels.size() + seen.workers - 1) / seen.workers;
  auto wanted = free_ones(channels, seen);
  if (!alone_ && wanted.size() > kMostABeat) wanted.resize(kMostABeat);
  try {
    for (std::size_t at = 0; at < wanted.size(); at += kTogether)
      take(std::span(wanted).subspan(at, std::min(kTogether, wanted.size() - at)), now_ms, beat);
    settle_of_gone_channels(channels, now_ms, beat);
  } catch (const storage::StorageError& error) {
    log::warning("lease.fault", {{"why", error.what()}});  // what was taken so far is told; the rest is tried again
    share_ = channels.size();
  }
  balance((channels.size() + seen.workers - 1) / seen.workers, seen.workers);
  beaten_ms_ = asked_ms;
  return beat;
}

ChannelLeases::Seen ChannelLeases::renew() {
  return database_.write([&](storage::Transaction& tx) {
    Seen seen;
    seen.shared_ms = clocks_.shared_ms(tx);
    storage::renew_channels(tx, node_id_, seen.shared_ms + kLeaseMs);
    for (const auto& lease : storage::list_channel_leases(tx)) seen.leases[lease.channel_id] = lease;
    const auto nodes = storage::list_nodes(tx);
    const auto workers = std::count_if(nodes.begin(), nodes.end(), [&](const storage::NodeRow& node) {
      return node.role != "hooks" && (node.node_id == node_id_ || node.seen_ms > seen.shared_ms - kLeaseMs);
    });
    seen.workers = alone_ ? 1 : static_cast<std::size_t>(std::max<std::ptrdiff_t>(workers, 1));
    return seen;
  }, storage::kNodesScope);
}

void ChannelLeases::keep_renewed(const Seen& seen, std::int64_t asked_ms, Beat& beat) {
  const std::lock_guard lock(mutex_);
  for (auto entry = held_.begin(); entry != held_.end();) {
    auto& [channel_id, held] = *entry;
    const auto now = seen.leases.find(channel_id);
    if (now == seen.leases.end() || now->second.node_id != node_id_ || now->second.fence != held.lease.fence) {
      log::warning("lease.lost", {{"channel_id", channel_id}, {"fence", held.lease.fence}});
      beat.lost.push_back(channel_id);
      entry = held_.erase(entry);
      continue;
    }
    // Reckoned from before the question: the shared clock gives it at least as long.
    held.deadline_ms = asked_ms + kLeaseMs - kMarginMs;
    ++entry;
  }
}

void ChannelLeases::forget_gone(const std::vector<LiveChannelPtr>& channels, Beat& beat) {
  std::set<std::int64_t> known;
  for (const auto& live : channels) known.insert(live->row.channel_id);
  const std::lock_guard lock(mutex_);
  for (const auto& [channel_id, held] : held_)
    if (!known.contains(channel_id)) beat.lost.push_back(channel_id);
  std::erase_if(held_, [&](const auto& entry) { return !known.contains(entry.first); });
}

std::vector<LiveChannelPtr> ChannelLeases::free_ones(const std::vector<LiveChannelPtr>& channels, const Seen& seen) {
  const auto own_ms = clocks_.own_ms();
  std::map<std::int64_t, std::int64_t> free_since;
  std::vector<LiveChannelPtr> within_share, overdue;
  std::size_t count = 0;
  {
    const std::lock_guard lock(mutex_);
    count = held_.size();
    for (const auto& live : channels) {
      const auto id = live->row.channel_id;
      if (held_.contains(id)) continue;
      const auto lease = seen.leases.find(id);
      // Ours in the table and not here: the answer to taking or giving it back was lost. Nobody else can take it.
      const bool orphan = lease != seen.leases.end() && lease->second.node_id == node_id_;
      const bool is_free = alone_ || orphan || lease == seen.leases.end() || lease->second.node_id.empty() ||
                           lease->second.until_ms <= seen.shared_ms;
      if (!is_free) continue;
      const auto known = free_since_.find(id);
      const auto since_ms = free_since[id] = known == free_since_.end() ? own_ms : known->second;
      (orphan || own_ms - since_ms > kLeaseMs ? overdue : within_share).push_back(live);
    }
  }
  free_since_ = std::move(free_since);
  // Each node begins elsewhere, so that they do not all reach for the same ones.
  static thread_local std::mt19937_64 random{std::random_device{}()};
  std::shuffle(within_share.begin(), within_share.end(), random);
  const std::size_t room = share_ > count ? share_ - count : 0;
  if (within_share.size() > room) within_share.resize(room);
  if (!overdue.empty()) keep_all_until_ms_ = own_ms + kPatienceMs;
  within_share.insert(within_share.end(), overdue.begin(), overdue.end());
  return within_share;
}

void ChannelLeases::take(std::span<const LiveChannelPtr> some, std::int64_t now_ms, Beat& beat) {
  struct Result {
    const LiveChannel* live;
    std::int64_t fence = 0, paused_until_ms = 0;
    int settled = 0;
  };
  const auto asked_ms = clocks_.own_ms();
  const auto shop_id = some.front()->row.shop_id;
  const bool one_shop = std::all_of(some.begin(), some.end(), [&](const auto& live) { return live->row.shop_id == shop_id; });
  // A transaction of the shop: no claim of the node before runs beside it, and none comes after it.
  const auto results = database_.write([&](storage::Transaction& tx) {
    std::vector<Result> results;
    const auto shared_ms = clocks_.shared_ms(tx);
    for (const auto& live : some) {
      const auto& row = live->row;
      const auto fence = storage::take_channel(tx, row.shop_id, row.channel_id, node_id_, shared_ms, shared_ms + kLeaseMs, alone_);
      if (!fence) continue;
      const auto traits = live->channel ? live->channel->traits() : channels::Traits{};
      const auto settled = settle_left_behind(tx, now_ms, {row.shop_id, row.channel_id, *fence, traits.idempotent, node_id_, traits.batches_idempotent});
      const auto stored = storage::get_channel(tx, row.shop_id, row.channel_id);
      results.push_back({live.get(), *fence, stored ? stored->paused_until_ms : 0, settled});
    }
    return results;
  }, one_shop ? storage::of_shop(shop_id) : storage::Scope::kEveryShop);
  for (const auto& result : results) {
    const auto& row = result.live->row;
    free_since_.erase(row.channel_id);
    beat.taken.push_back({row.channel_id, result.fence, result.paused_until_ms});
    beat.settled += result.settled;
    log::info("lease.taken", {{"channel_id", row.channel_id}, {"fence", result.fence}, {"settled", result.settled}});
    const std::lock_guard lock(mutex_);
    held_[row.channel_id] = {{row.shop_id, row.channel_id, node_id_, result.fence, 0}, asked_ms + kLeaseMs - kMarginMs, false};
  }
}

// Nobody takes over a channel that was removed, so what a crash left of it would stay "sending" for ever.
void ChannelLeases::settle_of_gone_channels(const std::vector<LiveChannelPtr>& channels, std::int64_t now_ms, Beat& beat) {
  // At the start of a server that is alone nobody else's call can be running.
  const std::int64_t old_ms = alone_ && beaten_ms_ < 0 ? 0 : kGoneChannelMs;
  std::set<std::pair<std::int64_t, std::int64_t>> gone, hooks;
  for (const auto& row : database_.read([](storage::Transaction& tx) { return storage::list_in_flight(tx); })) {
    const bool known = std::any_of(channels.begin(), channels.end(), [&](const auto& live) { return live->row.channel_id == row.channel_id; });
    if (!known && row.since_ms <= now_ms - old_ms) gone.insert({row.shop_id, row.channel_id});
    if (known && row.batch == storage::kInHook && row.since_ms <= now_ms - kGoneChannelMs) hooks.insert({row.shop_id, row.channel_id});
  }
  // Answers in a callback's own reply stand under no lease: nobody takes over those of a node that died.
  for (const auto& [shop_id, channel_id] : hooks)
    beat.settled += database_.write([&, shop = shop_id, channel = channel_id](storage::Transaction& tx) {
      return settle_left_behind(tx, now_ms, {shop, channel, 1, false, node_id_});
    }, storage::of_shop(shop_id));
  for (const auto& [shop_id, channel_id] : gone)
    beat.settled += database_.write([&, shop = shop_id, channel = channel_id](storage::Transaction& tx) {
      if (storage::get_channel(tx, shop, channel)) return 0;
      return settle_left_behind(tx, now_ms, {shop, channel, std::numeric_limits<std::int64_t>::max(), false});
    }, storage::of_shop(shop_id));
}

// One a beat, so that a node that joined is given its share gently and nothing swings back.
void ChannelLeases::balance(std::size_t share, std::size_t workers) {
  const std::lock_guard lock(mutex_);
  if (workers < 2 || held_.size() <= share || clocks_.own_ms() < keep_all_until_ms_) return;
  const bool one_leaves = std::any_of(held_.begin(), held_.end(), [](const auto& entry) { return entry.second.leaving; });
  if (!one_leaves) held_.rbegin()->second.leaving = true;
}

std::vector<std::int64_t> ChannelLeases::leaving() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::int64_t> list;
  for (const auto& [channel_id, held] : held_)
    if (held.leaving) list.push_back(channel_id);
  return list;
}

void ChannelLeases::give_back(std::int64_t channel_id) {
  storage::ChannelLease lease;
  {
    const std::lock_guard lock(mutex_);
    const auto held = held_.find(channel_id);
    if (held == held_.end()) return;
    lease = held->second.lease;
    held_.erase(held);
  }
  database_.write([&](storage::Transaction& tx) {
    storage::give_back_channel(tx, lease);
    tx.raise(storage::kSendWork);
  }, storage::of_shop(lease.shop_id));
  free_since_[channel_id] = clocks_.own_ms();
}

void ChannelLeases::give_back_all() {
  std::vector<std::int64_t> all;
  for (const auto& [channel_id, fence] : fences()) all.push_back(channel_id);
  for (const auto channel_id : leaving()) all.push_back(channel_id);
  for (const auto channel_id : all) give_back(channel_id);
}

bool ChannelLeases::within(const Held& held) const { return alone_ || clocks_.own_ms() < held.deadline_ms; }

std::map<std::int64_t, std::int64_t> ChannelLeases::fences() const {
  const std::lock_guard lock(mutex_);
  std::map<std::int64_t, std::int64_t> fences;
  for (const auto& [channel_id, held] : held_)
    if (!held.leaving && within(held)) fences[channel_id] = held.lease.fence;
  return fences;
}

bool ChannelLeases::holds(std::int64_t channel_id, std::int64_t fence) const {
  const std::lock_guard lock(mutex_);
  const auto held = held_.find(channel_id);
  return held != held_.end() && held->second.lease.fence == fence && within(held->second);
}

bool ChannelLeases::owns(std::int64_t channel_id) const {
  const std::lock_guard lock(mutex_);
  const auto held = held_.find(channel_id);
  return held != held_.end() && !held->second.leaving && within(held->second);
}

}  // namespace laoke
