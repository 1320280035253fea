#include "bot/channels/wecom/wecom_tasks.h"

#include <map>

#include "bot/channels/json_body.h"

namespace laoke::channels::wecom {
namespace {

using nlohmann::json;

constexpr int kTasksPerPage = 100;
constexpr int kMostTaskPages = 20;
constexpr std::int64_t kClockSlackMs = 2'000;  // their clock and ours
constexpr int kByCorporation = 0;              // create_type: by this API, not by a member's own hand

std::set<std::string> names_in_list(const json& body, const char* key) {
  std::set<std::string> names;
  const auto list = body.find(key);
  if (list == body.end() || !list->is_array()) return names;
  for (const json& one : *list)
    if (one.is_string()) names.insert(one.get<std::string>());
  return names;
}

void read_task(const json& task, std::vector<Watch>& tasks) {
  if (task.value("create_type", json(kByCorporation)) != kByCorporation) return;
  Watch watch;
  watch.id = text_at(task, "msgid");
  std::int64_t seconds = 0;
  const auto created = task.find("create_time");
  if (created != task.end() && created->is_number_integer()) seconds = created->get<std::int64_t>();
  if (created != task.end() && created->is_string()) seconds = std::strtoll(created->get_ref<const std::string&>().c_str(), nullptr, 10);
  watch.created_ms = seconds * 1000;
  if (!watch.id.empty()) tasks.push_back(std::move(watch));
}

}  // namespace

bool Tasks::list_since(std::int64_t since_ms, std::vector<Watch>& tasks, HttpCancel* cancel) const {
  json body{{"chat_type", "single"}, {"start_time", since_ms / 1000}, {"end_time", clock_() / 1000 + 60}, {"filter_type", kByCorporation}, {"limit", kTasksPerPage}};
  for (int page = 0; page < kMostTaskPages; ++page) {
    const Reply reply = api_.post("externalcontact/get_groupmsg_list_v2", body, cancel);
    if (!reply.ok()) return false;
    try {
      if (const auto list = reply.body.find("group_msg_list"); list != reply.body.end() && list->is_array())
        for (const json& task : *list) read_task(task, tasks);
      const std::string next = text_at(reply.body, "next_cursor");
      if (next.empty()) break;
      body["cursor"] = next;
    } catch (const BadPayload&) {
      return false;
    }
  }
  std::ranges::sort(tasks, {}, &Watch::created_ms);
  return true;
}

void Tasks::keep(const std::string& msgid) {
  Watch watch;
  watch.id = msgid;
  watch.created_ms = clock_();
  made_.add(std::move(watch));
  const std::lock_guard lock(mutex_);
  if (known_.size() > 10 * kMostWatches) known_.clear();
  known_.insert(msgid);
}

// The answer was lost: a task that is there and that nobody here knows is this one. Two such could be either's.
void Tasks::look_for_lost(Made& made, std::int64_t asked_ms) {
  std::vector<Watch> tasks;
  if (!list_since(asked_ms - kClockSlackMs, tasks, nullptr)) return;
  const std::lock_guard lock(mutex_);
  std::erase_if(tasks, [&](const Watch& task) { return known_.contains(task.id); });
  if (tasks.size() != 1) return;
  made.reply.status = SendStatus::kAccepted;
  made.msgid = tasks.front().id;
}

Tasks::Made Tasks::make(const json& content, const std::string& sender, const std::vector<std::string>& customers) {
  json body = content;
  body["chat_type"] = "single";
  body["external_userid"] = customers;  // never empty: a sender alone would mean all of their customers
  if (!sender.empty()) body["sender"] = sender;
  const std::int64_t asked_ms = clock_();
  Made made{api_.post("externalcontact/add_msg_template", body), "", {}};
  if (made.reply.status == SendStatus::kUnknown) look_for_lost(made, asked_ms);
  if (made.reply.ok() && made.msgid.empty()) {
    const auto id = made.reply.body.find("msgid");
    if (id != made.reply.body.end() && id->is_string()) made.msgid = id->get<std::string>();
    made.refused = names_in_list(made.reply.body, "fail_list");
  }
  if (!made.msgid.empty()) keep(made.msgid);
  return made;
}

std::vector<SendOutcome> Tasks::create(const MessageContent& content, std::span<const std::string> customers) {
  std::vector<SendOutcome> outcomes(customers.size());
  const RichContent rich = rich_content(content);
  if (!rich.refusal.empty()) {
    for (auto& outcome : outcomes) outcome = refused_message(rich.refusal);
    return outcomes;
  }
  std::map<std::string, std::vector<std::size_t>> by_sender;
  for (std::size_t i = 0; i < customers.size(); ++i) by_sender[people_.sender_to(customers[i])].push_back(i);
  for (const auto& [sender, all] : by_sender)
    for (std::size_t at = 0; at < all.size(); at += kMostCustomers) {
      const std::span slice = std::span(all).subspan(at, std::min(kMostCustomers, all.size() - at));
      std::vector<std::string> ids;
      for (const std::size_t i : slice) ids.push_back(customers[i]);
      const Made made = make(rich.body, sender, ids);
      for (const std::size_t i : slice) {
        outcomes[i] = made.reply.outcome();
        outcomes[i].platform_message_id = made.msgid;
        if (made.reply.ok()) outcomes[i].status = SendStatus::kAwaitsPerson;
        if (made.refused.contains(customers[i]))
          outcomes[i] = refused_message("fail_list: 不是好友或本期群发次数已用完 (no contact any more, or got all group messages of this period)");
      }
    }
  return outcomes;
}

}  // namespace laoke::channels::wecom
