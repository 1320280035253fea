#include "bot/channels/messenger/messenger_parse.h"

#include <algorithm>

#include "bot/channels/channel.h"
#include "bot/channels/json_body.h"
#include "handlers/crypto.h"
#include "storage/ledger.h"

namespace laoke::channels::messenger {
namespace {

using nlohmann::json;
using MessengerEvents = std::vector<InboundEvent>;

constexpr std::int64_t kFirstMillisecond = 1'000'000'000'000;  // below it a time is in seconds: some have been seen so
constexpr std::int64_t kMaxTimeMs = 100'000'000'000'000;       // the year 5138
constexpr const char* kGetStarted = "GET_STARTED";

std::int64_t ms_at(const json& object, const char* key) {
  std::int64_t at = integer_at(object, key);
  if (at > 0 && at < kFirstMillisecond) at *= 1000;
  if (at < 0 || at > kMaxTimeMs) throw BadPayload(std::string("'") + key + "' is no time");
  return at;
}

// Ids are texts of digits; a number is taken too.
std::string id_at(const json& object, const char* key) {
  const auto found = object.find(key);
  if (found != object.end() && found->is_number_unsigned()) return found->dump();
  return text_at(object, key);
}

std::string id_of(const json& event, const char* who) {
  const json* person = object_at(event, who);
  const std::string id = person ? id_at(*person, "id") : "";
  if (id.empty()) throw BadPayload(std::string("the event has no '") + who + "'");
  return id;
}

bool yes_at(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && *found == true;
}

void read_referral(InboundEvent& event, const json& carrier) {
  if (const json* referral = object_at(carrier, "referral")) event.referral = text_at(*referral, "ref");
}

// What our own answers carry as data of a quick reply; a number shared by Meta's phone button is words of the person:
// nobody vouches for it.
bool is_press(const std::string& payload) {
  return !payload.empty() && payload.find_first_not_of("+0123456789") != std::string::npos;
}

struct AttachmentKind {
  const char *name, *media_kind;
};
constexpr AttachmentKind kAttachmentKinds[] = {
    {"image", "photo"}, {"video", "video"}, {"audio", "voice"},  {"file", "document"},    {"sticker", "sticker"},
    {"reel", "video"},  {"ig_reel", "video"}, {"share", "file"}, {"story_mention", "file"}, {"fallback", "file"}, {"template", "file"},
};

void read_place(InboundEvent& event, const json& payload) {
  const json* place = object_at(payload, "coordinates");
  const json latitude = place ? place->value("lat", json()) : json(), longitude = place ? place->value("long", json()) : json();
  if (!latitude.is_number() || !longitude.is_number()) throw BadPayload("the location has no coordinates");
  event.kind = InboundKind::kLocation;
  event.text = latitude.dump() + "," + longitude.dump();
}

void read_attachment(InboundEvent& event, const json& attachment) {
  const std::string type = text_at(attachment, "type");
  const json none = json::object();
  const json* found = object_at(attachment, "payload");
  const json& payload = found ? *found : none;
  if (type == "location") return read_place(event, payload);
  for (const AttachmentKind& kind : kAttachmentKinds) {
    if (type != kind.name) continue;
    event.kind = InboundKind::kMedia;
    event.media_kind = kind.media_kind;
    event.media = text_at(payload, "url");
    if (event.media.empty()) event.media = text_at(attachment, "url");
    event.text = text_at(attachment, "title");
  }
}

// Until 30 August 2026 a sticker comes as a picture and a sticker.
std::vector<const json*> attachments_of(const json& message) {
  const auto all = message.find("attachments");
  std::vector<const json*> list;
  if (all == message.end()) return list;
  if (!all->is_array()) throw BadPayload("'attachments' is not a list");
  for (const json& one : *all) {
    if (text_at(one, "type") == "sticker") return {&one};
    list.push_back(&one);
  }
  return list;
}

void read_words(InboundEvent& event, const json& message) {
  event.text = text_at(message, "text");
  const json* tapped = object_at(message, "quick_reply");
  const std::string payload = tapped ? text_at(*tapped, "payload") : "";
  if (is_press(payload)) {
    event.kind = InboundKind::kPress;
    event.press_data = payload;
  } else if (!event.text.empty()) {
    event.kind = InboundKind::kText;
  }
}

// Words and attachments, each an event of its own; words come first.
MessengerEvents contents_of(const InboundEvent& out, const json& message) {
  MessengerEvents all;
  InboundEvent words = out;
  read_words(words, message);
  const auto attachments = attachments_of(message);
  if (words.kind != InboundKind::kOther || attachments.empty()) all.push_back(words);
  for (const json* attachment : attachments) {
    InboundEvent one = out;
    if (!all.empty()) one.key += "#" + std::to_string(all.size());
    read_attachment(one, *attachment);
    all.push_back(std::move(one));
  }
  return all;
}

// What a person typed in the Page's own inbox, or another app said for the Page.
MessengerEvents written_beside_us(const json& message, const InboundEvent& out) {
  MessengerEvents all = contents_of(out, message);
  for (InboundEvent& one : all) {
    const bool says = one.kind == InboundKind::kText || one.kind == InboundKind::kMedia || one.kind == InboundKind::kLocation;
    if (one.kind == InboundKind::kLocation) one.media_kind = "location";
    one.kind = says ? InboundKind::kStaffWrote : InboundKind::kOther;
  }
  return all;
}

// Our own message, told back: it did go out. What others wrote for the Page has no reference of ours.
MessengerEvents from_echo(const json& event, const json& message, InboundEvent out) {
  out.external_id = id_of(event, "recipient");
  out.key = "echo:" + out.platform_message_id;
  out.reference = text_at(message, "metadata");
  if (!storage::delivery_key_from(out.reference)) {
    out.reference.clear();
    return written_beside_us(message, out);
  }
  out.kind = InboundKind::kReceipt;
  out.receipt = ReceiptKind::kSent;
  return {std::move(out)};
}

void acted(InboundEvent& out) {
  out.window_ms = kMessengerWindowMs;
  out.names_on_request = true;
}

MessengerEvents from_message(const json& event, const json& message, InboundEvent out) {
  out.platform_message_id = text_at(message, "mid");
  if (out.platform_message_id.empty()) throw BadPayload("the message has no 'mid'");
  if (yes_at(message, "is_echo")) return from_echo(event, message, std::move(out));
  out.key = "m:" + out.platform_message_id;
  if (yes_at(message, "is_deleted")) {
    out.key = "gone:" + out.platform_message_id;
    out.kind = InboundKind::kUnsent;
    return {std::move(out)};
  }
  if (const json* answered = object_at(message, "reply_to")) out.reply_to = text_at(*answered, "mid");
  acted(out);
  read_referral(out, message);
  return contents_of(out, message);
}

// A press of "Get started" is how a new person comes; its link's word comes along.
MessengerEvents from_postback(const json&, const json& postback, InboundEvent out) {
  out.platform_message_id = text_at(postback, "mid");
  out.press_data = text_at(postback, "payload");
  out.text = text_at(postback, "title");
  out.key = "pb:" + (out.platform_message_id.empty() ? out.external_id + ":" + std::to_string(out.at_ms) + ":" + crypto::sha256_hex(out.press_data).substr(0, 16)
                                                     : out.platform_message_id);
  acted(out);
  read_referral(out, postback);
  out.kind = InboundKind::kPress;
  if (out.press_data != kGetStarted) return {std::move(out)};
  out.kind = InboundKind::kFollowed;
  out.press_data.clear();
  return {std::move(out)};
}

// By a link into a chat that is there already.
MessengerEvents from_referral(const json&, const json& referral, InboundEvent out) {
  out.kind = InboundKind::kFollowed;
  out.key = "ref:" + out.external_id + ":" + std::to_string(out.at_ms);
  out.referral = text_at(referral, "ref");
  // Not documented as opening the window. Should it be shut, the platform says so at the first message; were it called
  // shut here, a window that a message has opened would be forgotten.
  acted(out);
  return {std::move(out)};
}

InboundEvent receipt_of(InboundEvent out, ReceiptKind receipt, const std::string& mid) {
  out.kind = InboundKind::kReceipt;
  out.receipt = receipt;
  out.platform_message_id = mid;
  out.key = (receipt == ReceiptKind::kRead ? "read:" : "delivered:") + out.external_id + ":" + (mid.empty() ? std::to_string(out.at_ms) : mid);
  return out;
}

// The named messages, and everything sent by the watermark.
MessengerEvents from_delivery(const json&, const json& delivery, InboundEvent out) {
  MessengerEvents all;
  const json mids = delivery.value("mids", json::array());
  if (!mids.is_array()) throw BadPayload("'mids' is not a list");
  for (const json& mid : mids)
    if (mid.is_string() && !mid.get_ref<const std::string&>().empty()) all.push_back(receipt_of(out, ReceiptKind::kDelivered, mid.get<std::string>()));
  out.at_ms = ms_at(delivery, "watermark");
  all.push_back(receipt_of(std::move(out), ReceiptKind::kDelivered, ""));
  return all;
}

MessengerEvents from_read(const json&, const json& read, InboundEvent out) {
  const std::string mid = text_at(read, "mid");  // Instagram
  if (mid.empty()) out.at_ms = ms_at(read, "watermark");
  return {receipt_of(std::move(out), ReceiptKind::kRead, mid)};
}

MessengerEvents from_edit(const json&, const json& edit, InboundEvent out) {
  out.kind = InboundKind::kEdited;
  out.platform_message_id = text_at(edit, "mid");
  out.text = text_at(edit, "text");
  const std::int64_t number = edit.contains("num_edit") ? integer_at(edit, "num_edit") : out.at_ms;
  out.key = "edit:" + out.platform_message_id + ":" + std::to_string(number);
  return {std::move(out)};
}

struct MessengerKind {
  const char* name;
  MessengerEvents (*read)(const json& event, const json& part, InboundEvent out);
};
constexpr MessengerKind kMessengerKinds[] = {
    {"message", from_message}, {"postback", from_postback}, {"referral", from_referral},
    {"delivery", from_delivery}, {"read", from_read},       {"message_edit", from_edit},
};

std::string fingerprint(const json& event) { return crypto::sha256_hex(event.dump()).substr(0, 32); }

MessengerEvents events_from(const json& event) {
  if (!event.is_object()) throw BadPayload("an event is not an object");
  InboundEvent out;
  out.external_id = id_of(event, "sender");
  out.at_ms = ms_at(event, "timestamp");
  for (const MessengerKind& kind : kMessengerKinds)
    if (const json* part = object_at(event, kind.name)) return kind.read(event, *part, std::move(out));
  out.key = "other:" + fingerprint(event);  // reactions, opt-ins, what comes with later versions
  return {std::move(out)};
}

struct Reading {
  MessengerEvents events;
  std::vector<std::string> problems;
  std::size_t looked_at = 0;

  void take(const json& event) {
    ++looked_at;
    try {
      for (InboundEvent& one : events_from(event)) events.push_back(std::move(one));
    } catch (const BadPayload& bad) {
      InboundEvent& odd = events.emplace_back();
      odd.key = "odd:" + fingerprint(event);
      odd.text = bad.what();
      problems.push_back(bad.what());
    }
  }
};

const json& list_at(const json& object, const char* key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  if (!object.is_object() || found == object.end() || !found->is_array()) throw BadPayload(std::string("'") + key + "' is not a list");
  return *found;
}

}  // namespace

std::vector<InboundEvent> parse_messenger_callback(Product product, const std::string& account_id, const json& body) {
  if (!body.is_object()) throw BadPayload("the body is not an object");
  const std::string object = text_at(body, "object");
  if (object != object_of(product))
    throw BadPayload("the callback is about '" + shorten(object, 40) + "', this account takes '" + object_of(product) + "'");
  Reading reading;
  for (const json& entry : list_at(body, "entry")) {
    if (!entry.is_object()) throw BadPayload("an entry is not an object");
    // "standby": another app has the conversation. "changes": not about messages.
    if (id_at(entry, "id") != account_id || !entry.contains("messaging")) continue;
    for (const json& event : list_at(entry, "messaging")) reading.take(event);
  }
  if (!reading.problems.empty() && reading.problems.size() == reading.looked_at) throw BadPayload(reading.problems.front());
  std::stable_sort(reading.events.begin(), reading.events.end(), [](const auto& a, const auto& b) { return a.at_ms < b.at_ms; });
  return std::move(reading.events);
}

}  // namespace laoke::channels::messenger
