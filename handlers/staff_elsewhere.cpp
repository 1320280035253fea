#include "handlers/staff_elsewhere.h"

#include "handlers/persons.h"
#include "handlers/text.h"
#include "storage/customers.h"
#include "storage/messages.h"

namespace laoke {
namespace {

std::optional<storage::Contact> contact_by_phone(const Context& context, std::int64_t channel_id, const InboundEvent& event) {
  const auto customer_id = customer_of_persons(context, person_ids(context, event));
  if (!customer_id) return std::nullopt;
  for (auto& contact : storage::contacts_of_customer(context.tx, context.shop_id(), *customer_id))
    if (contact.channel_id == channel_id && contact.phone == event.phone) return std::move(contact);
  return std::nullopt;
}

}  // namespace

void keep_staff_message(const Context& context, std::int64_t channel_id, const storage::Contact* contact, const InboundEvent& event) {
  const auto to = contact != nullptr ? std::optional(*contact) : contact_by_phone(context, channel_id, event);
  if (!to) return;
  if (storage::message_called(context.tx, context.shop_id(), to->customer_id, to->contact_id, event.platform_message_id)) return;
  storage::MessageRow message;
  message.customer_id = to->customer_id;
  message.contact_id = to->contact_id;
  message.direction = "out";
  message.kind = event.media_kind.empty() ? "text" : event.media_kind;
  message.text = repair_utf8(event.text);
  message.media = event.media;
  message.platform_message_id = event.platform_message_id;
  message.at_ms = event.at_ms != 0 ? event.at_ms : context.now_ms;
  storage::insert_message(context.tx, context.shop_id(), message);
  storage::touch_contact_out(context.tx, context.shop_id(), to->contact_id, message.at_ms);
  storage::set_last_out(context.tx, context.shop_id(), to->customer_id, message.at_ms);
}

}  // namespace laoke
