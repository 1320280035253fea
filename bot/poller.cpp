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

Poller::Poller(storage::Database& database, ChannelHost& channels, Intake& intake, Sender& sender, std::string public_url)
    : database_(database), channels_(channels), intake_(intake), sender_(sender), public_url_(std::move(public_url)) {}

Poller::~Poller() { stop(); }

void Poller::start() { watcher_ = std::thread([this] { watch(); }); }

void Poller::watch() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    std::map<std::int64_t, LiveChannelPtr> wanted;
    for (const auto& live : channels_.all())
      if (live->channel && live->row.state == "on" && sender_.leases().owns(live->row.channel_id)) wanted[live->row.channel_id] = live;
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
      polling.thread = std::thread([this, &polling] { keep_connected(polling.live, polling.stop); });
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

void Poller::persist(const LiveChannel& live, const std::atomic<bool>& stop, const char* doing, const std::function<bool()>& work) {
  constexpr std::chrono::milliseconds kStep{200};
  std::chrono::milliseconds backoff{0};
  while (!stop) {
    try {
      if (!work()) return;
      backoff = std::chrono::milliseconds(0);
    } catch (const std::exception& error) {
      log::warning("channel.failed", {{"channel_id", live.row.channel_id}, {"doing", doing}, {"why", error.what()}});
      backoff = std::clamp(backoff * 2, std::chrono::milliseconds(1'000), std::chrono::milliseconds(kMostBackoff));
      for (auto waited = std::chrono::milliseconds(0); waited < backoff && !stop; waited += kStep) std::this_thread::sleep_for(kStep);
    }
  }
}

void Poller::keep_connected(LiveChannelPtr live, std::atomic<bool>& stop) {
  auto& channel = *live->channel;
  persist(*live, stop, "connect", [&] {
    channel.connect(public_url_.empty() ? "" : public_url_ + "/hooks/" + live->hook_name);
    return false;
  });
  if (!channel.polls()) return;
  persist(*live, stop, "poll", [&] {
    const auto cursor = database_.read([&](storage::Transaction& tx) {
      const auto row = storage::get_channel(tx, live->row.shop_id, live->row.channel_id);
      return row ? row->cursor : std::string();
    });
    const auto page = channel.poll(cursor, kPollWait);
    if (!page.problem.empty()) log::warning("poll.failed", {{"channel_id", live->row.channel_id}, {"broken", page.broken}});
    if (page.broken) {
      database_.write([&](storage::Transaction& tx) {
        storage::set_channel_state(tx, live->row.shop_id, live->row.channel_id, "broken", page.problem);
      }, storage::of_shop(live->row.shop_id));
      return false;
    }
    if (!sender_.leases().owns(live->row.channel_id)) return true;  // another node asks for the same page
    take_page(*live, page);
    return true;
  });
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
    }, storage::of_shop(live.row.shop_id));
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
