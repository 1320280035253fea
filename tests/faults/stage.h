#pragma once
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "bot/http_client.h"
#include "tests/faults/books.h"
#include "tests/faults/ledger.h"
#include "tests/faults/node.h"
#include "tests/faults/platform.h"
#include "tests/faults/postgres.h"
#include "tests/faults/small_disk.h"
#include "tests/support/temp_dir.h"

namespace laoke::faults {

constexpr std::int64_t kFirstCustomer = 500'000, kOwner = 400'001, kFirstStranger = 900'000;  // chats
constexpr const char* kHookSecret = "fault-secret";

struct StageOptions {
  std::string program, preload;
  std::string engine = "sqlite";
  int nodes = 1;
  int customers = 1'000;
  bool batches = false;       // customers are on LINE, and a broadcast's text is one for all
  std::int64_t disk_bytes = 0;  // the first node's folder lies on a filesystem of its own of this size; 0: on this machine's
  double per_second = 1'000;  // the channel's rate
  std::string folder;         // "" one of its own; a given one stays
  std::uint64_t seed = 1;
};

// One shop, its nodes and its platform, for one scenario. The director's thread alone uses it, but for what says otherwise.
class Stage {
 public:
  explicit Stage(const StageOptions& options);
  ~Stage();

  void start();  // all nodes

  // --- the API of whichever node answers; waits up to two minutes for one that does. Any thread.
  struct Answer {
    int status = 0;
    nlohmann::json body;
  };
  Answer call(const std::string& method, const std::string& path, const nlohmann::json& body = nlohmann::json::object(),
              const std::string& idempotency_key = "");
  // Created and started; its number. The mark is in its text.
  std::int64_t broadcast(const std::string& mark);
  // pause, resume, cancel: repeated until it took effect.
  void command(std::int64_t broadcast_id, const std::string& verb);
  nlohmann::json status(std::int64_t broadcast_id);
  bool over(std::int64_t broadcast_id);  // done, or cancelled to the last row

  // --- what happens to nodes
  Node& node(std::size_t index) { return *nodes_[index]; }
  std::size_t node_count() const { return nodes_.size(); }
  // kill -9, then what lies between death and the next start, a look at the books, and the start.
  void kill_and_start(std::size_t index, const std::function<void()>& between = [] {});
  // Notes what is in flight and audits the books of this moment; with SQLite no node may be writing.
  void look_at_the_books();
  PostgresServer* postgres() { return postgres_.get(); }  // nullptr on SQLite
  SmallDisk* disk() { return disk_.get(); }               // nullptr without disk_bytes
  int kills() const { return kills_; }
  void count_kill() { ++kills_; }
  bool clock_moved = false;
  int freezes = 0, losses = 0;  // losses: unsynced writes at stake when the power went

  // --- the end: every broadcast is over and nothing waits; then the nodes stop and the books are compared.
  void settle(const std::vector<std::int64_t>& broadcasts);
  void wait_until_nothing_waits();  // single messages and reminders
  struct Books {
    LedgerView ledger;
    PeopleView people;
    Audit audit;  // of the broadcasts, and all complaints so far
  };
  Books close_the_books();
  // The entry of one row, whose message to `chat` carries the mark.
  Entry entry_of(const std::string& name, const storage::Delivery& row, const std::string& mark, std::int64_t chat, bool may_repeat) const;

  std::string database_url() const;
  std::vector<std::int64_t> customers(int count) const;  // the first ones
  std::int64_t chat_of(std::int64_t customer) const;      // 0 nobody
  std::string folder() const { return folder_; }
  void complain(const std::string& what);  // any thread

  Platform platform;
  std::mt19937_64 random;
  const StageOptions options;

 private:
  void prepare();
  void make_nodes();
  std::string mark_of(const storage::Broadcast& broadcast) const;
  void look_at_the_batches();
  std::vector<Entry> broadcast_entries(const LedgerView::Book& book, Settled settled) const;
  void compare_with_api(const LedgerView& view);

  std::unique_ptr<test::TempDir> own_folder_;
  std::unique_ptr<SmallDisk> disk_;
  std::string folder_, api_key_;
  std::unique_ptr<PostgresServer> postgres_;
  std::vector<std::unique_ptr<Node>> nodes_;
  PeopleView people_;
  std::set<storage::DeliveryKey> cut_;
  std::map<std::int64_t, std::string> marks_;            // of broadcasts
  std::map<std::int64_t, nlohmann::json> shown_counts_;  // by broadcast, as the API showed them at the end
  std::mutex complaints_mutex_;  // guards audit_.complaints while nodes run
  Audit audit_;
  HttpClient client_;
  int kills_ = 0;
};

}  // namespace laoke::faults
