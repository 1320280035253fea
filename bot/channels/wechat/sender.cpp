#include "bot/channels/wechat/sender.h"

#include <algorithm>
#include <set>

#include "bot/channels/wechat/message.h"

namespace laoke::channels::wechat {
namespace {

using nlohmann::json;

SendOutcome outcome_with(SendStatus status, std::string code) {
  SendOutcome outcome;
  outcome.status = status;
  outcome.platform_code = std::move(code);
  return outcome;
}

SendOutcome no_openid() {
  return outcome_with(SendStatus::kContactGone, "not an openid");
}

// A refusal of one person says nothing about the others of a list.
SendOutcome mass_outcome(const Reply& reply) {
  SendOutcome outcome = reply.outcome();
  if (outcome.status == SendStatus::kContactGone || outcome.status == SendStatus::kWindowClosed) outcome.status = SendStatus::kRejected;
  return outcome;
}

json mass_body(const std::vector<std::string>& openids, const std::string& key) {
  json body{{"touser", openids}};
  if (!key.empty()) body["clientmsgid"] = key.substr(0, 32);  // fact sheet §0: at most 32 bytes
  return body;
}

ErrandOutcome errand_outcome(const Reply& reply) {
  ErrandOutcome outcome;
  outcome.status = reply.status == SendStatus::kUnknown ? SendStatus::kRetryLater : reply.status;
  outcome.platform_code = reply.platform_code();
  outcome.retry_after = reply.retry_after;
  return outcome;
}

std::string text_in(const json& object, const char* key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  return object.is_object() && found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

}  // namespace

Sender::Sender(const Settings& settings, NowMs now_ms)
    : settings_(settings),
      now_ms_(now_ms),
      api_(settings, now_ms),
      rights_(settings.type),
      media_(api_, settings, now_ms),
      tags_(api_, now_ms) {}

// Customer-service messages are what an account lives on: without them it stops, and the seller is told.
Reply Sender::with_right(Right right, const std::function<Reply()>& call) {
  Reply reply;
  reply.status = SendStatus::kRejected;
  reply.words = missing_text(right);
  if (!rights_.has(right, now_ms_())) return reply;
  reply = call();
  if (reply.reaction != Reaction::kRight || reply.errcode == 0) return reply;
  rights_.lost(right, now_ms_());
  reply.words += (reply.words.empty() ? "" : "; ") + missing_text(right);
  if (right == Right::kCustomerMessages) reply.status = SendStatus::kBadConfig;
  reply.reaction = Reaction::kReject;  // it is settled here, whatever right this call was a part of
  return reply;
}

SendOutcome Sender::send(const Outgoing& message) {
  if (!is_openid(message.external_id)) return no_openid();
  return message.content.platform_template.empty() ? send_custom(message) : send_template(message);
}

SendOutcome Sender::send_template(const Outgoing& message) {
  if (message.marketing)
    return outcome_with(SendStatus::kRejected,
                        "WeChat bans templates that advertise; send offers within 48 hours of the customer's message or as a mass send / "
                        "模板消息和订阅通知不能用于营销，请在客户来信 48 小时内发送或使用群发");
  const TemplateMessage built = template_message(message.external_id, message.content, message.idempotency_key);
  if (!built.refusal.empty()) return outcome_with(SendStatus::kRejected, built.refusal);
  const Reply reply = with_right(built.notice ? Right::kNotices : Right::kTemplates, [&] {
    return built.notice ? api_.post("/cgi-bin/message/subscribe/bizsend", built.body)
                        : api_.post_repeatable("/cgi-bin/message/template/send", built.body);
  });
  SendOutcome outcome = reply.outcome();
  if (reply.ok()) outcome.platform_message_id = reply.text("msgid");
  return outcome;
}

Reply Sender::send_one(const json& body) {
  const char* const path = "/cgi-bin/message/custom/send";
  Reply reply = api_.post(path, body);
  if (reply.errcode == kBadAccountType && body.contains("msgmenu")) return api_.post(path, without_menu(body));
  return reply;
}

// A media id may be gone before its three days: the picture is uploaded once more.
Reply Sender::send_image(const std::string& openid, const std::string& image) {
  Reply reply;
  for (int attempt = 0; attempt < 2; ++attempt) {
    MediaStore::Found found = with_media(image);
    if (!found.ok()) return std::move(found.reply);
    reply = send_one(image_message(openid, found.media_id));
    if (reply.errcode != kBadMediaId || !media_.forget(image)) return reply;
  }
  return reply;
}

SendOutcome Sender::send_custom(const Outgoing& message) {
  CustomMessages built = custom_messages(message.external_id, message.content, settings_.menu_buttons);
  if (!built.refusal.empty()) return outcome_with(SendStatus::kRejected, built.refusal);
  const std::size_t pictures = message.content.image.empty() ? 0 : 1, parts = built.bodies.size() + pictures;
  for (std::size_t part = 0; part < parts; ++part) {
    const Reply reply = with_right(Right::kCustomerMessages, [&] {
      return part < pictures ? send_image(message.external_id, message.content.image) : send_one(built.bodies[part - pictures]);
    });
    if (reply.ok()) continue;
    SendOutcome failed = reply.outcome();
    if (part == 0) return failed;
    // Calling it refused would send the first parts twice, calling it sent would lose the others in silence.
    failed.status = SendStatus::kUnknown;
    failed.platform_code = std::to_string(part) + " of " + std::to_string(parts) + " parts arrived, then: " + failed.platform_code;
    return failed;
  }
  return outcome_with(SendStatus::kAccepted, "");
}

Reply Sender::send_mass_of(const MessageContent& content, const std::vector<std::string>& openids, const std::string& key) {
  const char* const path = "/cgi-bin/message/mass/send";
  const std::string words = words_of(content, false);
  json body = mass_body(openids, key);
  if (content.image.empty()) {
    body.update({{"msgtype", "text"}, {"text", {{"content", words}}}});
    return api_.post_repeatable(path, body);
  }
  Reply reply;
  for (int attempt = 0; attempt < 2; ++attempt) {
    MediaStore::Found found = with_media(content.image);
    if (!found.ok()) return std::move(found.reply);
    body.update({{"msgtype", "image"}, {"images", {{"media_ids", json::array({found.media_id})}}}});
    if (!words.empty()) body["images"]["recommend"] = words;
    reply = api_.post_repeatable(path, body);
    if (reply.errcode != kBadMediaId || !media_.forget(content.image)) return reply;
  }
  return reply;
}

MediaStore::Found Sender::with_media(const std::string& image) {
  MediaStore::Found found;
  Reply reply = with_right(Right::kMedia, [&] {
    found = media_.media_id_of(image);
    return found.reply;
  });
  return {std::move(found.media_id), std::move(reply)};
}

std::vector<SendOutcome> Sender::send_mass(const MessageContent& content, std::span<const Outgoing> to) {
  std::vector<SendOutcome> outcomes(to.size(), no_openid());
  std::set<std::string> openids;
  for (const Outgoing& one : to)
    if (is_openid(one.external_id)) openids.insert(one.external_id);
  Reply reply;
  reply.status = SendStatus::kRejected;
  if (const std::string words = words_of(content, false); words.size() > kTextBytes)
    reply.words = "the text has " + std::to_string(words.size()) + " bytes, a mass send may have 2048 / 群发文字最长 2048 字节";
  else if (words.empty() && content.image.empty())
    reply.words = "the message is empty";
  else if (openids.size() < 2)
    reply.words = "a mass send needs two followers at least / 群发至少需要两位粉丝";
  else
    reply = with_right(Right::kMassSend, [&] { return send_mass_of(content, {openids.begin(), openids.end()}, to.front().idempotency_key); });
  SendOutcome shared = mass_outcome(reply);
  std::string job = reply.text("msg_id").empty() ? reply.text("msgid") : reply.text("msg_id");
  // Our own earlier call under this key: its job is this one.
  if (reply.errcode == kSentBefore) shared.status = SendStatus::kAccepted;
  if (shared.status == SendStatus::kAccepted) shared.platform_message_id = std::move(job);
  for (std::size_t i = 0; i < to.size(); ++i)
    if (is_openid(to[i].external_id)) outcomes[i] = shared;
  return outcomes;
}

ErrandOutcome Sender::change_tag(const Errand& errand, bool on) {
  const std::string openid = text_in(errand.data, "external_id"), tag = text_in(errand.data, "tag");
  if (!is_openid(openid)) return {SendStatus::kRejected, "not an openid", {}, {}};
  return errand_outcome(with_right(Right::kTags, [&] { return on ? tags_.put_on(tag, {openid}) : tags_.take_off(tag, {openid}); }));
}

ErrandOutcome Sender::ask_profile(const Errand& errand) {
  const std::string openid = text_in(errand.data, "external_id");
  if (!is_openid(openid)) return {SendStatus::kRejected, "not an openid", {}, {}};
  // That the right is missing was told when WeChat said so: those who come meanwhile are let go in silence.
  if (!may_ask_profiles()) return {SendStatus::kContactGone, missing_text(Right::kTags), {}, {}};
  const Reply reply = with_right(Right::kTags, [&] { return api_.get("/cgi-bin/user/info", "lang=zh_CN&openid=" + percent_encoded(openid)); });
  ErrandOutcome outcome = errand_outcome(reply);
  if (!reply.ok()) return outcome;
  InboundEvent event;
  event.kind = InboundKind::kProfile;
  event.key = "profile:" + errand.key;
  event.external_id = openid;
  event.at_ms = now_ms_();
  event.person_id = reply.text("unionid");
  std::vector<std::int64_t> ids;
  if (const json list = reply.body.value("tagid_list", json()); list.is_array())
    for (const json& id : list)
      if (id.is_number_integer()) ids.push_back(id.get<std::int64_t>());
  if (settings_.sync_tags && !ids.empty()) event.tags = tags_.names_of(ids);
  outcome.learned.push_back(std::move(event));
  return outcome;
}

ErrandOutcome Sender::run(const Errand& errand) {
  if (errand.kind == "profile") return ask_profile(errand);
  if (settings_.sync_tags && (errand.kind == "tag" || errand.kind == "untag")) return change_tag(errand, errand.kind == "tag");
  return {SendStatus::kRejected, "this account takes no errand '" + errand.kind + "'", {}, {}};
}

// One harmless call for each right that can be asked so.
std::vector<ProbeLine> Sender::right_lines() {
  std::vector<ProbeLine> lines;
  const Reply tags = with_right(Right::kTags, [&] { return api_.get("/cgi-bin/tags/get"); });
  lines.push_back({tags.ok(), tags.ok() ? "tags can be read / 用户标签可用" : "tags: " + tags.platform_code()});
  const Reply quota = api_.post("/cgi-bin/openapi/quota/get", {{"cgi_path", "/cgi-bin/message/custom/send"}});
  const json left = quota.ok() ? quota.body.value("quota", json::object()) : json::object();
  if (left.is_object() && left.contains("remain") && left["remain"].is_number_integer())
    lines.push_back({true, "customer-service messages left today: " + left["remain"].dump() + " / 今天还能发的客服消息条数"});
  else
    lines.push_back({quota.ok(), "customer-service messages: " + (quota.ok() ? "allowed / 客服消息可用" : quota.platform_code())});
  for (const Right right : {Right::kMassSend, Right::kTemplates, Right::kNotices})
    if (!rights_.has(right, now_ms_())) lines.push_back({true, "off: " + missing_text(right)});
  return lines;
}

}  // namespace laoke::channels::wechat
