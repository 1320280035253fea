#include "handlers/contacts.h"

#include "handlers/happened.h"
#include "handlers/names.h"
#include "handlers/persons.h"
#include "handlers/stages.h"
#include "storage/customers.h"

namespace laoke {
namespace {

constexpr std::size_t kShownIdCharacters = 4;

// What a contact is called who gave no name: the end of the address tells two of them apart.
std::string placeholder_name(const Context& context, std::string_view external_id) {
  const auto tail = external_id.substr(external_id.size() - std::min(external_id.size(), kShownIdCharacters));
  return (context.shop.language == "en" ? "Customer " : "顾客") + cut_to_code_points(tail, kShownIdCharacters);
}

std::string first_name_of(const Context& context, const storage::Contact& contact) {
  for (const std::string* candidate : {&contact.display_name, &contact.username})
    if (!folded(*candidate).empty()) return *candidate;
  return placeholder_name(context, contact.external_id);
}

storage::Contact contact_of(const Context& context, std::int64_t channel_id, const InboundEvent& event) {
  storage::Contact contact;
  contact.channel_id = channel_id;
  contact.external_id = event.external_id;
  contact.display_name = cut_to_code_points(event.display_name, kMaxNameCodePoints);
  contact.username = cut_to_code_points(event.username, kMaxNameCodePoints);
  contact.language = event.language;
  contact.first_seen_ms = event.at_ms != 0 ? event.at_ms : context.now_ms;
  return contact;
}

ResolvedContact make_contact(const Context& context, storage::Contact contact) {
  storage::Customer customer;
  customer.name = first_name_of(context, contact);
  customer.search_key = search_key_of(customer.name);
  customer.source = "chat";
  customer.created_at_ms = customer.updated_at_ms = context.now_ms;
  storage::CustomerFacts facts;
  facts.stage = stage_of_orders(0, context.shop.language);
  contact.customer_id = storage::insert_customer(context.tx, context.shop_id(), customer, facts);
  contact.contact_id = storage::insert_contact(context.tx, context.shop_id(), contact);
  happened(context, {"customer.created",
                     contact.customer_id,
                     {{"name", customer.name}, {"contact_id", contact.contact_id}, {"channel_id", contact.channel_id}},
                     "",
                     0});
  ResolvedContact resolved;
  resolved.sender.contact = std::move(contact);
  resolved.sender.customer_name = customer.name;
  resolved.is_new = true;
  return resolved;
}

void rename_with_display_name(const Context& context, storage::Sender& sender, const storage::Contact& now) {
  const bool named_by_us = sender.customer_name != first_name_of(context, sender.contact);
  if (named_by_us) return;  // the seller's own name for the customer stays
  auto customer = storage::get_customer(context.tx, context.shop_id(), sender.contact.customer_id);
  if (!customer) return;
  customer->name = first_name_of(context, now);
  customer->search_key = search_key_of(customer->name);
  customer->updated_at_ms = context.now_ms;
  storage::update_customer(context.tx, context.shop_id(), *customer);
  sender.customer_name = customer->name;
}

// Platforms leave names out of many events: an empty one is no change.
void follow_names(const Context& context, storage::Sender& sender, const storage::Contact& seen) {
  storage::Contact now = sender.contact;
  if (!seen.display_name.empty()) now.display_name = seen.display_name;
  if (!seen.username.empty()) now.username = seen.username;
  if (!seen.language.empty()) now.language = seen.language;
  if (now == sender.contact) return;
  storage::set_contact_names(context.tx, context.shop_id(), now.contact_id, now.display_name, now.username,
                             now.language);
  rename_with_display_name(context, sender, now);
  sender.contact = std::move(now);
}

// A new address of somebody we know from elsewhere.
void add_contact(const Context& context, storage::Contact contact, std::int64_t customer_id) {
  contact.customer_id = customer_id;
  contact.contact_id = storage::insert_contact(context.tx, context.shop_id(), contact);
  happened(context, {"customer.updated", customer_id,
                     {{"field", "contact"}, {"contact_id", contact.contact_id}, {"channel_id", contact.channel_id}}, "", 0});
}

storage::Sender found_again(const Context& context, const storage::Contact& contact) {
  return storage::find_sender(context.tx, context.shop_id(), contact.channel_id, contact.external_id).value();
}

// Strong ids: whose they are, and a phone whose person is settled is not asked about again.
void join(const Context& context, ResolvedContact& resolved, const InboundEvent& event, const std::vector<std::string>& persons) {
  const auto joined = join_persons(context, resolved.sender.contact.customer_id, persons);
  resolved.merged = joined.merged;
  if (joined.merged) resolved.sender = found_again(context, resolved.sender.contact);
  auto& contact = resolved.sender.contact;
  if (event.phone.empty() || event.phone == contact.phone || !joined.settled) return;
  storage::set_contact_phone(context.tx, context.shop_id(), contact.contact_id, event.phone);
  contact.phone = event.phone;
}

ResolvedContact resolve_stranger(const Context& context, const InboundEvent& event, storage::Contact seen, bool staff_chats) {
  const auto persons = person_ids(context, event);
  ResolvedContact resolved;
  if (const auto known = customer_of_persons(context, persons)) {
    add_contact(context, seen, *known);
    resolved.sender = found_again(context, seen);
  } else {
    resolved = make_contact(context, std::move(seen));
  }
  resolved.sender.staff_chats = staff_chats;
  join(context, resolved, event, persons);
  return resolved;
}

}  // namespace

ResolvedContact resolve_contact(const Context& context, std::int64_t channel_id, const InboundEvent& event) {
  return resolve_contact(context, channel_id, event,
                         storage::find_arrival(context.tx, context.shop_id(), channel_id, event.external_id, ""));
}

ResolvedContact resolve_contact(const Context& context, std::int64_t channel_id, const InboundEvent& event,
                                storage::Arrival arrival) {
  auto seen = contact_of(context, channel_id, event);
  if (!arrival.sender) return resolve_stranger(context, event, std::move(seen), arrival.staff_chats);
  ResolvedContact resolved;
  resolved.came_back = arrival.sender->contact.state != "active";
  resolved.sender = std::move(*arrival.sender);
  follow_names(context, resolved.sender, seen);
  join(context, resolved, event, person_ids(context, event, resolved.sender.contact.phone));
  return resolved;
}

storage::Sender follow_profile(const Context& context, storage::Sender sender, const InboundEvent& event) {
  follow_names(context, sender, contact_of(context, sender.contact.channel_id, event));
  if (join_persons(context, sender.contact.customer_id, person_ids(context, event, sender.contact.phone)).merged) return found_again(context, sender.contact);
  return sender;
}

void touch_sender(const Context& context, const storage::Sender& sender, const InboundEvent& event) {
  const std::int64_t at_ms = event.at_ms != 0 ? event.at_ms : context.now_ms;
  // Not every sign of life opens a window: one that is open stays so.
  const bool opens = event.window_ms > 0;
  storage::touch_contact_in(context.tx, context.shop_id(), sender.contact.contact_id, at_ms,
                            opens ? at_ms + event.window_ms : sender.contact.window_until_ms,
                            opens ? event.replies_left : sender.contact.replies_left);
  storage::set_last_in(context.tx, context.shop_id(), sender.contact.customer_id, at_ms);
}

}  // namespace laoke
