#pragma once
#include <deque>
#include <map>
#include <mutex>
#include <string>

#include "bot/channels/wecom/wecom.h"
#include "bot/channels/wecom/wecom_api.h"

namespace laoke::channels::wecom {

// The app's chat with a member. Beyond 30 messages a minute and 1000 an hour WeCom drops what comes in silence
// (developer.work.weixin.qq.com/document/path/90236), so they are counted here. Any thread.
class MemberChat {
 public:
  MemberChat(const Api& api, std::int64_t agent_id, Clock clock) : api_(api), agent_id_(agent_id), clock_(std::move(clock)) {}
  static constexpr std::size_t kTextBytes = 2048;  // ibid.

  SendOutcome send(const std::string& userid, const Outgoing& message);

 private:
  // How long this member must wait for so many messages; 0 and counted when they may go.
  std::int64_t reserve(const std::string& userid, std::size_t messages);

  const Api& api_;
  const std::int64_t agent_id_;
  const Clock clock_;
  std::mutex mutex_;  // guards the rest
  std::map<std::string, std::deque<std::int64_t>> sent_ms_;  // of the last hour
};

}  // namespace laoke::channels::wecom
