#include "bot/channel_host.h"

#include <algorithm>
#include <mutex>

#include "bot/log.h"
#include "handlers/channel_limits.h"
#include "handlers/profiles.h"

namespace laoke {
namespace {

std::string hook_name_of(const storage::ChannelRow& row, const storage::Shop& shop) {
  return shop.slug == "default" ? row.name : shop.slug + "." + row.name;
}

bool same_account(const LiveChannel& live, const storage::ChannelRow& row, const storage::Shop& shop) {
  return live.row.kind == row.kind && live.row.settings == row.settings && live.row.name == row.name &&
         live.row.state == row.state && live.shop.config_version == shop.config_version;
}

// An adapter is made from the settings alone and calls nobody before connect().
ChannelLimits limits_by_adapter(const storage::ChannelRow& row) try {
  const auto* kind = channels::find_kind(row.kind);
  if (kind == nullptr) return {};
  const auto channel = kind->make({row.shop_id, row.channel_id, row.name, row.kind, nlohmann::json::parse(row.settings)});
  const auto& traits = channel->traits();
  return {traits.messages_per_second, traits.window_ms,  traits.edits, std::string(traits.window_addresses),
          traits.batch_size,          traits.batch_ignores_window, std::ranges::count(channel->errands(), kProfileErrand) > 0};
} catch (const std::exception&) {
  return {};  // its settings are wrong: refresh() says so
}

// Asked for every newcomer, and an adapter costs more to make than to remember.
ChannelLimits remembered_limits(const storage::ChannelRow& row) {
  struct Known {
    std::string kind, settings;
    ChannelLimits limits;
  };
  static std::mutex mutex;
  static std::map<std::int64_t, Known> known;
  const std::lock_guard lock(mutex);
  auto& one = known[row.channel_id];
  if (one.kind != row.kind || one.settings != row.settings) one = {row.kind, row.settings, limits_by_adapter(row)};
  return one.limits;
}

}  // namespace

bool is_chat(std::string_view kind) {
  const auto* known = channels::find_kind(kind);
  return known == nullptr || known->purpose == channels::Purpose::kChat;
}

LiveChannelPtr ChannelHost::make(const storage::ChannelRow& row, const storage::Shop& shop) const {
  auto live = std::make_shared<LiveChannel>();
  live->row = row;
  live->shop = shop;
  live->hook_name = hook_name_of(row, shop);
  const auto* kind = find_(row.kind);
  try {
    if (kind == nullptr) throw std::invalid_argument("this program has no channel kind '" + row.kind + "'");
    live->channel = kind->make({row.shop_id, row.channel_id, row.name, row.kind, nlohmann::json::parse(row.settings)});
  } catch (const std::exception& error) {
    log::error("channel.unusable", {{"channel_id", row.channel_id}, {"kind", row.kind}, {"why", error.what()}});
    live->row.state = "broken";
    live->row.state_reason = error.what();
  }
  return live;
}

ChannelHost::ChannelHost(storage::Database& database, FindKind find) : database_(database), find_(find) { ask_channel_limits_of(remembered_limits); }

bool ChannelHost::refresh() {
  std::int64_t mark = 0;
  std::vector<storage::ChannelRow> rows;
  std::map<std::int64_t, storage::Shop> shops;
  const bool changed = database_.read([&](storage::Transaction& tx) {
    mark = storage::config_mark(tx);
    {
      const std::lock_guard lock(mutex_);
      if (mark == mark_) return false;
    }
    rows = storage::list_all_channels(tx);
    for (auto& shop : storage::list_shops(tx)) shops[shop.shop_id] = shop;
    return true;
  });
  if (!changed) return false;
  const std::lock_guard lock(mutex_);
  std::map<std::int64_t, LiveChannelPtr> by_id;
  std::map<std::string, LiveChannelPtr, std::less<>> by_hook;
  for (const auto& row : rows) {
    const auto& shop = shops[row.shop_id];
    const auto old = by_id_.find(row.channel_id);
    auto live = old != by_id_.end() && same_account(*old->second, row, shop) ? old->second : make(row, shop);
    by_id[row.channel_id] = live;
    if (live->channel) by_hook[live->hook_name] = live;
  }
  by_id_ = std::move(by_id);
  by_hook_ = std::move(by_hook);
  mark_ = mark;
  return true;
}

std::int64_t ChannelHost::mark() const {
  const std::lock_guard lock(mutex_);
  return mark_;
}

LiveChannelPtr ChannelHost::by_hook(std::string_view hook_name) const {
  const std::lock_guard lock(mutex_);
  const auto found = by_hook_.find(hook_name);
  return found == by_hook_.end() ? nullptr : found->second;
}

LiveChannelPtr ChannelHost::by_id(std::int64_t channel_id) const {
  const std::lock_guard lock(mutex_);
  const auto found = by_id_.find(channel_id);
  return found == by_id_.end() ? nullptr : found->second;
}

std::vector<LiveChannelPtr> ChannelHost::all() const {
  const std::lock_guard lock(mutex_);
  std::vector<LiveChannelPtr> list;
  for (const auto& [id, live] : by_id_) list.push_back(live);
  return list;
}

ChannelMap ChannelHost::health() const {
  ChannelMap map;
  for (const auto& live : all()) {
    if (!is_chat(live->row.kind)) continue;
    auto& health = map[live->row.channel_id];
    health.kind = live->row.kind;
    health.state = live->row.state;
    health.paused_until_ms = live->row.paused_until_ms;
    if (!live->channel) continue;
    const auto& traits = live->channel->traits();
    health.window_ms = traits.window_ms;
    health.window_addresses = traits.window_addresses;
    health.reply_token_ms = traits.reply_token_ms;
    health.batch_size = traits.batch_size;
    health.batch_least = traits.batch_least;
    health.batch_ignores_window = traits.batch_ignores_window;
  }
  return map;
}

}  // namespace laoke
