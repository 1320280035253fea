#pragma once
#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

#include "bot/channel_host.h"
#include "bot/intake.h"
#include "bot/sender.h"
#include "storage/database.h"

namespace laoke {

// Keeps every account connected to its platform: registers the webhook (or its absence) once, again until it works, and
// for accounts without a public address goes on with long polling; one thread an account. What a page holds takes effect
// before the next page is asked for, and only the node that holds the channel's lease asks, so nothing is skipped; what was taken before a crash is recognised by its key.
class Poller {
 public:
  Poller(storage::Database& database, ChannelHost& channels, Intake& intake, Sender& sender, std::string public_url);
  ~Poller();  // stops

  void start();
  // Ends waiting polls and their threads; at most about a second.
  void stop();

 private:
  void watch();  // starts and ends threads as channels come and go
  void keep_connected(LiveChannelPtr live, std::atomic<bool>& stop);
  // Calls `work` until it returns false, waiting longer after each failure.
  void persist(const LiveChannel& live, const std::atomic<bool>& stop, const char* doing, const std::function<bool()>& work);
  void take_page(const LiveChannel& live, const channels::Polled& page);

  storage::Database& database_;
  ChannelHost& channels_;
  Intake& intake_;
  Sender& sender_;
  const std::string public_url_;

  struct Polling {
    LiveChannelPtr live;
    std::atomic<bool> stop{false};
    std::thread thread;
  };
  std::map<std::int64_t, std::unique_ptr<Polling>> polling_;  // watch thread only

  std::mutex mutex_;  // guards stopping_
  std::condition_variable changed_;
  bool stopping_ = false;
  std::thread watcher_;
};

}  // namespace laoke
