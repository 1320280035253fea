#pragma once
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "handlers/broadcasts.h"
#include "handlers/calendar.h"
#include "handlers/dispatch.h"
#include "storage/contacts.h"
#include "storage/customers.h"
#include "tests/support/test_shop.h"

namespace laoke::test {

// A shop with one channel whose sends the test decides: claims and outcomes without threads or network.
class SendDesk {
 public:
  static constexpr std::int64_t kChannel = 3;

  explicit SendDesk(std::int64_t now_ms = kMonday10) : now_ms(now_ms) {}

  // A customer with one contact on the channel; their id.
  std::int64_t customer(const std::string& name);
  std::int64_t contact_of(std::int64_t customer_id);
  // A started and wholly planned broadcast to all customers.
  std::int64_t broadcast(const std::string& body = "上新了", const std::string& segment = "all");
  void plan(std::int64_t broadcast_id);
  void start_due();  // scheduled broadcasts whose time has come
  std::vector<Claimed> claim(int room = 1'000);
  void record(const Claimed& claimed, Outcome::Kind kind, const std::string& reason = "", std::int64_t retry_at_ms = 0);
  // Claims and accepts until nothing is due; the customers written to, in order.
  std::vector<std::int64_t> send_all();
  // "accepted" -> 3, "dropped:opted_out" -> 1
  std::map<std::string, std::int64_t> counts(std::int64_t broadcast_id);
  std::string state(std::int64_t broadcast_id);
  storage::Delivery delivery(const storage::DeliveryKey& key);
  template <class F>
  auto in(F&& work) {
    return shop.write([&](storage::Transaction& tx) {
      const auto row = storage::get_shop(tx, shop.id());
      return work(Context{tx, *row, now_ms});
    });
  }

  TestShop shop;
  std::int64_t now_ms;
  ChannelMap channels{{kChannel, {"telegram", "on", 0, 0}}};

 private:
  MessageCache cache_;
  int next_platform_id_ = 900;
};

}  // namespace laoke::test
