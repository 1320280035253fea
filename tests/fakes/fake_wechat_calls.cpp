#include <httplib.h>

#include <algorithm>

#include "handlers/crypto.h"
#include "handlers/text.h"
#include "tests/fakes/fake_wechat_state.h"

// Codes and limits: fact sheet of the platform, sections 0, 7, 8 and 9.
namespace laoke::test {
namespace {

using nlohmann::json;

constexpr std::int64_t kWechatDayMs = 86'400'000;

json wechat_done(json more = json::object()) {
  more.update({{"errcode", 0}, {"errmsg", "ok"}});
  return more;
}

std::string wechat_text(const json& body, const char* key) {
  return body.is_object() && body.contains(key) && body[key].is_string() ? body[key].get<std::string>() : "";
}

// Nothing: this person can be written to.
std::optional<json> refused_follower(FakeWechat::State& state, const std::string& openid) {
  const auto known = state.followers.find(openid);
  if (known == state.followers.end()) return wechat_error(40003, "invalid openid");
  if (known->second.blocks) return wechat_error(48002, "user block receive message");
  if (!known->second.following) return wechat_error(43004, "require subscribe");
  return std::nullopt;
}

std::optional<json> refused_follower_window(FakeWechat::State& state, WechatFollower& follower) {
  if (state.now_ms() >= follower.window_until_ms)
    return wechat_error(45015, "response out of time limit or subscription is canceled");
  if (follower.messages_left <= 0) return wechat_error(45047, "out of response count limit");
  return std::nullopt;
}

std::optional<json> read_wechat_menu(const json& menu, FakeWechat::Sent& sent) {
  sent.text = wechat_text(menu, "head_content");
  if (!menu.contains("list") || !menu["list"].is_array() || menu["list"].empty()) return wechat_error(47003, "argument invalid! list");
  for (const json& line : menu["list"]) {
    if (wechat_text(line, "id").empty() || wechat_text(line, "content").empty()) return wechat_error(47003, "argument invalid! list");
    sent.menu.emplace_back(wechat_text(line, "id"), wechat_text(line, "content"));
  }
  return std::nullopt;
}

std::optional<json> read_customer_message(FakeWechat::State& state, const json& body, FakeWechat::Sent& sent) {
  sent.type = wechat_text(body, "msgtype");
  const json part = body.value(sent.type, json::object());
  if (sent.type == "text") {
    sent.text = wechat_text(part, "content");
    if (sent.text.empty()) return wechat_error(44004, "empty content");
    if (sent.text.size() > 2048) return wechat_error(45002, "content size out of limit");
    return std::nullopt;
  }
  if (sent.type == "image") {
    sent.media_id = wechat_text(part, "media_id");
    if (!state.media.contains(sent.media_id)) return wechat_error(40007, "invalid media_id");
    return std::nullopt;
  }
  if (sent.type != "msgmenu") return wechat_error(40008, "invalid message type");
  if (state.options.trial) return wechat_error(40200, "invalid account type");
  return read_wechat_menu(part, sent);
}

json send_customer_message(FakeWechat::State& state, const json& body, const httplib::Request&) {
  FakeWechat::Sent sent;
  sent.way = "custom";
  sent.openid = wechat_text(body, "touser");
  sent.at_ms = state.now_ms();
  const auto known = state.followers.find(sent.openid);
  if (known == state.followers.end()) return wechat_error(40003, "invalid openid");
  if (known->second.blocks) return wechat_error(48002, "user block receive message");
  if (!known->second.following) return wechat_error(45015, "response out of time limit or subscription is canceled");
  if (auto refusal = read_customer_message(state, body, sent)) return *refusal;
  if (auto refusal = refused_follower_window(state, known->second)) return *refusal;
  --known->second.messages_left;
  state.accepted.push_back(sent);
  return wechat_done();  // no id
}

std::optional<json> refused_template_data(const FakeWechat::State& state, const json& body) {
  const auto known = state.templates.find(wechat_text(body, "template_id"));
  if (known == state.templates.end()) return wechat_error(40037, "invalid template_id");
  const json data = body.value("data", json::object());
  for (const std::string& key : known->second) {
    const std::string value = data.contains(key) ? wechat_text(data[key], "value") : "";
    if (value.empty() || (key.starts_with("thing") && length_code_points(value) > 20))
      return wechat_error(47003, "argument invalid! data." + key + ".value is invalid");
  }
  return std::nullopt;
}

FakeWechat::Sent templated_message(const FakeWechat::State& state, const json& body, const char* way) {
  FakeWechat::Sent sent;
  sent.way = sent.type = way;
  sent.openid = wechat_text(body, "touser");
  sent.template_id = wechat_text(body, "template_id");
  sent.data = body.value("data", json::object());
  sent.at_ms = state.now_ms();
  return sent;
}

json send_wechat_template(FakeWechat::State& state, const json& body, const httplib::Request&) {
  FakeWechat::Sent sent = templated_message(state, body, "template");
  if (auto refusal = refused_follower(state, sent.openid)) return *refusal;
  if (auto refusal = refused_template_data(state, body)) return *refusal;
  WechatFollower& follower = state.followers[sent.openid];
  const std::string client_id = wechat_text(body, "client_msg_id");
  if (client_id.size() > 32) return wechat_error(40035, "invalid parameter");
  if (const auto before = follower.client_ids.find(client_id); !client_id.empty() && before != follower.client_ids.end())
    return wechat_done({{"msgid", std::stoll(before->second)}});
  sent.msg_id = state.id();
  if (!client_id.empty()) follower.client_ids[client_id] = sent.msg_id;
  state.accepted.push_back(sent);
  state.unfinished.push_back({sent.msg_id, client_id, "template", sent.openid, sent.template_id, sent.at_ms, 1, 1});
  return wechat_done({{"msgid", std::stoll(sent.msg_id)}});
}

json send_wechat_notice(FakeWechat::State& state, const json& body, const httplib::Request&) {
  FakeWechat::Sent sent = templated_message(state, body, "notice");
  if (auto refusal = refused_follower(state, sent.openid)) return *refusal;
  if (auto refusal = refused_template_data(state, body)) return *refusal;
  int& consents = state.followers[sent.openid].consents[sent.template_id];
  if (consents <= 0) return wechat_error(43101, "user refuse to accept the msg");
  --consents;
  sent.msg_id = state.id();
  state.accepted.push_back(sent);
  state.unfinished.push_back({sent.msg_id, "", "notice", sent.openid, sent.template_id, sent.at_ms, 1, 1});
  return wechat_done();
}

// --- mass send

std::optional<json> refused_wechat_mass(FakeWechat::State& state, const json& body) {
  const json to = body.value("touser", json());
  if (!to.is_array() || to.size() < 2 || to.size() > 10'000) return wechat_error(40130, "invalid openid list size");
  if (wechat_text(body, "clientmsgid").size() > 32) return wechat_error(45067, "clientmsgid size out of limit");
  const std::string type = wechat_text(body, "msgtype");
  if (type == "text" && wechat_text(body.value("text", json::object()), "content").empty()) return wechat_error(44004, "empty content");
  if (type == "text") return std::nullopt;
  const json images = body.value("images", json::object());
  if (type != "image" || !images.contains("media_ids") || !images["media_ids"].is_array() || images["media_ids"].empty())
    return wechat_error(40008, "invalid message type");
  for (const json& id : images["media_ids"])
    if (!id.is_string() || !state.media.contains(id.get<std::string>())) return wechat_error(40007, "invalid media_id");
  return std::nullopt;
}

// Four in a calendar month; the surplus is left out without a word.
void deliver_wechat_mass(FakeWechat::State& state, const json& body, WechatJob& job) {
  const std::int64_t month = state.now_ms() / (30 * kWechatDayMs);
  for (const json& to : body["touser"]) {
    ++job.total;
    const auto known = state.followers.find(to.get<std::string>());
    if (known == state.followers.end() || !known->second.following || known->second.blocks || known->second.mass_in_month[month] >= 4) continue;
    ++known->second.mass_in_month[month];
    ++job.sent;
    FakeWechat::Sent sent;
    sent.way = "mass";
    sent.openid = known->first;
    sent.type = wechat_text(body, "msgtype");
    sent.msg_id = job.msg_id;
    sent.at_ms = state.now_ms();
    sent.text = sent.type == "text" ? wechat_text(body["text"], "content") : wechat_text(body["images"], "recommend");
    if (sent.type == "image") sent.media_id = body["images"]["media_ids"][0];
    state.accepted.push_back(std::move(sent));
  }
}

json send_wechat_mass(FakeWechat::State& state, const json& body, const httplib::Request&) {
  state.mass_bodies.push_back(body);
  if (auto refusal = refused_wechat_mass(state, body)) return *refusal;
  std::string client_id = wechat_text(body, "clientmsgid");
  if (client_id.empty()) client_id = crypto::sha256_hex(body.dump());
  const auto before = state.mass_jobs.find(client_id);
  if (before != state.mass_jobs.end() && state.now_ms() - before->second.at_ms < kWechatDayMs) {
    json refusal = wechat_error(45065, "clientmsgid exist");
    refusal["msg_id"] = std::stoll(before->second.msg_id);
    return refusal;
  }
  WechatJob job{state.id(), client_id, "mass", "", "", state.now_ms(), 0, 0};
  deliver_wechat_mass(state, body, job);
  state.mass_jobs[client_id] = job;
  state.unfinished.push_back(job);
  return wechat_done({{"msg_id", std::stoll(job.msg_id)}});
}

// --- tags and people

json get_wechat_tags(FakeWechat::State& state, const json&, const httplib::Request&) {
  json list = json::array();
  for (const auto& [name, id] : state.tags) list.push_back({{"id", id}, {"name", name}, {"count", 0}});
  return {{"tags", list}};
}

json create_wechat_tag(FakeWechat::State& state, const json& body, const httplib::Request&) {
  const std::string name = wechat_text(body.value("tag", json::object()), "name");
  if (name.empty() || name.size() > 30) return wechat_error(45158, "invalid tag name");
  if (state.tags.contains(name)) return wechat_error(45157, "invalid tag name");
  if (state.tags.size() >= 100) return wechat_error(45056, "create too many tags");
  state.tags[name] = 100 + state.next_id++ % 100'000;
  return {{"tag", {{"id", state.tags[name]}, {"name", name}}}};
}

json change_follower_tags(FakeWechat::State& state, const json& body, bool on) {
  const json list = body.value("openid_list", json());
  if (!list.is_array() || list.empty() || list.size() > 50) return wechat_error(40032, "invalid openid list size");
  const std::int64_t id = body.value("tagid", std::int64_t{-1});
  if (id >= 0 && id <= 2) return wechat_error(45058, "can't modify sys tag");
  if (std::none_of(state.tags.begin(), state.tags.end(), [&](const auto& tag) { return tag.second == id; }))
    return wechat_error(45159, "invalid tag");
  for (const json& openid : list) {
    const auto known = state.followers.find(openid.get<std::string>());
    if (known == state.followers.end()) return wechat_error(49003, "not match openid with appid");
    if (on && known->second.tags.size() >= 20 && !known->second.tags.contains(id)) return wechat_error(45059, "tag limit of one user");
    if (on)
      known->second.tags.insert(id);
    else
      known->second.tags.erase(id);
  }
  return wechat_done();
}

json tag_followers(FakeWechat::State& state, const json& body, const httplib::Request&) { return change_follower_tags(state, body, true); }
json untag_followers(FakeWechat::State& state, const json& body, const httplib::Request&) { return change_follower_tags(state, body, false); }

json follower_info(FakeWechat::State& state, const json&, const httplib::Request& request) {
  const auto known = state.followers.find(request.get_param_value("openid"));
  if (known == state.followers.end()) return wechat_error(40003, "invalid openid");
  if (!known->second.following) return {{"subscribe", 0}, {"openid", known->first}};
  json info{{"subscribe", 1}, {"openid", known->first}, {"remark", ""}, {"tagid_list", known->second.tags}};
  if (!known->second.union_id.empty()) info["unionid"] = known->second.union_id;
  return info;
}

json upload_wechat_media(FakeWechat::State& state, const json&, const httplib::Request& request) {
  if (request.get_param_value("type") != "image") return wechat_error(40004, "invalid media type");
  if (!request.has_file("media")) return wechat_error(41005, "media data missing");
  const std::string& bytes = request.get_file_value("media").content;
  if (!bytes.starts_with("\x89PNG") && !bytes.starts_with("\xff\xd8\xff") && !bytes.starts_with("GIF8"))
    return wechat_error(40113, "unsupported file type");
  const std::string id = "MEDIA_" + state.id();
  state.media.insert(id);
  return {{"type", "image"}, {"media_id", id}, {"created_at", state.now_ms() / 1000}};
}

json get_wechat_quota(FakeWechat::State&, const json&, const httplib::Request&) {
  return wechat_done({{"quota", {{"daily_limit", 500'000}, {"used", 7}, {"remain", 499'993}}}});
}

}  // namespace

json wechat_error(int errcode, const std::string& errmsg) {
  return {{"errcode", errcode}, {"errmsg", errmsg + " rid: 65f0-fake"}};
}

const std::map<std::string, WechatCall>& wechat_calls() {
  static const std::map<std::string, WechatCall> calls = {
      {"/cgi-bin/message/custom/send", send_customer_message},
      {"/cgi-bin/message/template/send", send_wechat_template},
      {"/cgi-bin/message/subscribe/bizsend", send_wechat_notice},
      {"/cgi-bin/message/mass/send", send_wechat_mass},
      {"/cgi-bin/tags/get", get_wechat_tags},
      {"/cgi-bin/tags/create", create_wechat_tag},
      {"/cgi-bin/tags/members/batchtagging", tag_followers},
      {"/cgi-bin/tags/members/batchuntagging", untag_followers},
      {"/cgi-bin/user/info", follower_info},
      {"/cgi-bin/media/upload", upload_wechat_media},
      {"/cgi-bin/openapi/quota/get", get_wechat_quota},
  };
  return calls;
}

}  // namespace laoke::test
