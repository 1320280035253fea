#include "handlers/passive_replies.h"

#include <array>

#include "handlers/dispatch.h"
#include "handlers/outbox.h"
#include "storage/callbacks.h"
#include "storage/contacts.h"

namespace laoke {
namespace {

using storage::Delivery;

bool answers(const Delivery& delivery, std::int64_t contact_id, std::int64_t now_ms) {
  return delivery.state == "due" && delivery.contact_id == contact_id && delivery.due_at_ms <= now_ms &&
         (delivery.klass == "reply" || delivery.klass == "staff");
}

PassiveReply reply_of(const Context& context, std::int64_t channel_id, const std::string& event_key, const Delivery& delivery) {
  auto payload = direct_payload_from(delivery.payload);
  return {context.shop_id(), channel_id, delivery.contact_id, delivery.key, delivery.klass, event_key, std::move(payload.content),
          payload.about_customer_id, payload.about_contact_id, delivery.attempts};
}

// Taken up: what a claim does, but for the lane.
void begin(const Context& context, Delivery& delivery, const PassiveReply& reply, const std::string& node) {
  storage::dequeue(context.tx, {reply.channel_id, storage::SendLane::kFast, delivery.due_at_ms, context.shop_id(), delivery.key});
  ++delivery.attempts;
  delivery.state = "sending";
  delivery.updated_at_ms = context.now_ms;
  storage::update_delivery(context.tx, context.shop_id(), delivery);
  storage::add_in_flight(context.tx, {context.shop_id(), delivery.key, reply.channel_id, node, context.now_ms, 0,
                                      std::string(storage::kInHook), ""});
  storage::set_answered_by(context.tx, context.shop_id(), reply.channel_id, reply.event_key, storage::to_text(delivery.key));
}

Outcome outcome_of(const Context& context, const PassiveReply& reply, Outcome::Kind kind) {
  Outcome outcome;
  outcome.kind = kind;
  outcome.at_ms = context.now_ms;
  auto& claimed = outcome.claimed;
  claimed.shop_id = reply.shop_id;
  claimed.channel_id = reply.channel_id;
  claimed.contact_id = reply.contact_id;
  claimed.key = reply.key;
  claimed.klass = reply.klass;
  claimed.content = reply.content;
  claimed.about_customer_id = reply.about_customer_id;
  claimed.about_contact_id = reply.about_contact_id;
  claimed.attempts = reply.attempts;
  return outcome;
}

}  // namespace

std::int64_t passive_mark(const Context& context) { return context.tx.next_id(); }

std::optional<PassiveReply> take_passive_reply(const Context& context, std::int64_t channel_id, const InboundEvent& event,
                                               std::int64_t mark, const std::string& node,
                                               const std::function<bool(const MessageContent&)>& fits) {
  const auto contact = storage::find_contact_by_address(context.tx, context.shop_id(), channel_id, event.external_id);
  if (!contact) return std::nullopt;
  constexpr int kLookedAt = 5;
  for (auto& delivery : storage::messages_after(context.tx, context.shop_id(), contact->customer_id, cause_of_id(mark), kLookedAt)) {
    if (!answers(delivery, contact->contact_id, context.now_ms)) continue;
    auto reply = reply_of(context, channel_id, event.key, delivery);
    if (!reply.content.edit_of.empty()) continue;
    if (!fits(reply.content)) return std::nullopt;  // what follows it must not overtake it
    begin(context, delivery, reply, node);
    reply.attempts = delivery.attempts;
    return reply;
  }
  return std::nullopt;
}

std::optional<PassiveReply> repeat_passive_reply(const Context& context, std::int64_t channel_id, const std::string& event_key) {
  const auto key = storage::delivery_key_from(storage::answered_by(context.tx, context.shop_id(), channel_id, event_key));
  auto delivery = key ? storage::get_delivery(context.tx, context.shop_id(), *key) : std::nullopt;
  if (!delivery) return std::nullopt;
  auto reply = reply_of(context, channel_id, event_key, *delivery);
  if (delivery->state == "sending" || delivery->state == "unknown") {
    ++delivery->attempts;  // so that the one before it does not give it to the sender any more
    storage::update_delivery(context.tx, context.shop_id(), *delivery);
    reply.attempts = delivery->attempts;
  } else if (delivery->state != "accepted" && delivery->state != "delivered" && delivery->state != "read") {
    return std::nullopt;
  }
  return reply;
}

void passive_reply_left(const Context& context, const PassiveReply& reply) {
  const std::array outcomes{outcome_of(context, reply, Outcome::Kind::kAccepted)};
  record(context.tx, outcomes);
}

void passive_reply_stayed(const Context& context, const PassiveReply& reply) {
  const auto delivery = storage::get_delivery(context.tx, context.shop_id(), reply.key);
  if (!delivery || delivery->state != "sending" || delivery->attempts != reply.attempts) return;
  storage::set_answered_by(context.tx, context.shop_id(), reply.channel_id, reply.event_key, "");
  const std::array outcomes{outcome_of(context, reply, Outcome::Kind::kReturned)};
  record(context.tx, outcomes);
}

}  // namespace laoke
