#include "handlers/customer_chat.h"

#include <array>

#include "handlers/calendar.h"
#include "handlers/compose.h"
#include "handlers/consent.h"
#include "handlers/customer_press.h"
#include "handlers/customers.h"
#include "handlers/happened.h"
#include "handlers/outbox.h"
#include "handlers/owner_chat.h"
#include "handlers/phone_numbers.h"
#include "handlers/relay.h"
#include "handlers/shop_settings.h"
#include "handlers/text.h"
#include "handlers/wording.h"
#include "storage/customers.h"
#include "storage/merges.h"
#include "storage/messages.h"
#include "storage/phones.h"

namespace laoke {
namespace {

// A customer who has been silent so long and has bought nothing asks anew.
constexpr std::int64_t kNewEnquiryMs = 3 * kDayMs;

// What a button carries that leaves or joins marketing. Adapters say it too for a wish told to the platform itself.
constexpr std::string_view kStopMarketing = "mkt:stop", kResumeMarketing = "mkt:resume";
// What WhatsApp's own opt-out button says under a marketing template, folded.
constexpr std::string_view kStopPromotions = "stop promotions";

std::int64_t customer_of(const CustomerMessage& message) { return message.sender.contact.customer_id; }

void answer(const Context& context, const CustomerMessage& message, MessageContent content) {
  DirectMessage reply;
  reply.customer_id = customer_of(message);
  reply.contact_id = message.sender.contact.contact_id;
  reply.channel_id = message.channel_id;
  reply.content = std::move(content);
  queue_message(context, reply);
}

// A stock text by name; nothing is said when the seller retired it.
void answer_with(const Context& context, const CustomerMessage& message, const std::string& template_name) {
  MessageText text;
  text.template_name = template_name;
  const auto content = compose(context, text, customer_of(message), message_language(context, customer_of(message)), "");
  if (content) answer(context, message, *content);
}

ConsentWish wish_of(const InboundEvent& event) {
  if (event.kind == InboundKind::kText) return consent_wish(event.text);
  if (event.kind != InboundKind::kPress) return ConsentWish::kNone;
  if (event.press_data == kResumeMarketing) return ConsentWish::kOptIn;
  // Also a button of the seller's or of a platform's template that says so itself.
  const bool out = event.press_data == kStopMarketing || fold(event.text) == kStopPromotions ||
                   consent_wish(event.press_data) == ConsentWish::kOptOut || consent_wish(event.text) == ConsentWish::kOptOut;
  return out ? ConsentWish::kOptOut : ConsentWish::kNone;
}

// Words and presses to leave and join marketing. True when the message was one.
bool consent_words(const Context& context, const CustomerMessage& message) {
  const auto& event = message.event;
  const auto wish = wish_of(event);
  if (wish == ConsentWish::kNone) return false;
  const bool out = wish == ConsentWish::kOptOut;
  const std::string& evidence = event.text.empty() ? event.press_data : event.text;
  if (out)
    opt_out(context, customer_of(message), evidence);
  else
    opt_in(context, customer_of(message), evidence);
  // Made in the platform's own settings, without a message: it has told them there.
  const bool in_chat = event.kind == InboundKind::kText || !event.platform_message_id.empty();
  if (in_chat) answer_with(context, message, out ? "opt_out_done" : "opt_in_done");
  return true;
}

// Came by a link: "c123" names the customer who passed it on, anything else is a source (a poster, an advertisement).
void note_referral(const Context& context, const CustomerMessage& message) {
  const auto& referral = message.event.referral;
  if (referral.empty() || !message.is_new) return;
  auto customer = storage::get_customer(context.tx, context.shop_id(), customer_of(message));
  if (!customer) return;
  customer->source = referral;
  std::optional<storage::Customer> referrer;
  if (referral.size() > 1 && referral.size() < 18 && referral[0] == 'c' &&
      referral.find_first_not_of("0123456789", 1) == std::string::npos)
    referrer = storage::get_customer(context.tx, context.shop_id(), std::stoll(referral.substr(1)));
  if (referrer && referrer->customer_id != customer->customer_id) customer->referrer_id = referrer->customer_id;
  customer->updated_at_ms = context.now_ms;
  storage::update_customer(context.tx, context.shop_id(), *customer);
  if (customer->referrer_id)
    happened(context, {"customer.referred", *customer->referrer_id,
                       {{"friend_id", customer->customer_id}}, "friend:" + std::to_string(customer->customer_id)});
}

// The number a platform vouches for, else the one the sender wrote; that only suggests whose record it may be.
const std::string& number_shared(const InboundEvent& event) { return event.phone.empty() ? event.text : event.phone; }

// Whether it is new.
bool share_phone(const Context& context, const CustomerMessage& message) {
  try {
    return add_customer_phone(context, customer_of(message), number_shared(message.event));
  } catch (const Refusal&) {
    return false;  // a number our library does not know: the relayed message shows it to the seller
  }
}

// Who else has the number; the staff say whether it is one person. One is enough, "duplicates" lists them all.
void tell_of_same_number(const Context& context, const CustomerMessage& message) {
  const auto id = customer_of(message);
  const auto phone = phone_in(number_shared(message.event), context.shop.country);
  if (!phone) return;
  for (const auto other_id : storage::customers_with_phone(context.tx, context.shop_id(), *phone)) {
    const auto other = storage::get_customer(context.tx, context.shop_id(), other_id);
    const auto facts = storage::get_facts(context.tx, context.shop_id(), other_id);
    const bool open = storage::suggestion_state(context.tx, context.shop_id(), id, other_id) == "open";
    if (other_id == id || !other || !facts || facts->standing != storage::kStandingCustomer || !open) continue;
    return tell_owners(
        context,
        [&](std::string_view language) {
          return say(language, "relay.same_phone",
                     {{"name", shorten(message.sender.customer_name, 40)}, {"other", shorten(other->name, 40)}, {"id", id}, {"other_id", other_id}});
        },
        id);
  }
}

void note_enquiry(const Context& context, const CustomerMessage& message) {
  const auto& last_in = message.sender.last_in_ms;
  if (last_in && context.now_ms - *last_in < kNewEnquiryMs) return;
  if (message.event.kind != InboundKind::kText && message.event.kind != InboundKind::kMedia) return;
  happened(context, {"customer.enquired", customer_of(message), nlohmann::json::object()});
}

// Only in a shop where a rule or webhook hears it; nothing is asked for it otherwise.
void note_writing(const Context& context, const CustomerMessage& message, const ShopSettings& settings) {
  const auto kind = message.event.kind;
  if (!settings.writing_is_heard || kind == InboundKind::kFollowed || kind == InboundKind::kPress) return;
  happened(context, {"customer.wrote", customer_of(message), {{"contact_id", message.sender.contact.contact_id}}});
}

}  // namespace

void on_customer_message(const Context& context, const CustomerMessage& message) {
  if (consent_words(context, message)) return;
  const auto settings = settings_of(context.shop);
  note_writing(context, message, settings);
  note_referral(context, message);
  bool new_number = false;
  switch (message.event.kind) {
    case InboundKind::kFollowed:
      if (settings.greet_new_contacts && message.is_new) answer_with(context, message, "welcome");
      break;
    case InboundKind::kSharedPhone:
      new_number = share_phone(context, message);
      break;
    case InboundKind::kPress: {
      const auto remark = on_customer_press(context, message);
      if (remark && settings.relay_messages) relay_to_staff(context, message.sender, message.event, message.channel_id, &*remark);
      return;
    }
    default:
      note_enquiry(context, message);
  }
  if (settings.relay_messages) relay_to_staff(context, message.sender, message.event, message.channel_id);
  if (new_number) tell_of_same_number(context, message);
}

void on_customer_edit(const Context& context, const storage::Contact& contact, const InboundEvent& event) {
  const std::string text = repair_utf8(event.text);
  const auto was = storage::message_called(context.tx, context.shop_id(), contact.customer_id, contact.contact_id, event.platform_message_id);
  if (!was || was->text == text) return;  // platforms tell of edits that change no word
  storage::edit_message(context.tx, context.shop_id(), contact.customer_id, contact.contact_id, event.platform_message_id, text, event.at_ms);
  // Words to leave or join marketing were answered and never shown.
  if (was->direction != "in" || consent_wish(was->text) != ConsentWish::kNone) return;
  const auto sender = storage::find_sender(context.tx, context.shop_id(), contact.channel_id, contact.external_id);
  if (sender) relay_to_staff(context, *sender, event, contact.channel_id);
}

void on_customer_unsend(const Context& context, const storage::Contact& contact, const InboundEvent& event) {
  const auto was = storage::message_called(context.tx, context.shop_id(), contact.customer_id, contact.contact_id, event.platform_message_id);
  if (!was || was->direction != "in") return;
  const std::string note = say(spoken_language(context.shop.language), "relay.unsent");
  if (was->text == note) return;
  storage::withdraw_message(context.tx, context.shop_id(), contact.customer_id, contact.contact_id, event.platform_message_id, note,
                            event.at_ms != 0 ? event.at_ms : context.now_ms);
  if (consent_wish(was->text) != ConsentWish::kNone) return;
  const auto sender = storage::find_sender(context.tx, context.shop_id(), contact.channel_id, contact.external_id);
  if (sender) relay_to_staff(context, *sender, event, contact.channel_id);
}

}  // namespace laoke
