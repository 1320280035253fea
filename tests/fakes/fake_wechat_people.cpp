#include <algorithm>

#include "bot/channels/xml_body.h"
#include "bot/http_client.h"
#include "tests/fakes/fake_wechat_state.h"

// What followers do, and how WeChat tells the account of it.
namespace laoke::test {
namespace {

using channels::xml_cdata;

constexpr std::int64_t kWechatTwoDaysMs = 48 * 3'600'000;

void open_follower_window(FakeWechat::State& state, const std::string& openid, std::int64_t window_ms, int messages) {
  WechatFollower& follower = state.followers[openid];
  const std::int64_t now_ms = state.now_ms();
  const bool better = now_ms + window_ms > follower.window_until_ms || follower.messages_left == 0;
  if (!better) return;
  follower.window_until_ms = now_ms + window_ms;
  follower.messages_left = messages;
}

std::string wechat_push(const FakeWechat::State& state, const std::string& from, const std::string& type, const std::string& fields) {
  return "<xml><ToUserName>" + xml_cdata(kWechatAccount) + "</ToUserName><FromUserName>" + xml_cdata(from) + "</FromUserName><CreateTime>" +
         std::to_string(state.now_ms() / 1000) + "</CreateTime><MsgType>" + xml_cdata(type) + "</MsgType>" + fields + "</xml>";
}

std::string wechat_field(const char* name, const std::string& value) {
  return std::string("<") + name + ">" + xml_cdata(value) + "</" + name + ">";
}

std::string wechat_result_of(const FakeWechat::State& state, const WechatJob& job, const std::string& status) {
  if (job.kind == "template")
    return wechat_push(state, job.openid, "event", wechat_field("Event", "TEMPLATESENDJOBFINISH") + "<MsgID>" + job.msg_id + "</MsgID>" + wechat_field("Status", status));
  if (job.kind == "notice")
    return wechat_push(state, job.openid, "event",
                    wechat_field("Event", "subscribe_msg_sent_event") + "<SubscribeMsgSentEvent><List>" + wechat_field("TemplateId", job.template_id) +
                        wechat_field("MsgID", job.msg_id) + wechat_field("ErrorCode", status == "success" ? "0" : "43101") + wechat_field("ErrorStatus", status) +
                        "</List></SubscribeMsgSentEvent>");
  return wechat_push(state, "oPublisher", "event",
                  wechat_field("Event", "MASSSENDJOBFINISH") + "<MsgID>" + job.msg_id + "</MsgID>" +
                      wechat_field("Status", status == "success" ? "send success" : status) + "<TotalCount>" + std::to_string(job.total) +
                      "</TotalCount><FilterCount>" + std::to_string(job.sent) + "</FilterCount><SentCount>" + std::to_string(job.sent) +
                      "</SentCount><ErrorCount>0</ErrorCount>");
}

}  // namespace

std::string FakeWechat::follows(const std::string& openid, const std::string& scene) {
  const std::lock_guard lock(state_->mutex);
  state_->followers[openid].following = true;
  open_follower_window(*state_, openid, 60'000, 3);
  return wechat_push(*state_, openid, "event",
                  wechat_field("Event", "subscribe") + wechat_field("EventKey", scene.empty() ? "" : "qrscene_" + scene) +
                      (scene.empty() ? "" : wechat_field("Ticket", "TICKET_1")));
}

std::string FakeWechat::unfollows(const std::string& openid) {
  const std::lock_guard lock(state_->mutex);
  state_->followers[openid] = {};
  return wechat_push(*state_, openid, "event", wechat_field("Event", "unsubscribe") + wechat_field("EventKey", ""));
}

std::string FakeWechat::writes(const std::string& openid, const std::string& text) {
  return sends(openid, "text", wechat_field("Content", text));
}

std::string FakeWechat::presses_menu(const std::string& openid, const std::string& id, const std::string& words) {
  return sends(openid, "text", wechat_field("Content", words) + "<bizmsgmenuid>" + xml_cdata(id) + "</bizmsgmenuid>");
}

std::string FakeWechat::sends(const std::string& openid, const std::string& type, const std::string& fields) {
  const std::lock_guard lock(state_->mutex);
  state_->followers[openid].following = true;
  open_follower_window(*state_, openid, kWechatTwoDaysMs, 5);
  return wechat_push(*state_, openid, type, fields + "<MsgId>" + state_->id() + "</MsgId>");
}

std::string FakeWechat::clicks(const std::string& openid, const std::string& key) {
  const std::lock_guard lock(state_->mutex);
  open_follower_window(*state_, openid, 60'000, 3);
  return wechat_push(*state_, openid, "event", wechat_field("Event", "CLICK") + wechat_field("EventKey", key));
}

std::string FakeWechat::scans(const std::string& openid, const std::string& scene) {
  const std::lock_guard lock(state_->mutex);
  open_follower_window(*state_, openid, 60'000, 3);
  return wechat_push(*state_, openid, "event", wechat_field("Event", "SCAN") + wechat_field("EventKey", scene) + wechat_field("Ticket", "TICKET_2"));
}

void FakeWechat::blocks(const std::string& openid) {
  const std::lock_guard lock(state_->mutex);
  state_->followers[openid].blocks = true;
}

void FakeWechat::close_window(const std::string& openid) {
  const std::lock_guard lock(state_->mutex);
  state_->followers[openid].messages_left = 0;
}

void FakeWechat::agrees(const std::string& openid, const std::string& template_id, int times) {
  const std::lock_guard lock(state_->mutex);
  state_->followers[openid].consents[template_id] += times;
}

void FakeWechat::set_union_id(const std::string& openid, const std::string& union_id) {
  const std::lock_guard lock(state_->mutex);
  state_->followers[openid].union_id = union_id;
}

std::vector<std::string> FakeWechat::results(const std::string& status) {
  const std::lock_guard lock(state_->mutex);
  std::vector<std::string> pushes;
  for (const WechatJob& job : state_->unfinished) pushes.push_back(wechat_result_of(*state_, job, status));
  state_->unfinished.clear();
  return pushes;
}

channels::RawRequest FakeWechat::seal(const std::string& xml, const std::string& mode, std::int64_t at_s, const std::string& token) {
  const std::string timestamp = std::to_string(at_s), nonce = "889900";
  channels::RawRequest request{"POST", xml, {}, {{"timestamp", timestamp}, {"nonce", nonce}}};
  request.query["signature"] = channels::wechat_signature({token, timestamp, nonce});
  if (mode == "plain") return request;
  const channels::WechatEnvelope envelope(token, kWechatAesKey, kWechatAppId);
  const std::string encrypted = envelope.encrypt(xml);
  request.query["encrypt_type"] = "aes";
  request.query["msg_signature"] = envelope.sign(timestamp, nonce, encrypted);
  const std::string sealed = "<Encrypt>" + xml_cdata(encrypted) + "</Encrypt></xml>";
  request.body = mode == "mixed" ? xml.substr(0, xml.rfind("</xml>")) + sealed
                                 : "<xml><ToUserName>" + xml_cdata(kWechatAccount) + "</ToUserName>" + sealed;
  return request;
}

channels::RawRequest FakeWechat::sign(const std::string& xml) const {
  return seal(xml, state_->options.mode, state_->now_ms() / 1000);
}

channels::RawRequest FakeWechat::handshake(const std::string& echo) const {
  channels::RawRequest request = sign("<xml></xml>");
  request.method = "GET";
  request.body.clear();
  request.query["echostr"] = echo;
  return request;
}

// "success" and nothing are right; anything else must be a reply of the form and the encryption that was asked for.
bool FakeWechat::take_answer(const channels::HookAnswer& answer) {
  if (answer.status == 200 && (answer.body.empty() || answer.body == "success")) return true;
  const std::lock_guard lock(state_->mutex);
  ++state_->bad_answers;
  if (answer.status != 200) return false;
  try {
    std::string clear = answer.body;
    if (state_->options.mode != "plain") {
      const channels::XmlBody sealed(answer.body);
      const auto part = [&](const char* name) { return channels::xml_text(sealed.root(), name); };
      if (!state_->envelope.verify(part("MsgSignature"), part("TimeStamp"), part("Nonce"), part("Encrypt"))) return false;
      clear = state_->envelope.decrypt(part("Encrypt"));
    }
    const channels::XmlBody reply(clear);
    Sent sent;
    sent.way = "passive";
    sent.type = channels::xml_text(reply.root(), "MsgType");
    sent.openid = channels::xml_text(reply.root(), "ToUserName");
    sent.text = channels::xml_text(reply.root(), "Content");
    sent.at_ms = channels::xml_integer(reply.root(), "CreateTime") * 1000;
    const bool ours = channels::xml_text(reply.root(), "FromUserName") == kWechatAccount && state_->followers.contains(sent.openid);
    if (!ours || sent.type != "text" || sent.text.empty() || sent.text.size() > 2048) return false;
    state_->accepted.push_back(std::move(sent));
    --state_->bad_answers;
    return true;
  } catch (const channels::BadPayload&) {
    return false;
  }
}

int FakeWechat::post(const std::string& hook_url, const std::string& xml) {
  const channels::RawRequest request = sign(xml);
  HttpCall call;
  call.url = hook_url;
  for (const auto& [name, value] : request.query)
    call.url += (call.url.find('?') == std::string::npos ? "?" : "&") + name + "=" + value;
  call.body = request.body;
  call.content_type = "text/xml";
  const HttpAnswer answer = shared_http_client().call(call);
  take_answer({answer.status, answer.body, "text/plain"});
  return answer.status;
}

}  // namespace laoke::test
