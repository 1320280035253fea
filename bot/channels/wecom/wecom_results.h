#pragma once
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "bot/channels/wecom/wecom_api.h"
#include "bot/channels/wecom/wecom_notes.h"
#include "bot/channels/wecom/wecom_watch.h"

namespace laoke::channels::wecom {

// Asks what became of tasks and moments. On the polling thread only.
class Results {
 public:
  explicit Results(const Api& api) : api_(api) {}

  struct Look {
    Reply reply;                        // of the first call that was refused, else good
    std::vector<nlohmann::json> notes;  // what is new since the last look
    bool settled = false;               // nothing more will come
    std::string moment_id;              // a job became this moment
  };
  Look look(const Watch& watch, std::int64_t now_ms, HttpCancel* cancel);
  // What was told so far is told again: it was not kept.
  void forget() { told_.clear(); }
  void forget(const std::string& id) { told_.erase(id); }

 private:
  using Told = std::set<std::string>;
  void look_at_task(const Watch& watch, Look& look, HttpCancel* cancel, std::vector<Result>& results);
  void look_at_job(const Watch& watch, std::int64_t now_ms, Look& look, HttpCancel* cancel);
  void look_at_moment(const Watch& watch, Look& look, HttpCancel* cancel, std::vector<Result>& results);
  // Every entry of every page's `list`; false when the platform refused, then `look.reply` says how.
  bool pages(const std::string& path, nlohmann::json body, const char* list, Look& look, HttpCancel* cancel,
             const std::function<void(const nlohmann::json&)>& each);

  const Api& api_;
  std::map<std::string, Told> told_;  // by id of the watch
};

}  // namespace laoke::channels::wecom
