#pragma once
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "bot/channels/wecom/wecom.h"
#include "bot/channels/wecom/wecom_message.h"
#include "bot/channels/wecom/wecom_people.h"
#include "bot/channels/wecom/wecom_watch.h"

namespace laoke::channels::wecom {

// Group messages (客户群发): tasks that a member confirms in WeCom. Any thread.
class Tasks {
 public:
  Tasks(const Api& api, People& people, WatchQueue& made, Clock clock)
      : api_(api), people_(people), made_(made), clock_(std::move(clock)) {}

  static constexpr std::size_t kMostCustomers = 10'000;  // developer.work.weixin.qq.com/document/path/92135

  // One task for each member who has some of these customers; one outcome each, in order. Made tasks are watched.
  std::vector<SendOutcome> create(const MessageContent& content, std::span<const std::string> customers);
  // The app's tasks since then, oldest first, as WeCom lists them. False when it refused.
  bool list_since(std::int64_t since_ms, std::vector<Watch>& tasks, HttpCancel* cancel) const;

 private:
  struct Made {
    Reply reply;
    std::string msgid;
    std::set<std::string> refused;
  };
  Made make(const nlohmann::json& content, const std::string& sender, const std::vector<std::string>& customers);
  void look_for_lost(Made& made, std::int64_t asked_ms);
  void keep(const std::string& msgid);

  const Api& api_;
  People& people_;
  WatchQueue& made_;
  const Clock clock_;
  std::mutex mutex_;  // guards known_
  std::set<std::string> known_;
};

}  // namespace laoke::channels::wecom
