#include <algorithm>

#include "tests/fakes/fake_wecom_state.h"

namespace laoke::test {
namespace {

using nlohmann::json;
using State = FakeWecom::State;
using Lock = std::unique_lock<std::mutex>;

constexpr std::int64_t kWelcomeLifeMs = 20'000, kServiceLifeMs = 48 * 3'600'000LL, kMinute = 60'000;
constexpr std::size_t kMemberPerMinute = 30;

std::string word(const json& body, const char* key) {
  const auto found = body.find(key);
  return found != body.end() && found->is_string() ? found->get<std::string>() : "";
}

json follow_user_list(State& state, const json&, Lock&) { return wecom_good({{"follow_user", state.members}}); }

json customers_of(State& state, const json& body, Lock&) {
  json list = json::array();
  for (const auto& [id, customer] : state.customers)
    if (std::ranges::count(customer.followers, word(body, "userid")) > 0) list.push_back(id);
  return list.empty() ? wecom_bad(84061, "not external contact") : wecom_good({{"external_userid", list}});
}

json customer_details(State& state, const json& body, Lock&) {
  const auto id = word(body, "external_userid");
  const auto found = state.customers.find(id);
  if (found == state.customers.end()) return wecom_bad(40096, "invalid external userid");
  const auto& customer = found->second;
  if (customer.followers.empty()) return wecom_bad(84061, "not external contact");
  json contact{{"external_userid", id}, {"name", customer.name}, {"type", 1}, {"gender", 0}};
  if (!customer.union_id.empty()) contact["unionid"] = customer.union_id;
  json followers = json::array();
  for (const auto& member : customer.followers) {
    json tags = json::array();
    if (const auto of = customer.tags.find(member); of != customer.tags.end())
      for (const auto& tag : of->second) tags.push_back({{"group_name", "肤质"}, {"tag_name", state.tag_name(tag)}, {"tag_id", tag}, {"type", 1}});
    tags.push_back({{"group_name", ""}, {"tag_name", "自己的备忘"}, {"type", 2}});
    followers.push_back({{"userid", member}, {"remark", ""}, {"createtime", 1}, {"tags", tags}});
  }
  return wecom_good({{"external_contact", contact}, {"follow_user", followers}, {"next_cursor", ""}});
}

json corp_tags(State& state, const json&, Lock&) {
  std::map<std::string, json> groups;
  for (const auto& tag : state.tags) groups[tag.group].push_back({{"id", tag.id}, {"name", tag.name}, {"order", 0}});
  json list = json::array();
  for (const auto& [name, tags] : groups) list.push_back({{"group_id", "g-" + name}, {"group_name", name}, {"tag", tags}});
  return wecom_good({{"tag_group", list}});
}

json add_tag(State& state, const json& body, Lock&) {
  if (body.value("agentid", 0) != kFakeAgent) return wecom_bad(301002, "not allow operate another agent");
  std::string group = word(body, "group_name");
  if (const auto id = word(body, "group_id"); !id.empty()) group = id.substr(2);
  if (group.empty()) return wecom_bad(40063, "param is empty");
  json made = json::array();
  for (const json& tag : body.value("tag", json::array())) {
    if (state.tag_called(word(tag, "name")) != nullptr) return wecom_bad(40071, "tag name exist");
    state.tags.push_back({state.id("et"), word(tag, "name"), group});
    made.push_back({{"id", state.tags.back().id}, {"name", word(tag, "name")}});
  }
  return wecom_good({{"tag_group", {{"group_id", "g-" + group}, {"group_name", group}, {"tag", made}}}});
}

// More than five at once are refused.
json mark_tag(State& state, const json& body, Lock& lock) {
  ++state.marks_now;
  state.marks_most = std::max(state.marks_most, state.marks_now);
  const bool crowded = state.marks_now > 5;
  if (state.mark_time.count() > 0) {
    lock.unlock();
    std::this_thread::sleep_for(state.mark_time);
    lock.lock();
  }
  --state.marks_now;
  if (crowded) return wecom_bad(45033, "api concurrent out of limit");
  const auto customer = state.customers.find(word(body, "external_userid"));
  const auto member = word(body, "userid");
  if (customer == state.customers.end()) return wecom_bad(40096, "invalid external userid");
  if (std::ranges::count(customer->second.followers, member) == 0) return wecom_bad(84061, "not external contact");
  for (const json& id : body.value("add_tag", json::array())) {
    if (state.tag_name(id).empty()) return wecom_bad(40068, "invalid tagid");
    customer->second.tags[member].insert(id.get<std::string>());
  }
  for (const json& id : body.value("remove_tag", json::array())) customer->second.tags[member].erase(id.get<std::string>());
  return wecom_good();
}

bool has_content(const json& body) {
  const auto text = body.find("text");
  const bool words = text != body.end() && !word(*text, "content").empty();
  return words || !body.value("attachments", json::array()).empty();
}

json welcome(State& state, const json& body, Lock&) {
  const auto code = word(body, "welcome_code");
  const auto known = state.welcome_codes.find(code);
  if (known == state.welcome_codes.end() || state.clock() - known->second.second > kWelcomeLifeMs) return wecom_bad(41050, "welcome code is invalid");
  if (!has_content(body)) return wecom_bad(44004, "empty content");
  if (word(body.value("text", json::object()), "content").size() > 4000) return wecom_bad(45002, "content size out of limit");
  if (!state.used_codes.insert(code).second) return wecom_bad(41051, "already sent");
  state.sent.push_back({"externalcontact/send_welcome_msg", known->second.first, word(body["text"], "content"), body});
  return wecom_good();
}

json add_task(State& state, const json& body, Lock&) {
  const auto customers = body.value("external_userid", json::array());
  if (!has_content(body)) return wecom_bad(44004, "empty content");
  if (word(body.value("text", json::object()), "content").size() > 4000) return wecom_bad(45002, "content size out of limit");
  if (customers.empty() || customers.size() > 10'000) return wecom_bad(40058, "invalid request parameter");
  const auto sender = word(body, "sender");
  if (!sender.empty() && std::ranges::count(state.members, sender) == 0) return wecom_bad(40003, "invalid userid");
  FakeWecom::Task task{state.id("msgGC"), sender, {}, word(body["text"], "content"), false};
  json failed = json::array();
  for (const json& one : customers) {
    const auto id = one.get<std::string>();
    const auto customer = state.customers.find(id);
    const bool his = customer != state.customers.end() && !customer->second.followers.empty() &&
                     (sender.empty() || std::ranges::count(customer->second.followers, sender) > 0);
    if (!his || state.limited.contains(id))
      failed.push_back(id);
    else
      task.customers.push_back(id);
  }
  if (task.customers.empty()) return wecom_bad(41048, "no customer to send");
  if (task.sender.empty()) task.sender = state.customers[task.customers.front()].followers.front();
  state.task_times[task.id] = state.clock();
  state.tasks.push_back(task);
  return wecom_good({{"msgid", task.id}, {"fail_list", failed}});
}

const FakeWecom::Task* task_called(const State& state, const json& body) {
  const auto found = std::ranges::find(state.tasks, word(body, "msgid"), &FakeWecom::Task::id);
  return found == state.tasks.end() ? nullptr : &*found;
}

json list_tasks(State& state, const json& body, Lock&) {
  json list = json::array();
  for (const auto& task : state.tasks) {
    const auto at = state.task_times[task.id] / 1000;
    if (at >= body.value("start_time", std::int64_t{0}) && at <= body.value("end_time", std::int64_t{0}))
      list.push_back({{"msgid", task.id}, {"create_time", std::to_string(at)}, {"create_type", 0}});
  }
  return wecom_good({{"group_msg_list", list}, {"next_cursor", ""}});
}

json task_members(State& state, const json& body, Lock&) {
  const auto* task = task_called(state, body);
  if (task == nullptr) return wecom_bad(41063, "invalid msgid");
  return wecom_good({{"task_list", json::array({{{"userid", task->sender}, {"status", task->sent ? 2 : 0}}})}, {"next_cursor", ""}});
}

// One customer a page: whoever reads the first page only loses the others.
json task_results(State& state, const json& body, Lock&) {
  const auto* task = task_called(state, body);
  if (task == nullptr || task->sender != word(body, "userid")) return wecom_bad(41063, "invalid msgid");
  const auto at = static_cast<std::size_t>(std::atoi(word(body, "cursor").c_str()));
  json list = json::array();
  if (at < task->customers.size()) {
    const auto& id = task->customers[at];
    const bool gone = state.customers[id].followers.empty();
    list.push_back({{"external_userid", id}, {"userid", task->sender}, {"status", !task->sent ? 0 : gone ? 2 : state.limited.contains(id) ? 3 : 1}});
  }
  return wecom_good({{"send_list", list}, {"next_cursor", at + 1 < task->customers.size() ? std::to_string(at + 1) : ""}});
}

json add_moment(State& state, const json& body, Lock&) {
  if (word(body.value("text", json::object()), "content").empty()) return wecom_bad(44004, "empty content");
  FakeWecom::Moment moment{state.id("job"), state.id("mom"), word(body["text"], "content"), {}, {}, false};
  for (const json& id : body.value("visible_range", json::object()).value("external_contact_list", json::object()).value("tag_list", json::array())) {
    if (state.tag_name(id).empty()) return wecom_bad(40068, "invalid tagid");
    moment.tag_ids.push_back(id);
  }
  state.moment_times[moment.moment_id] = state.clock();
  state.moments.push_back(moment);
  return wecom_good({{"jobid", moment.job_id}});
}

// Those of a moment ago are not listed yet: the task is still being carried out.
json list_moments(State& state, const json& body, Lock&) {
  constexpr std::int64_t kMadeWithinMs = 30'000;
  json list = json::array();
  if (body.value("limit", 0) < 1 || body.value("limit", 0) > 20) return wecom_bad(40058, "limit");
  for (const auto& moment : state.moments) {
    const auto at_ms = state.moment_times[moment.moment_id], at = at_ms / 1000;
    const bool asked = at >= body.value("start_time", std::int64_t{0}) && at <= body.value("end_time", std::int64_t{0});
    if (asked && state.clock() - at_ms >= kMadeWithinMs)
      list.push_back({{"moment_id", moment.moment_id}, {"creator", "admin"}, {"create_time", at}, {"create_type", 0}, {"text", {{"content", moment.text}}}});
  }
  // One a page.
  const auto page = static_cast<std::size_t>(std::atoi(word(body, "cursor").c_str()));
  json one = json::array();
  if (page < list.size()) one.push_back(list[page]);
  return wecom_good({{"moment_list", one}, {"next_cursor", page + 1 < list.size() ? std::to_string(page + 1) : ""}});
}

FakeWecom::Moment* moment_by(State& state, const std::string& id, std::string FakeWecom::Moment::*member) {
  const auto found = std::ranges::find(state.moments, id, member);
  return found == state.moments.end() ? nullptr : &*found;
}

// Running at the first look, done at the second.
json moment_job(State& state, const json& body, Lock&) {
  auto* moment = moment_by(state, word(body, "jobid"), &FakeWecom::Moment::job_id);
  if (moment == nullptr) return wecom_bad(41066, "invalid jobid");
  if (!std::exchange(moment->looked_at, true)) return wecom_good({{"status", 2}, {"type", "add_moment_task"}});
  return wecom_good({{"status", 3}, {"type", "add_moment_task"}, {"result", {{"errcode", 0}, {"errmsg", "ok"}, {"moment_id", moment->moment_id}}}});
}

json moment_members(State& state, const json& body, Lock&) {
  const auto* moment = moment_by(state, word(body, "moment_id"), &FakeWecom::Moment::moment_id);
  if (moment == nullptr) return wecom_bad(41067, "invalid moment_id");
  json list = json::array();
  for (const auto& member : state.members)
    if (!state.moment_audience(*moment, member).empty())
      list.push_back({{"userid", member}, {"publish_status", std::ranges::count(moment->published_by, member) > 0 ? 1 : 0}});
  return wecom_good({{"task_list", list}, {"next_cursor", ""}});
}

json moment_people(State& state, const json& body, bool published_only) {
  const auto* moment = moment_by(state, word(body, "moment_id"), &FakeWecom::Moment::moment_id);
  if (moment == nullptr) return wecom_bad(41067, "invalid moment_id");
  json list = json::array();
  if (!published_only || std::ranges::count(moment->published_by, word(body, "userid")) > 0)
    for (const auto& id : state.moment_audience(*moment, word(body, "userid"))) list.push_back({{"external_userid", id}});
  return wecom_good({{"customer_list", list}, {"next_cursor", ""}});
}
json moment_customers(State& state, const json& body, Lock&) { return moment_people(state, body, false); }
json moment_shown(State& state, const json& body, Lock&) { return moment_people(state, body, true); }

json send_to_members(State& state, const json& body, Lock&) {
  if (body.value("agentid", std::int64_t{0}) != kFakeAgent) return wecom_bad(301002, "not allow operate another agent");
  const auto to = word(body, "touser");
  const auto text = word(body.value("text", json::object()), "content");
  if (text.empty()) return wecom_bad(44004, "empty content");
  if (std::ranges::count(state.members, to) == 0) return wecom_bad(81013, "user & party & tag all invalid");
  auto& times = state.member_times[to];
  while (!times.empty() && times.front() <= state.clock() - kMinute) times.pop_front();
  times.push_back(state.clock());
  // What is too much is dropped in silence, what is too long is cut.
  if (times.size() <= kMemberPerMinute) state.sent.push_back({"message/send", to, text.substr(0, 2048), body});
  return wecom_good({{"invaliduser", ""}, {"msgid", state.id("app")}});
}

json sync_messages(State& state, const json& body, Lock&) {
  const auto& all = state.service[word(body, "open_kfid")];
  const auto cursor = word(body, "cursor");
  const bool hollow = !cursor.empty() && cursor.back() == 'e';
  const auto at = std::min(static_cast<std::size_t>(std::atoi(cursor.c_str())), all.size());
  json list = json::array();
  // A page with nothing on it and more behind it comes between any two.
  if (!hollow && at < all.size() && !cursor.empty())
    return wecom_good({{"next_cursor", std::to_string(at) + "e"}, {"has_more", 1}, {"msg_list", list}});
  const auto end = std::min(all.size(), at + state.service_page);
  for (auto i = at; i < end; ++i) list.push_back(all[i]);
  return wecom_good({{"next_cursor", std::to_string(end)}, {"has_more", end < all.size() ? 1 : 0}, {"msg_list", list}});
}

json service_names(State& state, const json& body, Lock&) {
  json list = json::array();
  for (const json& id : body.value("external_userid_list", json::array()))
    if (const auto found = state.customers.find(id); found != state.customers.end())
      list.push_back({{"external_userid", id}, {"nickname", found->second.name}, {"avatar", ""}});
  return wecom_good({{"customer_list", list}});
}

bool own_id_is_good(const std::string& id) {
  return id.size() <= 32 && id.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-") == std::string::npos;
}

json send_service(State& state, const json& body, Lock&) {
  const auto to = word(body, "touser"), text = word(body.value("text", json::object()), "content");
  if (!own_id_is_good(word(body, "msgid"))) return wecom_bad(40058, "invalid msgid");
  if (text.empty() || text.size() > 2048) return wecom_bad(45002, "content size out of limit");
  if (state.taken_sessions.contains(to)) return wecom_bad(95018, "send msg session status invalid");
  const auto heard = state.service_heard.find(to);
  if (heard == state.service_heard.end() || state.clock() - heard->second > kServiceLifeMs) return wecom_bad(95001, "send msg count limit");
  if (state.service_sent[to] >= 5) return wecom_bad(95001, "send msg count limit");
  ++state.service_sent[to];
  state.sent.push_back({"kf/send_msg", to, text, body});
  return wecom_good({{"msgid", word(body, "msgid")}});
}

json send_on_event(State& state, const json& body, Lock&) {
  const auto code = word(body, "code");
  const auto known = state.welcome_codes.find(code);
  if (known == state.welcome_codes.end() || state.clock() - known->second.second > kWelcomeLifeMs || !state.used_codes.insert(code).second)
    return wecom_bad(95007, "invalid code");
  state.sent.push_back({"kf/send_msg_on_event", known->second.first, word(body["text"], "content"), body});
  return wecom_good({{"msgid", word(body, "msgid")}});
}

json take_session_back(State& state, const json& body, Lock&) {
  const auto session = state.taken_sessions.find(word(body, "external_userid"));
  if (session != state.taken_sessions.end() && !session->second) return wecom_bad(95013, "state transfer invalid");
  if (session != state.taken_sessions.end()) state.taken_sessions.erase(session);
  return wecom_good();
}

}  // namespace

const std::map<std::string, WecomCall>& wecom_calls() {
  static const std::map<std::string, WecomCall> all = {
      {"externalcontact/get_follow_user_list", follow_user_list}, {"externalcontact/list", customers_of},
      {"externalcontact/get", customer_details},                  {"externalcontact/get_corp_tag_list", corp_tags},
      {"externalcontact/add_corp_tag", add_tag},                  {"externalcontact/mark_tag", mark_tag},
      {"externalcontact/send_welcome_msg", welcome},              {"externalcontact/add_msg_template", add_task},
      {"externalcontact/get_groupmsg_list_v2", list_tasks},       {"externalcontact/get_groupmsg_task", task_members},
      {"externalcontact/get_groupmsg_send_result", task_results}, {"externalcontact/add_moment_task", add_moment},
      {"externalcontact/get_moment_task_result", moment_job},     {"externalcontact/get_moment_task", moment_members},
      {"externalcontact/get_moment_customer_list", moment_customers}, {"externalcontact/get_moment_list", list_moments},
      {"externalcontact/get_moment_send_result", moment_shown},   {"message/send", send_to_members},
      {"kf/sync_msg", sync_messages},                             {"kf/customer/batchget", service_names},
      {"kf/send_msg", send_service},                              {"kf/send_msg_on_event", send_on_event},
      {"kf/service_state/trans", take_session_back},
  };
  return all;
}

}  // namespace laoke::test
