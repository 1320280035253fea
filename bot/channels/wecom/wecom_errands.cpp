#include "bot/channels/wecom/wecom_errands.h"

#include "bot/channels/json_body.h"
#include "bot/channels/wecom/wecom_address.h"
#include "bot/channels/wecom/wecom_notes.h"

namespace laoke::channels::wecom {
namespace {

using nlohmann::json;

constexpr int kNoSuchTag = 40068;
constexpr std::size_t kMomentBytes = 4000, kMomentCharacters = 2000;  // developer.work.weixin.qq.com/document/path/95095

ErrandOutcome errand_done() {
  ErrandOutcome outcome;
  outcome.status = SendStatus::kAccepted;
  return outcome;
}

ErrandOutcome errand_refused(std::string why) {
  ErrandOutcome outcome;
  outcome.status = SendStatus::kRejected;
  outcome.platform_code = std::move(why);
  return outcome;
}

ErrandOutcome errand_later(std::string why) {
  ErrandOutcome outcome;
  outcome.status = SendStatus::kRetryLater;
  outcome.platform_code = std::move(why);
  return outcome;
}

// A missing right ends this errand and tells the seller what to click; the account goes on.
ErrandOutcome outcome_of(const Reply& reply) {
  ErrandOutcome outcome;
  outcome.status = lacks_right(reply) ? SendStatus::kRejected : reply.status;
  outcome.platform_code = reply.ok() ? "" : reply.platform_code();
  outcome.retry_after = reply.retry_after;
  return outcome;
}

// WeCom knows no key for a moment and makes it some seconds after it took it. What is wished is made at once; a wish that
// is older may have been tried by a program that ended before it could say so, and is looked for first.
constexpr std::int64_t kMadeAtOnceMs = 2'000;
constexpr std::int64_t kListedAfterMs = 65'000;
constexpr std::int64_t kMomentClockSlackMs = 2'000;
constexpr std::int64_t kStoredAfterMs = 3'000;  // a page of poll() and its commit
constexpr int kMomentsPerPage = 20;      // developer.work.weixin.qq.com/document/path/93333
constexpr int kMostMomentPages = 50;
constexpr int kMomentByCorporation = 0;  // create_type and filter_type, ibid.

// Of a wish that says no time nothing can be looked for.
ErrandOutcome lost_moment() {
  return errand_refused("企业微信没有答复，朋友圈任务可能已建好：请在企业微信里看，不会自动再建 (no answer: the moment may be there, look in WeCom; it is not made again)");
}

ErrandOutcome errand_in_a_while(std::int64_t wait_ms, const char* why = "the moment may be there already: it is looked for when WeCom lists it") {
  ErrandOutcome outcome;
  outcome.status = SendStatus::kContactBusy;
  outcome.platform_code = why;
  outcome.retry_after = std::chrono::milliseconds(wait_ms);
  return outcome;
}

std::string id_of_moment(const json& moment, const std::string& text, std::int64_t since_ms) {
  const json* words = object_at(moment, "text");
  const auto created = moment.value("create_time", json());
  const bool ours = words != nullptr && text_at(*words, "content") == text && moment.value("create_type", json()) == kMomentByCorporation &&
                    created.is_number_integer() && created.get<std::int64_t>() >= (since_ms - kMomentClockSlackMs) / 1000;
  return ours ? text_at(moment, "moment_id") : "";
}

}  // namespace

ErrandOutcome Errands::mark(const Errand& errand, bool on) {
  const auto to = address_in(text_at(errand.data, "external_id"));
  const std::string name = text_at(errand.data, "tag");
  if (!to || name.empty()) return errand_refused("no customer or no tag is named");
  if (to->who != Who::kCustomer) return errand_done();  // only customers of members have tags
  const auto found = on ? tags_.find_or_make(name, text_at(errand.data, "group")) : tags_.find(name);
  if (!found.reply.ok()) return outcome_of(found.reply);
  if (found.id.empty()) return errand_done();  // a tag that is not there is on nobody
  ErrandOutcome outcome = mark_by(people_.followers_of(to->id), to->id, found.id, on);
  // Nobody we knew of has this customer: who has now?
  if (outcome.status == SendStatus::kContactGone) {
    const auto asked = people_.ask(to->id, false);
    if (asked.kind == People::Answer::Kind::kNoAnswer) return errand_later("WeCom does not say which member has this customer");
    outcome = mark_by(asked.details.followers, to->id, found.id, on);
  }
  if (outcome.status != SendStatus::kAccepted) return outcome;
  if (on)
    people_.remember_tag(to->id, name, found.id);
  else
    people_.forget_tag(to->id, name);
  return outcome;
}

// One after the other: WeCom takes five at once. kContactGone when none of them has the customer.
ErrandOutcome Errands::mark_by(const std::vector<std::string>& members, const std::string& customer, const std::string& tag_id, bool on) {
  ErrandOutcome outcome = errand_done();
  outcome.status = SendStatus::kContactGone;
  for (const std::string& member : members) {
    const Reply reply = api_.post("externalcontact/mark_tag",
                                  {{"userid", member}, {"external_userid", customer}, {on ? "add_tag" : "remove_tag", json::array({tag_id})}});
    if (reply.errcode == kNoSuchTag) {  // it was removed since: the next try makes it anew
      tags_.forget();
      if (on) return errand_later(reply.platform_code());
    } else if (reply.status == SendStatus::kContactGone) {
      continue;
    } else if (!reply.ok()) {
      return outcome_of(reply);
    }
    outcome.status = SendStatus::kAccepted;
  }
  return outcome;
}

// The moment with this text made since then, "" none.
Reply Errands::find_moment(const std::string& text, std::int64_t since_ms, std::string& moment_id) const {
  json body{{"start_time", (since_ms - kMomentClockSlackMs) / 1000}, {"end_time", clock_() / 1000 + 60},
            {"filter_type", kMomentByCorporation},                   {"limit", kMomentsPerPage}};
  Reply reply;
  for (int page = 0; page < kMostMomentPages && moment_id.empty(); ++page) {
    reply = api_.post("externalcontact/get_moment_list", body);
    if (!reply.ok()) return reply;
    if (const auto list = reply.body.find("moment_list"); list != reply.body.end() && list->is_array())
      for (const json& moment : *list)
        if (moment_id.empty()) moment_id = id_of_moment(moment, text, since_ms);
    const std::string next = text_at(reply.body, "next_cursor");
    if (next.empty()) break;
    body["cursor"] = next;
  }
  return reply;
}

// A wish that says no time could not be told from a new one after a restart: it is done at once.
ErrandOutcome Errands::watched(Watch::Kind kind, const std::string& id, const std::string& reference, std::int64_t since_ms) {
  Watch watch;
  watch.kind = kind;
  watch.id = id;
  watch.reference = reference;
  watch.created_ms = clock_();
  made_.add(std::move(watch));
  if (since_ms > 0 && !reference.empty()) return errand_in_a_while(kStoredAfterMs, "the moment is made: it is being noted that its result is to be asked for");
  made_.forget(reference);
  return errand_done();
}

// None: it is to be made. `since_ms` 0: a wish from before it was noted.
std::optional<ErrandOutcome> Errands::made_before(const std::string& text, std::int64_t since_ms, const std::string& reference) {
  const std::int64_t age_ms = clock_() - since_ms;
  if (since_ms <= 0 || age_ms <= kMadeAtOnceMs) return std::nullopt;
  if (age_ms < kListedAfterMs) return errand_in_a_while(kListedAfterMs - age_ms);
  std::string moment_id;
  const Reply reply = find_moment(text, since_ms, moment_id);
  if (!reply.ok()) return outcome_of(reply);
  if (moment_id.empty()) return std::nullopt;
  return watched(Watch::Kind::kMoment, moment_id, reference, since_ms);
}

ErrandOutcome Errands::moment(const Errand& errand) {
  const std::string text = text_at(errand.data, "text"), reference = text_at(errand.data, "reference");
  const auto standing = made_.standing(reference);
  if (standing == WatchQueue::Standing::kMade) return errand_in_a_while(kStoredAfterMs, "it is being noted that the moment's result is to be asked for");
  if (standing == WatchQueue::Standing::kStored) {
    made_.forget(reference);
    return errand_done();
  }
  const auto fail = [&](ErrandOutcome outcome) {
    if (outcome.status == SendStatus::kRejected)
      outcome.learned = events_in(failure_note(errand.key, reference, clock_(), outcome.platform_code));
    return outcome;
  };
  if (text.empty() || text.size() > kMomentBytes || length_code_points(text) > kMomentCharacters)
    return fail(errand_refused("朋友圈内容要有 1 到 2000 个字 (the text must have 1 to 2000 characters)"));
  json ids = json::array();
  for (const json& tag : errand.data.value("tags", json::array())) {
    const std::string name = tag.is_string() ? tag.get<std::string>() : "";
    const auto found = tags_.find(name);
    if (!found.reply.ok()) return fail(outcome_of(found.reply));
    if (found.id.empty()) return fail(errand_refused("企业微信里没有标签“" + name + "” (there is no tag of this name in WeCom)"));
    ids.push_back(found.id);
  }
  // Without a tag everybody would see it.
  if (ids.empty()) return fail(errand_refused("没有写标签 (no tag is named)"));
  const std::int64_t since_ms = errand.data.contains("since_ms") ? integer_at(errand.data, "since_ms") : 0;
  if (const auto before = made_before(text, since_ms, reference)) return fail(*before);
  const Reply reply = api_.post("externalcontact/add_moment_task", {{"text", {{"content", text}}},
                                                                    {"visible_range", {{"external_contact_list", {{"tag_list", ids}}}}}});
  if (reply.status == SendStatus::kUnknown) return since_ms > 0 ? errand_in_a_while(kListedAfterMs) : fail(lost_moment());
  if (!reply.ok()) return fail(outcome_of(reply));
  return watched(Watch::Kind::kMomentJob, text_at(reply.body, "jobid"), reference, since_ms);
}

ErrandOutcome Errands::run(const Errand& errand) {
  try {
    if (errand.kind == "tag") return mark(errand, true);
    if (errand.kind == "untag") return mark(errand, false);
    if (errand.kind == "moment") return moment(errand);
  } catch (const BadPayload& bad) {
    return errand_refused(bad.what());
  }
  return errand_refused("this account takes no errand '" + errand.kind + "'");
}

}  // namespace laoke::channels::wecom
