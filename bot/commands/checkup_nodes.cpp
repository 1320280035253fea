#include <algorithm>
#include <map>

#include "bot/channel_leases.h"
#include "bot/commands/checkup.h"
#include "storage/nodes.h"

// What laoke doctor says of the servers that share the database.
namespace laoke::commands {
namespace {

struct View {
  std::int64_t now_ms = 0;
  std::vector<storage::NodeRow> nodes;
  std::map<std::string, int> channels;  // by node
};

View look(storage::Database& database) {
  return database.read([](storage::Transaction& tx) {
    View view{tx.shared_clock_ms(), storage::list_nodes(tx), {}};
    for (const auto& lease : storage::list_channel_leases(tx))
      if (lease.node_id != "") ++view.channels[lease.node_id];
    return view;
  });
}

Finding line_of(const storage::NodeRow& node, const View& view, bool live) {
  const auto seconds = std::to_string((view.now_ms - node.seen_ms) / 1000);
  const auto held = view.channels.find(node.node_id);
  const auto channels = std::to_string(held == view.channels.end() ? 0 : held->second);
  const Said who{node.name + "（" + node.role + "）", node.name + " (" + node.role + ")"};
  if (!live)
    return {Health::kWarning, "nodes",
            {who.zh + " 已 " + seconds + " 秒没有消息；它的渠道会由别的服务器接手", who.en + " was last heard " + seconds + " s ago; other servers take its channels over"}};
  return {Health::kOk, "nodes", {who.zh + " 在运行，负责 " + channels + " 个渠道", who.en + " is running and sends on " + channels + " channel(s)"}};
}

}  // namespace

void check_nodes(storage::Database& database, Findings& findings) try {
  const auto view = look(database);
  const auto is_live = [&](const storage::NodeRow& node) { return node.seen_ms > view.now_ms - kLeaseMs; };
  if (std::none_of(view.nodes.begin(), view.nodes.end(), is_live)) return;  // nothing runs: the port says so
  for (const auto& node : view.nodes) findings.push_back(line_of(node, view, is_live(node)));
  const bool works = std::any_of(view.nodes.begin(), view.nodes.end(), [&](const auto& node) { return is_live(node) && node.role != "hooks"; });
  if (!works)
    findings.push_back({Health::kProblem, "nodes", {"没有 worker 在运行，消息都不会发出：请启动 laoke serve --role worker",
                                                    "no worker is running, so nothing is sent: start laoke serve --role worker"}});
} catch (const storage::StorageError& error) {
  findings.push_back({Health::kProblem, "nodes", {std::string("读不到服务器列表：") + error.what(), std::string("the list of servers cannot be read: ") + error.what()}});
}

}  // namespace laoke::commands
