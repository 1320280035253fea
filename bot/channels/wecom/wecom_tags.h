#pragma once
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "bot/channels/wecom/wecom_api.h"

namespace laoke::channels::wecom {

// The corporation's tags by name. Any thread; one at a time asks the platform.
class TagCatalog {
 public:
  TagCatalog(const Api& api, std::int64_t agent_id, std::string default_group)
      : api_(api), agent_id_(agent_id), default_group_(std::move(default_group)) {}

  // The id of a tag, "" when the platform has none of that name; `reply` says how the platform answered.
  struct Found {
    Reply reply;
    std::string id;
  };
  Found find(const std::string& name);
  // The same, made when there is none: in `group`, "" the default one.
  Found find_or_make(const std::string& name, const std::string& group);
  // The tags changed on the platform: ask again.
  void forget();

 private:
  Reply load();
  std::string known(const std::string& name) const;

  const Api& api_;
  const std::int64_t agent_id_;
  const std::string default_group_;
  std::mutex mutex_;  // guards the rest
  bool loaded_ = false;
  std::map<std::string, std::string> ids_, groups_;  // name -> id
};

// At most so many characters: developer.work.weixin.qq.com/document/path/92117.
inline constexpr std::size_t kMaxTagCharacters = 30;

}  // namespace laoke::channels::wecom
