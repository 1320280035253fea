#include "bot/channels/telegram_parse.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include "bot/channels/channel.h"
#include "bot/channels/json_body.h"

namespace laoke::channels {
namespace {

using nlohmann::json;

constexpr std::int64_t kMaxDate = 100'000'000'000;  // the year 5138; beyond it milliseconds would be nonsense
constexpr std::size_t kMaxReferral = 64;            // deep-link payload: 64 characters of A-Z a-z 0-9 _ -

// "animation" and "venue" repeat themselves as "document" and "location" for old bots, so they stand first.
constexpr const char* kMediaKinds[] = {"animation", "document", "video", "voice", "audio", "sticker", "video_note"};

bool all_ideographs(const std::string& text) {
  for (std::int32_t at = 0, size = static_cast<std::int32_t>(text.size()); at < size;) {
    UChar32 letter = 0;
    U8_NEXT(text.data(), at, size, letter);
    if (letter < 0 || !u_hasBinaryProperty(letter, UCHAR_IDEOGRAPHIC)) return false;
  }
  return !text.empty();
}

// 晓梅 + 陈 is 陈晓梅; Anna + Smith is Anna Smith.
std::string display_name(const json& person) {
  const std::string first = text_at(person, "first_name"), last = text_at(person, "last_name");
  if (last.empty()) return first;
  if (first.empty()) return last;
  return all_ideographs(first) && all_ideographs(last) ? last + first : first + " " + last;
}

std::int64_t date_ms(const json& object, const char* key) {
  const std::int64_t date = integer_at(object, key);
  if (date < 0 || date > kMaxDate) throw BadPayload(std::string("'") + key + "' is no date");
  return date * 1000;
}

bool is_bot(const json& person) {
  const auto found = person.find("is_bot");
  return found != person.end() && *found == true;
}

bool is_private(const json& chat) {
  return text_at(chat, "type") == "private";
}

std::string id_text(const json& object, const char* key) {
  return std::to_string(integer_at(object, key));
}

void set_sender(InboundEvent& event, const json& person) {
  event.display_name = display_name(person);
  event.username = text_at(person, "username");
  event.language = text_at(person, "language_code");
}

bool is_referral(std::string_view text) {
  return text.size() <= kMaxReferral &&
         text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") ==
             std::string_view::npos;
}

// "/start", "/start PAYLOAD", "/start@bot PAYLOAD".
bool read_start(InboundEvent& event) {
  const std::string_view text = event.text;
  const std::size_t end = text.find_first_of(" \n");
  const std::string_view command = text.substr(0, end);
  if (command != "/start" && !command.starts_with("/start@")) return false;
  event.kind = InboundKind::kFollowed;
  const std::string_view payload = end == std::string_view::npos ? "" : text.substr(end + 1);
  if (is_referral(payload)) event.referral = payload;
  return true;
}

bool read_text(InboundEvent& event, const json& message) {
  if (!message.contains("text")) return false;
  event.text = text_at(message, "text");
  if (!read_start(event)) event.kind = InboundKind::kText;
  return true;
}

// An array of sizes of the same picture, smallest first.
bool read_photo(InboundEvent& event, const json& message) {
  const auto sizes = message.find("photo");
  if (sizes == message.end()) return false;
  if (!sizes->is_array() || sizes->empty()) throw BadPayload("'photo' is not a list of sizes");
  event.kind = InboundKind::kMedia;
  event.media_kind = "photo";
  event.media = text_at(sizes->back(), "file_id");
  event.text = text_at(message, "caption");
  return true;
}

bool read_media(InboundEvent& event, const json& message) {
  for (const char* kind : kMediaKinds) {
    const json* media = object_at(message, kind);
    if (!media) continue;
    event.kind = InboundKind::kMedia;
    event.media_kind = kind;
    event.media = text_at(*media, "file_id");
    event.text = text_at(message, "caption");
    return true;
  }
  return false;
}

// A forwarded card has another user's id or none: only the sender's own number is vouched for.
bool read_phone(InboundEvent& event, const json& message, const json& from) {
  const json* contact = object_at(message, "contact");
  if (!contact) return false;
  if (contact->contains("user_id") && integer_at(*contact, "user_id") == integer_at(from, "id")) {
    event.kind = InboundKind::kSharedPhone;
    event.phone = text_at(*contact, "phone_number");
  }
  return true;
}

bool read_location(InboundEvent& event, const json& message) {
  const json* place = object_at(message, "location");
  if (!place) return false;
  const json latitude = place->value("latitude", json()), longitude = place->value("longitude", json());
  if (!latitude.is_number() || !longitude.is_number()) throw BadPayload("'location' has no coordinates");
  event.kind = InboundKind::kLocation;
  event.text = latitude.dump() + "," + longitude.dump();
  return true;
}

using Events = std::vector<InboundEvent>;

Events moved(const json& message, const json& chat, InboundEvent event) {
  event.kind = InboundKind::kMoved;
  event.external_id = id_text(chat, "id");
  event.new_external_id = id_text(message, "migrate_to_chat_id");
  event.at_ms = date_ms(message, "date");
  return {std::move(event)};
}

// The parts of a message or an edited one that are the same. False: not from a person in a private chat.
bool read_envelope(InboundEvent& event, const json& message, const char* date_key) {
  const json *chat = object_at(message, "chat"), *from = object_at(message, "from");
  if (!chat) throw BadPayload("the message has no 'chat'");
  if (!from || !is_private(*chat) || is_bot(*from)) return false;
  event.external_id = id_text(*chat, "id");
  event.platform_message_id = id_text(message, "message_id");
  event.at_ms = date_ms(message, date_key);
  set_sender(event, *from);
  if (const json* answered = object_at(message, "reply_to_message")) event.reply_to = id_text(*answered, "message_id");
  return true;
}

Events from_message(const json& message, InboundEvent event) {
  const json* chat = object_at(message, "chat");
  if (chat && message.contains("migrate_to_chat_id")) return moved(message, *chat, std::move(event));
  if (!read_envelope(event, message, "date")) return {};
  const bool known = read_text(event, message) || read_photo(event, message) || read_media(event, message) ||
                     read_location(event, message) || read_phone(event, message, message["from"]);
  static_cast<void>(known);  // service messages and what comes with later versions stay kOther
  return {std::move(event)};
}

Events from_edited(const json& message, InboundEvent event) {
  if (!read_envelope(event, message, message.contains("edit_date") ? "edit_date" : "date")) return {};
  event.kind = InboundKind::kEdited;
  event.text = text_at(message, message.contains("text") ? "text" : "caption");
  return {std::move(event)};
}

// The message may be missing (inline mode) or a stub with date 0, so the sender is the address.
Events from_press(const json& press, InboundEvent event) {
  const json *from = object_at(press, "from"), *message = object_at(press, "message");
  if (!from) throw BadPayload("the press has no 'from'");
  if (is_bot(*from)) return {};
  if (message) {
    const json* chat = object_at(*message, "chat");
    if (chat && !is_private(*chat)) return {};
    event.platform_message_id = id_text(*message, "message_id");
  }
  event.external_id = id_text(*from, "id");
  event.press_id = text_at(press, "id");
  event.press_data = text_at(press, "data");
  event.kind = press.contains("data") ? InboundKind::kPress : InboundKind::kOther;
  set_sender(event, *from);
  return {std::move(event)};
}

// In a private chat this comes for two changes only: blocked and unblocked.
Events from_membership(const json& change, InboundEvent event) {
  const json *chat = object_at(change, "chat"), *from = object_at(change, "from"),
             *member = object_at(change, "new_chat_member");
  if (!chat || !from || !member) throw BadPayload("the change of membership is not whole");
  if (!is_private(*chat) || is_bot(*from)) return {};
  const std::string status = text_at(*member, "status");
  if (status == "kicked") event.kind = InboundKind::kBlocked;
  if (status == "member") event.kind = InboundKind::kFollowed;
  event.external_id = id_text(*chat, "id");
  event.at_ms = date_ms(change, "date");
  set_sender(event, *from);
  return {std::move(event)};
}

constexpr std::pair<const char*, Events (*)(const json&, InboundEvent)> kUpdateKinds[] = {
    {"message", from_message},
    {"edited_message", from_edited},
    {"callback_query", from_press},
    {"my_chat_member", from_membership},
};

}  // namespace

std::vector<InboundEvent> parse_telegram_update(const json& update) {
  InboundEvent event;
  event.key = id_text(update, "update_id");
  for (const auto& [name, read] : kUpdateKinds)
    if (const json* part = object_at(update, name)) return read(*part, std::move(event));
  return {};
}

}  // namespace laoke::channels
