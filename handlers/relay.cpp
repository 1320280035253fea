#include "handlers/relay.h"

#include "handlers/outbox.h"
#include "handlers/shop_settings.h"
#include "handlers/text.h"
#include "handlers/wording.h"
#include "storage/channels.h"
#include "storage/customers.h"
#include "storage/staff.h"
#include "storage/tags.h"

namespace laoke {
namespace {

// A customer's 100 kB go through in full: the sender splits them.
constexpr std::size_t kShownNameCodePoints = 40;

// The customer's own person when paired, else every owner of the shop. Asks who is paired first: in a shop whose staff
// do not use the bot that is all.
std::vector<std::int64_t> listeners(const Context& context, std::int64_t customer_id) {
  const auto paired = storage::staff_contacts(context.tx, context.shop_id());  // of everybody active
  std::vector<std::int64_t> contacts;
  if (paired.empty()) return contacts;
  const auto add_chats_of = [&](std::int64_t staff_id) {
    for (const auto& chat : paired)
      if (chat.staff_id == staff_id) contacts.push_back(chat.contact_id);
  };
  const auto facts = storage::get_facts(context.tx, context.shop_id(), customer_id);
  if (facts && facts->owner_id) add_chats_of(*facts->owner_id);
  if (!contacts.empty()) return contacts;
  for (const auto& staff : storage::list_staff(context.tx, context.shop_id()))
    if (staff.active && staff.role == "owner") add_chats_of(staff.staff_id);
  return contacts;
}

// The kinds of media we have words for.
bool known_media(std::string_view kind) { return has_words("relay.media." + std::string(kind)); }

std::string body_of(const InboundEvent& event, std::string_view language) {
  const auto with_text = [&](std::string note) { return event.text.empty() ? note : note + "\n" + event.text; };
  switch (event.kind) {
    case InboundKind::kMedia:
      return with_text(say(language, "relay.media." + (known_media(event.media_kind) ? event.media_kind : "file")));
    case InboundKind::kPress: return say(language, "relay.press", {{"text", event.text.empty() ? event.press_data : event.text}});
    case InboundKind::kLocation: return say(language, "relay.location", {{"place", event.text}});
    case InboundKind::kSharedPhone: return say(language, "relay.phone", {{"phone", event.phone}});
    case InboundKind::kEdited: return say(language, "relay.edited", {{"text", event.text}});
    default: return event.text;
  }
}

bool is_message(InboundKind kind) {
  return kind == InboundKind::kText || kind == InboundKind::kMedia || kind == InboundKind::kPress ||
         kind == InboundKind::kLocation || kind == InboundKind::kSharedPhone || kind == InboundKind::kEdited;
}

std::string tags_line(const Context& context, std::int64_t customer_id) {
  std::string line;
  for (const auto& tag : storage::tags_of_customer(context.tx, context.shop_id(), customer_id))
    line += (line.empty() ? "#" : " #") + tag.name;
  return line;
}

std::vector<std::vector<Button>> quick_actions(std::int64_t customer_id, std::string_view language) {
  std::vector<Button> row;
  for (const std::string_view action : {"card", "tag", "order", "later"})
    row.push_back({say(language, "relay.button." + std::string(action)),
                   "do:" + std::string(action) + ":" + std::to_string(customer_id), ""});
  return {row};
}

struct Shown {
  const storage::Sender& sender;
  const InboundEvent& event;
  std::int64_t channel_id;
  bool header;  // the first of a burst
};

MessageContent content_for(const Context& context, const Shown& shown, std::int64_t staff_channel_id,
                           std::string_view language) {
  const auto& contact = shown.sender.contact;
  const std::string name = shorten(shown.sender.customer_name, kShownNameCodePoints);
  const std::string body = body_of(shown.event, language);
  MessageContent content;
  if (shown.header) {
    const auto channel = storage::get_channel(context.tx, context.shop_id(), shown.channel_id);
    content.text = "💬 " + name + (channel ? " · " + channel->name : "");
    if (const auto tags = tags_line(context, contact.customer_id); !tags.empty()) content.text += "\n" + tags;
    content.text += "\n\n" + body;
    content.buttons = quick_actions(contact.customer_id, language);
  } else {
    content.text = "↳ " + name + (language == "zh-CN" ? "：" : ": ") + body;
  }
  // A platform's file id means something on its own account only.
  if (shown.event.media_kind == "photo" && staff_channel_id == shown.channel_id) content.image = shown.event.media;
  return content;
}

std::string language_of(const Context& context, std::int64_t staff_contact_id) {
  const auto paired = storage::staff_contact(context.tx, context.shop_id(), staff_contact_id);
  const auto staff = paired ? storage::get_staff(context.tx, context.shop_id(), paired->staff_id) : std::nullopt;
  const std::string& language = staff && !staff->language.empty() ? staff->language : context.shop.language;
  return std::string(spoken_language(language));
}

void show(const Context& context, const Shown& shown, std::int64_t staff_contact_id) {
  const auto chat = storage::get_contact(context.tx, context.shop_id(), staff_contact_id);
  if (!chat || chat->state != "active") return;
  DirectMessage message;
  message.customer_id = chat->customer_id;
  message.contact_id = chat->contact_id;
  message.channel_id = chat->channel_id;
  message.klass = "staff";
  message.content = content_for(context, shown, chat->channel_id, language_of(context, staff_contact_id));
  message.about_customer_id = shown.sender.contact.customer_id;
  message.about_contact_id = shown.sender.contact.contact_id;
  queue_message(context, message);
}

}  // namespace

void relay_to_staff(const Context& context, const storage::Sender& sender, const InboundEvent& event,
                    std::int64_t channel_id) {
  if (!is_message(event.kind) || sender.staff_id != 0 || !settings_of(context.shop).relay_messages) return;
  const bool burst = sender.last_in_ms && context.now_ms - *sender.last_in_ms < kBurstMs;
  const Shown shown{sender, event, channel_id, !burst};
  for (const auto contact_id : listeners(context, sender.contact.customer_id)) show(context, shown, contact_id);
}

}  // namespace laoke
