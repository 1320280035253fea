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

// A second try of what may have happened would show customers the same moment twice.
ErrandOutcome lost_moment() {
  return errand_refused("企业微信没有答复，朋友圈任务可能已建好：请在企业微信里看，不会自动再建 (no answer: the moment may be there, look in WeCom; it is not made again)");
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

ErrandOutcome Errands::moment(const Errand& errand) {
  const std::string text = text_at(errand.data, "text"), reference = text_at(errand.data, "reference");
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
  const Reply reply = api_.post("externalcontact/add_moment_task", {{"text", {{"content", text}}},
                                                                    {"visible_range", {{"external_contact_list", {{"tag_list", ids}}}}}});
  if (reply.status == SendStatus::kUnknown) return fail(lost_moment());
  if (!reply.ok()) return fail(outcome_of(reply));
  Watch watch;
  watch.kind = Watch::Kind::kMomentJob;
  watch.id = text_at(reply.body, "jobid");
  watch.reference = reference;
  watch.created_ms = clock_();
  made_.add(std::move(watch));
  return errand_done();
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
