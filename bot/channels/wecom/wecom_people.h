#pragma once
#include <chrono>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "bot/channels/wecom/wecom_api.h"

namespace laoke::channels::wecom {

// A customer as WeCom tells of them.
struct Details {
  std::string name, union_id;
  std::vector<std::string> followers;       // members who have this customer, in the platform's order
  std::map<std::string, std::string> tags;  // of the corporation, put on by any member: name -> id
};
// Of an answer to externalcontact/get. Throws BadPayload.
Details details_in(const nlohmann::json& body);

// What this account learned of its customers, and the asking. Any thread.
class People {
 public:
  People(const Api& api, std::string preferred_sender) : api_(api), preferred_sender_(std::move(preferred_sender)) {}

  struct Answer {
    enum class Kind { kKnown, kNobodys, kNoAnswer } kind = Kind::kNoAnswer;  // kNobodys: no member has this customer
    Details details;
  };
  // Asks the platform. `hurried`: from a callback that waits for its answer, so it asks for no longer than a second and
  // a half, with few others at once, and not at all for a while after the platform did not answer.
  Answer ask(const std::string& external_userid, bool hurried, HttpCancel* cancel = nullptr);

  // Tags that were there when last seen and are not among `now`; what is seen now is remembered.
  std::vector<std::string> taken_off(const std::string& external_userid, const std::map<std::string, std::string>& now);
  void remember_tag(const std::string& external_userid, const std::string& name, const std::string& id);
  void forget_tag(const std::string& external_userid, const std::string& name);
  // Customers last seen with this tag.
  std::vector<std::string> tagged_with(const std::string& tag_id) const;

  // The member who sends to this customer: the preferred one where they have them, else the first; "" unknown.
  std::string sender_to(const std::string& external_userid) const;
  std::vector<std::string> followers_of(const std::string& external_userid) const;
  // Brings up to date who has whom, at most once an hour (a minute after a refusal): one call for each member.
  void learn_followers();

  // Customers to be asked about when there is time; the newest 2000 wishes are kept.
  void want(const std::string& external_userid);
  std::vector<std::string> take_wanted(std::size_t most);

 private:
  using Clock = std::chrono::steady_clock;
  struct Seen {
    std::vector<std::string> followers;
    std::map<std::string, std::string> tags;
    bool tags_known = false;
  };
  bool may_hurry();
  bool read_followers();
  void learn(const std::string& external_userid, const Details& details);
  Seen& seen_of(const std::string& external_userid);

  const Api& api_;
  const std::string preferred_sender_;
  mutable std::mutex mutex_;  // guards the rest
  std::map<std::string, Seen> seen_;
  std::deque<std::string> wanted_;
  std::set<std::string> wanted_set_;
  int asking_ = 0;
  Clock::time_point quiet_until_{};
  std::optional<Clock::time_point> followers_until_;
};

// The note of what a customer's tags are now, without tags where they are not to be the same here and there.
nlohmann::json tags_of_details(const std::string& external_userid, std::int64_t at_ms, const Details& details, People& people, bool sync_tags);

}  // namespace laoke::channels::wecom
