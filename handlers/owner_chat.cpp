#include "handlers/owner_chat.h"

#include <algorithm>

#include "handlers/outbox.h"
#include "storage/contacts.h"
#include "storage/staff.h"

namespace laoke {
namespace {

// Where the customer was heard from last; 0: nowhere.
std::int64_t contact_to_answer(const Context& context, std::int64_t customer_id) {
  if (customer_id == 0) return 0;
  const auto contacts = storage::contacts_of_customer(context.tx, context.shop_id(), customer_id);
  const auto latest = std::ranges::max_element(contacts, {}, [](const storage::Contact& contact) { return contact.last_in_ms; });
  return latest == contacts.end() ? 0 : latest->contact_id;
}

}  // namespace

void tell_owners(const Context& context, const Words& words, std::int64_t about_customer_id) {
  auto chats = storage::relay_chats(context.tx, context.shop_id(), about_customer_id);
  std::erase_if(chats, [](const storage::RelayChat& chat) { return chat.contact_state != "active"; });
  if (std::ranges::any_of(chats, &storage::RelayChat::own)) std::erase_if(chats, [](const auto& chat) { return !chat.own; });
  if (chats.empty()) return;
  const auto about_contact_id = contact_to_answer(context, about_customer_id);
  for (const auto& chat : chats) {
    DirectMessage message;
    message.customer_id = chat.customer_id;
    message.contact_id = chat.contact_id;
    message.channel_id = chat.channel_id;
    message.klass = "staff";
    message.content.text = words(chat.staff_language.empty() ? context.shop.language : chat.staff_language);
    if (about_contact_id != 0) {
      message.about_customer_id = about_customer_id;
      message.about_contact_id = about_contact_id;
    }
    queue_message(context, message);
  }
}

}  // namespace laoke
