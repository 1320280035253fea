#include "storage/channels.h"

#include "storage/shops.h"

namespace laoke::storage {
namespace {

#define COLUMNS "shop_id, channel_id, name, kind, settings, state, state_reason, cursor, paused_until_ms, created_at_ms"
#define KEY "shop_id = $1 AND channel_id = $2"
constexpr Sql kChannelsInsert{"channels.insert",
                      "INSERT INTO channels (" COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"};
constexpr Sql kChannelsFind{"channels.find", "SELECT " COLUMNS " FROM channels WHERE shop_id = $1 AND name = $2"};
constexpr Sql kChannelsGet{"channels.get", "SELECT " COLUMNS " FROM channels WHERE " KEY};
constexpr Sql kChannelsList{"channels.list", "SELECT " COLUMNS " FROM channels WHERE shop_id = $1 ORDER BY channel_id"};
constexpr Sql kChannelsListAll{"channels.list_all", "SELECT " COLUMNS " FROM channels ORDER BY shop_id, channel_id"};
constexpr Sql kChannelsSetSettings{"channels.set_settings", "UPDATE channels SET settings = $3 WHERE " KEY};
constexpr Sql kChannelsSetState{"channels.set_state", "UPDATE channels SET state = $3, state_reason = $4 WHERE " KEY};
constexpr Sql kChannelsSetCursor{"channels.set_cursor", "UPDATE channels SET cursor = $3 WHERE " KEY};
constexpr Sql kChannelsSetPause{"channels.set_pause", "UPDATE channels SET paused_until_ms = $3 WHERE " KEY};
constexpr Sql kChannelsDeleteLease{"channels.delete_lease", "DELETE FROM channel_leases WHERE " KEY};
constexpr Sql kChannelsDeleteErrands{"channels.delete_errands", "DELETE FROM errands WHERE " KEY};
constexpr Sql kChannelsRequeue{"channels.requeue",
                       "INSERT INTO send_queue (channel_id, lane, due_at_ms, shop_id, source, source_id, customer_id, cause) "
                       "SELECT 0, lane, due_at_ms, shop_id, source, source_id, customer_id, cause FROM send_queue "
                       "WHERE channel_id = $2 AND shop_id = $1 ON CONFLICT DO NOTHING"};
constexpr Sql kChannelsDeleteQueue{"channels.delete_queue", "DELETE FROM send_queue WHERE channel_id = $2 AND shop_id = $1"};
constexpr Sql kChannelsDelete{"channels.delete", "DELETE FROM channels WHERE " KEY};
#undef COLUMNS
#undef KEY
constexpr const Sql* kChannelsStatements[] = {&kChannelsInsert, &kChannelsFind, &kChannelsGet, &kChannelsList, &kChannelsListAll, &kChannelsSetSettings, &kChannelsSetState, &kChannelsSetCursor, &kChannelsSetPause, &kChannelsDeleteLease, &kChannelsDeleteErrands, &kChannelsRequeue, &kChannelsDeleteQueue, &kChannelsDelete};

ChannelRow channel_of(const Row& row) {
  return {row.integer(0), row.integer(1), row.string(2), row.string(3), row.string(4),
          row.string(5),  row.string(6),  row.string(7), row.integer(8), row.integer(9)};
}

std::optional<ChannelRow> first(Transaction& tx, const Sql& sql, std::initializer_list<Param> params) {
  std::optional<ChannelRow> found;
  tx.query(sql, params, [&](const Row& row) { found = channel_of(row); });
  return found;
}

std::vector<ChannelRow> channels_by(Transaction& tx, const Sql& sql, std::initializer_list<Param> params) {
  std::vector<ChannelRow> rows;
  tx.query(sql, params, [&](const Row& row) { rows.push_back(channel_of(row)); });
  return rows;
}

}  // namespace

std::int64_t insert_channel(Transaction& tx, const ChannelRow& channel) {
  const std::int64_t id = tx.next_id();
  tx.submit(kChannelsInsert, {channel.shop_id, id, channel.name, channel.kind, channel.settings, channel.state, channel.state_reason,
                       channel.cursor, channel.paused_until_ms, channel.created_at_ms});
  bump_config(tx, channel.shop_id);
  return id;
}

std::optional<ChannelRow> find_channel(Transaction& tx, std::int64_t shop_id, std::string_view name) {
  return first(tx, kChannelsFind, {shop_id, name});
}

std::optional<ChannelRow> get_channel(Transaction& tx, std::int64_t shop_id, std::int64_t channel_id) {
  return first(tx, kChannelsGet, {shop_id, channel_id});
}

std::vector<ChannelRow> list_channels(Transaction& tx, std::int64_t shop_id) { return channels_by(tx, kChannelsList, {shop_id}); }

std::vector<ChannelRow> list_all_channels(Transaction& tx) { return channels_by(tx, kChannelsListAll, {}); }

void update_channel_settings(Transaction& tx, std::int64_t shop_id, std::int64_t channel_id, std::string_view settings) {
  tx.submit(kChannelsSetSettings, {shop_id, channel_id, settings});
  bump_config(tx, shop_id);
}

void set_channel_state(Transaction& tx, std::int64_t shop_id, std::int64_t channel_id, std::string_view state,
                       std::string_view reason) {
  tx.submit(kChannelsSetState, {shop_id, channel_id, state, reason});
  bump_config(tx, shop_id);
}

void set_channel_cursor(Transaction& tx, std::int64_t shop_id, std::int64_t channel_id, std::string_view cursor) {
  tx.submit(kChannelsSetCursor, {shop_id, channel_id, cursor});
}

void set_channel_pause(Transaction& tx, std::int64_t shop_id, std::int64_t channel_id, std::int64_t until_ms) {
  tx.submit(kChannelsSetPause, {shop_id, channel_id, until_ms});
}

bool delete_channel(Transaction& tx, std::int64_t shop_id, std::int64_t channel_id) {
  bump_config(tx, shop_id);
  tx.execute(kChannelsDeleteLease, {shop_id, channel_id});
  tx.execute(kChannelsDeleteErrands, {shop_id, channel_id});
  tx.execute(kChannelsRequeue, {shop_id, channel_id});
  tx.execute(kChannelsDeleteQueue, {shop_id, channel_id});
  tx.raise(kSendWork);
  return tx.execute(kChannelsDelete, {shop_id, channel_id}) > 0;
}

std::span<const Sql* const> channel_statements() { return kChannelsStatements; }

}  // namespace laoke::storage
