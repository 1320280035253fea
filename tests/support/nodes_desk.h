#pragma once
#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "bot/channel_leases.h"
#include "bot/node.h"
#include "bot/scheduler.h"
#include "bot/sender.h"
#include "handlers/context.h"
#include "storage/ledger.h"
#include "tests/fakes/fake_telegram.h"
#include "tests/support/flaky_database.h"
#include "tests/support/manual_clock.h"
#include "tests/support/test_shop.h"

namespace laoke::test {

// The clocks that leases are reckoned by, standing until they are moved.
struct MovedClocks {
  std::atomic<std::int64_t> shared_ms{50'000'000}, own_ms{7'000'000};
  void advance(std::int64_t ms) { shared_ms += ms, own_ms += ms; }
  LeaseClocks clocks() {
    return {[this](storage::Transaction&) { return shared_ms.load(); }, [this] { return own_ms.load(); }};
  }
};

inline constexpr const char* kHookSecret = "nodes-secret";

// A shop with Telegram accounts at one fake, for several servers on its database.
class NodesDesk {
 public:
  explicit NodesDesk(int channels = 1, int per_second = 1'000);

  std::int64_t add_channel(const std::string& name);
  // Customers who wrote before, each on one channel.
  void customers(int count, std::size_t channel = 0);
  template <class F>
  auto in(F&& work) {
    return shop.write([&](storage::Transaction& tx) { return work(Context{tx, *storage::get_shop(tx, shop.id()), clock.now_ms()}); });
  }
  std::int64_t start_broadcast_to_all();
  std::string state(std::int64_t broadcast_id);
  std::map<std::string, std::int64_t> counts(std::int64_t broadcast_id);
  std::vector<storage::Delivery> deliveries(std::int64_t broadcast_id);
  std::size_t in_flight();
  int doubled() const;  // chats that were written to more than once
  static bool wait_until(const std::function<bool()>& true_now);

  TestShop shop;
  FlakyDatabase database{shop.db()};
  FakeTelegram fake;
  ManualClock clock{kMonday10};
  MovedClocks time;
  std::vector<std::int64_t> channel_ids;

 private:
  const int per_second_;
  std::int64_t next_chat_ = 1'000;
};

// One server of several, on clocks that the test moves or (`real`) on those of the machine.
struct TestNode {
  TestNode(NodesDesk& desk, const std::string& name, bool real = false, const std::string& role = "all");
  // A beat of its leases, as the sender's thread makes one.
  ChannelLeases::Beat beat();
  std::vector<Claimed> claim(NodesDesk& desk);

  ChannelHost channels;
  std::shared_ptr<ChannelLeases> leases;
  Node node;
  WorkLeases work;
  Sender sender;
  Scheduler scheduler;
  const Clock& clock;
};

}  // namespace laoke::test
