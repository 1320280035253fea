#include "handlers/inbound.h"

#include "handlers/batch_results.h"
#include "handlers/compose.h"
#include "handlers/contacts.h"
#include "handlers/customer_chat.h"
#include "handlers/happened.h"
#include "handlers/moments.h"
#include "handlers/outbox.h"
#include "handlers/outside_events.h"
#include "handlers/owner_chat.h"
#include "handlers/pairing.h"
#include "handlers/parcels.h"
#include "handlers/platform_news.h"
#include "handlers/profiles.h"
#include "handlers/receipts.h"
#include "handlers/seller/seller_chat.h"
#include "handlers/shop_orders.h"
#include "handlers/staff_elsewhere.h"
#include "handlers/text.h"
#include "storage/callbacks.h"
#include "storage/contacts.h"
#include "storage/customers.h"
#include "storage/messages.h"
#include "storage/reply_tokens.h"

namespace laoke {
namespace {

constexpr std::size_t kShownNameCharacters = 40, kShownAlertCharacters = 300;

const char* kind_name(const InboundEvent& event) {
  switch (event.kind) {
    case InboundKind::kMedia: return event.media_kind.c_str();
    case InboundKind::kPress: return "press";
    case InboundKind::kSharedPhone: return "contact";
    case InboundKind::kLocation: return "location";
    case InboundKind::kFollowed: return "follow";
    default: return "text";
  }
}

void keep_message(const Context& context, const storage::Sender& sender, const InboundEvent& event) {
  storage::MessageRow message;
  message.customer_id = sender.contact.customer_id;
  message.contact_id = sender.contact.contact_id;
  message.direction = "in";
  message.kind = kind_name(event);
  message.text = repair_utf8(event.kind == InboundKind::kPress ? event.press_data : event.text);
  message.media = event.media;
  message.platform_message_id = event.platform_message_id;
  message.at_ms = event.at_ms != 0 ? event.at_ms : context.now_ms;
  storage::insert_message(context.tx, context.shop_id(), message);
}

void take_receipt(const Context& context, std::int64_t channel_id, const storage::Contact* contact, const InboundEvent& event) {
  if (event.batch_result)
    take_batch_result(context, channel_id, event.platform_message_id, *event.batch_result);
  else
    receipt(context, channel_id, contact, event);
}

// The platform tells the shop something that is no message: the owner reads it, named by whom it is about.
void alert_owners(const Context& context, const storage::Contact* contact, const InboundEvent& event) {
  const auto customer = contact != nullptr ? storage::get_customer(context.tx, context.shop_id(), contact->customer_id) : std::nullopt;
  const auto text = (customer ? shorten(customer->name, kShownNameCharacters) + ": " : "") + shorten(repair_utf8(event.text), kShownAlertCharacters);
  tell_owners(context, [&](std::string_view) { return "⚠️ " + text; }, customer ? contact->customer_id : 0);
}

// Events about a contact that say nothing: they change its state and are not answered. True when `event` was one.
bool settle_silent(const Context& context, std::int64_t channel_id, const storage::Arrival& arrival, const InboundEvent& event) {
  switch (event.kind) {
    case InboundKind::kText:
    case InboundKind::kMedia:
    case InboundKind::kPress:
    case InboundKind::kSharedPhone:
    case InboundKind::kLocation:
    case InboundKind::kFollowed:
      return false;
    default:
      break;
  }
  const auto* contact = arrival.sender ? &arrival.sender->contact : nullptr;
  if (event.kind == InboundKind::kReceipt) take_receipt(context, channel_id, contact, event);
  if (event.kind == InboundKind::kStaffWrote) keep_staff_message(context, channel_id, contact, event);
  if (event.kind == InboundKind::kAlert && !take_platform_news(context, channel_id, event)) alert_owners(context, contact, event);
  if (contact == nullptr) return true;
  switch (event.kind) {
    case InboundKind::kBlocked:
      if (storage::set_contact_state(context.tx, context.shop_id(), contact->contact_id, "blocked"))
        happened(context, {"customer.blocked", contact->customer_id, {{"contact_id", contact->contact_id}}});
      break;
    case InboundKind::kMoved:
      storage::move_contact_address(context.tx, context.shop_id(), contact->contact_id, event.new_external_id);
      break;
    case InboundKind::kEdited:
      on_customer_edit(context, *contact, event);
      break;
    case InboundKind::kUnsent:
      on_customer_unsend(context, *contact, event);
      break;
    case InboundKind::kProfile:
    case InboundKind::kTagged:
      take_profile(context, *arrival.sender, event);
      break;
    default:
      break;
  }
  return true;
}

// Whom it may have changed.
struct Effect {
  std::int64_t customer_id = 0;
  bool widely = false;
};

Effect take_effect(const Context& system, std::int64_t channel_id, const InboundEvent& event, storage::Arrival arrival) {
  if (event.kind == InboundKind::kParcel) {
    if (event.parcel) on_parcel_news(system, *event.parcel);
    return {0, true};
  }
  if (event.kind == InboundKind::kShopOrder && event.shop_order) {
    take_shop_order(system, channel_id, *event.shop_order);
    return {0, true};
  }
  const bool widely = reaches_others(event);
  if (take_moment_result(system, channel_id, event)) return {0, true};
  if (settle_silent(system, channel_id, arrival, event)) return {arrival.sender ? arrival.sender->contact.customer_id : 0, widely};
  Context context = system;
  context.actor = {Actor::Kind::kCustomer, 0};
  const auto resolved = resolve_contact(context, channel_id, event, std::move(arrival));
  const auto& sender = resolved.sender;
  ask_profile(context, resolved, event);
  touch_sender(context, sender, event);
  if (!event.reply_token.empty())
    storage::keep_reply_token(context.tx, context.shop_id(), sender.contact.contact_id, {event.reply_token, context.now_ms});
  keep_message(context, sender, event);
  if (sender.staff_id != 0) {
    context.actor = {Actor::Kind::kStaff, sender.staff_id};
    on_staff_message(context, {sender, event, channel_id});
    return {sender.contact.customer_id, true};
  }
  if (try_pairing(context, sender, event, channel_id)) return {sender.contact.customer_id, true};
  if (resolved.came_back)
    happened(context, {"customer.returned", sender.contact.customer_id, {{"contact_id", sender.contact.contact_id}}});
  on_customer_message(context, {sender, event, channel_id, resolved.is_new});
  return {sender.contact.customer_id, widely || resolved.merged};
}

}  // namespace

Taken take_event(const Context& context, std::int64_t channel_id, const InboundEvent& event) {
  const ChannelEvent alone{channel_id, &event};
  ArrivalsAhead ahead(context, {&alone, 1});
  return take_event(context, channel_id, event, ahead);
}

Taken take_event(const Context& context, std::int64_t channel_id, const InboundEvent& event, ArrivalsAhead& ahead) {
  auto arrival = ahead.next(context, channel_id, event);
  if (arrival.taken) return Taken::kDuplicate;
  storage::mark_callback(context.tx, context.shop_id(), channel_id, event.key, context.now_ms);
  const Effect effect = take_effect(context, channel_id, event, std::move(arrival));
  ahead.took_effect(effect.customer_id, effect.widely);
  return Taken::kDone;
}

void replay_event(const Context& context, std::int64_t channel_id, const InboundEvent& event) {
  take_effect(context, channel_id, event,
              storage::find_arrival(context.tx, context.shop_id(), channel_id, event.external_id, ""));
}

std::string as_sentence(std::string refused) {
  if (!refused.empty() && refused[0] >= 'a' && refused[0] <= 'z') refused[0] = static_cast<char>(refused[0] - 'a' + 'A');
  return refused;
}

Taken refuse_event(const Context& context, std::int64_t channel_id, const InboundEvent& event, const Refusal& refusal) {
  if (event.kind == InboundKind::kParcel) throw std::runtime_error(refusal.what());  // nobody wrote: a dead letter
  if (!storage::take_callback(context.tx, context.shop_id(), channel_id, event.key, context.now_ms)) return Taken::kDuplicate;
  const auto resolved = resolve_contact(context, channel_id, event);
  ask_profile(context, resolved, event);
  const auto& sender = resolved.sender;
  touch_sender(context, sender, event);
  if (!event.reply_token.empty())
    storage::keep_reply_token(context.tx, context.shop_id(), sender.contact.contact_id, {event.reply_token, context.now_ms});
  keep_message(context, sender, event);
  const bool staff = sender.staff_id != 0;
  DirectMessage answer;
  answer.customer_id = sender.contact.customer_id;
  answer.contact_id = sender.contact.contact_id;
  answer.channel_id = channel_id;
  answer.klass = staff ? "staff" : "reply";
  answer.content.text = as_sentence(refusal.text(staff && !sender.staff_language.empty() ? sender.staff_language
                                                                             : message_language(context, sender.contact.customer_id)));
  queue_message(context, answer);
  return Taken::kDone;
}

}  // namespace laoke
