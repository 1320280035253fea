#pragma once
#include <optional>

#include "bot/channels/wecom/wecom_people.h"
#include "bot/channels/wecom/wecom_tags.h"
#include "bot/channels/wecom/wecom_watch.h"
#include "bot/channels/wecom/wecom.h"

namespace laoke::channels::wecom {

// "tag" and "untag" {"external_id", "tag", "group"?}: the tag hangs on a pair of member and customer, so it is put on by
// every member who has the customer. "moment" {"text", "tags", "reference", "since_ms"}: a 朋友圈 for the customers with any of
// these tags, wished at since_ms, which the members who have them publish; its result comes by poll() under that reference.
// Before a second try the platform's list is asked for it, so it is made once; it is done when poll() has kept that it is to be
// watched (kContactBusy until then).
class Errands {
 public:
  Errands(const Api& api, People& people, TagCatalog& tags, WatchQueue& made, Clock clock)
      : api_(api), people_(people), tags_(tags), made_(made), clock_(std::move(clock)) {}

  ErrandOutcome run(const Errand& errand);

 private:
  ErrandOutcome mark(const Errand& errand, bool on);
  ErrandOutcome mark_by(const std::vector<std::string>& members, const std::string& customer, const std::string& tag_id, bool on);
  ErrandOutcome moment(const Errand& errand);
  std::optional<ErrandOutcome> made_before(const std::string& text, std::int64_t since_ms, const std::string& reference);
  Reply find_moment(const std::string& text, std::int64_t since_ms, std::string& moment_id) const;
  ErrandOutcome watched(Watch::Kind kind, const std::string& id, const std::string& reference, std::int64_t since_ms);

  const Api& api_;
  People& people_;
  TagCatalog& tags_;
  WatchQueue& made_;
  const Clock clock_;
};

}  // namespace laoke::channels::wecom
