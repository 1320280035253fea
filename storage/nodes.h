#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/database.h"

// The servers that share this database, and what each holds for a while. Every time here is by the shared clock
// (Transaction::shared_clock_ms) and comes from the caller.
namespace laoke::storage {

// Membership belongs to no shop. Its writes get in each other's way only, not in that of the shops' writes.
inline constexpr Scope kNodesScope = static_cast<Scope>(-1);

struct NodeRow {
  std::string node_id, name;
  std::string role;  // "all", "hooks", "worker"
  std::int64_t started_ms = 0, seen_ms = 0;
};
// Registers the node, or tells that it lives.
void put_node(Transaction& tx, const NodeRow& node);
// Registered nodes, the longest running first.
std::vector<NodeRow> list_nodes(Transaction& tx);
void remove_node(Transaction& tx, std::string_view node_id);
// Forgets nodes not seen since `before_ms`.
void remove_silent_nodes(Transaction& tx, std::int64_t before_ms);

// The right to send on a channel.
struct ChannelLease {
  std::int64_t shop_id = 0, channel_id = 0;
  std::string node_id;  // "" given back
  std::int64_t fence = 0, until_ms = 0;
};
std::vector<ChannelLease> list_channel_leases(Transaction& tx);
// Takes the channel when nobody holds it at `now_ms`, when the holder is this node, or (`by_force`) in any case: the new fence, always
// higher than any before; none when another node holds it. In the shop's own write, so that no claim runs beside it.
std::optional<std::int64_t> take_channel(Transaction& tx, std::int64_t shop_id, std::int64_t channel_id, std::string_view node_id,
                                         std::int64_t now_ms, std::int64_t until_ms, bool by_force = false);
// Everything the node still has. What changed hands since is not among it.
void renew_channels(Transaction& tx, std::string_view node_id, std::int64_t until_ms);
// False, and nothing changes, when the lease has changed hands since.
bool give_back_channel(Transaction& tx, const ChannelLease& lease);
bool holds_channel(Transaction& tx, std::int64_t shop_id, std::int64_t channel_id, std::string_view node_id, std::int64_t fence);

// A named piece of work: true when this node has it until `until_ms`, whether it had it before or nobody did.
bool take_work(Transaction& tx, std::int64_t shop_id, std::string_view name, std::string_view node_id, std::int64_t now_ms,
               std::int64_t until_ms);
// Keeps work this node has; false when it was taken by another or given back. Asked in the transaction that does the
// work, it keeps out a node that woke up late.
bool keep_work(Transaction& tx, std::int64_t shop_id, std::string_view name, std::string_view node_id, std::int64_t until_ms);
void give_back_work(Transaction& tx, std::int64_t shop_id, std::string_view name, std::string_view node_id);
// Everything the node still has, at its stop.
void give_back_all_work(Transaction& tx, std::string_view node_id);
// Writes, and leaves no trace: whether the database can be written.
void try_writing(Transaction& tx);
// Forgets work nobody has had since `before_ms`.
void remove_old_work(Transaction& tx, std::int64_t before_ms);

}  // namespace laoke::storage
