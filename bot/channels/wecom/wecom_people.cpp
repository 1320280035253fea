#include "bot/channels/wecom/wecom_people.h"

#include <algorithm>

#include "bot/channels/json_body.h"
#include "bot/channels/wecom/wecom_notes.h"

namespace laoke::channels::wecom {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kHurriedTimeout{1500};  // a callback has 5 s, a welcome 20 s
constexpr int kHurriedAtOnce = 4;
constexpr seconds kQuietAfterSilence{10};
constexpr std::size_t kMostSeen = 300'000;  // customers; about 200 bytes each
constexpr std::size_t kMostWanted = 2'000;
constexpr std::chrono::hours kFollowersGood{1};
constexpr std::chrono::minutes kFollowersRefused{1};
constexpr int kCorporateTag = 1;  // 2 is a member's own, 3 a rule group's: developer.work.weixin.qq.com/document/path/92114

std::vector<std::string> texts_in(const json& body, const char* key) {
  std::vector<std::string> texts;
  const auto list = body.find(key);
  if (list == body.end() || !list->is_array()) return texts;
  for (const json& one : *list)
    if (one.is_string()) texts.push_back(one.get<std::string>());
  return texts;
}

void read_tags(const json& follower, Details& details) {
  const auto tags = follower.find("tags");
  if (tags == follower.end() || !tags->is_array()) return;
  for (const json& tag : *tags)
    if (tag.is_object() && tag.value("type", json()) == kCorporateTag) details.tags[text_at(tag, "tag_name")] = text_at(tag, "tag_id");
}

}  // namespace

Details details_in(const json& body) {
  Details details;
  if (const json* contact = object_at(body, "external_contact")) {
    details.name = text_at(*contact, "name");
    details.union_id = text_at(*contact, "unionid");
  }
  const auto followers = body.find("follow_user");
  if (followers == body.end()) return details;
  if (!followers->is_array()) throw BadPayload("'follow_user' is not a list");
  for (const json& follower : *followers) {
    details.followers.push_back(text_at(follower, "userid"));
    read_tags(follower, details);
  }
  return details;
}

bool People::may_hurry() {
  const std::lock_guard lock(mutex_);
  if (asking_ >= kHurriedAtOnce || Clock::now() < quiet_until_) return false;
  ++asking_;
  return true;
}

People::Answer People::ask(const std::string& external_userid, bool hurried, HttpCancel* cancel) {
  Answer answer;
  if (hurried && !may_hurry()) return answer;
  // More members than one page holds (500) is no name or tag this shop looks at.
  const Reply reply = api_.get("externalcontact/get", {{"external_userid", external_userid}}, cancel, hurried ? kHurriedTimeout : milliseconds(0));
  if (hurried) {
    const std::lock_guard lock(mutex_);
    --asking_;
    if (!reply.ok() && reply.status != SendStatus::kContactGone) quiet_until_ = Clock::now() + kQuietAfterSilence;
  }
  if (reply.status == SendStatus::kContactGone) answer.kind = Answer::Kind::kNobodys;
  if (!reply.ok()) return answer;
  try {
    answer.details = details_in(reply.body);
    answer.kind = answer.details.followers.empty() ? Answer::Kind::kNobodys : Answer::Kind::kKnown;
    learn(external_userid, answer.details);
  } catch (const BadPayload&) {
    answer.kind = Answer::Kind::kNoAnswer;
  }
  return answer;
}

People::Seen& People::seen_of(const std::string& external_userid) {
  if (seen_.size() >= kMostSeen && !seen_.contains(external_userid)) seen_.erase(seen_.begin());
  return seen_[external_userid];
}

void People::learn(const std::string& external_userid, const Details& details) {
  const std::lock_guard lock(mutex_);
  seen_of(external_userid).followers = details.followers;
}

std::vector<std::string> People::taken_off(const std::string& external_userid, const std::map<std::string, std::string>& now) {
  const std::lock_guard lock(mutex_);
  Seen& seen = seen_of(external_userid);
  std::vector<std::string> gone;
  if (seen.tags_known)
    for (const auto& [name, id] : seen.tags)
      if (!now.contains(name)) gone.push_back(name);
  seen.tags = now;
  seen.tags_known = true;
  return gone;
}

void People::remember_tag(const std::string& external_userid, const std::string& name, const std::string& id) {
  const std::lock_guard lock(mutex_);
  Seen& seen = seen_of(external_userid);
  seen.tags[name] = id;
  seen.tags_known = true;
}

void People::forget_tag(const std::string& external_userid, const std::string& name) {
  const std::lock_guard lock(mutex_);
  if (const auto seen = seen_.find(external_userid); seen != seen_.end()) seen->second.tags.erase(name);
}

std::vector<std::string> People::tagged_with(const std::string& tag_id) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> customers;
  for (const auto& [customer, seen] : seen_)
    if (std::ranges::any_of(seen.tags, [&](const auto& tag) { return tag.second == tag_id; })) customers.push_back(customer);
  return customers;
}

std::vector<std::string> People::followers_of(const std::string& external_userid) const {
  const std::lock_guard lock(mutex_);
  const auto seen = seen_.find(external_userid);
  return seen == seen_.end() ? std::vector<std::string>() : seen->second.followers;
}

std::string People::sender_to(const std::string& external_userid) const {
  const auto followers = followers_of(external_userid);
  if (followers.empty()) return "";
  return std::ranges::find(followers, preferred_sender_) != followers.end() ? preferred_sender_ : followers.front();
}

void People::learn_followers() {
  {
    const std::lock_guard lock(mutex_);
    if (followers_until_ && Clock::now() < *followers_until_) return;
  }
  const bool learned = read_followers();
  const std::lock_guard lock(mutex_);
  followers_until_ = Clock::now() + (learned ? Clock::duration(kFollowersGood) : Clock::duration(kFollowersRefused));
}

bool People::read_followers() {
  const Reply members = api_.get("externalcontact/get_follow_user_list", {});
  if (!members.ok()) return false;
  std::map<std::string, std::vector<std::string>> followers;
  for (const std::string& member : texts_in(members.body, "follow_user")) {
    const Reply list = api_.get("externalcontact/list", {{"userid", member}});
    if (!list.ok() && list.errcode != 84061) return false;  // 84061: this member has no customers
    for (const std::string& customer : texts_in(list.body, "external_userid")) followers[customer].push_back(member);
  }
  const std::lock_guard lock(mutex_);
  for (auto& [customer, members_of] : followers) seen_of(customer).followers = std::move(members_of);
  return true;
}

void People::want(const std::string& external_userid) {
  const std::lock_guard lock(mutex_);
  if (!wanted_set_.insert(external_userid).second) return;
  wanted_.push_back(external_userid);
  if (wanted_.size() <= kMostWanted) return;
  wanted_set_.erase(wanted_.front());
  wanted_.pop_front();
}

std::vector<std::string> People::take_wanted(std::size_t most) {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> taken;
  for (; !wanted_.empty() && taken.size() < most; wanted_.pop_front()) {
    wanted_set_.erase(wanted_.front());
    taken.push_back(std::move(wanted_.front()));
  }
  return taken;
}

json tags_of_details(const std::string& external_userid, std::int64_t at_ms, const Details& details, People& people, bool sync_tags) {
  std::vector<std::string> on, off;
  if (sync_tags) {
    off = people.taken_off(external_userid, details.tags);
    for (const auto& [name, id] : details.tags) on.push_back(name);
  }
  return tags_note(external_userid, at_ms, details.name, person_id(details.union_id, external_userid), on, off);
}

}  // namespace laoke::channels::wecom
