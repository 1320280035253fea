#include "handlers/relay.h"

#include <algorithm>
#include <functional>

#include "handlers/outbox.h"
#include "handlers/shop_settings.h"
#include "handlers/text.h"
#include "handlers/wording.h"
#include "storage/channels.h"
#include "storage/staff.h"
#include "storage/tags.h"

namespace laoke {
namespace {

// A customer's 100 kB go through in full: the sender splits them.
constexpr std::size_t kShownNameCodePoints = 40;

// The customer's own person when paired, else every owner of the shop.
std::vector<storage::RelayChat> listeners(const Context& context, std::int64_t customer_id) {
  auto chats = storage::relay_chats(context.tx, context.shop_id(), customer_id);
  const auto own = [](const storage::RelayChat& chat) { return chat.own; };
  if (std::ranges::any_of(chats, own)) std::erase_if(chats, std::not_fn(own));
  return chats;
}

// The kinds of media we have words for.
bool known_media(std::string_view kind) { return has_words("relay.media." + std::string(kind)); }

std::string body_of(const InboundEvent& event, std::string_view language) {
  const auto with_text = [&](std::string note) { return event.text.empty() ? note : note + "\n" + event.text; };
  switch (event.kind) {
    case InboundKind::kMedia:
      return with_text(say(language, "relay.media." + (known_media(event.media_kind) ? event.media_kind : "file")));
    case InboundKind::kPress: return say(language, "relay.press", {{"text", event.press_data}});
    case InboundKind::kLocation: return say(language, "relay.location", {{"place", event.text}});
    case InboundKind::kSharedPhone: return say(language, "relay.phone", {{"phone", event.phone.empty() ? event.text : event.phone}});
    case InboundKind::kUnsent: return say(language, "relay.unsent");
    case InboundKind::kEdited: return say(language, "relay.edited", {{"text", event.text}});
    default: return event.text;
  }
}

bool is_message(InboundKind kind) {
  return kind == InboundKind::kText || kind == InboundKind::kMedia || kind == InboundKind::kPress ||
         kind == InboundKind::kLocation || kind == InboundKind::kSharedPhone || kind == InboundKind::kEdited ||
         kind == InboundKind::kUnsent;
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
  bool header;                       // the first of a burst, with these two
  std::string channel_name, tags;
  const Remark* remark;
};

std::vector<Button> remark_buttons(const Shown& shown, std::string_view language) {
  std::vector<Button> row;
  if (shown.remark != nullptr)
    for (const auto& button : shown.remark->buttons) row.push_back({say(language, button.label_key), button.data, ""});
  return row;
}

MessageContent content_for(const Shown& shown, std::int64_t staff_channel_id, std::string_view language) {
  const auto& contact = shown.sender.contact;
  const std::string name = shorten(shown.sender.customer_name, kShownNameCodePoints);
  const std::string body = shown.remark != nullptr ? say(language, shown.remark->said) : body_of(shown.event, language);
  MessageContent content;
  if (shown.header) {
    content.text = "💬 " + name + (shown.channel_name.empty() ? "" : " · " + shown.channel_name);
    if (!shown.tags.empty()) content.text += "\n" + shown.tags;
    content.text += "\n\n" + body;
    content.buttons = quick_actions(contact.customer_id, language);
  } else {
    content.text = "↳ " + name + (language == "zh-CN" ? "：" : ": ") + body;
  }
  if (auto row = remark_buttons(shown, language); !row.empty()) content.buttons.insert(content.buttons.begin(), std::move(row));
  // A platform's file id means something on its own account only.
  if (shown.event.media_kind == "photo" && staff_channel_id == shown.channel_id) content.image = shown.event.media;
  return content;
}

void show(const Context& context, const Shown& shown, const storage::RelayChat& chat) {
  const std::string& language = chat.staff_language.empty() ? context.shop.language : chat.staff_language;
  DirectMessage message;
  message.customer_id = chat.customer_id;
  message.contact_id = chat.contact_id;
  message.channel_id = chat.channel_id;
  message.klass = "staff";
  message.content = content_for(shown, chat.channel_id, spoken_language(language));
  message.about_customer_id = shown.sender.contact.customer_id;
  message.about_contact_id = shown.sender.contact.contact_id;
  queue_message(context, message);
}

}  // namespace

std::string staff_language(const Context& context, std::int64_t staff_contact_id) {
  const auto paired = storage::staff_contact(context.tx, context.shop_id(), staff_contact_id);
  const auto staff = paired ? storage::get_staff(context.tx, context.shop_id(), paired->staff_id) : std::nullopt;
  const std::string& language = staff && !staff->language.empty() ? staff->language : context.shop.language;
  return std::string(spoken_language(language));
}

void relay_to_staff(const Context& context, const storage::Sender& sender, const InboundEvent& event,
                    std::int64_t channel_id, const Remark* remark) {
  if (!sender.staff_chats || sender.staff_id != 0) return;
  if (!is_message(event.kind) || !settings_of(context.shop).relay_messages) return;
  auto chats = listeners(context, sender.contact.customer_id);
  std::erase_if(chats, [](const storage::RelayChat& chat) { return chat.contact_state != "active"; });
  if (chats.empty()) return;
  const bool burst = sender.last_in_ms && context.now_ms - *sender.last_in_ms < kBurstMs;
  Shown shown{sender, event, channel_id, !burst, "", "", remark};
  if (shown.header) {
    if (const auto channel = storage::get_channel(context.tx, context.shop_id(), channel_id)) shown.channel_name = channel->name;
    shown.tags = tags_line(context, sender.contact.customer_id);
  }
  for (const auto& chat : chats) show(context, shown, chat);
}

}  // namespace laoke
