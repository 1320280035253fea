#include "handlers/receipts.h"

#include <map>

#include "handlers/broadcasts.h"
#include "handlers/compose.h"
#include "handlers/delivery_content.h"
#include "handlers/reasons.h"
#include "handlers/receipt_watermark.h"
#include "handlers/undelivered.h"
#include "storage/broadcasts.h"
#include "storage/channels.h"
#include "storage/contacts.h"
#include "storage/customers.h"
#include "storage/messages.h"
#include "storage/ledger.h"

namespace laoke {
namespace {

using storage::Delivery;

// How far a message came. States only rise, and what was read did not fail.
int rank_of(std::string_view state) {
  static const std::map<std::string_view, int> kRanks = {{"due", 0},      {"deferred", 0},  {"sending", 0}, {"unknown", 0},
                                                         {"accepted", 1}, {"delivered", 2}, {"read", 3},    {"failed", 3}};
  const auto found = kRanks.find(state);
  return found == kRanks.end() ? -1 : found->second;
}

std::string_view state_of(ReceiptKind kind) {
  switch (kind) {
    case ReceiptKind::kSent: return "accepted";
    case ReceiptKind::kDelivered: return "delivered";
    case ReceiptKind::kRead: return "read";
    case ReceiptKind::kFailed: return "failed";
    case ReceiptKind::kNone: break;
  }
  return "";
}

// The delivery of a reference went to this contact, or at least through this channel.
bool went_there(const Context& context, const Delivery& delivery, std::int64_t channel_id, const storage::Contact* contact) {
  if (contact != nullptr && delivery.contact_id == contact->contact_id) return true;
  const auto went = storage::get_contact(context.tx, context.shop_id(), delivery.contact_id);
  return went && went->channel_id == channel_id;
}

std::optional<Delivery> delivery_of(const Context& context, std::int64_t channel_id, const storage::Contact* contact,
                                    const InboundEvent& event) {
  if (const auto key = storage::delivery_key_from(event.reference)) {
    auto delivery = storage::get_delivery(context.tx, context.shop_id(), *key);
    if (delivery && went_there(context, *delivery, channel_id, contact)) return delivery;
  }
  if (contact == nullptr) return std::nullopt;
  return storage::find_delivery_by_platform_id(context.tx, context.shop_id(), contact->customer_id, contact->contact_id,
                                               event.platform_message_id);
}

// What was said goes into the history when it turns out that it was: until now nobody knew.
void keep_what_was_said(const Context& context, const Delivery& delivery, std::int64_t at_ms) {
  const auto customer_id = storage::living_customer(context.tx, context.shop_id(), delivery.key.customer_id);
  const auto contact = storage::get_contact(context.tx, context.shop_id(), delivery.contact_id);
  const auto channel = contact ? storage::get_channel(context.tx, context.shop_id(), contact->channel_id) : std::nullopt;
  const auto broadcast = delivery.key.source == "b" ? storage::get_broadcast(context.tx, context.shop_id(), delivery.key.source_id) : std::nullopt;
  MessageCache cache;
  const auto said = content_of(context, delivery, message_language(context, customer_id), channel ? channel->kind : "",
                               broadcast ? &*broadcast : nullptr, cache);
  if (!said || !said->content.edit_of.empty()) return;
  storage::MessageRow message;
  message.customer_id = customer_id;
  message.contact_id = delivery.contact_id;
  message.direction = "out";
  message.kind = said->content.image.empty() ? "text" : "photo";
  message.text = said->content.text;
  message.media = said->content.image;
  message.platform_message_id = delivery.platform_message_id;
  message.delivery_key = storage::to_text(delivery.key);
  message.at_ms = at_ms;
  storage::insert_message(context.tx, context.shop_id(), message);
  storage::touch_contact_out(context.tx, context.shop_id(), delivery.contact_id, at_ms);
}

void move_on(const Context& context, Delivery& delivery, std::string_view state, std::string_view reason) {
  CountChanges counts(context.tx);
  counts.move(context.shop_id(), delivery, state, reason);
  delivery.state = state;
  delivery.reason = reason;
  delivery.updated_at_ms = context.now_ms;
  storage::update_delivery(context.tx, context.shop_id(), delivery);
  note_bad_end(context.tx, context.shop_id(), delivery, context.now_ms);
  counts.flush(context.now_ms);
}

// How it went out stays told; that a person had to confirm it does not.
std::string reason_after(const Delivery& delivery, ReceiptKind kind) {
  if (kind == ReceiptKind::kFailed) return std::string(reasons::kReceiptFailed);
  return delivery.reason == reasons::kApprovedTemplate ? delivery.reason : "";
}

// Whether a receipt of this kind says more than the row does.
bool is_news(const Delivery& delivery, ReceiptKind kind) {
  const auto told = rank_of(state_of(kind)), has = rank_of(delivery.state);
  if (told < 0 || has < 0) return false;
  const bool waits = delivery.state == "due" || delivery.state == "deferred";
  // It is tried again by itself, so an earlier try's failure is no end; and one never tried has no receipt.
  if (waits && (kind == ReceiptKind::kFailed || delivery.attempts == 0)) return false;
  if (delivery.state == "sending" && kind == ReceiptKind::kSent) return false;  // its own answer says so too
  if (delivery.state == "accepted" && kind == ReceiptKind::kSent) return delivery.reason == reasons::kAwaitsPerson;
  return told > has;
}

}  // namespace

bool receipt(const Context& context, std::int64_t channel_id, const storage::Contact* contact, const InboundEvent& event) {
  if (event.platform_message_id.empty() && event.reference.empty())
    return contact != nullptr && receipt_watermark(context, *contact, event) > 0;
  auto delivery = delivery_of(context, channel_id, contact, event);
  if (!delivery) return false;
  if (!is_news(*delivery, event.receipt)) return true;
  // Still with the sender: its answer finds the row moved on. A batch's members wait for the batch.
  if (delivery->state == "sending" && !storage::remove_single_in_flight(context.tx, context.shop_id(), delivery->key)) return true;
  const bool sending = delivery->state == "sending", was_unsure = rank_of(delivery->state) == 0;
  if (was_unsure && !sending && delivery->platform_message_id.empty()) delivery->platform_message_id = event.platform_message_id;
  const bool first_word = was_unsure && !sending && event.receipt != ReceiptKind::kFailed;
  move_on(context, *delivery, state_of(event.receipt), reason_after(*delivery, event.receipt));
  if (first_word) keep_what_was_said(context, *delivery, event.at_ms != 0 ? event.at_ms : context.now_ms);
  return true;
}

}  // namespace laoke
