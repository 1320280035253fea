#include "bot/sender.h"

#include <algorithm>
#include <utility>

#include "bot/log.h"
#include "bot/metrics.h"
#include "handlers/reasons.h"
#include "storage/batches.h"
#include "storage/broadcasts.h"
#include "storage/channels.h"
#include "storage/ledger.h"

namespace laoke {
namespace {

constexpr int kClaimLimit = 600;                          // rows looked at in one commit: some 30 ms of the writer
constexpr std::chrono::milliseconds kGather{20};          // results that share a commit
constexpr std::chrono::milliseconds kSenderSleep{1'000};  // another process may have planned something
constexpr std::chrono::milliseconds kStopRetry{200};
constexpr std::chrono::milliseconds kAfterFault{1'000};   // the database could not be written
// A channel that changed hands sends nothing for so long: what the node before sent last counts in the platform's limits.
constexpr std::int64_t kHandoverMs = 1'000, kLongestHandoverMs = 5'000;
constexpr std::ptrdiff_t kMostRecorded = 500;             // outcomes in one commit
constexpr std::size_t kContactMemory = 100'000;           // contacts whose last message is remembered for their pace

}  // namespace

Sender::Sender(storage::Database& database, ChannelHost& channels, const Clock& clock, std::string node)
    : Sender(database, channels, clock, std::make_shared<ChannelLeases>(database, std::move(node), true)) {}

Sender::Sender(storage::Database& database, ChannelHost& channels, const Clock& clock, std::shared_ptr<ChannelLeases> leases)
    : database_(database), channels_(channels), clock_(clock), leases_(std::move(leases)), results_(std::make_shared<ResultBox>()) {}

Sender::~Sender() { stop(std::chrono::seconds(0)); }

int Sender::recover() {
  follow_channels();
  return keep_leases();
}

void Sender::start() { thread_ = std::thread([this] { loop(); }); }

void Sender::start_without_sending() { thread_ = std::thread([this] { press_loop(); }); }

void Sender::wake() { results_->ring(); }

void Sender::acknowledge_press(std::int64_t channel_id, const std::string& press_id) {
  const std::lock_guard lock(lanes_mutex_);
  if (const auto lane = lanes_.find(channel_id); lane != lanes_.end()) lane->second->acknowledge_press(press_id);
}

std::map<std::int64_t, double> Sender::rates() const {
  const std::lock_guard lock(lanes_mutex_);
  std::map<std::int64_t, double> rates;
  for (const auto& [id, lane] : lanes_) rates[id] = lane->pacer().per_second();
  return rates;
}

void Sender::press_loop() {
  while (!stopping_) {
    try {
      follow_channels();
    } catch (const std::exception& error) {
      log::error("sender.fault", {{"why", error.what()}});
    }
    results_->wait(kSenderSleep, std::chrono::milliseconds(0));
  }
}

void Sender::loop() {
  while (!stopping_) {
    try {
      const bool more = round();
      if (!more && !stopping_) results_->wait(until_next_due(), kGather);
    } catch (const std::exception& error) {
      // What was sent is kept in unrecorded_ and written when the database takes it again.
      log::error("sender.fault", {{"why", error.what()}});
      results_->wait(kAfterFault, kAfterFault);
      continue;
    }
  }
}

void Sender::drain() {
  for (;;) {
    const bool more = round();
    bool idle = true;
    {
      const std::lock_guard lock(lanes_mutex_);
      for (const auto& [id, lane] : lanes_) idle = idle && lane->idle();
    }
    if (!more && idle && unrecorded_.empty()) {
      unrecorded_ = take_results();
      if (unrecorded_.empty()) return;
    } else if (!more) {
      results_->wait(kGather, std::chrono::milliseconds(1));
    }
  }
}

void Sender::follow_channels() {
  channels_.refresh();
  if (channels_.mark() != applied_mark_) apply_channels();
}

void Sender::apply_channels() {
  applied_mark_ = channels_.mark();
  const auto may_send = [leases = leases_](const Claimed& claimed) { return leases->holds(claimed.channel_id, claimed.fence); };
  const std::lock_guard lock(lanes_mutex_);
  std::map<std::int64_t, std::shared_ptr<SendLane>> lanes;
  for (const auto& live : channels_.all()) {
    if (!live->channel || !is_chat(live->row.kind)) continue;
    const auto old = lanes_.find(live->row.channel_id);
    const bool same_pace = old != lanes_.end() && old->second->pacer().per_second() == live->channel->traits().messages_per_second;
    if (same_pace) old->second->use(live);
    lanes[live->row.channel_id] = same_pace ? old->second : std::make_shared<SendLane>(live, results_, may_send);
  }
  for (const auto& [id, lane] : lanes_)
    if (lanes[id] != lane) lane->stop(std::chrono::steady_clock::now());
  std::erase_if(lanes, [](const auto& entry) { return entry.second == nullptr; });
  lanes_ = std::move(lanes);
}

int Sender::keep_leases() {
  const auto channels = channels_.all();
  if (!leases_->due(channels.size())) return 0;
  const auto beat = leases_->beat(channels, clock_.now_ms());
  for (const auto& taken : beat.taken) begin_gently(taken);
  std::vector<std::int64_t> closed = leases_->leaving();
  closed.insert(closed.end(), beat.lost.begin(), beat.lost.end());
  const std::lock_guard lock(lanes_mutex_);
  for (const auto channel_id : closed)
    if (const auto lane = lanes_.find(channel_id); lane != lanes_.end()) lane->second->hand_back();
  return beat.settled;
}

// What the node before sent last, to the channel and to each contact, is not known here: so it waits as if it had just
// sent all it may.
void Sender::begin_gently(const ChannelLeases::Taken& taken) {
  auto& paused = paused_until_ms_[taken.channel_id];
  paused = std::max(paused, taken.paused_until_ms);
  if (taken.fence == 1) return;
  const std::lock_guard lock(lanes_mutex_);
  const auto lane = lanes_.find(taken.channel_id);
  if (lane == lanes_.end()) return;
  const double per_contact = lane->second->live()->channel->traits().contact_messages_per_second;
  const auto contact_ms = per_contact > 0 ? static_cast<std::int64_t>(1000 / per_contact) : 0;
  lane->second->pause_until(steady_us() + std::clamp(contact_ms, kHandoverMs, kLongestHandoverMs) * 1000);
}

void Sender::let_go() {
  for (const auto channel_id : leaving_quiet_) leases_->give_back(channel_id);
  leaving_quiet_.clear();
  const std::lock_guard lock(lanes_mutex_);
  for (const auto channel_id : leases_->leaving()) {
    const auto lane = lanes_.find(channel_id);
    // Given back a round later: by then the last results are recorded.
    if (lane == lanes_.end() || lane->second->idle()) leaving_quiet_.push_back(channel_id);
  }
}

// These waits are spans of time, kept as moments: a clock that is set back must not make them longer.
void Sender::follow_clock(std::int64_t now_ms) {
  const auto back_ms = last_now_ms_ - now_ms;
  last_now_ms_ = now_ms;
  if (back_ms <= 0) return;
  set_back_ms_ += back_ms;
  for (auto& [channel_id, until_ms] : paused_until_ms_) until_ms -= back_ms;
  for (auto& [contact_id, free_at_ms] : contact_last_ms_) free_at_ms -= back_ms;
}

Capacity Sender::capacity(std::int64_t now_ms) {
  Capacity capacity;
  capacity.channels = channels_.health();
  capacity.node = leases_->node_id();
  capacity.fences = leases_->fences();
  capacity.calling = calling_;
  const std::lock_guard lock(lanes_mutex_);
  for (auto& [id, health] : capacity.channels) {
    health.paused_until_ms -= set_back_ms_;
    if (const auto paused = paused_until_ms_.find(id); paused != paused_until_ms_.end())
      health.paused_until_ms = std::max(health.paused_until_ms, paused->second);
    const auto lane = lanes_.find(id);
    const bool ready = lane != lanes_.end() && capacity.fences.contains(id) && health.state == "on" && health.paused_until_ms <= now_ms;
    // Results that nobody took yet are in flight as much as what the lane holds.
    if (health.state == "off") capacity.closed.insert(id);
    if (ready) capacity.room[id] = std::min(lane->second->room(), lane->second->capacity() - given_[id]);
  }
  capacity.contact_free_at_ms = [this](std::int64_t contact_id) {
    const auto last = contact_last_ms_.find(contact_id);
    return last == contact_last_ms_.end() ? 0 : last->second;
  };
  return capacity;
}

bool Sender::round() {
  follow_channels();
  keep_leases();
  unrecorded_ = take_results();
  const auto now_ms = clock_.now_ms();
  follow_clock(now_ms);
  const Capacity room = capacity(now_ms);
  bool more = false;
  std::exception_ptr fault;
  for (const auto shop_id : shops_with_work(room, now_ms)) try {
      more = round_of(shop_id, room, now_ms) || more;
    } catch (...) {
      fault = std::current_exception();  // the other shops go on
    }
  if (fault) std::rethrow_exception(fault);
  let_go();
  return more;
}

std::set<std::int64_t> Sender::shops_with_work(const Capacity& capacity, std::int64_t now_ms) {
  std::set<std::int64_t> shops, with_room;
  for (const auto& outcome : unrecorded_) shops.insert(outcome.claimed.shop_id);
  std::vector<LiveChannelPtr> ready;
  for (const auto& live : channels_.all())
    if (capacity.closed.contains(live->row.channel_id))
      ready.push_back(live);
    else if (const auto room = capacity.room.find(live->row.channel_id); room != capacity.room.end() && room->second > 0) {
      ready.push_back(live);
      with_room.insert(live->row.shop_id);
    }
  database_.read([&](storage::Transaction& tx) {
    for (const auto& live : ready) {
      const auto front = live->row.channel_id;
      const auto next = storage::next_due_ms(tx, {&front, 1});
      if (next && *next <= now_ms) shops.insert(live->row.shop_id);
    }
    // Not routed yet: whoever sees them first says through which channel they go.
    for (const auto lane : {storage::SendLane::kFast, storage::SendLane::kBulk})
      for (const auto& row : storage::due_rows(tx, 0, lane, now_ms, kClaimLimit)) shops.insert(row.shop_id);
    // Batches that are being gathered, given up, or due to be called again.
    for (const auto& batch : storage::list_batches(tx))
      if (capacity.fences.contains(batch.channel_id) && batch.due_at_ms <= now_ms && !capacity.calling.contains(batch.key))
        shops.insert(batch.shop_id);
    for (const auto& broadcast : storage::broadcasts_in_state(tx, "sending", now_ms))
      if (with_room.contains(broadcast.shop_id)) shops.insert(broadcast.shop_id);
  });
  return shops;
}

bool Sender::round_of(std::int64_t shop_id, const Capacity& of_all, std::int64_t now_ms) {
  Capacity room = of_all;
  room.shop_id = shop_id;
  room.walks = walks_[shop_id];
  const auto elsewhere = [&](std::int64_t channel_id) {
    const auto live = channels_.by_id(channel_id);
    return !live || live->row.shop_id != shop_id;
  };
  std::erase_if(room.room, [&](const auto& entry) { return elsewhere(entry.first); });
  std::erase_if(room.fences, [&](const auto& entry) { return elsewhere(entry.first); });
  std::erase_if(room.closed, elsewhere);
  const auto outcomes = next_to_record(shop_id);
  const std::span<const Outcome> later(unrecorded_.data(), unrecorded_.size() - outcomes.size());  // not recorded by this commit
  // Nor do these make room: a platform faster than the database must not leave thousands behind at a crash.
  for (const auto& outcome : later)
    if (const auto lane = room.room.find(outcome.claimed.channel_id); lane != room.room.end()) --lane->second;
  // What a failed commit gave back and is not recorded here would be taken for given back by the claim that follows.
  const bool given_back_later = std::any_of(later.begin(), later.end(), [&](const Outcome& outcome) {
    return outcome.claimed.shop_id == shop_id && outcome.kind == Outcome::Kind::kReturned;
  });
  std::vector<Claimed> claimed;
  std::vector<storage::Batch> batches;
  std::map<std::int64_t, WalkPlace> walks;
  bool more = false;
  try {
    database_.write([&](storage::Transaction& tx) {
      Capacity left = room;
      record(tx, outcomes);
      if (also_record_) also_record_(tx, outcomes);
      claimed = stopping_ || given_back_later ? std::vector<Claimed>{} : claim(tx, now_ms, left, kClaimLimit, cache_);
      batches = std::move(left.to_call);
      walks = std::move(left.walks);
      more = (tx.signals() & storage::kSendWork) != 0;
    }, storage::of_shop(shop_id));
  } catch (...) {
    // A commit whose answer was lost may hold: then these are "sending" and nobody sends them. Given back they are due
    // again; were they never claimed, that changes nothing.
    for (auto& one : claimed) {
      Outcome returned;
      returned.kind = Outcome::Kind::kReturned;
      returned.at_ms = now_ms;
      returned.claimed = std::move(one);
      unrecorded_.push_back(std::move(returned));
    }
    throw;
  }
  walks_[shop_id] = std::move(walks);
  const auto recorded = unrecorded_.end() - static_cast<std::ptrdiff_t>(outcomes.size());
  std::set<std::string> batches_left;
  for (auto outcome = unrecorded_.begin(); outcome != recorded; ++outcome)
    if (outcome->claimed.batch) batches_left.insert(outcome->claimed.batch->key);
  for (auto outcome = recorded; outcome != unrecorded_.end(); ++outcome)
    if (outcome->claimed.batch && !batches_left.contains(outcome->claimed.batch->key)) calling_.erase(outcome->claimed.batch->key);
  unrecorded_.erase(recorded, unrecorded_.end());
  const bool unrecorded = std::any_of(unrecorded_.begin(), unrecorded_.end(),
                                      [&](const Outcome& outcome) { return outcome.claimed.shop_id == shop_id; });
  distribute(std::move(claimed), now_ms);
  call_batches(batches, room);
  return more || unrecorded;
}

// Moves what this commit records to the end of unrecorded_: a slice, so that a large batch does not hold up others.
std::span<Outcome> Sender::next_to_record(std::int64_t shop_id) {
  const auto mine = std::stable_partition(unrecorded_.begin(), unrecorded_.end(),
                                          [&](const Outcome& outcome) { return outcome.claimed.shop_id != shop_id; });
  const auto count = std::min<std::ptrdiff_t>(unrecorded_.end() - mine, kMostRecorded);
  std::rotate(mine, mine + count, unrecorded_.end());
  return {unrecorded_.end() - count, unrecorded_.end()};
}

// Their members are read outside of the claim's transaction: there may be ten thousand.
void Sender::call_batches(const std::vector<storage::Batch>& batches, const Capacity& capacity) {
  for (const auto& batch : batches) {
    const auto fence = capacity.fences.find(batch.channel_id);
    if (fence == capacity.fences.end()) continue;
    auto members = database_.read([&](storage::Transaction& tx) { return load_batch(tx, batch, fence->second); });
    if (members.empty()) continue;
    const std::lock_guard lock(lanes_mutex_);
    const auto lane = lanes_.find(batch.channel_id);
    if (lane == lanes_.end()) continue;
    calling_.insert(batch.key);
    lane->second->push_batch(std::move(members));
  }
}

void Sender::distribute(std::vector<Claimed>&& claimed, std::int64_t now_ms) {
  std::map<std::int64_t, std::vector<Claimed>> by_channel;
  if (contact_last_ms_.size() > kContactMemory) std::erase_if(contact_last_ms_, [&](const auto& entry) { return entry.second <= now_ms; });
  for (auto& one : claimed) by_channel[one.channel_id].push_back(std::move(one));
  const std::lock_guard lock(lanes_mutex_);
  for (auto& [channel_id, list] : by_channel) {
    auto& lane = lanes_.at(channel_id);
    const double per_contact = lane->live()->channel->traits().contact_messages_per_second;
    if (per_contact > 0)
      for (const auto& one : list)
        contact_last_ms_[one.contact_id] = now_ms + static_cast<std::int64_t>(1000 / per_contact);
    given_[channel_id] += static_cast<int>(list.size());
    lane->push(std::move(list));
  }
}

std::chrono::milliseconds Sender::until_next_due() {
  std::vector<std::int64_t> fronts{0};
  for (const auto& [channel_id, room] : capacity(clock_.now_ms()).room)
    if (room > 0) fronts.push_back(channel_id);  // a full lane rings when it has room
  const auto next = database_.read([&](storage::Transaction& tx) { return storage::next_due_ms(tx, fronts); });
  if (!next) return kSenderSleep;
  return std::clamp(std::chrono::milliseconds(*next - clock_.now_ms()), std::chrono::milliseconds(5), kSenderSleep);
}

// Until the database takes it or the time is over.
void Sender::record_all(std::chrono::steady_clock::time_point deadline) {
  unrecorded_ = take_results();
  std::set<std::int64_t> shops;
  for (const auto& outcome : unrecorded_) shops.insert(outcome.claimed.shop_id);
  for (auto shop = shops.begin(); shop != shops.end();) try {
      while (round_of(*shop, {}, clock_.now_ms())) {
      }
      ++shop;
    } catch (const storage::StorageError&) {
      if (std::chrono::steady_clock::now() + kStopRetry > deadline) throw;
      std::this_thread::sleep_for(kStopRetry);
    }
}

void Sender::stop(std::chrono::milliseconds budget) {
  if (stopping_.exchange(true)) return;
  const auto deadline = std::chrono::steady_clock::now() + budget;
  wake();
  if (thread_.joinable()) thread_.join();
  bool clean = true;
  {
    const std::lock_guard lock(lanes_mutex_);
    for (auto& [id, lane] : lanes_) clean = lane->stop(deadline) && clean;
  }
  try {
    record_all(deadline);
    leases_->give_back_all();
  } catch (const std::exception& error) {
    log::error("sender.stop_unrecorded", {{"count", static_cast<std::int64_t>(unrecorded_.size())}, {"why", error.what()}});
  }
  if (!clean) log::warning("sender.calls_cut", {});
}

}  // namespace laoke
