#include "bot/channels/wechat/parse.h"

#include <algorithm>
#include <charconv>

#include "bot/channels/channel.h"
#include "bot/channels/xml_body.h"
#include "handlers/crypto.h"
#include "handlers/outside_events.h"

namespace laoke::channels::wechat {
namespace {

using Events = std::vector<InboundEvent>;

constexpr std::int64_t kLatestSecond = 100'000'000'000;  // the year 5138; beyond it milliseconds would be nonsense
constexpr std::size_t kMostReferralBytes = 128;          // a scene is at most 64 characters
constexpr std::size_t kMostIdBytes = 128;                // openids have 28, message ids 20
constexpr std::size_t kMostListItems = 100;              // a person answers at most a handful of notices at once

std::string upper_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return text;
}

// Messages write MsgId, job results MsgID.
std::string message_number(pugi::xml_node message) {
  std::string number = xml_text(message, "MsgId");
  return number.empty() ? xml_text(message, "MsgID") : number;
}

void open_window(InboundEvent& event, std::int64_t window_ms, std::int64_t replies) {
  event.window_ms = window_ms;
  event.replies_left = replies;
}

// --- messages

void read_plain_text(InboundEvent& event, pugi::xml_node message) {
  event.text = xml_text(message, "Content");
  event.press_data = xml_text(message, "bizmsgmenuid");  // a line of a menu message of ours was pressed
  event.kind = event.press_data.empty() ? InboundKind::kText : InboundKind::kPress;
}

void read_media(InboundEvent& event, pugi::xml_node message, const char* kind) {
  event.kind = InboundKind::kMedia;
  event.media_kind = kind;
  event.media = xml_text(message, "MediaId");
}
void read_image(InboundEvent& event, pugi::xml_node message) { read_media(event, message, "photo"); }
void read_video(InboundEvent& event, pugi::xml_node message) { read_media(event, message, "video"); }
void read_voice(InboundEvent& event, pugi::xml_node message) {
  read_media(event, message, "voice");
  event.text = xml_text(message, "Recognition");
}

std::string coordinate(pugi::xml_node message, const char* name) {
  std::string text = xml_text(message, name);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !(value >= -180 && value <= 180))
    throw BadPayload(std::string("<") + name + "> is no coordinate");
  return text;
}

void read_place(InboundEvent& event, pugi::xml_node message) {
  event.kind = InboundKind::kLocation;
  event.text = coordinate(message, "Location_X") + "," + coordinate(message, "Location_Y");  // X is the latitude
}

void read_link(InboundEvent& event, pugi::xml_node message) {
  event.kind = InboundKind::kText;
  for (const char* const part : {"Title", "Description", "Url"})
    if (const std::string words = xml_text(message, part); !words.empty()) event.text += (event.text.empty() ? "" : "\n") + words;
}

constexpr std::pair<std::string_view, void (*)(InboundEvent&, pugi::xml_node)> kMessageTypes[] = {
    {"text", read_plain_text}, {"image", read_image},      {"voice", read_voice}, {"video", read_video},
    {"shortvideo", read_video}, {"location", read_place}, {"link", read_link},
};

Events from_message(pugi::xml_node message, InboundEvent event, const std::string& type) {
  event.platform_message_id = message_number(message);
  if (event.platform_message_id.empty() || event.platform_message_id.size() > kMostIdBytes)
    throw BadPayload("the message has no <MsgId>");
  event.key = "m:" + event.platform_message_id;
  open_window(event, kWrittenWindowMs, kWrittenReplies);
  for (const auto& [name, read] : kMessageTypes)
    if (name == type) read(event, message);
  return {std::move(event)};  // types of later versions stay kOther
}

// --- events

std::string scene_of(std::string key) {
  constexpr std::string_view kPrefix = "qrscene_";
  if (key.starts_with(kPrefix)) key.erase(0, kPrefix.size());
  return key.size() <= kMostReferralBytes ? key : "";
}

Events from_follow(pugi::xml_node message, InboundEvent event) {
  event.kind = InboundKind::kFollowed;
  event.referral = scene_of(xml_text(message, "EventKey"));
  open_window(event, kTouchedWindowMs, kTouchedReplies);
  return {std::move(event)};
}

Events from_unfollow(pugi::xml_node, InboundEvent event) {
  event.kind = InboundKind::kBlocked;
  return {std::move(event)};
}

Events from_click(pugi::xml_node message, InboundEvent event) {
  event.kind = InboundKind::kPress;
  event.press_data = xml_text(message, "EventKey");
  open_window(event, kTouchedWindowMs, kTouchedReplies);
  return {std::move(event)};
}

void read_result(InboundEvent& event, const std::string& id, bool done, const std::string& words) {
  event.kind = InboundKind::kReceipt;
  event.platform_message_id = id;
  event.receipt = done ? ReceiptKind::kDelivered : ReceiptKind::kFailed;
  if (!done) event.receipt_reason = words;
}

Events from_template_result(pugi::xml_node message, InboundEvent event) {
  const std::string status = xml_text(message, "Status");
  read_result(event, message_number(message), status == "success", status);
  return {std::move(event)};
}

struct JobError {
  std::string_view status;
  const char* meaning;
};
// Fact sheet §5.
constexpr JobError kJobErrors[] = {
    {"err(10001)", "涉嫌广告 (advertising)"},
    {"err(20001)", "涉嫌政治 (politics)"},
    {"err(20002)", "涉嫌色情 (pornography)"},
    {"err(20004)", "涉嫌社会 (society)"},
    {"err(20006)", "涉嫌违法犯罪 (crime)"},
    {"err(20008)", "涉嫌欺诈 (fraud)"},
    {"err(20013)", "涉嫌版权 (copyright)"},
    {"err(21000)", "涉嫌其他 (other)"},
    {"err(22000)", "涉嫌互推 (mutual promotion)"},
    {"err(30001)", "原创校验出错 (originality check)"},
    {"err(30002)", "原创校验被判定不能群发 (originality check)"},
    {"err(30003)", "原创校验被判定为转载 (originality check)"},
    {"err(40001)", "管理员拒绝 (the administrator refused)"},
    {"err(40002)", "管理员 30 分钟内无响应 (the administrator did not confirm within 30 minutes)"},
};

std::string job_words(const std::string& status) {
  for (const JobError& error : kJobErrors)
    if (error.status == status) return status + " " + error.meaning;
  return status;
}

// -1 where it says none.
std::int64_t told_count(pugi::xml_node message, const char* name) {
  const std::string text = xml_text(message, name);
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  return error == std::errc() && end == text.data() + text.size() && count >= 0 ? count : -1;
}

// Of the whole job: WeChat never says what became of it for one follower, and <FromUserName> is who sent it.
Events from_mass_result(pugi::xml_node message, InboundEvent event) {
  const std::string status = xml_text(message, "Status");
  BatchResult result;
  result.failed = status != "send success";
  result.addressed = told_count(message, "TotalCount");
  result.kept = told_count(message, "FilterCount");
  result.sent = told_count(message, "SentCount");
  result.errors = told_count(message, "ErrorCount");
  result.words = job_words(status);
  event.external_id.clear();
  event.kind = InboundKind::kReceipt;
  event.platform_message_id = message_number(message);
  event.batch_result = std::make_shared<const BatchResult>(std::move(result));
  return {std::move(event)};
}

// <Wrapper><List>…</List><List>…</List></Wrapper>; older pushes have the list beside the event.
std::vector<pugi::xml_node> listed(pugi::xml_node message, const char* wrapper) {
  std::vector<pugi::xml_node> items;
  const pugi::xml_node inside = message.child(wrapper);
  for (const pugi::xml_node item : (inside ? inside : message).children("List"))
    if (items.size() < kMostListItems) items.push_back(item);
  return items;
}

Events from_notice_results(pugi::xml_node message, InboundEvent event) {
  Events events;
  for (const pugi::xml_node item : listed(message, "SubscribeMsgSentEvent")) {
    InboundEvent one = event;
    const std::string code = xml_text(item, "ErrorCode"), words = xml_text(item, "ErrorStatus");
    read_result(one, message_number(item), code == "0", code + " " + words);
    if (!events.empty()) one.key += ":" + std::to_string(events.size());
    events.push_back(std::move(one));
  }
  return events.empty() ? Events{std::move(event)} : events;
}

// Whether a person wants a notice is WeChat's to keep: it refuses those that are not wanted. Kept as an event for the record.
Events from_consent(pugi::xml_node message, InboundEvent event) {
  for (const char* const wrapper : {"SubscribeMsgPopupEvent", "SubscribeMsgChangeEvent"}) {
    if (!message.child(wrapper) && !message.child("List")) continue;
    for (const pugi::xml_node item : listed(message, wrapper))
      event.text += (event.text.empty() ? "" : "\n") + xml_text(item, "TemplateId") + " " + xml_text(item, "SubscribeStatusString");
    break;
  }
  return {std::move(event)};
}

// Names are compared without case. What is not here stays kOther: VIEW opened a page, LOCATION tells where a follower is.
constexpr std::pair<std::string_view, Events (*)(pugi::xml_node, InboundEvent)> kEventTypes[] = {
    {"SUBSCRIBE", from_follow},
    {"SCAN", from_follow},
    {"UNSUBSCRIBE", from_unfollow},
    {"CLICK", from_click},
    {"TEMPLATESENDJOBFINISH", from_template_result},
    {"MASSSENDJOBFINISH", from_mass_result},
    {"SUBSCRIBE_MSG_SENT_EVENT", from_notice_results},
    {"SUBSCRIBE_MSG_POPUP_EVENT", from_consent},
    {"SUBSCRIBE_MSG_CHANGE_EVENT", from_consent},
};

void add_list_fields(pugi::xml_node message, std::string& joined) {
  for (const char* const wrapper : {"SubscribeMsgSentEvent", "SubscribeMsgPopupEvent", "SubscribeMsgChangeEvent"})
    for (const pugi::xml_node item : listed(message, wrapper))
      for (const char* const field : {"TemplateId", "SubscribeStatusString", "PopupScene", "MsgID", "ErrorCode"})
        joined += xml_text(item, field) + "\n";
}

// Events have no id of their own. Who and when, as the vendor advises, would merge two of one second.
std::string key_of_event(pugi::xml_node message, const std::string& name) {
  std::string joined = name + "\n";
  for (const char* const field : {"ToUserName", "FromUserName", "CreateTime", "EventKey", "Ticket", "MsgID", "Status"})
    joined += xml_text(message, field) + "\n";
  add_list_fields(message, joined);
  return "e:" + crypto::sha256_hex(joined).substr(0, 40);
}

Events from_event(pugi::xml_node message, InboundEvent event) {
  const std::string name = upper_case(xml_text(message, "Event"));
  if (name.empty()) throw BadPayload("the event has no <Event>");
  event.key = key_of_event(message, name);
  for (const auto& [known, read] : kEventTypes)
    if (known == name) return read(message, std::move(event));
  return {std::move(event)};
}

}  // namespace

std::vector<InboundEvent> events_of(pugi::xml_node message, const std::string& original_id) {
  InboundEvent event;
  event.external_id = xml_text(message, "FromUserName");
  if (event.external_id.empty() || event.external_id.size() > kMostIdBytes)
    throw BadPayload("the message has no <FromUserName>");
  if (!original_id.empty() && xml_text(message, "ToUserName") != original_id) throw BadPayload("the message is for another account");
  const std::int64_t at_s = xml_integer(message, "CreateTime");
  if (at_s < 0 || at_s > kLatestSecond) throw BadPayload("<CreateTime> is no date");
  event.at_ms = at_s * 1000;
  const std::string type = xml_text(message, "MsgType");
  if (type.empty()) throw BadPayload("the message has no <MsgType>");
  return type == "event" ? from_event(message, std::move(event)) : from_message(message, std::move(event), type);
}

}  // namespace laoke::channels::wechat
