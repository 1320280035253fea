#include "bot/channels/whatsapp/parse_message.h"

#include "bot/channels/channel.h"
#include "bot/channels/json_body.h"
#include "bot/channels/whatsapp/address.h"
#include "bot/channels/whatsapp/errors.h"
#include "bot/channels/whatsapp/parse.h"

namespace laoke::channels::whatsapp {
namespace {

using nlohmann::json;

constexpr std::int64_t kMilliseconds = 1'000'000'000'000;  // seconds never are that many
constexpr std::int64_t kLastMoment = 100'000'000'000'000;  // the year 5138
constexpr std::size_t kMostReferral = 64;

const json& inside(const json& message, const char* key) {
  const json* found = object_at(message, key);
  if (!found) throw BadPayload(std::string("'") + key + "' is missing");
  return *found;
}

void read_text(InboundEvent& event, const json& message) {
  event.kind = InboundKind::kText;
  event.text = text_at(inside(message, "text"), "body");
}

// type, our name for it
constexpr std::pair<const char*, const char*> kMediaNames[] = {
    {"image", "photo"}, {"video", "video"}, {"audio", "audio"}, {"document", "document"}, {"sticker", "sticker"}};

void read_media(InboundEvent& event, const json& message) {
  const std::string type = text_at(message, "type");
  const json& media = inside(message, type.c_str());
  event.kind = InboundKind::kMedia;
  for (const auto& [theirs, ours] : kMediaNames)
    if (type == theirs) event.media_kind = ours;
  if (media.value("voice", json()) == json(true)) event.media_kind = "voice";
  event.media = text_at(media, "id");
  event.text = text_at(media, "caption");
  if (event.text.empty()) event.text = text_at(media, "filename");
}

void read_location(InboundEvent& event, const json& message) {
  const json& place = inside(message, "location");
  const json latitude = place.value("latitude", json()), longitude = place.value("longitude", json());
  if (!latitude.is_number() || !longitude.is_number()) throw BadPayload("'location' has no coordinates");
  event.kind = InboundKind::kLocation;
  event.text = latitude.dump() + "," + longitude.dump();
}

std::string digits_of(const std::string& phone) {
  std::string digits;
  for (const char c : phone)
    if (c >= '0' && c <= '9') digits += c;
  return digits;
}

std::string line_of_card(const json& card) {
  const json* name = object_at(card, "name");
  std::string line = name ? text_at(*name, "formatted_name") : "";
  for (const json& phone : list_at(card, "phones")) line += (line.empty() ? "" : " ") + text_at(phone, "phone");
  return line;
}

// The sender's own card, whose number WhatsApp vouches for, or other people's.
void read_cards(InboundEvent& event, const json& message) {
  const std::string own = digits_of(event.phone);
  for (const json& card : list_at(message, "contacts")) {
    for (const json& phone : list_at(card, "phones"))
      if (!own.empty() && text_at(phone, "wa_id") == own) {
        event.kind = InboundKind::kSharedPhone;
        return;
      }
    event.text += (event.text.empty() ? "" : "\n") + line_of_card(card);
  }
  event.kind = InboundKind::kMedia;
  event.media_kind = "contact";
}

void read_template_button(InboundEvent& event, const json& message) {
  const json& button = inside(message, "button");
  event.kind = InboundKind::kPress;
  event.press_data = text_at(button, "payload");
  event.text = text_at(button, "text");
}

void read_interactive(InboundEvent& event, const json& message) {
  const json& reply = inside(message, "interactive");
  const std::string type = text_at(reply, "type");
  const json& chosen = inside(reply, type.c_str());
  if (type == "nfm_reply") {
    event.kind = InboundKind::kMedia;
    event.media_kind = "form";
    event.text = text_at(chosen, "response_json");
    return;
  }
  event.kind = InboundKind::kPress;
  event.press_data = text_at(chosen, "id");
  event.text = text_at(chosen, "title");
}

// A cart sent from the catalogue: what and how many, one line each.
void read_cart(InboundEvent& event, const json& message) {
  const json& cart = inside(message, "order");
  event.kind = InboundKind::kMedia;
  event.media_kind = "order";
  event.text = text_at(cart, "text");
  for (const json& item : list_at(cart, "product_items")) {
    const json quantity = item.is_object() ? item.value("quantity", json(1)) : json(1);
    event.text += (event.text.empty() ? "" : "\n") + text_at(item, "product_retailer_id") + " x" + quantity.dump();
  }
}

// Only numbers that are also used in the phone app get these two.
void read_edit(InboundEvent& event, const json& message) {
  const json& edit = inside(message, "edit");
  const json& now = inside(edit, "message");
  event.kind = InboundKind::kEdited;
  event.platform_message_id = text_at(edit, "original_message_id");
  const std::string type = text_at(now, "type");
  const json* part = object_at(now, type.empty() ? "text" : type.c_str());
  if (part) event.text = text_at(*part, type.empty() || type == "text" ? "body" : "caption");
}

void read_revoke(InboundEvent& event, const json& message) {
  event.kind = InboundKind::kUnsent;
  event.platform_message_id = text_at(inside(message, "revoke"), "original_message_id");
}

// A changed phone number also means a new business-scoped id.
void read_system(InboundEvent& event, const json& message) {
  const json& system = inside(message, "system");
  std::string now = text_at(system, "user_id");
  for (const char* key : {"wa_id", "new_wa_id"})
    if (now.empty()) now = text_at(system, key);
  if ((!is_user_id(now) && !is_phone_digits(now)) || now == event.external_id) return;
  event.kind = InboundKind::kMoved;
  event.new_external_id = now;
  event.phone.clear();  // the old number is not theirs any more
}

void read_nothing(InboundEvent&, const json&) {}

void read_welcome(InboundEvent& event, const json&) {
  event.kind = InboundKind::kFollowed;
}

void read_unsupported(InboundEvent& event, const json& message) {
  event.kind = InboundKind::kMedia;
  event.media_kind = "unsupported";
  event.text = text_at(message, "type");
  const json& errors = list_at(message, "errors");
  if (!errors.empty()) event.text = error_from(errors.front()).message;
}

constexpr std::pair<const char*, void (*)(InboundEvent&, const json&)> kReaders[] = {
    {"text", read_text},
    {"image", read_media},
    {"video", read_media},
    {"audio", read_media},
    {"document", read_media},
    {"sticker", read_media},
    {"location", read_location},
    {"contacts", read_cards},
    {"button", read_template_button},
    {"interactive", read_interactive},
    {"order", read_cart},
    {"edit", read_edit},
    {"revoke", read_revoke},
    {"system", read_system},
    {"reaction", read_nothing},
    {"request_welcome", read_welcome},
};

void read_kind(InboundEvent& event, const json& message) {
  const std::string type = text_at(message, "type");
  for (const auto& [name, read] : kReaders)
    if (type == name) return read(event, message);
  read_unsupported(event, message);
}

// Came by an advertisement or a post: "ad:120208000000000".
void read_referral(InboundEvent& event, const json& message) {
  const json* referral = object_at(message, "referral");
  if (!referral) return;
  const std::string id = text_at(*referral, "source_id"), type = text_at(*referral, "source_type");
  const std::string source = (type.empty() ? "ad" : type) + ":" + id;
  if (!id.empty() && source.size() <= kMostReferral) event.referral = source;
}

// All but what the message says.
InboundEvent envelope_of(const json& message, const People& people) {
  InboundEvent event;
  event.key = text_at(message, "id");
  if (event.key.empty()) throw BadPayload("a message has no 'id'");
  event.platform_message_id = event.key;
  people.describe(event, text_at(message, "from_user_id"), text_at(message, "from"));
  event.at_ms = moment_ms(message);
  if (const json* context = object_at(message, "context")) event.reply_to = text_at(*context, "id");
  return event;
}

const json& nothing() {
  static const json empty = json::array();
  return empty;
}

}  // namespace

const json& list_at(const json& object, const char* key) {
  if (!object.is_object()) throw BadPayload(std::string("'") + key + "' is not in an object");
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return nothing();
  if (!found->is_array()) throw BadPayload(std::string("'") + key + "' is not a list");
  return *found;
}

std::int64_t moment_ms(const json& object) {
  std::int64_t moment = 0;
  const auto found = object.find("timestamp");
  if (found != object.end() && found->is_string()) {
    const std::string& text = found->get_ref<const std::string&>();
    if (text.empty() || text.size() > 15 || text.find_first_not_of("0123456789") != std::string::npos)
      throw BadPayload("'timestamp' is no moment");
    moment = std::stoll(text);
  } else {
    moment = integer_at(object, "timestamp");
  }
  if (moment < kMilliseconds) moment *= 1000;
  if (moment < 0 || moment > kLastMoment) throw BadPayload("'timestamp' is no moment");
  return moment;
}

People::People(const json& value) {
  const json& contacts = list_at(value, "contacts");
  people_.reserve(contacts.size());
  for (const json& contact : contacts) {
    Person person;
    if (const json* profile = object_at(contact, "profile")) {
      person.name = text_at(*profile, "name");
      person.username = text_at(*profile, "username");
    }
    person.user_id = text_at(contact, "user_id");
    person.phone = text_at(contact, "wa_id");
    add(std::move(person));
  }
}

void People::add(Person person) {
  if (!is_phone_digits(person.phone)) {
    if (person.user_id.empty()) person.user_id = person.phone;  // seen: the id stands where the number was
    person.phone.clear();
  }
  const Person& kept = people_.emplace_back(std::move(person));
  for (const std::string_view id : {std::string_view(kept.user_id), std::string_view(kept.phone)})
    if (!id.empty()) by_id_[id] = &kept;
}

void People::describe(InboundEvent& event, const std::string& user_id, const std::string& phone) const {
  Person person;
  for (const std::string& id : {phone, user_id})
    if (const auto found = by_id_.find(id); !id.empty() && found != by_id_.end()) person = *found->second;
  if (is_user_id(user_id)) person.user_id = user_id;
  if (is_user_id(phone) && person.user_id.empty()) person.user_id = phone;
  if (is_phone_digits(phone)) person.phone = phone;
  event.external_id = is_user_id(person.user_id) ? person.user_id : person.phone;
  event.display_name = std::move(person.name);
  event.username = std::move(person.username);
  if (!person.phone.empty()) event.phone = "+" + person.phone;
  if (event.external_id.empty()) throw BadPayload("nobody is named as the sender");
}

InboundEvent message_event(const json& message, const People& people) {
  if (!message.is_object()) throw BadPayload("a message is not an object");
  if (message.contains("group_id")) return {};
  InboundEvent event = envelope_of(message, people);
  try {
    read_kind(event, message);
    read_referral(event, message);
  } catch (const BadPayload&) {
    event = envelope_of(message, people);  // its neighbours in the same callback are not lost for it
    read_unsupported(event, json{{"type", message.value("type", json()).is_string() ? message["type"] : json("?")}});
  }
  const bool from_hand = event.kind != InboundKind::kMoved && event.kind != InboundKind::kUnsent;
  if (from_hand) event.window_ms = kWindowMs;
  return event;
}

InboundEvent staff_message_event(const json& message) {
  InboundEvent event;
  event.platform_message_id = text_at(message, "id");
  if (event.platform_message_id.empty()) throw BadPayload("an echo has no 'id'");
  event.key = "echo/" + event.platform_message_id;
  event.at_ms = moment_ms(message);
  InboundEvent said = event;
  try {
    read_kind(said, message);
  } catch (const BadPayload&) {
    read_unsupported(said, json::object());
  }
  if (said.kind == InboundKind::kLocation) said.media_kind = "location";
  const bool says = said.kind == InboundKind::kText || said.kind == InboundKind::kMedia || said.kind == InboundKind::kLocation;
  said.platform_message_id = event.platform_message_id;
  said.kind = says ? InboundKind::kStaffWrote : InboundKind::kOther;  // an edit or a withdrawal in the app
  return said;
}

}  // namespace laoke::channels::whatsapp
