#include "handlers/dispatch.h"

#include <algorithm>
#include <set>

#include "handlers/broadcasts.h"
#include "handlers/delivery_content.h"
#include "handlers/policy_question.h"
#include "handlers/reasons.h"
#include "handlers/undelivered.h"
#include "storage/broadcasts.h"
#include "storage/nodes.h"
#include "storage/sending.h"
#include "storage/shops.h"

namespace laoke {
namespace {

using storage::Delivery;
using storage::DeliveryKey;
using storage::QueueRow;
using storage::SendLane;
using storage::Transaction;

// One shop as a claim needs it, read once per claim.
struct ShopView {
  storage::Shop shop;
  ShopSettings settings;
};

struct TakenUp {
  std::int64_t shop_id;
  Delivery delivery;
};

bool open_state(std::string_view state) { return state == "planned" || state == "due" || state == "deferred"; }

// The work of one claim() call.
class Claimer {
 public:
  Claimer(Transaction& tx, std::int64_t now_ms, Capacity& capacity, int limit, MessageCache& cache)
      : tx_(tx), now_ms_(now_ms), capacity_(capacity), left_(limit), cache_(cache), counts_(tx) {}

  std::vector<Claimed> run() {
    forget_lost_channels();
    for (const auto lane : {SendLane::kFast, SendLane::kBulk}) {
      for (auto& [channel_id, room] : capacity_.room)
        if (room > 0) take_queue(channel_id, lane, room);
      take_queue(0, lane, left_);
    }
    for (const auto& broadcast : storage::broadcasts_in_state(tx_, "sending", now_ms_))
      if (capacity_.shop_id == 0 || broadcast.shop_id == capacity_.shop_id) walk(broadcast);
    counts_.flush(now_ms_);
    return std::move(claimed_);
  }

 private:
  // Asked in the claiming transaction: a node that woke up late finds its fence outdone and claims nothing.
  void forget_lost_channels() {
    for (const auto& [channel_id, fence] : capacity_.fences)
      if (!storage::holds_channel(tx_, capacity_.shop_id, channel_id, capacity_.node, fence)) capacity_.room.erase(channel_id);
  }

  void take_queue(std::int64_t channel_id, SendLane lane, int most) {
    std::vector<TakenUp> taken;
    std::set<std::pair<std::int64_t, DeliveryKey>> seen;  // a delivery may be queued for two moments that are both past
    const auto of_shop = channel_id == 0 ? capacity_.shop_id : 0;
    for (const auto& row : storage::due_rows(tx_, channel_id, lane, now_ms_, std::min(most, left_), of_shop)) {
      --left_;
      storage::dequeue(tx_, row);
      if (!seen.emplace(row.shop_id, row.key).second) continue;
      auto delivery = storage::get_delivery(tx_, row.shop_id, row.key);
      if (delivery && open_state(delivery->state)) taken.push_back({row.shop_id, std::move(*delivery)});
    }
    take_up(taken, lane);
  }

  int room_of_all() const {
    int room = 0;
    for (const auto& [id, free] : capacity_.room) room += std::max(free, 0);
    return room;
  }

  // Untouched rows of a broadcast, in the ledger's order. Looks at no more rows than could be sent, so that a broadcast
  // is not poured into the queue of a slow channel.
  void walk(const storage::Broadcast& broadcast) {
    const int most = std::min(left_, room_of_all());
    if (most <= 0) return;
    auto rows = storage::walk_broadcast(tx_, broadcast.shop_id, broadcast.broadcast_id, broadcast.send_cursor, most);
    if (rows.empty()) return;
    left_ -= static_cast<int>(rows.size());
    const auto last = rows.back().key.customer_id;
    std::vector<TakenUp> taken;
    for (auto& row : rows)
      if (row.state == "planned") taken.push_back({broadcast.shop_id, std::move(row)});
    take_up(taken, SendLane::kBulk);
    storage::set_send_cursor(tx_, broadcast.shop_id, broadcast.broadcast_id, last);
    tx_.raise(storage::kSendWork);
  }

  void take_up(std::vector<TakenUp>& taken, SendLane lane) {
    read_facts(taken);
    for (auto& [shop_id, delivery] : taken) {
      auto& known = facts_[shop_id];
      const auto facts = known.find(delivery.key.customer_id);
      take_up(shop_id, delivery, lane, facts == known.end() ? nullptr : &facts->second);
    }
  }

  // What is not known yet of their customers, many to a statement. It stays true while the claim runs: nothing but a
  // marketing message of its own changes it, and that is noted in go().
  void read_facts(const std::vector<TakenUp>& taken) {
    std::map<std::pair<std::int64_t, bool>, std::vector<std::int64_t>> wanted;  // of shop, with marketing: after without
    for (const auto& [shop_id, delivery] : taken) {
      const bool marketing = delivery.klass == "marketing";
      const auto& known = facts_[shop_id];
      const auto facts = known.find(delivery.key.customer_id);
      if (facts == known.end() || (marketing && !facts->second.with_marketing))
        wanted[{shop_id, marketing}].push_back(delivery.key.customer_id);
    }
    for (auto& [of, customers] : wanted) {
      const auto* view = shop(of.first);
      if (view == nullptr) continue;
      std::sort(customers.begin(), customers.end());
      customers.erase(std::unique(customers.begin(), customers.end()), customers.end());
      const Context context{tx_, view->shop, now_ms_};
      storage::read_send_facts(tx_, of.first, customers, facts_wanted(context, view->settings, of.second), facts_[of.first]);
    }
  }

  void take_up(std::int64_t shop_id, Delivery& delivery, SendLane lane, storage::SendFacts* facts) {
    const auto* view = shop(shop_id);
    if (view == nullptr) return;
    const Context context{tx_, view->shop, now_ms_};
    if (delivery.key.source == "b" && !broadcast_sends(context, delivery)) return;
    const auto answer = decide(policy_question(context, view->settings, delivery, facts), view->settings, capacity_.channels);
    switch (answer.verdict) {
      case PolicyAnswer::Verdict::kDrop:
        return settle(context, delivery, "dropped", answer.reason);
      case PolicyAnswer::Verdict::kWait:
        return queue_again(context, delivery, lane, "deferred", answer.reason, answer.until_ms, answer.reach.channel_id);
      case PolicyAnswer::Verdict::kGo:
      case PolicyAnswer::Verdict::kGoWithPlatformTemplate:
        return go(context, delivery, lane, answer.reach, *facts);
    }
  }

  // False when its broadcast was paused or cancelled after the row was queued; the row is put where it belongs.
  bool broadcast_sends(const Context& context, Delivery& delivery) {
    const auto* broadcast = this->broadcast(context.shop_id(), delivery.key.source_id);
    if (broadcast == nullptr || broadcast->state == "cancelled") {
      settle(context, delivery, "cancelled", reasons::kBroadcastCancelled);
      return false;
    }
    if (broadcast->state != "paused") return true;
    // Back to the untouched rows; resuming walks from the start again.
    settle(context, delivery, "planned", "");
    return false;
  }

  void go(const Context& context, Delivery& delivery, SendLane lane, const Reach& reach, storage::SendFacts& facts) {
    const auto room = capacity_.room.find(reach.channel_id);
    if (room == capacity_.room.end() || room->second <= 0)
      return queue_again(context, delivery, lane, "due", "", now_ms_, reach.channel_id);
    if (const auto free_at = capacity_.contact_free_at_ms(reach.contact_id); free_at > now_ms_)
      return queue_again(context, delivery, lane, "due", reasons::kContactBusy, free_at, reach.channel_id);
    const auto* broadcast = delivery.key.source == "b" ? this->broadcast(context.shop_id(), delivery.key.source_id) : nullptr;
    auto content = content_of(context, delivery, facts.language, capacity_.channels.at(reach.channel_id).kind, broadcast, cache_);
    if (!content) return settle(context, delivery, "failed", reasons::kTemplateError);
    --room->second;
    delivery.contact_id = reach.contact_id;
    ++delivery.attempts;
    settle(context, delivery, "sending", "");
    const auto fence = capacity_.fences.find(reach.channel_id);
    const std::int64_t under = fence == capacity_.fences.end() ? 0 : fence->second;
    storage::add_in_flight(tx_, {context.shop_id(), delivery.key, reach.channel_id, capacity_.node, now_ms_, under});
    if (delivery.klass == "marketing") {
      storage::add_marketing_sent(tx_, context.shop_id(), delivery.key, now_ms_);
      facts.marketing_sent_ms.push_back(now_ms_);
    }
    const auto way = std::find_if(facts.ways.begin(), facts.ways.end(), [&](const auto& one) { return one.contact_id == reach.contact_id; });
    claimed_.push_back({context.shop_id(), reach.channel_id, reach.contact_id, delivery.key, lane, delivery.klass,
                        way->external_id, std::move(content->content), content->about_customer_id, content->about_contact_id,
                        delivery.attempts, under});
  }

  void queue_again(const Context& context, Delivery& delivery, SendLane lane, std::string_view state,
                   std::string_view reason, std::int64_t at_ms, std::int64_t channel_id) {
    delivery.due_at_ms = at_ms;
    settle(context, delivery, state, reason);
    storage::enqueue(tx_, {channel_id, lane, at_ms, context.shop_id(), delivery.key});
  }

  void settle(const Context& context, Delivery& delivery, std::string_view state, std::string_view reason) {
    counts_.move(context.shop_id(), delivery, state, reason);
    delivery.state = state;
    delivery.reason = reason;
    delivery.updated_at_ms = now_ms_;
    storage::update_delivery(tx_, context.shop_id(), delivery);
    note_bad_end(tx_, context.shop_id(), delivery, now_ms_);
  }

  const ShopView* shop(std::int64_t shop_id) {
    auto& view = shops_[shop_id];
    if (!view) {
      const auto row = storage::get_shop(tx_, shop_id);
      if (!row) return nullptr;
      view = ShopView{*row, settings_of(*row)};
    }
    return &*view;
  }

  const storage::Broadcast* broadcast(std::int64_t shop_id, std::int64_t broadcast_id) {
    auto& row = broadcasts_[{shop_id, broadcast_id}];
    if (!row) row = storage::get_broadcast(tx_, shop_id, broadcast_id);
    return row ? &*row : nullptr;
  }

  Transaction& tx_;
  const std::int64_t now_ms_;
  Capacity& capacity_;
  int left_;
  MessageCache& cache_;
  CountChanges counts_;
  std::vector<Claimed> claimed_;
  std::map<std::int64_t, storage::SendFactsOf> facts_;  // by shop
  std::map<std::int64_t, std::optional<ShopView>> shops_;
  std::map<std::pair<std::int64_t, std::int64_t>, std::optional<storage::Broadcast>> broadcasts_;
};

}  // namespace

std::vector<Claimed> claim(Transaction& tx, std::int64_t now_ms, Capacity& capacity, int limit, MessageCache& cache) {
  return Claimer(tx, now_ms, capacity, limit, cache).run();
}

std::int64_t retry_delay_ms(std::int64_t attempts, double random01) {
  constexpr std::int64_t kFirstMs = 2'000, kMostMs = 300'000;
  std::int64_t delay = kFirstMs;
  for (std::int64_t i = 1; i < attempts && delay < kMostMs; ++i) delay *= 2;
  delay = std::min(delay, kMostMs);
  // Half fixed, half random: nodes and rows that failed together do not come back together.
  return delay / 2 + static_cast<std::int64_t>(random01 * static_cast<double>(delay / 2));
}

}  // namespace laoke
