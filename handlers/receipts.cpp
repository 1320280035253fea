#include "handlers/receipts.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "handlers/broadcasts.h"
#include "handlers/delivery_content.h"
#include "handlers/happened.h"
#include "handlers/reasons.h"
#include "handlers/receipt_watermark.h"
#include "handlers/undelivered.h"
#include "storage/broadcasts.h"
#include "storage/channels.h"
#include "storage/contacts.h"
#include "storage/customers.h"
#include "storage/messages.h"
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

void forget_marketing(Settling& s) {
  if (s.delivery.klass == "marketing") storage::remove_marketing_sent(s.tx, s.shop_id(), s.delivery.key);
}

void queue_again(Settling& s, std::string_view state, std::string_view reason, std::int64_t at_ms, std::int64_t channel_id) {
  forget_marketing(s);
  s.delivery.due_at_ms = at_ms;
  settle(s, state, reason);
  storage::enqueue(s.tx, {channel_id, s.outcome.claimed.lane, at_ms, s.shop_id(), s.delivery.key});
}

void write_message(Settling& s) {
  const auto& claimed = s.outcome.claimed;
  storage::MessageRow message;
  message.customer_id = claimed.key.customer_id;
  message.contact_id = claimed.contact_id;
  message.direction = "out";
  message.kind = claimed.content.image.empty() ? "text" : "photo";
  message.text = claimed.content.text;
  message.media = claimed.content.image;
  message.platform_message_id = s.outcome.platform_message_id;
  message.delivery_key = storage::to_text(claimed.key);
  message.at_ms = s.outcome.at_ms;
  storage::insert_message(s.tx, s.shop_id(), message);
}

// What follows from the platform's having the message.
void arrived(Settling& s) {
  const auto& claimed = s.outcome.claimed;
  storage::touch_contact_out(s.tx, s.shop_id(), claimed.contact_id, s.outcome.at_ms);
  if (!claimed.content.edit_of.empty()) return;
  write_message(s);
  if (claimed.klass != "staff") storage::set_last_out(s.tx, s.shop_id(), claimed.key.customer_id, s.outcome.at_ms);
  if (claimed.about_customer_id == 0) return;
  // Whichever part of a long message the seller replies to, it means the customer.
  auto parts = s.outcome.part_ids;
  if (parts.empty()) parts.push_back(s.outcome.platform_message_id);
  for (const auto& part : parts)
    storage::link_message(s.tx, s.shop_id(), claimed.contact_id, part, {claimed.about_customer_id, claimed.about_contact_id},
                          s.outcome.at_ms);
}

// Most outcomes. The row is as the claim left it, or it would not have been in flight: it is written without being read.
void accepted_as_claimed(Transaction& tx, const Outcome& outcome, CountChanges& counts) {
  const auto& claimed = outcome.claimed;
  Settling s{tx, outcome, {}, counts};
  s.delivery.key = claimed.key;
  s.delivery.state = "sending";
  counts.move(claimed.shop_id, s.delivery, "accepted", "");
  storage::mark_accepted(tx, claimed.shop_id, claimed.key, outcome.platform_message_id, outcome.at_ms);
  arrived(s);
}

void retry_at(Settling& s) {
  const auto& claimed = s.outcome.claimed;
  if (s.outcome.channel_broken) storage::set_channel_state(s.tx, s.shop_id(), claimed.channel_id, "broken", s.outcome.detail);
  if (s.outcome.reason == reasons::kChannelWaits || s.outcome.reason == reasons::kQuotaUsed)
    storage::set_channel_pause(s.tx, s.shop_id(), claimed.channel_id, s.outcome.retry_at_ms);
  if (s.delivery.attempts >= kMaxAttempts && s.outcome.reason == reasons::kRetry) {
    forget_marketing(s);
    return settle(s, "failed", reasons::kRetriesUsedUp);
  }
  // Waiting because the platform said so is no failed try.
  if (s.outcome.reason != reasons::kRetry) --s.delivery.attempts;
  queue_again(s, "deferred", s.outcome.reason, s.outcome.retry_at_ms, s.outcome.claimed.channel_id);
}

void contact_gone(Settling& s) {
  const auto& claimed = s.outcome.claimed;
  if (storage::set_contact_state(s.tx, s.shop_id(), claimed.contact_id, "blocked"))
    if (const auto shop = storage::get_shop(s.tx, s.shop_id()))
      happened({s.tx, *shop, s.outcome.at_ms},
               {"customer.blocked", claimed.key.customer_id, {{"contact_id", claimed.contact_id}}});
  // A direct message has no other address; the rest may find another contact of the same customer.
  --s.delivery.attempts;
  if (claimed.key.source == "m") {
    settle(s, "dropped", reasons::kBlocked);
    return;
  }
  queue_again(s, "due", "", s.outcome.at_ms, 0);
}

void unknown(Settling& s) {
  if (s.delivery.attempts == 1 && resends_unknown(s.delivery))
    return queue_again(s, "deferred", s.outcome.reason, s.outcome.at_ms + 5'000, s.outcome.claimed.channel_id);
  settle(s, "unknown", s.outcome.reason);
}

// The channel changed hands between claim and outcome, and whoever took it over settled the row without knowing what came
// of this try. What is known now corrects that, unless the row has gone on since.
void correct(Settling& s) {
  const auto& state = s.delivery.state;
  const auto tries_ago = s.outcome.claimed.attempts - s.delivery.attempts;  // 1: the row was queued as if never tried
  const bool unknown = state == "unknown" && tries_ago == 0;
  const bool waits = (state == "due" || state == "deferred") && (tries_ago == 0 || tries_ago == 1);
  if (s.outcome.kind == Outcome::Kind::kAccepted && (unknown || waits)) {
    s.delivery.attempts = s.outcome.claimed.attempts;
    if (waits && s.delivery.klass == "marketing")
      storage::add_marketing_sent(s.tx, s.shop_id(), s.delivery.key, s.outcome.at_ms);
    s.delivery.platform_message_id = s.outcome.platform_message_id;
    settle(s, "accepted", "");
    return arrived(s);
  }
  // Nothing left this program, so sending it now is no second time.
  if (s.outcome.kind == Outcome::Kind::kReturned && unknown && s.delivery.reason == reasons::kStopped) {
    --s.delivery.attempts;
    queue_again(s, "due", "", s.outcome.at_ms, s.outcome.claimed.channel_id);
  }
}

void record_one(Transaction& tx, const Outcome& outcome, CountChanges& counts) {
  const auto& claimed = outcome.claimed;
  const bool ours = storage::remove_in_flight(tx, claimed.shop_id, claimed.key, claimed.fence);
  if (ours && outcome.kind == Outcome::Kind::kAccepted) return accepted_as_claimed(tx, outcome, counts);
  const auto delivery = storage::get_delivery(tx, claimed.shop_id, claimed.key);
  if (!delivery) return;
  Settling s{tx, outcome, *delivery, counts};
  if (!ours) return correct(s);
  switch (outcome.kind) {
    case Outcome::Kind::kAccepted: return;  // above
    case Outcome::Kind::kRetryAt: return retry_at(s);
    case Outcome::Kind::kReroute: return contact_gone(s);
    case Outcome::Kind::kRejected:
      forget_marketing(s);
      return settle(s, "failed", reasons::kRejected);
    case Outcome::Kind::kUnknown: return unknown(s);
    case Outcome::Kind::kReturned:
      --s.delivery.attempts;
      return queue_again(s, "due", "", outcome.at_ms, claimed.channel_id);
    case Outcome::Kind::kWindowClosed:
      storage::touch_contact_in(tx, claimed.shop_id, claimed.contact_id, 0, outcome.at_ms, 0);
      --s.delivery.attempts;
      return queue_again(s, "due", reasons::kWindowClosed, outcome.at_ms, 0);
    case Outcome::Kind::kMoved:
      storage::move_contact_address(tx, claimed.shop_id, claimed.contact_id, outcome.new_external_id);
      return queue_again(s, "due", "", outcome.at_ms, claimed.channel_id);
  }
}

}  // namespace

void record(Transaction& tx, std::span<const Outcome> outcomes) {
  CountChanges counts(tx);
  std::int64_t latest_ms = 0;
  for (const auto& outcome : outcomes) {
    record_one(tx, outcome, counts);
    latest_ms = std::max(latest_ms, outcome.at_ms);
  }
  counts.flush(latest_ms);
}

int settle_left_behind(Transaction& tx, std::int64_t now_ms, const LeftBehind& left) {
  std::vector<Outcome> outcomes;
  for (const auto& row : storage::list_in_flight(tx)) {
    if (row.shop_id != left.shop_id || row.channel_id != left.channel_id || row.fence >= left.before_fence) continue;
    auto& outcome = outcomes.emplace_back();
    outcome.claimed.shop_id = row.shop_id;
    outcome.claimed.key = row.key;
    outcome.claimed.channel_id = row.channel_id;
    outcome.claimed.fence = row.fence;
    outcome.claimed.lane = row.key.source == "b" ? storage::SendLane::kBulk : storage::SendLane::kFast;
    outcome.at_ms = now_ms;
    outcome.kind = left.idempotent ? Outcome::Kind::kReturned : Outcome::Kind::kUnknown;
    outcome.reason = reasons::kStopped;
  }
  record(tx, outcomes);
  return static_cast<int>(outcomes.size());
}

bool receipt(const Context& context, const storage::Contact& contact, const InboundEvent& event) {
  if (event.platform_message_id.empty() && event.reference.empty()) return receipt_watermark(context, contact, event) > 0;
  auto delivery = storage::find_delivery_by_platform_id(context.tx, context.shop_id(), contact.customer_id,
                                                        contact.contact_id, event.platform_message_id);
  if (!delivery) return false;
  static const std::map<ReceiptKind, std::pair<std::string, int>> kRank = {
      {ReceiptKind::kDelivered, {"delivered", 1}}, {ReceiptKind::kRead, {"read", 2}}, {ReceiptKind::kFailed, {"failed", 3}}};
  static const std::map<std::string, int, std::less<>> kHas = {{"accepted", 0}, {"unknown", 0}, {"delivered", 1}, {"read", 2}};
  const auto told = kRank.find(event.receipt);
  const auto has = kHas.find(delivery->state);
  // Receipts come in any order: a state only moves forward, and a read message did not fail.
  if (told == kRank.end() || has == kHas.end() || told->second.second <= has->second) return true;
  if (event.receipt == ReceiptKind::kFailed && delivery->state == "read") return true;
  CountChanges counts(context.tx);
  const std::string_view reason = event.receipt == ReceiptKind::kFailed ? reasons::kReceiptFailed : "";
  counts.move(context.shop_id(), *delivery, told->second.first, reason);
  delivery->state = told->second.first;
  delivery->reason = reason;
  delivery->updated_at_ms = context.now_ms;
  storage::update_delivery(context.tx, context.shop_id(), *delivery);
  note_bad_end(context.tx, context.shop_id(), *delivery, context.now_ms);
  counts.flush(context.now_ms);
  return true;
}

}  // namespace laoke
