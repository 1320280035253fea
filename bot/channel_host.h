#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "bot/channels/channel.h"
#include "handlers/policy.h"
#include "storage/channels.h"
#include "storage/database.h"
#include "storage/shops.h"

namespace laoke {

// A chat account that is in service. Immutable; `shared` because a send or a hook may still use it while a changed
// configuration replaces it.
struct LiveChannel {
  storage::ChannelRow row;
  storage::Shop shop;
  std::string hook_name;  // /hooks/{hook_name}: the channel's name, for other shops than the default "slug.name"
  std::unique_ptr<channels::Channel> channel;
};
using LiveChannelPtr = std::shared_ptr<LiveChannel>;

// Whether accounts of this kind have contacts and are sent messages; others are never looked at by sender and policy.
bool is_chat(std::string_view kind);

// The chat accounts of all shops, as the database has them. Thread-safe.
class ChannelHost {
 public:
  // `find`: where kinds are looked up; tests bring their own.
  using FindKind = const channels::Kind* (*)(std::string_view name);
  explicit ChannelHost(storage::Database& database, FindKind find = channels::find_kind);

  // Reads the channels again when any configuration changed since the last time; accounts that did not change stay as
  // they are, with their connections. True when something changed. A channel whose settings are wrong is marked broken.
  bool refresh();
  // Another number after each change that refresh() found, whoever called it.
  std::int64_t mark() const;
  LiveChannelPtr by_hook(std::string_view hook_name) const;
  LiveChannelPtr by_id(std::int64_t channel_id) const;
  std::vector<LiveChannelPtr> all() const;
  // What policy must know of the chats, by channel_id; `paused` of the sender is added by the caller.
  ChannelMap health() const;

 private:
  LiveChannelPtr make(const storage::ChannelRow& row, const storage::Shop& shop) const;

  storage::Database& database_;
  const FindKind find_;
  mutable std::mutex mutex_;  // guards the rest
  std::int64_t mark_ = -1;
  std::map<std::int64_t, LiveChannelPtr> by_id_;
  std::map<std::string, LiveChannelPtr, std::less<>> by_hook_;
};

}  // namespace laoke
