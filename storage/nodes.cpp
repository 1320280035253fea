#include "storage/nodes.h"

#include <span>

namespace laoke::storage {
namespace {

constexpr Sql kNodesPut{"nodes.put",
                       "INSERT INTO nodes (node_id, name, role, started_ms, seen_ms) VALUES ($1, $2, $3, $4, $5) "
                       "ON CONFLICT (node_id) DO UPDATE SET seen_ms = excluded.seen_ms"};
constexpr Sql kNodesList{"nodes.list", "SELECT node_id, name, role, started_ms, seen_ms FROM nodes ORDER BY started_ms, node_id"};
constexpr Sql kNodesRemove{"nodes.remove", "DELETE FROM nodes WHERE node_id = $1"};
constexpr Sql kNodesRemoveSilent{"nodes.remove_silent", "DELETE FROM nodes WHERE seen_ms < $1"};

constexpr Sql kChannelLeasesList{"channel_leases.list",
                          "SELECT shop_id, channel_id, node_id, fence, until_ms FROM channel_leases ORDER BY shop_id, channel_id"};
constexpr Sql kChannelLeasesTake{"channel_leases.take",
                    "INSERT INTO channel_leases (shop_id, channel_id, node_id, fence, until_ms) VALUES ($1, $2, $3, 1, $5) "
                    "ON CONFLICT (shop_id, channel_id) DO UPDATE SET node_id = excluded.node_id, "
                    "fence = channel_leases.fence + 1, until_ms = excluded.until_ms "
                    "WHERE channel_leases.node_id IN ('', $3) OR channel_leases.until_ms <= $4 OR $6 = 1 RETURNING fence"};
constexpr Sql kChannelLeasesRenew{"channel_leases.renew",
                     "UPDATE channel_leases SET until_ms = $2 WHERE node_id = $1"};
constexpr Sql kChannelLeasesGiveBack{"channel_leases.give_back",
                        "UPDATE channel_leases SET node_id = '', until_ms = 0 "
                        "WHERE shop_id = $1 AND channel_id = $2 AND node_id = $3 AND fence = $4"};
constexpr Sql kChannelLeasesHolds{"channel_leases.holds",
                     "SELECT 1 FROM channel_leases WHERE shop_id = $1 AND channel_id = $2 AND node_id = $3 AND fence = $4"};

constexpr Sql kWorkLeasesTake{"work_leases.take",
                        "INSERT INTO work_leases (shop_id, name, node_id, until_ms) VALUES ($1, $2, $3, $5) "
                        "ON CONFLICT (shop_id, name) DO UPDATE SET node_id = excluded.node_id, until_ms = excluded.until_ms "
                        "WHERE work_leases.node_id = $3 OR work_leases.until_ms <= $4"};
constexpr Sql kWorkLeasesKeep{"work_leases.keep", "UPDATE work_leases SET until_ms = $4 WHERE shop_id = $1 AND name = $2 AND node_id = $3"};
constexpr Sql kWorkLeasesGiveBack{"work_leases.give_back", "DELETE FROM work_leases WHERE shop_id = $1 AND name = $2 AND node_id = $3"};
constexpr Sql kWorkLeasesGiveBackAll{"work_leases.give_back_all", "DELETE FROM work_leases WHERE node_id = $1"};
constexpr Sql kWorkLeasesRemoveOld{"work_leases.remove_old", "DELETE FROM work_leases WHERE until_ms < $1"};

constexpr const Sql* kNodesStatements[] = {&kNodesPut, &kNodesList, &kNodesRemove, &kNodesRemoveSilent, &kChannelLeasesList,   &kChannelLeasesTake,            &kChannelLeasesRenew,
                               &kChannelLeasesGiveBack, &kChannelLeasesHolds,    &kWorkLeasesTake,   &kWorkLeasesKeep,     &kWorkLeasesGiveBack, &kWorkLeasesGiveBackAll, &kWorkLeasesRemoveOld};

}  // namespace

void put_node(Transaction& tx, const NodeRow& node) {
  tx.execute(kNodesPut, {node.node_id, node.name, node.role, node.started_ms, node.seen_ms});
}

std::vector<NodeRow> list_nodes(Transaction& tx) {
  std::vector<NodeRow> nodes;
  tx.query(kNodesList, {}, [&](const Row& row) {
    nodes.push_back({row.string(0), row.string(1), row.string(2), row.integer(3), row.integer(4)});
  });
  return nodes;
}

void remove_node(Transaction& tx, std::string_view node_id) { tx.execute(kNodesRemove, {node_id}); }

void remove_silent_nodes(Transaction& tx, std::int64_t before_ms) { tx.execute(kNodesRemoveSilent, {before_ms}); }

std::vector<ChannelLease> list_channel_leases(Transaction& tx) {
  std::vector<ChannelLease> leases;
  tx.query(kChannelLeasesList, {}, [&](const Row& row) {
    leases.push_back({row.integer(0), row.integer(1), row.string(2), row.integer(3), row.integer(4)});
  });
  return leases;
}

std::optional<std::int64_t> take_channel(Transaction& tx, std::int64_t shop_id, std::int64_t channel_id, std::string_view node_id,
                                         std::int64_t now_ms, std::int64_t until_ms, bool by_force) {
  std::optional<std::int64_t> fence;
  tx.query(kChannelLeasesTake, {shop_id, channel_id, node_id, now_ms, until_ms, by_force}, [&](const Row& row) { fence = row.integer(0); });
  return fence;
}

void renew_channels(Transaction& tx, std::string_view node_id, std::int64_t until_ms) { tx.execute(kChannelLeasesRenew, {node_id, until_ms}); }

bool give_back_channel(Transaction& tx, const ChannelLease& lease) {
  return tx.execute(kChannelLeasesGiveBack, {lease.shop_id, lease.channel_id, lease.node_id, lease.fence}) > 0;
}

bool holds_channel(Transaction& tx, std::int64_t shop_id, std::int64_t channel_id, std::string_view node_id, std::int64_t fence) {
  bool holds = false;
  tx.query(kChannelLeasesHolds, {shop_id, channel_id, node_id, fence}, [&](const Row&) { holds = true; });
  return holds;
}

bool take_work(Transaction& tx, std::int64_t shop_id, std::string_view name, std::string_view node_id, std::int64_t now_ms,
               std::int64_t until_ms) {
  return tx.execute(kWorkLeasesTake, {shop_id, name, node_id, now_ms, until_ms}) > 0;
}

bool keep_work(Transaction& tx, std::int64_t shop_id, std::string_view name, std::string_view node_id, std::int64_t until_ms) {
  return tx.execute(kWorkLeasesKeep, {shop_id, name, node_id, until_ms}) > 0;
}

void give_back_work(Transaction& tx, std::int64_t shop_id, std::string_view name, std::string_view node_id) {
  tx.execute(kWorkLeasesGiveBack, {shop_id, name, node_id});
}

void give_back_all_work(Transaction& tx, std::string_view node_id) { tx.execute(kWorkLeasesGiveBackAll, {node_id}); }

void remove_old_work(Transaction& tx, std::int64_t before_ms) { tx.execute(kWorkLeasesRemoveOld, {before_ms}); }

void try_writing(Transaction& tx) {
  constexpr std::string_view kName = "readyz";
  take_work(tx, 0, kName, "", 0, 1);
  give_back_work(tx, 0, kName, "");
}

std::span<const Sql* const> node_statements() { return kNodesStatements; }

}  // namespace laoke::storage
