#pragma once
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <string>

#include "bot/channels/wecom/wecom_results.h"
#include "bot/channels/wecom/wecom_service.h"
#include "bot/channels/wecom/wecom_settings.h"
#include "bot/channels/wecom/wecom_tags.h"
#include "bot/channels/wecom/wecom_tasks.h"

namespace laoke::channels::wecom {

// What the platform only tells when it is asked: messages of 微信客服, results, customers who changed. poll() is called
// on one thread, the rest from any.
class Polling {
 public:
  Polling(const Settings& settings, const Api& api, People& people, Tasks& tasks, WatchQueue& made, Clock clock)
      : settings_(settings), api_(api), people_(people), tasks_(tasks), made_(made), clock_(std::move(clock)), results_(api) {}

  Polled poll(const std::string& cursor, std::chrono::milliseconds wait);
  // A callback says that an account has messages; the token makes asking cheap for WeCom and is good once.
  void nudge(const std::string& open_kfid, const std::string& token);
  void wake();  // there is something to watch or to ask
  void interrupt();

 private:
  using Steady = std::chrono::steady_clock;
  struct Round {
    Cursor cursor;
    Polled page;
    bool more = false;  // go on at once
  };

  Cursor take_up(const std::string& text);
  void recover(Round& round);
  void work(Round& round);
  void read_service(Round& round, const std::string& open_kfid, const std::string& token);
  void take_messages(Round& round, std::vector<nlohmann::json> messages);
  void look_at_watches(Round& round);
  bool look_at(Round& round, Watch& watch);
  void ask_about_wanted(Round& round);
  void add(Round& round, const nlohmann::json& note) const;
  void trouble(Round& round, const Reply& reply) const;
  std::set<std::string> accounts_due(const Cursor& cursor, const std::map<std::string, std::string>& nudged);
  void wait_for_work(const Cursor& cursor, Steady::time_point until);

  const Settings& settings_;
  const Api& api_;
  People& people_;
  Tasks& tasks_;
  WatchQueue& made_;
  const Clock clock_;
  HttpCancel cancel_;

  // Polling thread only.
  Results results_;
  bool recovered_ = false;
  std::string returned_;                               // the cursor of the last page
  std::vector<Watch> unstored_;                        // watches that stand in no stored cursor yet
  std::vector<std::string> asked_;                     // customers whose answers the last page holds
  std::map<std::string, Steady::time_point> read_at_;  // by open_kfid
  std::map<std::string, ServiceCustomer> names_;

  std::mutex mutex_;  // guards the rest
  std::condition_variable changed_;
  std::map<std::string, std::string> nudged_;  // open_kfid -> token
  bool woken_ = false, interrupted_ = false;
};

}  // namespace laoke::channels::wecom
