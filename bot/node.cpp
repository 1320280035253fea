#include "bot/node.h"

#include <unistd.h>

#include "bot/log.h"
#include "bot/metrics.h"
#include "handlers/crypto.h"

namespace laoke {
namespace {

constexpr std::chrono::milliseconds kNodeLooksAgain{1'000};
constexpr std::int64_t kForgetNodeMs = 60'000;       // doctor still shows one that died a moment ago
constexpr std::int64_t kForgetWorkMs = 86'400'000;

std::string host_and_process() {
  char host[256] = "node";
  ::gethostname(host, sizeof host - 1);
  return std::string(host) + "/" + std::to_string(::getpid());
}

metrics::Gauge& nodes_gauge() {
  static auto& gauge = metrics::registry().gauge("laoke_nodes", "Servers that share this database and answered lately");
  return gauge;
}

storage::Scope scope_of(std::int64_t shop_id) { return shop_id == 0 ? storage::kNodesScope : storage::of_shop(shop_id); }

}  // namespace

std::string new_node_id() { return crypto::random_token(16); }

bool WorkLeases::take(std::int64_t shop_id, std::string_view name, std::int64_t for_ms) {
  return database_.write([&](storage::Transaction& tx) {
    const auto now_ms = clocks_.shared_ms(tx);
    return storage::take_work(tx, shop_id, name, node_id_, now_ms, now_ms + for_ms);
  }, scope_of(shop_id));
}

bool WorkLeases::keep(storage::Transaction& tx, std::int64_t shop_id, std::string_view name) {
  return storage::keep_work(tx, shop_id, name, node_id_, clocks_.shared_ms(tx) + kLeaseMs);
}

void WorkLeases::give_back(std::int64_t shop_id, std::string_view name) {
  database_.write([&](storage::Transaction& tx) { storage::give_back_work(tx, shop_id, name, node_id_); }, scope_of(shop_id));
}

Node::Node(storage::Database& database, ChannelHost& channels, std::string node_id, std::string role, LeaseClocks clocks)
    : database_(database), channels_(channels), row_{std::move(node_id), host_and_process(), std::move(role), 0, 0}, clocks_(std::move(clocks)) {}

Node::~Node() { stop(); }

void Node::start() {
  beat();
  thread_ = std::thread([this] { loop(); });
}

void Node::beat() {
  const auto nodes = database_.write([&](storage::Transaction& tx) {
    auto row = row_;
    row.seen_ms = clocks_.shared_ms(tx);
    row.started_ms = row_.started_ms == 0 ? row.seen_ms : row_.started_ms;
    storage::put_node(tx, row);
    storage::remove_silent_nodes(tx, row.seen_ms - kForgetNodeMs);
    storage::remove_old_work(tx, row.seen_ms - kForgetWorkMs);
    std::int64_t live = 0;
    for (const auto& node : storage::list_nodes(tx)) live += node.seen_ms > row.seen_ms - kLeaseMs ? 1 : 0;
    return std::pair(row.started_ms, live);
  }, storage::kNodesScope);
  row_.started_ms = nodes.first;
  nodes_gauge().set(nodes.second);
}

void Node::loop() {
  auto beaten_ms = clocks_.own_ms();
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    changed_.wait_for(lock, kNodeLooksAgain, [this] { return rung_ || stopping_; });
    rung_ = false;
    if (stopping_) return;
    lock.unlock();
    try {
      channels_.refresh();
      if (clocks_.own_ms() - beaten_ms >= kBeatMs) {
        beat();
        beaten_ms = clocks_.own_ms();
      }
      if (also_) also_();
    } catch (const std::exception& error) {
      log::warning("node.fault", {{"why", error.what()}});
    }
    lock.lock();
  }
}

void Node::wake() {
  const std::lock_guard lock(mutex_);
  rung_ = true;
  changed_.notify_all();
}

void Node::stop() {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(stopping_, true)) return;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
  if (row_.started_ms == 0) return;
  try {
    database_.write([&](storage::Transaction& tx) {
      storage::give_back_all_work(tx, row_.node_id);
      storage::remove_node(tx, row_.node_id);
    });
  } catch (const std::exception& error) {
    log::warning("node.stop", {{"why", error.what()}});  // the others notice that it is silent
  }
}

}  // namespace laoke
