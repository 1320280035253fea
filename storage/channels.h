#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/database.h"

namespace laoke::storage {

struct ChannelRow {
  std::int64_t shop_id = 0, channel_id = 0;
  std::string name, kind;
  std::string settings;      // JSON with secrets: never logged, masked when shown
  std::string state = "on";  // "on", "off", "broken"
  std::string state_reason;
  std::string cursor;        // long polling goes on here
  std::int64_t paused_until_ms = 0, created_at_ms = 0;
};

// Returns the new id. A taken name is a StorageError kConstraint.
std::int64_t insert_channel(Transaction& tx, const ChannelRow& channel);
std::optional<ChannelRow> find_channel(Transaction& tx, std::int64_t shop_id, std::string_view name);
std::optional<ChannelRow> get_channel(Transaction& tx, std::int64_t shop_id, std::int64_t channel_id);
std::vector<ChannelRow> list_channels(Transaction& tx, std::int64_t shop_id);
std::vector<ChannelRow> list_all_channels(Transaction& tx);  // of every shop, for the running server
void update_channel_settings(Transaction& tx, std::int64_t shop_id, std::int64_t channel_id, std::string_view settings);
void set_channel_state(Transaction& tx, std::int64_t shop_id, std::int64_t channel_id, std::string_view state,
                       std::string_view reason);
void set_channel_cursor(Transaction& tx, std::int64_t shop_id, std::int64_t channel_id, std::string_view cursor);
void set_channel_pause(Transaction& tx, std::int64_t shop_id, std::int64_t channel_id, std::int64_t until_ms);
// Removes the channel; its contacts stay, unreachable; what waited for it is routed anew. False when it was not there.
bool delete_channel(Transaction& tx, std::int64_t shop_id, std::int64_t channel_id);

}  // namespace laoke::storage
