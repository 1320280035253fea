#include "handlers/dispatch.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "handlers/batching.h"
#include "handlers/broadcast_walk.h"
#include "handlers/broadcasts.h"
#include "handlers/calendar.h"
#include "handlers/delivery_content.h"
#include "handlers/policy_question.h"
#include "handlers/reasons.h"
#include "handlers/reminder_judge.h"
#include "handlers/template_holds.h"
#include "handlers/undelivered.h"
#include "storage/broadcasts.h"
#include "storage/contacts.h"
#include "storage/nodes.h"
#include "storage/reply_tokens.h"
#include "storage/send_steps.h"
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
      : tx_(tx), now_ms_(now_ms), capacity_(capacity), left_(limit), cache_(cache), counts_(tx),
        batching_(tx, now_ms, capacity, forget_lost_channels()),
        walk_(tx, capacity, [this](const auto& broadcast, std::int64_t channel_id) { return room_of(broadcast, channel_id); },
              [this](const auto& broadcast, auto&& rows, auto& left) { take_up_untouched(broadcast, std::move(rows), left); }) {}

  std::vector<Claimed> run() {
    batching_.dissolve_stopped([this](const storage::Batch& batch) {
      const auto* broadcast = this->broadcast(batch.shop_id, batch.broadcast_id);
      return broadcast == nullptr || broadcast->state != "sending";
    });
    take_dissolved();
    for (const auto lane : {SendLane::kFast, SendLane::kBulk}) {
      for (auto& [channel_id, room] : capacity_.room)
        if (const int most = most_of(channel_id, lane, room); most > 0) take_queue(channel_id, lane, most);
      for (const auto channel_id : capacity_.closed) take_queue(channel_id, lane, left_);
      take_queue(0, lane, left_);
    }
    for (const auto& broadcast : storage::broadcasts_in_state(tx_, "sending", now_ms_))
      if (capacity_.shop_id == 0 || broadcast.shop_id == capacity_.shop_id) walk_.walk(broadcast, left_);
    batching_.end_gathering([this](const storage::Batch& batch) {
      return unread_queues_.contains(batch.channel_id) || walk_.unread(batch.broadcast_id, batch.channel_id);
    });
    take_dissolved();
    batching_.finish();
    walk_.finish();
    counts_.flush(now_ms_);
    return std::move(claimed_);
  }

 private:
  // Asked in the claiming transaction: a node that woke up late finds its fence outdone and claims nothing.
  std::set<std::int64_t> forget_lost_channels() {
    std::set<std::int64_t> lost;
    for (const auto& [channel_id, fence] : capacity_.fences)
      if (!storage::holds_channel(tx_, capacity_.shop_id, channel_id, capacity_.node, fence)) lost.insert(channel_id);
    for (const auto channel_id : lost) capacity_.room.erase(channel_id);
    return lost;
  }

  // How many rows of a channel's queue are looked at: as many as could be sent, so that its front is not taken up and put
  // back again and again.
  int most_of(std::int64_t channel_id, SendLane lane, int room) {
    if (lane == SendLane::kFast || !batching_.takes(channel_id)) return room;
    const auto front = storage::due_rows(tx_, channel_id, lane, now_ms_, 1);
    if (front.empty() || !may_batch(front[0].shop_id, front[0].key)) return room;
    return batching_.places(channel_id) > 0 ? left_ : 0;
  }

  void take_queue(std::int64_t channel_id, SendLane lane, int most) {
    std::vector<TakenUp> taken;
    std::set<std::pair<std::int64_t, DeliveryKey>> seen;  // a delivery may be queued for two moments that are both past
    const auto of_shop = channel_id == 0 ? capacity_.shop_id : 0;
    most = std::min(most, left_);
    const auto rows = storage::due_rows(tx_, channel_id, lane, now_ms_, most, of_shop);
    if (static_cast<int>(rows.size()) == most) unread_queues_.insert(channel_id);
    for (const auto& row : rows) {
      --left_;
      storage::dequeue(tx_, row);
      if (!seen.emplace(row.shop_id, row.key).second) continue;
      auto delivery = storage::get_delivery(tx_, row.shop_id, row.key);
      if (delivery && open_state(delivery->state)) taken.push_back({row.shop_id, std::move(*delivery)});
    }
    take_up(taken, lane);
  }

  // How many of a broadcast's rows a channel could take now: places in batches where it goes in those.
  std::int64_t room_of(const storage::Broadcast& broadcast, std::int64_t channel_id) {
    const bool together = batching_.takes(channel_id) && same_for_all(broadcast.shop_id, broadcast.broadcast_id, "", channel_id);
    return together ? batching_.places(channel_id) : std::max(capacity_.room.at(channel_id), 0);
  }

  void take_up_untouched(const storage::Broadcast& broadcast, std::vector<Delivery>&& rows, std::map<std::int64_t, std::int64_t>& left) {
    std::vector<TakenUp> taken;
    for (auto& row : rows) taken.push_back({broadcast.shop_id, std::move(row)});
    leaves_ = &left;
    take_up(taken, SendLane::kBulk);
    leaves_ = nullptr;
  }

  // Members of batches that will not be called are asked about anew, each for itself.
  void take_dissolved() {
    std::vector<TakenUp> taken;
    for (const auto& [batch, member] : batching_.take_out(std::max(left_, 0))) {
      --left_;
      auto delivery = storage::get_delivery(tx_, batch.shop_id, member.key);
      if (!delivery || delivery->state != "sending") continue;
      --delivery->attempts;
      if (delivery->klass == "marketing") storage::remove_marketing_sent(tx_, batch.shop_id, delivery->key);
      facts_[batch.shop_id].erase(delivery->key.customer_id);
      taken.push_back({batch.shop_id, std::move(*delivery)});
    }
    gathers_ = false;
    take_up(taken, SendLane::kBulk);
    gathers_ = true;
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
  // message of its own changes it, and that is noted in go() and gather().
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
    if (may_have_arrived(delivery) && key_forgotten(tx_, shop_id, delivery, now_ms_)) return leave_unknown(context, delivery);
    auto question = policy_question(context, view->settings, delivery, capacity_.channels, facts);
    const auto steps = leave_out_refused(context, delivery, question);
    if (facts != nullptr) note_ways(context, delivery, *facts, question);
    const auto* of = delivery.key.source == "b" ? broadcast(shop_id, delivery.key.source_id) : nullptr;
    const auto answer = held_templates_.decide_past(context, {delivery, facts, of}, question, view->settings, capacity_.channels);
    switch (answer.verdict) {
      case PolicyAnswer::Verdict::kDrop:
        return drop(context, delivery, answer.reason, steps);
      case PolicyAnswer::Verdict::kWait:
        return hold_back(context, delivery, lane, answer);
      case PolicyAnswer::Verdict::kGo:
      case PolicyAnswer::Verdict::kGoWithPlatformTemplate:
        if (const auto why = overtaken_while_waiting(context, delivery); !why.empty()) return drop(context, delivery, why, steps);
        return go(context, delivery, lane, answer, *facts);
    }
  }

  // A reminder is judged when it falls due, mostly a moment before it goes; what had to wait is judged again.
  std::string_view overtaken_while_waiting(const Context& context, const Delivery& delivery) const {
    if (delivery.key.source != "r" || may_have_arrived(delivery)) return {};
    const bool waited = delivery.state == "deferred" || now_ms_ - delivery.updated_at_ms > kMinuteMs;
    return waited ? overtaken(context, delivery) : std::string_view();
  }

  // Contacts that refused it for good are not asked again.
  std::vector<storage::SendStep> leave_out_refused(const Context& context, const Delivery& delivery, PolicyQuestion& question) {
    if (delivery.attempts == 0 || delivery.key.source == "m") return {};
    auto steps = storage::send_steps(tx_, context.shop_id(), delivery.key);
    std::erase_if(steps, is_unanswered);
    for (const auto& step : steps)
      std::erase_if(question.reaches, [&](const Reach& reach) { return reach.contact_id == step.contact_id; });
    return steps;
  }

  void note_ways(const Context& context, const Delivery& delivery, const storage::SendFacts& facts, PolicyQuestion& question) {
    const auto* broadcast = delivery.key.source == "b" ? this->broadcast(context.shop_id(), delivery.key.source_id) : nullptr;
    note_ways_in(context, delivery, facts.language, broadcast, capacity_.channels, cache_, question);
    if (gathers_) return;
    for (auto& reach : question.reaches) reach.batch_reaches = false;
  }

  // Not sending it again makes nothing certain.
  void leave_unknown(const Context& context, Delivery& delivery) {
    count_in_cap_once(tx_, context.shop_id(), delivery, delivery.updated_at_ms);
    settle(context, delivery, "unknown", reasons::kNoAnswer);
  }

  void drop(const Context& context, Delivery& delivery, std::string_view reason, const std::vector<storage::SendStep>& steps) {
    if (may_have_arrived(delivery)) return leave_unknown(context, delivery);
    if (steps.empty() || reason != reasons::kNoContact) return settle(context, delivery, "dropped", reason);
    const std::string last = steps.back().reason;  // nobody is left to try: what the last one said counts
    settle(context, delivery, last == reasons::kRejected ? "failed" : "dropped", last);
  }

  void hold_back(const Context& context, Delivery& delivery, SendLane lane, const PolicyAnswer& answer) {
    const bool repeat = may_have_arrived(delivery);
    if (repeat && key_forgotten(tx_, context.shop_id(), delivery, answer.until_ms)) return leave_unknown(context, delivery);
    queue_again(context, delivery, lane, "deferred", repeat ? reasons::kNoAnswer : answer.reason, answer.until_ms, answer.reach.channel_id);
  }

  // False when its broadcast was paused or cancelled after the row was queued; the row is put where it belongs.
  bool broadcast_sends(const Context& context, Delivery& delivery) {
    const auto* broadcast = this->broadcast(context.shop_id(), delivery.key.source_id);
    const bool open = may_have_arrived(delivery);
    if (broadcast == nullptr || broadcast->state == "cancelled") {
      if (open)
        leave_unknown(context, delivery);
      else
        settle(context, delivery, "cancelled", reasons::kBroadcastCancelled);
      return false;
    }
    if (broadcast->state != "paused") return true;
    // Back to the untouched rows; resuming walks from the start again.
    settle(context, delivery, "planned", open ? reasons::kNoAnswer : "");
    return false;
  }

  // Whether a broadcast's text is one for all, as far as the shop's own language and some channel with batches tell.
  bool may_batch(std::int64_t shop_id, const DeliveryKey& key) {
    if (key.source != "b") return false;
    for (const auto& [channel_id, room] : capacity_.room)
      if (batching_.takes(channel_id) && same_for_all(shop_id, key.source_id, "", channel_id)) return true;
    return false;
  }

  bool same_for_all(std::int64_t shop_id, std::int64_t broadcast_id, const std::string& language, std::int64_t channel_id) {
    const auto& kind = capacity_.channels.at(channel_id).kind;
    const auto [known, is_new] = same_for_all_.try_emplace({broadcast_id, language, kind}, false);
    if (!is_new) return known->second;
    const auto* broadcast = this->broadcast(shop_id, broadcast_id);
    const auto* view = shop(shop_id);
    if (broadcast == nullptr || view == nullptr) return false;
    const std::string_view wanted = language.empty() ? std::string_view(view->shop.language) : language;
    known->second = text_traits({tx_, view->shop, now_ms_}, text_of(*broadcast), wanted, kind, cache_).same_for_all;
    return known->second;
  }

  void go(const Context& context, Delivery& delivery, SendLane lane, const PolicyAnswer& answer, storage::SendFacts& facts) {
    const auto& reach = answer.reach;
    const auto room = capacity_.room.find(reach.channel_id);
    const bool by_template = answer.verdict == PolicyAnswer::Verdict::kGoWithPlatformTemplate;
    // A batch has another key, under which an earlier try would not be recognised.
    const bool asked_again = may_have_arrived(delivery);
    const bool together = gathers_ && !by_template && !asked_again && delivery.key.source == "b" && batching_.takes(reach.channel_id) &&
                          !counted_alone(reach) &&
                          same_for_all(context.shop_id(), delivery.key.source_id, facts.language, reach.channel_id);
    const bool full = room == capacity_.room.end() || (!together && room->second <= 0);
    if (full && leaves_ != nullptr) return static_cast<void>(leaves_->try_emplace(reach.channel_id, delivery.key.customer_id));
    if (full) return queue_again(context, delivery, lane, "due", asked_again ? reasons::kNoAnswer : "", now_ms_, reach.channel_id);
    if (const auto free_at = capacity_.contact_free_at_ms(reach.contact_id); free_at > now_ms_)
      return queue_again(context, delivery, lane, "due", asked_again ? reasons::kNoAnswer : reasons::kContactBusy, free_at, reach.channel_id);
    const auto* broadcast = delivery.key.source == "b" ? this->broadcast(context.shop_id(), delivery.key.source_id) : nullptr;
    auto made = content_of(context, delivery, facts.language, capacity_.channels.at(reach.channel_id).kind, broadcast, cache_);
    if (!made && asked_again) return leave_unknown(context, delivery);
    if (!made) return settle(context, delivery, "failed", reasons::kTemplateError);
    auto& said = *made;
    fit_to_window(said.content, by_template);
    auto way = std::find_if(facts.ways.begin(), facts.ways.end(), [&](const auto& one) { return one.contact_id == reach.contact_id; });
    if (together) return gather(context, delivery, reach, said.content, *way, facts);
    --room->second;
    begin(context, delivery, reach, facts);
    Claimed claimed{context.shop_id(), reach.channel_id, reach.contact_id, delivery.key, lane, delivery.klass, way->external_id,
                    std::move(said.content), said.about_customer_id, said.about_contact_id, delivery.attempts,
                    fence_of(reach.channel_id), "", 0, by_template, false, nullptr, asked_again};
    spend(context, claimed, *way);
    storage::add_in_flight(tx_, {context.shop_id(), delivery.key, reach.channel_id, capacity_.node, now_ms_, claimed.fence,
                                 std::string(claimed.reply_token.empty() ? "" : storage::kByToken), ""});
    claimed_.push_back(std::move(claimed));
  }

  // A message that uses up one of the window's replies goes by itself, where it is counted.
  bool counted_alone(const Reach& reach) const {
    const auto& health = capacity_.channels.at(reach.channel_id);
    return health.window_ms > 0 && reach.windowed && reach.replies_left >= 0 && !health.batch_ignores_window;
  }

  // Into a batch; none free: a moment later.
  void gather(const Context& context, Delivery& delivery, const Reach& reach, const MessageContent& content, const storage::SendWay& way,
              storage::SendFacts& facts) {
    constexpr std::int64_t kPatienceMs = 500;
    auto* batch = batching_.place(context.shop_id(), reach.channel_id, delivery.key.source_id, content);
    if (batch == nullptr) return queue_again(context, delivery, SendLane::kBulk, "due", "", now_ms_ + kPatienceMs, reach.channel_id);
    begin(context, delivery, reach, facts);
    batching_.join(*batch, delivery.key, way.external_id, fence_of(reach.channel_id));
  }

  void begin(const Context& context, Delivery& delivery, const Reach& reach, storage::SendFacts& facts) {
    const bool counted = may_have_arrived(delivery);
    delivery.contact_id = reach.contact_id;
    ++delivery.attempts;
    settle(context, delivery, "sending", "");
    if (counted) return count_in_cap_once(tx_, context.shop_id(), delivery, now_ms_);
    if (delivery.klass != "marketing") return;
    storage::add_marketing_sent(tx_, context.shop_id(), delivery.key, now_ms_);
    facts.marketing_sent_ms.push_back(now_ms_);
  }

  // What this message uses up: the contact's reply token, or one of the replies that the window allows.
  void spend(const Context& context, Claimed& claimed, storage::SendWay& way) {
    // By a token it would be another call than the one that may have arrived.
    const auto valid_ms = claimed.may_have_arrived ? 0 : capacity_.channels.at(claimed.channel_id).reply_token_ms;
    if (valid_ms > 0 && (claimed.klass == "reply" || claimed.klass == "staff")) {
      auto token = storage::take_reply_token(tx_, context.shop_id(), claimed.contact_id);
      if (token && now_ms_ - token->at_ms < valid_ms) {
        claimed.reply_token = std::move(token->token);
        claimed.reply_token_at_ms = token->at_ms;
      }
    }
    if (claimed.by_template || way.replies_left <= 0) return;
    --way.replies_left;
    storage::spend_reply(tx_, context.shop_id(), claimed.contact_id);
    claimed.spent_reply = true;
  }

  std::int64_t fence_of(std::int64_t channel_id) const {
    const auto fence = capacity_.fences.find(channel_id);
    return fence == capacity_.fences.end() ? 0 : fence->second;
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
  HeldTemplates held_templates_{cache_};
  Batching batching_;
  BroadcastWalk walk_;
  bool gathers_ = true;  // false: each for itself
  std::set<std::int64_t> unread_queues_;      // channels whose bulk queue holds more that is due
  std::map<std::int64_t, std::int64_t>* leaves_ = nullptr;  // set while untouched rows are looked at: those without room
  std::map<std::tuple<std::int64_t, std::string, std::string>, bool> same_for_all_;  // by broadcast, language, kind
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
