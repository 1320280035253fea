#include "bot/channels/wecom/wecom_callback.h"

#include "bot/channels/channel.h"
#include "bot/channels/wecom/wecom_address.h"
#include "bot/channels/xml_body.h"
#include "handlers/crypto.h"

namespace laoke::channels::wecom {
namespace {

using Ask = Callback::Ask;

constexpr std::int64_t kMaxSeconds = 100'000'000'000;  // the year 5138
constexpr std::size_t kMaxReferral = 64;               // `state` of a contact way: at most 30 characters there
constexpr std::size_t kMaxIdBytes = 64;                // userid and external_userid: 64 bytes

std::string key_of(pugi::xml_node message) {
  std::string all;
  for (const pugi::xml_node field : message.children()) {
    const std::string text = field.text().get();
    all += field.name();
    all += '\x1f';
    all += text;
    all += '\x1e';
  }
  return "x:" + crypto::sha256_hex(all).substr(0, 40);
}

std::string id_in(pugi::xml_node message, const char* name) {
  const std::string id = xml_text(message, name);
  if (id.empty() || id.size() > kMaxIdBytes) throw BadPayload(std::string("<") + name + "> is not an id");
  return id;
}

std::string short_text(pugi::xml_node message, const char* name) {
  return shorten(xml_text(message, name), kMaxReferral);
}

void added(pugi::xml_node message, Callback& callback) {
  callback.event.kind = InboundKind::kFollowed;
  callback.event.referral = short_text(message, "State");
  callback.event.reply_token = xml_text(message, "WelcomeCode");
  callback.ask = Ask::kName;
}

void edited(pugi::xml_node, Callback& callback) {
  callback.ask = Ask::kTags;
}

void parted(pugi::xml_node, Callback& callback) {
  callback.event.kind = InboundKind::kBlocked;
  callback.ask = Ask::kFollowed;
}

constexpr std::pair<std::string_view, const char*> kTransferFailures[] = {
    {"customer_refused", "客户拒绝了 (the customer refused)"},
    {"customer_limit_exceed", "接替成员的客户数已达上限 (the successor has as many customers as allowed)"},
};

// The hand-over of a customer from one member to another did not work: somebody has to see to the customer.
void transfer_failed(pugi::xml_node message, Callback& callback) {
  const std::string reason = xml_text(message, "FailReason");
  std::string why = shorten(reason, kMaxReferral);
  for (const auto& [code, words] : kTransferFailures)
    if (reason == code) why = words;
  callback.event.kind = InboundKind::kAlert;
  callback.event.text = "企业微信里把这位客户转给成员 " + short_text(message, "UserID") + " 没有成功：" + why +
                        " / handing this customer to the member failed in WeCom; see to them there";
}

struct Change {
  const char* name;
  void (*read)(pugi::xml_node, Callback&);
};
// developer.work.weixin.qq.com/document/path/92130.
constexpr Change kChanges[] = {
    {"add_external_contact", added}, {"add_half_external_contact", added}, {"edit_external_contact", edited},
    {"del_external_contact", parted}, {"del_follow_user", parted},
    {"transfer_fail", transfer_failed},
};

void read_contact_change(pugi::xml_node message, Callback& callback) {
  callback.id = id_in(message, "ExternalUserID");
  callback.event.external_id = customer_address(callback.id);
  const std::string change = xml_text(message, "ChangeType");
  for (const Change& known : kChanges)
    if (change == known.name) known.read(message, callback);
}

void read_tag_change(pugi::xml_node message, Callback& callback) {
  callback.event.external_id = member_address("sys");
  callback.ask = Ask::kTagNames;
  callback.id = xml_text(message, "Id");
}

void read_service_nudge(pugi::xml_node message, Callback& callback) {
  callback.event.external_id = member_address("sys");
  callback.ask = Ask::kMessages;
  callback.id = id_in(message, "OpenKfId");
  callback.token = xml_text(message, "Token");
}

// A member's menu: its key is what they would have typed.
void read_menu(pugi::xml_node message, Callback& callback) {
  callback.event.kind = InboundKind::kPress;
  callback.event.press_data = xml_text(message, "EventKey");
  callback.event.external_id = member_address(id_in(message, "FromUserName"));
}

// A member whom the app was shown (subscribe, enter_agent) wants nothing yet, and is no customer.
void read_other_event(pugi::xml_node message, Callback& callback) {
  const std::string from = xml_text(message, "FromUserName");
  callback.event.external_id = member_address(from.empty() || from.size() > kMaxIdBytes ? "sys" : from);
}

constexpr Change kEvents[] = {
    {"change_external_contact", read_contact_change},
    {"change_external_tag", read_tag_change},
    {"kf_msg_or_event", read_service_nudge},
    {"click", read_menu},
};

void read_event(pugi::xml_node message, Callback& callback) {
  const std::string name = xml_text(message, "Event");
  for (const Change& known : kEvents)
    if (name == known.name) return known.read(message, callback);
  read_other_event(message, callback);
}

void read_media(pugi::xml_node message, InboundEvent& event, const std::string& type) {
  event.kind = InboundKind::kMedia;
  event.media_kind = type == "image" ? "photo" : type;
  event.media = xml_text(message, "MediaId");
  if (type == "voice") event.text = xml_text(message, "Recognition");
}

void read_link(pugi::xml_node message, InboundEvent& event) {
  event.kind = InboundKind::kText;
  event.text = std::string(trim(xml_text(message, "Title") + "\n" + xml_text(message, "Url")));
}

void read_location(pugi::xml_node message, InboundEvent& event) {
  event.kind = InboundKind::kLocation;
  event.text = xml_text(message, "Location_X") + "," + xml_text(message, "Location_Y");
}

// What a member writes in the app's chat: developer.work.weixin.qq.com/document/path/90239.
void read_message(pugi::xml_node message, InboundEvent& event) {
  event.external_id = member_address(id_in(message, "FromUserName"));
  event.platform_message_id = xml_text(message, "MsgId");
  if (event.platform_message_id.empty()) throw BadPayload("<MsgId> is missing");
  event.key = "m:" + shorten(event.platform_message_id, kMaxReferral);
  const std::string type = xml_text(message, "MsgType");
  if (type == "text") {
    event.kind = InboundKind::kText;
    event.text = xml_text(message, "Content");
  } else if (type == "image" || type == "voice" || type == "video") {
    read_media(message, event, type);
  } else if (type == "location") {
    read_location(message, event);
  } else if (type == "link") {
    read_link(message, event);
  }
}

}  // namespace

Callback read_callback(pugi::xml_node message) {
  Callback callback;
  const std::int64_t seconds = xml_integer(message, "CreateTime");
  if (seconds < 0 || seconds > kMaxSeconds) throw BadPayload("<CreateTime> is no date");
  callback.event.at_ms = seconds * 1000;
  callback.event.key = key_of(message);
  if (xml_text(message, "MsgType") == "event")
    read_event(message, callback);
  else
    read_message(message, callback.event);
  return callback;
}

}  // namespace laoke::channels::wecom
