#pragma once
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "bot/channel_host.h"
#include "bot/channel_leases.h"
#include "storage/database.h"
#include "storage/nodes.h"

namespace laoke {

// Work that takes several transactions and is to be done by one node at a time: planning a broadcast, a backfill, calls
// to a webhook endpoint. Thread-safe.
class WorkLeases {
 public:
  WorkLeases(storage::Database& database, std::string node_id, LeaseClocks clocks = system_lease_clocks())
      : database_(database), node_id_(std::move(node_id)), clocks_(std::move(clocks)) {}

  // Has it from now for `for_ms`, or goes on having it; false while another node has it. Throws StorageError.
  bool take(std::int64_t shop_id, std::string_view name, std::int64_t for_ms = kLeaseMs);
  // In the transaction that does a part of the work: keeps it for another lease. False when it was taken by another node
  // meanwhile: then this part must not be done.
  bool keep(storage::Transaction& tx, std::int64_t shop_id, std::string_view name);
  void give_back(std::int64_t shop_id, std::string_view name);
  std::int64_t own_ms() const { return clocks_.own_ms(); }

 private:
  storage::Database& database_;
  const std::string node_id_;
  const LeaseClocks clocks_;
};

// "0f3c…", new at each start.
std::string new_node_id();

// This server among those of its database: tells every kBeatMs that it lives, forgets nodes that do not, and sees within
// a second that another node changed channels. One thread ("node").
class Node {
 public:
  Node(storage::Database& database, ChannelHost& channels, std::string node_id, std::string role, LeaseClocks clocks = system_lease_clocks());
  ~Node();  // stops

  // Done at every look, about once a second, on the node's thread; may throw. Before start().
  void also(std::function<void()> task) { also_ = std::move(task); }
  // Registers before it returns. Throws StorageError.
  void start();
  void wake();
  // Leaves the list and gives back what work it holds.
  void stop();
  // Tells once that it lives. Throws StorageError.
  void beat();
  const std::string& id() const { return row_.node_id; }

 private:
  void loop();

  storage::Database& database_;
  ChannelHost& channels_;
  storage::NodeRow row_;
  const LeaseClocks clocks_;
  std::function<void()> also_;

  std::mutex mutex_;  // guards the next two
  std::condition_variable changed_;
  bool rung_ = false, stopping_ = false;
  std::thread thread_;
};

}  // namespace laoke
