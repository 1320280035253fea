#include "bot/poller.h"

#include <algorithm>

#include "bot/log.h"
#include "storage/channels.h"

namespace laoke {
namespace {

constexpr std::chrono::seconds kPollWait{25};       // below the 50 s the platforms allow, above their chatter
constexpr std::chrono::milliseconds kLookAgain{1'000};
constexpr std::chrono::seconds kMostBackoff{60};

}  // namespace

Poller::Poller(storage::Database& database, ChannelHost& channels, Intake& intake, Sender& sender)
    : database_(database), channels_(channels), intake_(intake), sender_(sender) {}

Poller::~Poller() { stop(); }

void Poller::start() { watcher_ = std::thread([this] { watch(); }); }

void Poller::watch() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    std::map<std::int64_t, LiveChannelPtr> wanted;
    for (const auto& live : channels_.all())
      if (live->channel && live->channel->polls() && live->row.state == "on") wanted[live->row.channel_id] = live;
    for (auto entry = polling_.begin(); entry != polling_.end();) {
      const auto found = wanted.find(entry->first);
      if (found != wanted.end() && found->second == entry->second->live) {
        ++entry;
        continue;
      }
      entry->second->stop = true;
      entry->second->live->channel->interrupt();
      entry->second->thread.join();
      entry = polling_.erase(entry);
    }
    for (const auto& [id, live] : wanted) {
      if (polling_.contains(id)) continue;
      auto& polling = *(polling_[id] = std::make_unique<Polling>());
      polling.live = live;
      polling.thread = std::thread([this, &polling] { poll_one(polling.live, polling.stop); });
    }
    lock.lock();
    changed_.wait_for(lock, kLookAgain, [this] { return stopping_; });
  }
  for (auto& [id, polling] : polling_) {
    polling->stop = true;
    polling->live->channel->interrupt();
  }
  for (auto& [id, polling] : polling_) polling->thread.join();
  polling_.clear();
}

void Poller::poll_one(LiveChannelPtr live, std::atomic<bool>& stop) {
  std::chrono::milliseconds backoff{0};
  while (!stop) {
    try {
      const auto cursor = database_.read([&](storage::Transaction& tx) {
        const auto row = storage::get_channel(tx, live->row.shop_id, live->row.channel_id);
        return row ? row->cursor : std::string();
      });
      take_page(*live, live->channel->poll(cursor, kPollWait));
      backoff = std::chrono::milliseconds(0);
    } catch (const std::exception& error) {
      log::warning("poll.failed", {{"channel_id", live->row.channel_id}, {"why", error.what()}});
      backoff = std::clamp(backoff * 2, std::chrono::milliseconds(1'000), std::chrono::milliseconds(kMostBackoff));
      for (auto waited = std::chrono::milliseconds(0); waited < backoff && !stop; waited += std::chrono::milliseconds(200))
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
    }
  }
}

void Poller::take_page(const LiveChannel& live, const channels::Polled& page) {
  for (const auto& update : page.updates) {
    if (!update.error.empty()) {
      intake_.keep_unreadable(live, update.raw, update.error);
      continue;
    }
    intake_.take(live, update.events, update.raw);
    for (const auto& event : update.events)
      if (!event.press_id.empty()) sender_.acknowledge_press(live.row.channel_id, event.press_id);
  }
  if (!page.cursor.empty())
    database_.write([&](storage::Transaction& tx) {
      storage::set_channel_cursor(tx, live.row.shop_id, live.row.channel_id, page.cursor);
    });
}

void Poller::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (watcher_.joinable()) watcher_.join();
}

}  // namespace laoke
