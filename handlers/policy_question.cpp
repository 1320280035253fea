#include "handlers/policy_question.h"

#include "handlers/calendar.h"
#include "handlers/delivery_content.h"
#include "storage/consents.h"
#include "storage/contacts.h"
#include "storage/customers.h"

namespace laoke {
namespace {

constexpr std::int64_t kCapMemoryMs = 7 * kDayMs;  // the longest cap

bool has_agreed(const Context& context, std::int64_t customer_id) {
  for (const auto& consent : storage::consents_of_customer(context.tx, context.shop_id(), customer_id))
    if (consent.kind == "marketing") return consent.granted;
  return false;
}

}  // namespace

PolicyQuestion policy_question(const Context& context, const ShopSettings& settings, const storage::Delivery& delivery) {
  const auto customer_id = delivery.key.customer_id;
  PolicyQuestion question;
  question.klass = delivery.klass;
  question.now_ms = context.now_ms;
  question.expires_at_ms = delivery.expires_at_ms;
  question.fixed_contact_id = delivery.key.source == "m" ? delivery.contact_id : 0;
  question.passes_quiet_hours = passes_quiet_hours(delivery);
  const auto facts = storage::get_facts(context.tx, context.shop_id(), customer_id);
  const auto customer = storage::get_customer(context.tx, context.shop_id(), customer_id);
  question.is_customer = facts && facts->standing == storage::kStandingCustomer;
  question.opted_out = facts && facts->opted_out;
  question.zone = zone_or(customer ? customer->time_zone : "", context.shop.time_zone);
  if (delivery.klass == "marketing") {
    question.marketing_sent_ms =
        storage::marketing_sent_since(context.tx, context.shop_id(), customer_id, context.now_ms - kCapMemoryMs);
    question.consented = !settings.ask_consent || has_agreed(context, customer_id);
  }
  for (const auto& contact : storage::contacts_of_customer(context.tx, context.shop_id(), customer_id))
    question.reaches.push_back({contact.contact_id, contact.channel_id, contact.state, contact.window_until_ms,
                                contact.replies_left, contact.last_in_ms, false});
  return question;
}

}  // namespace laoke
