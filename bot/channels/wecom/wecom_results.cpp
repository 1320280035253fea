#include "bot/channels/wecom/wecom_results.h"

#include <algorithm>
#include <functional>

#include "bot/channels/json_body.h"

namespace laoke::channels::wecom {
namespace {

using nlohmann::json;

constexpr int kResultsPerPage = 500;
constexpr int kMostResultPages = 100;
constexpr std::size_t kResultsPerNote = 500;  // one note is one transaction
constexpr int kTaskSent = 2;                  // get_groupmsg_task: status
constexpr int kPublished = 1;                 // get_moment_task: publish_status
constexpr int kJobDone = 3;                   // get_moment_task_result: status

// get_groupmsg_send_result: 0 not sent yet, 1 sent, 2 no contact any more, 3 got other group messages.
char result_of(const json& status) {
  if (status == 1) return 's';
  if (status == 2) return 'f';
  return status == 3 ? 'l' : 0;
}

int number_at(const json& object, const char* key) {
  return static_cast<int>(std::clamp<std::int64_t>(integer_at(object, key), -1, 1000));
}

}  // namespace

bool Results::pages(const std::string& path, json body, const char* list, Look& look, HttpCancel* cancel,
                    const std::function<void(const json&)>& each) {
  body["limit"] = kResultsPerPage;
  for (int page = 0; page < kMostResultPages; ++page) {
    const Reply reply = api_.post(path, body, cancel);
    if (!reply.ok()) {
      look.reply = reply;
      return false;
    }
    if (const auto found = reply.body.find(list); found != reply.body.end() && found->is_array())
      for (const json& one : *found) each(one);
    const std::string next = text_at(reply.body, "next_cursor");
    if (next.empty() || next == body.value("cursor", "")) return true;
    body["cursor"] = next;
  }
  return true;
}

void Results::look_at_task(const Watch& watch, Look& look, HttpCancel* cancel, std::vector<Result>& results) {
  std::vector<std::string> sent_by;
  std::size_t members = 0, open = 0;
  const auto read_member = [&](const json& task) {
    ++members;
    if (number_at(task, "status") == kTaskSent) sent_by.push_back(text_at(task, "userid"));
  };
  if (!pages("externalcontact/get_groupmsg_task", {{"msgid", watch.id}}, "task_list", look, cancel, read_member)) return;
  for (const std::string& member : sent_by) {
    const auto read_customer = [&](const json& one) {
      if (const char what = result_of(one.value("status", json())); what != 0)
        results.push_back({text_at(one, "external_userid"), what});
      else
        ++open;
    };
    if (!pages("externalcontact/get_groupmsg_send_result", {{"msgid", watch.id}, {"userid", member}}, "send_list", look, cancel, read_customer)) return;
  }
  look.settled = members > 0 && sent_by.size() == members && open == 0;
}

void Results::look_at_job(const Watch& watch, std::int64_t now_ms, Look& look, HttpCancel* cancel) {
  look.reply = api_.get("externalcontact/get_moment_task_result", {{"jobid", watch.id}}, cancel);
  if (!look.reply.ok() || number_at(look.reply.body, "status") != kJobDone) return;
  look.settled = true;
  const json* result = object_at(look.reply.body, "result");
  const std::int64_t code = result == nullptr ? -1 : integer_at(*result, "errcode");
  if (code == 0) look.moment_id = text_at(*result, "moment_id");
  if (!look.moment_id.empty()) return;
  const std::string words = result == nullptr ? "" : " " + text_at(*result, "errmsg");
  look.notes.push_back(failure_note(watch.id, watch.reference, now_ms, std::to_string(code) + words));
}

void Results::look_at_moment(const Watch& watch, Look& look, HttpCancel* cancel, std::vector<Result>& results) {
  std::vector<std::string> published_by;
  std::size_t members = 0;
  const auto read_member = [&](const json& task) {
    ++members;
    if (number_at(task, "publish_status") == kPublished) published_by.push_back(text_at(task, "userid"));
  };
  if (!pages("externalcontact/get_moment_task", {{"moment_id", watch.id}}, "task_list", look, cancel, read_member)) return;
  std::size_t audience = 0, shown = 0;
  for (const std::string& member : published_by) {
    const json of_member{{"moment_id", watch.id}, {"userid", member}};
    const auto may_see = [&](const json& one) {
      ++audience;
      results.push_back({text_at(one, "external_userid"), 's'});
    };
    const auto saw = [&](const json& one) {
      ++shown;
      results.push_back({text_at(one, "external_userid"), 'd'});
    };
    if (!pages("externalcontact/get_moment_customer_list", of_member, "customer_list", look, cancel, may_see) ||
        !pages("externalcontact/get_moment_send_result", of_member, "customer_list", look, cancel, saw))
      return;
  }
  look.settled = members > 0 && published_by.size() == members && audience > 0 && shown >= audience;
}

Results::Look Results::look(const Watch& watch, std::int64_t now_ms, HttpCancel* cancel) {
  Look look;
  look.reply.status = SendStatus::kAccepted;
  std::vector<Result> results;
  try {
    if (watch.kind == Watch::Kind::kGroupMessage) look_at_task(watch, look, cancel, results);
    if (watch.kind == Watch::Kind::kMoment) look_at_moment(watch, look, cancel, results);
    if (watch.kind == Watch::Kind::kMomentJob) look_at_job(watch, now_ms, look, cancel);
  } catch (const BadPayload& bad) {
    look.reply.status = SendStatus::kRetryLater;
    look.reply.message = bad.what();
    look.settled = false;
  }
  Told& told = told_[watch.id];
  std::erase_if(results, [&](const Result& result) { return !told.insert(result.what + result.external_userid).second; });
  for (std::size_t at = 0; at < results.size(); at += kResultsPerNote) {
    const auto first = results.begin() + static_cast<std::ptrdiff_t>(at);
    const auto last = results.begin() + static_cast<std::ptrdiff_t>(std::min(at + kResultsPerNote, results.size()));
    look.notes.push_back(result_note(watch.id, watch.reference, now_ms, {first, last}));
  }
  return look;
}

}  // namespace laoke::channels::wecom
