#include "bot/channels/wecom/wecom_service.h"

#include <algorithm>

#include "bot/channels/json_body.h"
#include "bot/channels/wecom/wecom_message.h"

namespace laoke::channels::wecom {
namespace {

using nlohmann::json;

constexpr int kPageMessages = 1000;
constexpr int kFromCustomer = 3, kFromSystem = 4;  // origin
constexpr std::size_t kNamesPerCall = 100;
constexpr std::int64_t kMaxServiceSeconds = 100'000'000'000;
constexpr std::size_t kMaxSceneCharacters = 64;
constexpr std::size_t kOwnIdLetters = 27;  // of 32: the rest numbers the parts

bool is_text(const json& value) { return value.is_string() && !value.get_ref<const std::string&>().empty(); }

std::string inner_text(const json& message, const char* part, const char* key) {
  const json* inner = object_at(message, part);
  return inner == nullptr ? "" : text_at(*inner, key);
}

void read_place(const json& message, InboundEvent& event) {
  const json* place = object_at(message, "location");
  if (place == nullptr) return;
  const json latitude = place->value("latitude", json()), longitude = place->value("longitude", json());
  if (!latitude.is_number() || !longitude.is_number()) throw BadPayload("'location' has no coordinates");
  event.kind = InboundKind::kLocation;
  event.text = latitude.dump() + "," + longitude.dump();
}

void read_customer_message(const json& message, InboundEvent& event) {
  const std::string type = text_at(message, "msgtype");
  event.window_ms = kServiceWindowMs;
  event.replies_left = kServiceReplies;
  if (type == "text") {
    event.kind = InboundKind::kText;
    event.text = inner_text(message, "text", "content");
  } else if (type == "image" || type == "voice" || type == "video" || type == "file") {
    event.kind = InboundKind::kMedia;
    event.media_kind = type == "image" ? "photo" : type == "file" ? "document" : type;
    event.media = inner_text(message, type.c_str(), "media_id");
  } else if (type == "location") {
    read_place(message, event);
  } else if (type == "link") {
    event.kind = InboundKind::kText;
    event.text = std::string(trim(inner_text(message, "link", "title") + "\n" + inner_text(message, "link", "url")));
  } else {
    event.kind = InboundKind::kMedia;  // a card of a mini-program, a shop or a merged chat: the seller sees that there is one
    event.media_kind = type;
  }
}

void entered(const json& happened, InboundEvent& event) {
  const std::string parameter = text_at(happened, "scene_param");
  event.kind = InboundKind::kFollowed;
  event.referral = shorten(parameter.empty() ? text_at(happened, "scene") : parameter, kMaxSceneCharacters);
  event.reply_token = text_at(happened, "welcome_code");
  if (event.reply_token.empty()) return;
  event.window_ms = kEnteredWindowMs;
  event.replies_left = 1;
}

constexpr std::pair<int, const char*> kFailures[] = {
    {1, "客服账号已删除 (the account was deleted)"},    {2, "应用已关闭 (the app is closed)"},
    {4, "会话已过期，超过48小时 (48 h are over)"},       {5, "会话已关闭 (the session is closed)"},
    {6, "超过5条限制 (more than 5 messages)"},           {7, "未绑定视频号 (account not verified)"},
    {8, "主体未验证 (account not verified)"},             {9, "未绑定视频号且主体未验证 (account not verified)"},
    {10, "用户拒收消息 (the customer refuses messages)"}, {11, "企业未有成员登录企业微信 (no member is logged in)"},
};

void send_failed(const json& happened, InboundEvent& event) {
  event.kind = InboundKind::kReceipt;
  event.receipt = ReceiptKind::kFailed;
  event.platform_message_id = text_at(happened, "fail_msgid");
  event.receipt_reason = "发送失败 (unknown)";
  const auto type = happened.value("fail_type", json());
  for (const auto& [code, words] : kFailures)
    if (type == code) event.receipt_reason = std::to_string(code) + " " + words;
}

void recalled(const json& happened, InboundEvent& event) {
  event.kind = InboundKind::kUnsent;
  event.platform_message_id = text_at(happened, "recall_msgid");
}

void read_system_event(const json& message, InboundEvent& event) {
  const json* happened = object_at(message, "event");
  if (happened == nullptr) throw BadPayload("a system message without 'event'");
  if (event.external_id.empty())
    event.external_id = service_address(text_at(*happened, "open_kfid"), text_at(*happened, "external_userid"));
  const std::string type = text_at(*happened, "event_type");
  if (type == "enter_session") entered(*happened, event);
  if (type == "msg_send_fail") send_failed(*happened, event);
  if (type == "user_recall_msg") recalled(*happened, event);
}

json text_body(const Address& to, const std::string& id, const std::string& text) {
  return {{"touser", to.id}, {"open_kfid", to.open_kfid}, {"msgid", id}, {"msgtype", "text"}, {"text", {{"content", text}}}};
}

// 95018: the session is with nobody or with an employee. It is asked for once; an employee's is not taken away.
Reply send_part(const Api& api, const Address& to, const json& body) {
  Reply reply = api.post("kf/send_msg", body);
  if (reply.errcode != 95018) return reply;
  const json session{{"open_kfid", to.open_kfid}, {"external_userid", to.id}, {"service_state", 1}};
  if (!api.post("kf/service_state/trans", session).ok()) return reply;
  return api.post("kf/send_msg", body);
}

// The code of an entered session answers once and within 20 s; when it is over the message goes the common way.
std::optional<Reply> send_welcome_part(const Api& api, const std::string& code, const std::string& id, const std::string& text) {
  if (code.empty()) return std::nullopt;
  Reply reply = api.post("kf/send_msg_on_event", {{"code", code}, {"msgid", id}, {"msgtype", "text"}, {"text", {{"content", text}}}});
  if (reply.ok() || reply.status == SendStatus::kUnknown) return reply;
  return std::nullopt;
}

}  // namespace

InboundEvent service_event(const json& message) {
  InboundEvent event;
  const std::string msgid = text_at(message, "msgid");
  if (msgid.empty()) throw BadPayload("a message without 'msgid'");
  event.key = "kf:" + shorten(msgid, 100);
  event.platform_message_id = msgid;
  const std::int64_t sent = integer_at(message, "send_time");
  if (sent < 0 || sent > kMaxServiceSeconds) throw BadPayload("'send_time' is no date");
  event.at_ms = sent * 1000;
  const std::string account = text_at(message, "open_kfid"), customer = text_at(message, "external_userid");
  if (!account.empty() && !customer.empty()) event.external_id = service_address(account, customer);
  const json origin = message.value("origin", json());
  if (origin == kFromSystem) {
    read_system_event(message, event);
  } else if (origin == kFromCustomer) {
    if (event.external_id.empty()) throw BadPayload("a message without its sender");
    read_customer_message(message, event);
  }
  if (event.external_id.empty()) event.external_id = service_address("-", "-");
  return event;
}

ServicePage next_page(const Api& api, const std::string& open_kfid, const std::string& cursor, const std::string& token, HttpCancel* cancel) {
  json body{{"open_kfid", open_kfid}, {"limit", kPageMessages}};
  if (!cursor.empty()) body["cursor"] = cursor;
  if (!token.empty()) body["token"] = token;
  ServicePage page;
  page.reply = api.post("kf/sync_msg", body, cancel);
  if (!page.reply.ok()) return page;
  const json& answer = page.reply.body;
  if (const auto next = answer.find("next_cursor"); next != answer.end() && is_text(*next)) page.next_cursor = next->get<std::string>();
  page.more = answer.value("has_more", json(0)) == 1 && !page.next_cursor.empty() && page.next_cursor != cursor;
  if (const auto list = answer.find("msg_list"); list != answer.end() && list->is_array())
    page.messages.assign(list->begin(), list->end());
  return page;
}

std::map<std::string, ServiceCustomer> service_names(const Api& api, const std::vector<std::string>& customers, HttpCancel* cancel) {
  std::map<std::string, ServiceCustomer> names;
  for (std::size_t at = 0; at < customers.size(); at += kNamesPerCall) {
    const auto first = customers.begin() + static_cast<std::ptrdiff_t>(at);
    const auto last = customers.begin() + static_cast<std::ptrdiff_t>(std::min(at + kNamesPerCall, customers.size()));
    const Reply reply = api.post("kf/customer/batchget", {{"external_userid_list", std::vector<std::string>(first, last)}}, cancel);
    const auto list = reply.body.find("customer_list");
    if (!reply.ok() || list == reply.body.end() || !list->is_array()) break;
    for (const json& one : *list) try {
        names[text_at(one, "external_userid")] = {text_at(one, "nickname"), text_at(one, "unionid")};
      } catch (const BadPayload&) {  // a name is no reason to lose a message
      }
  }
  return names;
}

SendOutcome send_to_service(const Api& api, const Address& to, const Outgoing& message) {
  const auto parts = text_parts(message.content, kServiceTextBytes);
  if (parts.empty()) return refused_message("the message is empty");
  if (parts.size() > static_cast<std::size_t>(kServiceReplies))
    return refused_message("the text makes " + std::to_string(parts.size()) + " messages, 微信客服 takes 5 after each of the customer's");
  PartsSent sent(parts.size());
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::string id = message.idempotency_key.substr(0, kOwnIdLetters) + "-" + std::to_string(i);
    std::optional<Reply> welcome;
    if (i == 0) welcome = send_welcome_part(api, message.reply_token, id, parts[i]);
    const Reply reply = welcome ? *welcome : send_part(api, to, text_body(to, id, parts[i]));
    if (!reply.ok()) return sent.failed(reply.outcome());
    const auto given = reply.body.find("msgid");
    sent.add(given != reply.body.end() && is_text(*given) ? given->get<std::string>() : id);
  }
  return sent.all();
}

}  // namespace laoke::channels::wecom
