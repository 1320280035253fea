#include "handlers/dispatch.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_set>

#include "handlers/batch_results.h"
#include "handlers/batching.h"
#include "handlers/broadcasts.h"
#include "handlers/delivery_content.h"
#include "handlers/happened.h"
#include "handlers/long_waits.h"
#include "handlers/reasons.h"
#include "handlers/template_holds.h"
#include "handlers/undelivered.h"
#include "storage/broadcasts.h"
#include "storage/channels.h"
#include "storage/contacts.h"
#include "storage/customers.h"
#include "storage/messages.h"
#include "storage/reply_tokens.h"
#include "storage/send_steps.h"
#include "storage/sending.h"
#include "storage/shops.h"

namespace laoke {
namespace {

using storage::Delivery;
using storage::Transaction;

struct Settling {
  Transaction& tx;
  const Outcome& outcome;
  Delivery delivery;
  CountChanges& counts;

  std::int64_t shop_id() const { return outcome.claimed.shop_id; }
};

void settle(Settling& s, std::string_view state, std::string_view reason) {
  s.counts.move(s.shop_id(), s.delivery, state, reason);
  s.delivery.state = state;
  s.delivery.reason = reason;
  s.delivery.updated_at_ms = s.outcome.at_ms;
  storage::update_delivery(s.tx, s.shop_id(), s.delivery);
  note_bad_end(s.tx, s.shop_id(), s.delivery, s.outcome.at_ms);
}

// What the claim used up for it and the platform did not take. An earlier try that may have arrived goes on counting.
void give_back(Settling& s) {
  const auto& claimed = s.outcome.claimed;
  if (s.delivery.klass == "marketing" && !claimed.may_have_arrived) storage::remove_marketing_sent(s.tx, s.shop_id(), s.delivery.key);
  if (claimed.spent_reply) storage::give_reply_back(s.tx, s.shop_id(), claimed.contact_id);
  if (!claimed.reply_token.empty())
    storage::keep_reply_token(s.tx, s.shop_id(), claimed.contact_id, {claimed.reply_token, claimed.reply_token_at_ms});
}

void queue_again(Settling& s, std::string_view state, std::string_view reason, std::int64_t at_ms, std::int64_t channel_id) {
  give_back(s);
  s.delivery.due_at_ms = at_ms;
  settle(s, state, reason);
  // A channel that was removed meanwhile has no queue that anybody reads.
  if (channel_id != 0 && !storage::get_channel(s.tx, s.shop_id(), channel_id)) channel_id = 0;
  storage::enqueue(s.tx, {channel_id, s.outcome.claimed.lane, at_ms, s.shop_id(), s.delivery.key});
}

void write_message(Settling& s) {
  const auto& claimed = s.outcome.claimed;
  storage::MessageRow message;
  message.customer_id = claimed.key.customer_id;
  message.contact_id = claimed.contact_id;
  message.direction = "out";
  message.kind = claimed.said().image.empty() ? "text" : "photo";
  message.text = claimed.said().text;
  message.media = claimed.said().image;
  message.platform_message_id = s.outcome.platform_message_id;
  message.delivery_key = storage::to_text(claimed.key);
  message.at_ms = s.outcome.at_ms;
  storage::insert_message(s.tx, s.shop_id(), message);
}

// What follows from the platform's having the message.
void arrived(Settling& s) {
  const auto& claimed = s.outcome.claimed;
  storage::touch_contact_out(s.tx, s.shop_id(), claimed.contact_id, s.outcome.at_ms);
  if (!claimed.said().edit_of.empty()) return;
  write_message(s);
  if (claimed.klass != "staff") storage::set_last_out(s.tx, s.shop_id(), claimed.key.customer_id, s.outcome.at_ms);
  if (claimed.about_customer_id == 0) return;
  // Whichever part of a long message the seller replies to, it means the customer.
  auto parts = s.outcome.part_ids;
  if (parts.empty()) parts.push_back(s.outcome.platform_message_id);
  std::erase(parts, "");  // the platform gave it no id
  for (const auto& part : parts)
    storage::link_message(s.tx, s.shop_id(), claimed.contact_id, part, {claimed.about_customer_id, claimed.about_contact_id},
                          s.outcome.at_ms);
}

// What is worth telling of an accepted message.
std::string_view how(const Outcome& outcome) {
  if (outcome.reason == reasons::kAwaitsPerson) return reasons::kAwaitsPerson;
  return outcome.claimed.by_template ? reasons::kApprovedTemplate : "";
}

// Most outcomes. The row is as the claim left it, or it would not have been in flight: it is written without being read.
void accepted_as_claimed(Transaction& tx, const Outcome& outcome, CountChanges& counts) {
  const auto& claimed = outcome.claimed;
  Settling s{tx, outcome, {}, counts};
  s.delivery.key = claimed.key;
  s.delivery.state = "sending";
  counts.move(claimed.shop_id, s.delivery, "accepted", how(outcome));
  storage::mark_accepted(tx, claimed.shop_id, claimed.key, how(outcome), outcome.platform_message_id, outcome.at_ms);
  arrived(s);
}

void refused(Settling& s, std::string_view reason);

void retry_at(Settling& s) {
  const auto& claimed = s.outcome.claimed;
  if (s.outcome.channel_broken) storage::set_channel_state(s.tx, s.shop_id(), claimed.channel_id, "broken", s.outcome.detail);
  if (s.outcome.account_waits && (s.outcome.reason == reasons::kChannelWaits || s.outcome.reason == reasons::kQuotaUsed))
    storage::set_channel_pause(s.tx, s.shop_id(), claimed.channel_id, s.outcome.retry_at_ms);
  const bool used_up = s.delivery.attempts >= kMaxAttempts && s.outcome.reason == reasons::kRetry;
  if (claimed.may_have_arrived && (used_up || key_forgotten(s.tx, s.shop_id(), s.delivery, s.outcome.retry_at_ms)))
    return settle(s, "unknown", reasons::kNoAnswer);
  if (used_up) {
    give_back(s);
    return settle(s, "failed", reasons::kRetriesUsedUp);
  }
  if (s.outcome.reason == reasons::kRetry && s.outcome.retry_at_ms - s.outcome.at_ms >= kLongWaitMs) {
    put_off_template(s.tx, s.shop_id(), claimed.channel_id, claimed.said(), s.outcome.at_ms, s.outcome.retry_at_ms);
    // Whoever wrote it hears at once and may say it another way.
    if (claimed.key.source == "m" && !claimed.said().platform_template.empty()) return refused(s, reasons::kTemplateHeld);
    if (const auto shop = storage::get_shop(s.tx, s.shop_id()))
      tell_long_wait({s.tx, *shop, s.outcome.at_ms}, claimed.channel_id, s.outcome.detail);
  }
  // Waiting because the platform said so is no failed try.
  if (s.outcome.reason != reasons::kRetry) --s.delivery.attempts;
  const std::string reason = claimed.may_have_arrived ? std::string(reasons::kNoAnswer) : s.outcome.reason;
  queue_again(s, "deferred", reason, s.outcome.retry_at_ms, s.outcome.claimed.channel_id);
}

bool has_other_way(const Settling& s) {
  const auto contacts = storage::contacts_of_customer(s.tx, s.shop_id(), s.delivery.key.customer_id);
  const auto steps = storage::send_steps(s.tx, s.shop_id(), s.delivery.key);
  return std::any_of(contacts.begin(), contacts.end(), [&](const storage::Contact& contact) {
    const bool tried = std::any_of(steps.begin(), steps.end(), [&](const auto& step) { return step.contact_id == contact.contact_id; });
    return !tried && contact.state == "active";
  });
}

// This contact will not have it. A direct message has no other address; the rest goes to the customer's next contact, and
// what each one said is kept.
void refused(Settling& s, std::string_view reason) {
  const auto& claimed = s.outcome.claimed;
  if (claimed.may_have_arrived) {  // that it would not take it now says nothing of the earlier try
    give_back(s);
    return settle(s, "unknown", reasons::kNoAnswer);
  }
  const std::string_view end = reason == reasons::kRejected ? "failed" : "dropped";
  if (claimed.key.source == "m") {
    give_back(s);
    return settle(s, end, reason);
  }
  storage::add_send_step(s.tx, s.shop_id(), claimed.key,
                         {claimed.contact_id, claimed.channel_id, std::string(reason), s.outcome.detail, s.outcome.at_ms});
  if (has_other_way(s)) return queue_again(s, "due", reasons::kOtherWay, s.outcome.at_ms, 0);
  give_back(s);
  settle(s, end, reason);
}

void contact_gone(Settling& s) {
  const auto& claimed = s.outcome.claimed;
  if (storage::set_contact_state(s.tx, s.shop_id(), claimed.contact_id, "blocked"))
    if (const auto shop = storage::get_shop(s.tx, s.shop_id()))
      happened({s.tx, *shop, s.outcome.at_ms},
               {"customer.blocked", claimed.key.customer_id, {{"contact_id", claimed.contact_id}}});
  refused(s, reasons::kBlocked);
}

// The approved template may still go there, unless it was what the platform refused.
void window_closed(Settling& s) {
  const auto& claimed = s.outcome.claimed;
  storage::close_contact_window(s.tx, s.shop_id(), claimed.contact_id);
  if (claimed.by_template || claimed.may_have_arrived || s.delivery.attempts >= kMaxAttempts) return refused(s, reasons::kWindowClosed);
  // That it has no way left is found out by the next claim, which says so.
  queue_again(s, "due", reasons::kWindowClosed, s.outcome.at_ms, 0);
}

void moved(Settling& s) {
  const auto& claimed = s.outcome.claimed;
  const bool free = storage::move_contact_address(s.tx, s.shop_id(), claimed.contact_id, s.outcome.new_external_id);
  if (!free || s.delivery.attempts >= kMaxAttempts) return refused(s, reasons::kBlocked);
  queue_again(s, "due", claimed.may_have_arrived ? reasons::kNoAnswer : "", s.outcome.at_ms, claimed.channel_id);
}

void returned(Settling& s) {
  const auto& claimed = s.outcome.claimed;
  if (claimed.may_have_arrived) {
    note_unanswered(s.tx, s.shop_id(), s.delivery, claimed.channel_id, false);
    return queue_again(s, "due", reasons::kNoAnswer, s.outcome.at_ms, claimed.channel_id);
  }
  --s.delivery.attempts;
  queue_again(s, "due", "", s.outcome.at_ms, claimed.channel_id);
}

void unknown(Settling& s) {
  const bool again = s.outcome.repeatable ? s.delivery.attempts < kMaxAttempts : s.delivery.attempts == 1 && resends_unknown(s.delivery);
  if (!again) return settle(s, "unknown", s.outcome.reason);
  note_unanswered(s.tx, s.shop_id(), s.delivery, s.outcome.claimed.channel_id, !s.outcome.claimed.may_have_arrived);
  s.delivery.due_at_ms = s.outcome.at_ms + (s.outcome.repeatable ? retry_delay_ms(s.delivery.attempts, 1.0) : 5'000);
  settle(s, "deferred", s.outcome.reason);
  storage::enqueue(s.tx, {s.outcome.claimed.channel_id, s.outcome.claimed.lane, s.delivery.due_at_ms, s.shop_id(), s.delivery.key});
}

// The channel changed hands between claim and outcome, and whoever took it over settled the row without knowing what came
// of this try. What is known now corrects that, unless the row has gone on since.
void correct(Settling& s) {
  const auto& state = s.delivery.state;
  const auto tries_ago = s.outcome.claimed.attempts - s.delivery.attempts;  // 1: the row was queued as if never tried
  const bool unknown = state == "unknown" && tries_ago == 0;
  const bool waits = (state == "due" || state == "deferred") && (tries_ago == 0 || tries_ago == 1);
  const bool told = (state == "delivered" || state == "read" || state == "failed") && s.delivery.platform_message_id.empty();
  if (s.outcome.kind == Outcome::Kind::kAccepted && (unknown || waits || told)) {
    if (waits) count_in_cap_once(s.tx, s.shop_id(), s.delivery, s.outcome.at_ms);
    s.delivery.attempts = std::max(s.delivery.attempts, s.outcome.claimed.attempts);
    s.delivery.platform_message_id = s.outcome.platform_message_id;
    // A receipt that came before the answer knew more than the answer.
    const std::string reason = told ? s.delivery.reason : std::string(how(s.outcome));
    settle(s, told ? state : std::string("accepted"), reason);
    return arrived(s);
  }
  // Nothing left this program, now or earlier, so sending it is no second time.
  const bool never_left = s.outcome.kind == Outcome::Kind::kReturned && !s.outcome.claimed.may_have_arrived;
  if (never_left && unknown && s.delivery.reason == reasons::kStopped) {
    --s.delivery.attempts;
    queue_again(s, "due", "", s.outcome.at_ms, s.outcome.claimed.channel_id);
  }
}

// Takes what is recorded out of flight: a broadcast's messages many to a statement, for an answer is waited for. A batch
// that is called again stays in flight whole.
class Landing {
 public:
  Landing(Transaction& tx, std::span<const Outcome> outcomes) : tx_(tx) {
    std::map<Flight, std::vector<std::int64_t>> customers;
    for (const auto& outcome : outcomes)
      if (outcome.kind != Outcome::Kind::kRepeatBatch && outcome.claimed.key.source == "b")
        customers[flight_of(outcome.claimed)].push_back(outcome.claimed.key.customer_id);
    for (const auto& [flight, of] : customers) {
      const auto [shop_id, broadcast_id, fence] = flight;
      const auto removed = storage::remove_in_flight_of(tx, shop_id, broadcast_id, fence, of);
      removed_[flight].insert(removed.begin(), removed.end());
    }
  }

  // False when somebody else settled it. Once for each outcome: a second one of the same delivery finds it gone.
  bool ours(const Claimed& claimed) {
    if (claimed.key.source != "b") return storage::remove_in_flight(tx_, claimed.shop_id, claimed.key, claimed.fence);
    return removed_[flight_of(claimed)].erase(claimed.key.customer_id) > 0;
  }

 private:
  using Flight = std::tuple<std::int64_t, std::int64_t, std::int64_t>;  // shop, broadcast, fence
  static Flight flight_of(const Claimed& claimed) { return {claimed.shop_id, claimed.key.source_id, claimed.fence}; }

  Transaction& tx_;
  std::map<Flight, std::unordered_set<std::int64_t>> removed_;
};

void settle_claimed(Settling& s) {
  switch (s.outcome.kind) {
    case Outcome::Kind::kAccepted:     // above
    case Outcome::Kind::kRepeatBatch:  // record()
      return;
    case Outcome::Kind::kRetryAt: return retry_at(s);
    case Outcome::Kind::kReroute: return contact_gone(s);
    case Outcome::Kind::kRejected: return refused(s, reasons::kRejected);
    case Outcome::Kind::kUnknown: return unknown(s);
    case Outcome::Kind::kReturned: return returned(s);
    case Outcome::Kind::kWindowClosed: return window_closed(s);
    case Outcome::Kind::kMoved: return moved(s);
  }
}

// Whether the row was still this claim's to record.
bool record_one(Transaction& tx, const Outcome& outcome, Landing& landing, CountChanges& counts) {
  const auto& claimed = outcome.claimed;
  const bool ours = landing.ours(claimed);
  if (ours && outcome.kind == Outcome::Kind::kAccepted) {
    accepted_as_claimed(tx, outcome, counts);
    return true;
  }
  const auto delivery = storage::get_delivery(tx, claimed.shop_id, claimed.key);
  if (!delivery) return ours;
  Settling s{tx, outcome, *delivery, counts};
  if (ours)
    settle_claimed(s);
  else
    correct(s);
  return ours;
}

// Batches by their key, with the outcome of a member recorded now.
using Touched = std::map<std::string, const Outcome*>;

// Batches whose members were recorded in part: the rest must not be sent again by whoever takes over now.
void note_batches(Transaction& tx, const Touched& touched, std::span<const Outcome> outcomes) {
  for (const auto& [key, outcome] : touched) {
    const auto& call = *outcome->claimed.batch;
    if (call.all_accepted) note_job(tx, {call.shop_id, call.channel_id, call.broadcast_id}, *outcome, outcomes);
    if (storage::delete_batch_if_done(tx, call.shop_id, key, call.broadcast_id)) continue;
    storage::note_batch_answered(tx, call.shop_id, key, call.all_accepted ? "accepted" : "answered", outcome->platform_message_id);
  }
}

void repeat(Transaction& tx, const Outcome& outcome) {
  const auto& call = *outcome.claimed.batch;
  storage::repeat_batch(tx, call.shop_id, call.key, outcome.retry_at_ms);
  if (outcome.channel_broken) storage::set_channel_state(tx, call.shop_id, call.channel_id, "broken", outcome.detail);
}

}  // namespace

void note_job(storage::Transaction& tx, const BatchOf& call, const Outcome& like, std::span<const Outcome> outcomes) {
  if (like.platform_message_id.empty()) return;
  storage::BatchJob job;
  job.channel_id = call.channel_id;
  job.platform_message_id = like.platform_message_id;
  job.broadcast_id = call.broadcast_id;
  job.first_customer_id = job.last_customer_id = like.claimed.key.customer_id;
  job.at_ms = like.at_ms;
  for (const auto& outcome : outcomes) {
    if (outcome.platform_message_id != job.platform_message_id || outcome.claimed.key.source_id != call.broadcast_id) continue;
    job.first_customer_id = std::min(job.first_customer_id, outcome.claimed.key.customer_id);
    job.last_customer_id = std::max(job.last_customer_id, outcome.claimed.key.customer_id);
  }
  note_batch_members(tx, call.shop_id, job);
}

void record(Transaction& tx, std::span<const Outcome> outcomes) {
  CountChanges counts(tx);
  Landing landing(tx, outcomes);
  std::int64_t latest_ms = 0;
  Touched touched;
  for (const auto& outcome : outcomes) {
    if (outcome.kind == Outcome::Kind::kRepeatBatch)
      repeat(tx, outcome);
    else if (record_one(tx, outcome, landing, counts) && outcome.claimed.batch)  // of a batch that has changed hands it says nothing
      touched[outcome.claimed.batch->key] = &outcome;
    latest_ms = std::max(latest_ms, outcome.at_ms);
  }
  note_batches(tx, touched, outcomes);
  counts.flush(latest_ms);
}

}  // namespace laoke
