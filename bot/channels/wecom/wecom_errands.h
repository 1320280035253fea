#pragma once
#include "bot/channels/wecom/wecom_people.h"
#include "bot/channels/wecom/wecom_tags.h"
#include "bot/channels/wecom/wecom_watch.h"
#include "bot/channels/wecom/wecom.h"

namespace laoke::channels::wecom {

// "tag" and "untag" {"external_id", "tag", "group"?}: the tag hangs on a pair of member and customer, so it is put on by
// every member who has the customer. "moment" {"text", "tags", "reference"}: a 朋友圈 for the customers with any of these
// tags, which the members who have them publish; its result comes by poll() under that reference.
class Errands {
 public:
  Errands(const Api& api, People& people, TagCatalog& tags, WatchQueue& made, Clock clock)
      : api_(api), people_(people), tags_(tags), made_(made), clock_(std::move(clock)) {}

  ErrandOutcome run(const Errand& errand);

 private:
  ErrandOutcome mark(const Errand& errand, bool on);
  ErrandOutcome mark_by(const std::vector<std::string>& members, const std::string& customer, const std::string& tag_id, bool on);
  ErrandOutcome moment(const Errand& errand);

  const Api& api_;
  People& people_;
  TagCatalog& tags_;
  WatchQueue& made_;
  const Clock clock_;
};

}  // namespace laoke::channels::wecom
