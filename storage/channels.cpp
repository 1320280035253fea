#include "storage/channels.h"

#include "storage/shops.h"

namespace laoke::storage {
namespace {

#define COLUMNS "shop_id, channel_id, name, kind, settings, state, state_reason, cursor, paused_until_ms, created_at_ms"
#define KEY "shop_id = $1 AND channel_id = $2"
constexpr Sql kInsert{"channels.insert",
                      "INSERT INTO channels (" COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"};
constexpr Sql kFind{"channels.find", "SELECT " COLUMNS " FROM channels WHERE shop_id = $1 AND name = $2"};
constexpr Sql kGet{"channels.get", "SELECT " COLUMNS " FROM channels WHERE " KEY};
constexpr Sql kList{"channels.list", "SELECT " COLUMNS " FROM channels WHERE shop_id = $1 ORDER BY channel_id"};
constexpr Sql kListAll{"channels.list_all", "SELECT " COLUMNS " FROM channels ORDER BY shop_id, channel_id"};
constexpr Sql kSetSettings{"channels.set_settings", "UPDATE channels SET settings = $3 WHERE " KEY};
constexpr Sql kSetState{"channels.set_state", "UPDATE channels SET state = $3, state_reason = $4 WHERE " KEY};
constexpr Sql kSetCursor{"channels.set_cursor", "UPDATE channels SET cursor = $3 WHERE " KEY};
constexpr Sql kSetPause{"channels.set_pause", "UPDATE channels SET paused_until_ms = $3 WHERE " KEY};
constexpr Sql kDeleteLease{"channels.delete_lease", "DELETE FROM channel_leases WHERE " KEY};
constexpr Sql kDelete{"channels.delete", "DELETE FROM channels WHERE " KEY};
#undef COLUMNS
#undef KEY
constexpr const Sql* kAll[] = {&kInsert, &kFind, &kGet, &kList, &kListAll, &kSetSettings, &kSetState, &kSetCursor, &kSetPause, &kDeleteLease, &kDelete};

ChannelRow channel_of(const Row& row) {
  return {row.integer(0), row.integer(1), row.string(2), row.string(3), row.string(4),
          row.string(5),  row.string(6),  row.string(7), row.integer(8), row.integer(9)};
}

std::optional<ChannelRow> first(Transaction& tx, const Sql& sql, std::initializer_list<Param> params) {
  std::optional<ChannelRow> found;
  tx.query(sql, params, [&](const Row& row) { found = channel_of(row); });
  return found;
}

std::vector<ChannelRow> all(Transaction& tx, const Sql& sql, std::initializer_list<Param> params) {
  std::vector<ChannelRow> rows;
  tx.query(sql, params, [&](const Row& row) { rows.push_back(channel_of(row)); });
  return rows;
}

}  // namespace

std::int64_t insert_channel(Transaction& tx, const ChannelRow& channel) {
  const std::int64_t id = tx.next_id();
  tx.submit(kInsert, {channel.shop_id, id, channel.name, channel.kind, channel.settings, channel.state, channel.state_reason,
                       channel.cursor, channel.paused_until_ms, channel.created_at_ms});
  bump_config(tx, channel.shop_id);
  return id;
}

std::optional<ChannelRow> find_channel(Transaction& tx, std::int64_t shop_id, std::string_view name) {
  return first(tx, kFind, {shop_id, name});
}

std::optional<ChannelRow> get_channel(Transaction& tx, std::int64_t shop_id, std::int64_t channel_id) {
  return first(tx, kGet, {shop_id, channel_id});
}

std::vector<ChannelRow> list_channels(Transaction& tx, std::int64_t shop_id) { return all(tx, kList, {shop_id}); }

std::vector<ChannelRow> list_all_channels(Transaction& tx) { return all(tx, kListAll, {}); }

void update_channel_settings(Transaction& tx, std::int64_t shop_id, std::int64_t channel_id, std::string_view settings) {
  tx.submit(kSetSettings, {shop_id, channel_id, settings});
  bump_config(tx, shop_id);
}

void set_channel_state(Transaction& tx, std::int64_t shop_id, std::int64_t channel_id, std::string_view state,
                       std::string_view reason) {
  tx.submit(kSetState, {shop_id, channel_id, state, reason});
  bump_config(tx, shop_id);
}

void set_channel_cursor(Transaction& tx, std::int64_t shop_id, std::int64_t channel_id, std::string_view cursor) {
  tx.submit(kSetCursor, {shop_id, channel_id, cursor});
}

void set_channel_pause(Transaction& tx, std::int64_t shop_id, std::int64_t channel_id, std::int64_t until_ms) {
  tx.submit(kSetPause, {shop_id, channel_id, until_ms});
}

bool delete_channel(Transaction& tx, std::int64_t shop_id, std::int64_t channel_id) {
  bump_config(tx, shop_id);
  tx.execute(kDeleteLease, {shop_id, channel_id});
  return tx.execute(kDelete, {shop_id, channel_id}) > 0;
}

std::span<const Sql* const> channel_statements() { return kAll; }

}  // namespace laoke::storage
