#include "bot/channels/line/line_parse.h"

#include <algorithm>
#include <optional>

#include "bot/channels/channel.h"
#include "bot/channels/json_body.h"
#include "handlers/crypto.h"

namespace laoke::channels::line {
namespace {

using nlohmann::json;

constexpr std::int64_t kMaxTimestampMs = 100'000'000'000'000;  // the year 5138

std::int64_t time_ms(const json& event) {
  const std::int64_t at_ms = integer_at(event, "timestamp");
  if (at_ms < 0 || at_ms > kMaxTimestampMs) throw BadPayload("'timestamp' is no time");
  return at_ms;
}

const json& part_of(const json& event, const char* name) {
  const json* part = object_at(event, name);
  if (!part) throw BadPayload(std::string("the event has no '") + name + "'");
  return *part;
}

// webhookEventId stays when LINE sends an event again. An event without one is told by what it says, but for the mark
// of its redelivery.
std::string key_of(const json& event) {
  std::string id = text_at(event, "webhookEventId");
  if (!id.empty()) return id;
  json bare = event;
  bare.erase("deliveryContext");
  return "none:" + crypto::sha256_hex(bare.dump()).substr(0, 32);
}

// Bytes of the platform are fetched by the message's id; those of another provider by its address.
std::string media_of(const json& message) {
  const json* provider = object_at(message, "contentProvider");
  if (provider && text_at(*provider, "type") == "external") return text_at(*provider, "originalContentUrl");
  return text_at(message, "id");
}

void read_text(InboundEvent& event, const json& message) {
  event.kind = InboundKind::kText;
  event.text = text_at(message, "text");
}

void read_location(InboundEvent& event, const json& message) {
  const json latitude = message.value("latitude", json()), longitude = message.value("longitude", json());
  if (!latitude.is_number() || !longitude.is_number()) throw BadPayload("the location has no coordinates");
  event.kind = InboundKind::kLocation;
  event.text = latitude.dump() + "," + longitude.dump();
}

template <const char* Kind>
void read_media(InboundEvent& event, const json& message) {
  event.kind = InboundKind::kMedia;
  event.media_kind = Kind;
  event.media = media_of(message);
}
constexpr char kPhoto[] = "photo", kVideo[] = "video", kVoice[] = "voice", kDocument[] = "document", kSticker[] = "sticker";

void read_file(InboundEvent& event, const json& message) {
  read_media<kDocument>(event, message);
  event.text = text_at(message, "fileName");
}

void read_sticker(InboundEvent& event, const json& message) {
  read_media<kSticker>(event, message);
  event.media = text_at(message, "stickerId");  // its picture cannot be fetched
}

struct ContentKind {
  const char* name;
  void (*read)(InboundEvent&, const json& message);
};
constexpr ContentKind kContentKinds[] = {
    {"text", read_text},        {"image", read_media<kPhoto>}, {"video", read_media<kVideo>}, {"audio", read_media<kVoice>},
    {"file", read_file},        {"location", read_location},   {"sticker", read_sticker},
};

void from_message(InboundEvent& out, const json& event) {
  const json& message = part_of(event, "message");
  out.platform_message_id = text_at(message, "id");
  out.reply_to = text_at(message, "quotedMessageId");
  const std::string type = text_at(message, "type");
  for (const ContentKind& kind : kContentKinds)
    if (type == kind.name) return kind.read(out, message);
}

void from_postback(InboundEvent& out, const json& event) {
  out.kind = InboundKind::kPress;
  out.press_data = text_at(part_of(event, "postback"), "data");
}

void from_follow(InboundEvent& out, const json&) { out.kind = InboundKind::kFollowed; }

void from_unfollow(InboundEvent& out, const json&) { out.kind = InboundKind::kBlocked; }

void from_unsend(InboundEvent& out, const json& event) {
  out.kind = InboundKind::kUnsent;
  out.platform_message_id = text_at(part_of(event, "unsend"), "messageId");
}

struct EventKind {
  const char* name;
  void (*read)(InboundEvent&, const json& event);
};
constexpr EventKind kEventKinds[] = {
    {"message", from_message}, {"postback", from_postback}, {"follow", from_follow},
    {"unfollow", from_unfollow}, {"unsend", from_unsend},
};

// None: it happened in a group, or to nobody.
std::optional<InboundEvent> event_from(const json& event) {
  if (!event.is_object()) throw BadPayload("an event is not an object");
  const json* source = object_at(event, "source");
  if (!source || text_at(*source, "type") != "user") return std::nullopt;
  InboundEvent out;
  out.key = key_of(event);
  out.external_id = text_at(*source, "userId");
  if (!is_user_id(out.external_id)) throw BadPayload("'userId' is not U and 32 hexadecimal digits");
  out.at_ms = time_ms(event);
  out.reply_token = text_at(event, "replyToken");
  out.names_on_request = true;
  const std::string type = text_at(event, "type");
  for (const EventKind& kind : kEventKinds)
    if (type == kind.name) kind.read(out, event);
  return out;
}

InboundEvent unreadable(const json& event, const std::string& why) {
  InboundEvent out;
  out.key = "odd:" + crypto::sha256_hex(event.dump()).substr(0, 32);
  out.text = why;
  return out;
}

}  // namespace

bool is_user_id(const std::string& text) {
  return text.size() == 33 && text[0] == 'U' && text.find_first_not_of("0123456789abcdef", 1) == std::string::npos;
}

std::vector<InboundEvent> parse_line_callback(const json& body) {
  const auto events = body.is_object() ? body.find("events") : body.end();
  if (!body.is_object() || events == body.end() || !events->is_array()) throw BadPayload("'events' is not a list");
  std::vector<InboundEvent> all;
  std::vector<std::string> problems;
  for (const json& event : *events) {
    try {
      if (auto one = event_from(event)) all.push_back(std::move(*one));
    } catch (const BadPayload& bad) {
      problems.push_back(bad.what());
      all.push_back(unreadable(event, bad.what()));
    }
  }
  if (!problems.empty() && problems.size() == events->size()) throw BadPayload(problems.front());
  // Several pictures sent at once arrive in any order.
  std::stable_sort(all.begin(), all.end(), [](const InboundEvent& a, const InboundEvent& b) { return a.at_ms < b.at_ms; });
  return all;
}

}  // namespace laoke::channels::line
