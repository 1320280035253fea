#include <catch2/catch.hpp>

#include "bot/channel_host.h"
#include "bot/clock.h"
#include "bot/scheduler.h"
#include "bot/sender.h"
#include "handlers/broadcasts.h"
#include "handlers/reasons.h"
#include "handlers/template_library.h"
#include "storage/channels.h"
#include "storage/contacts.h"
#include "storage/customers.h"
#include "tests/fakes/fake_telegram.h"
#include "tests/support/manual_clock.h"
#include "tests/support/patience.h"
#include "tests/support/test_shop.h"

using namespace laoke;
using storage::Transaction;

namespace {

// A shop with a Telegram account at the fake, a running sender and scheduler, and `count` customers who wrote before.
class Desk {
 public:
  explicit Desk(int count, int per_second = 1'000) : channels(shop.db()) {
    shop.write([&](Transaction& tx) {
      storage::ChannelRow row;
      row.shop_id = shop.id();
      row.name = row.kind = "telegram";
      row.settings = settings(per_second);
      channel_id = storage::insert_channel(tx, row);
      for (int i = 0; i < count; ++i) add_customer(tx, 1'000 + i);
    });
    channels.refresh();
    sender = std::make_unique<Sender>(shop.db(), channels, clock, "test");
    scheduler = std::make_unique<Scheduler>(shop.db(), clock);
    shop.db().set_commit_listener([this](unsigned signals) {
      if (signals & storage::kSendWork) sender->wake();
      if (signals & storage::kBroadcastWork) scheduler->wake();
    });
  }
  ~Desk() {
    scheduler->stop();
    sender->stop(std::chrono::seconds(2));
    shop.db().set_commit_listener({});
  }

  std::string settings(int per_second) const {
    auto settings = fake.settings("webhook");
    settings["messages_per_second"] = std::to_string(per_second);
    settings["contact_messages_per_second"] = "1000";
    return settings.dump();
  }
  void pace(int per_second) {
    shop.write([&](Transaction& tx) {
      storage::update_channel_settings(tx, shop.id(), channel_id, settings(per_second));
      storage::bump_config(tx, shop.id());
    });
    channels.refresh();
  }
  void add_customer(Transaction& tx, std::int64_t chat_id) {
    storage::Customer customer;
    customer.name = "客户" + std::to_string(chat_id);
    storage::Contact contact;
    contact.customer_id = storage::insert_customer(tx, shop.id(), customer);
    contact.channel_id = channel_id;
    contact.external_id = std::to_string(chat_id);
    storage::insert_contact(tx, shop.id(), contact);
  }
  template <class F>
  auto in(F&& work) {
    return shop.write([&](Transaction& tx) { return work(Context{tx, *storage::get_shop(tx, shop.id()), clock.now_ms()}); });
  }
  std::int64_t start_broadcast_to_all() {
    return in([](const Context& context) {
      BroadcastDraft draft;
      draft.segment = "all";
      draft.body = "上新啦";
      return start_broadcast(context, create_broadcast(context, draft).broadcast_id).broadcast_id;
    });
  }
  std::map<std::string, std::int64_t> counts(std::int64_t broadcast_id) {
    return in([&](const Context& context) {
      std::map<std::string, std::int64_t> counts;
      for (const auto& count : storage::broadcast_counts(context.tx, shop.id(), broadcast_id))
        counts[count.reason.empty() ? count.state : count.state + ":" + count.reason] += count.count;
      return counts;
    });
  }
  std::string state(std::int64_t broadcast_id) {
    return in([&](const Context& context) { return storage::get_broadcast(context.tx, shop.id(), broadcast_id)->state; });
  }
  // Chats that were written to more than once.
  int doubled() {
    std::map<std::int64_t, int> times;
    for (const auto& sent : fake.accepted()) ++times[sent.chat_id];
    return static_cast<int>(std::count_if(times.begin(), times.end(), [](const auto& entry) { return entry.second > 1; }));
  }

  test::TestShop shop;
  test::FakeTelegram fake;
  test::ManualClock clock{test::kMonday10};
  ChannelHost channels;
  std::int64_t channel_id = 0;
  std::unique_ptr<Sender> sender;
  std::unique_ptr<Scheduler> scheduler;
};

}  // namespace

TEST_CASE("a broadcast reaches every customer exactly once", "[sender][concurrent]") {
  Desk desk(300);
  desk.sender->start();
  desk.scheduler->start();
  const auto broadcast = desk.start_broadcast_to_all();
  CHECK(test::eventually([&] { return desk.state(broadcast) == "done"; }));
  CHECK(desk.fake.accepted().size() == 300);
  CHECK(desk.doubled() == 0);
  CHECK(desk.counts(broadcast) == std::map<std::string, std::int64_t>{{"accepted", 300}});
}

TEST_CASE("a broadcast paused and resumed again and again while it is sent reaches everybody once", "[sender][concurrent]") {
  Desk desk(200, 400);
  desk.sender->start();
  desk.scheduler->start();
  const auto broadcast = desk.start_broadcast_to_all();
  for (int i = 0; i < 8; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    try {
      desk.in([&](const Context& context) { return pause_broadcast(context, broadcast); });
      desk.in([&](const Context& context) { return resume_broadcast(context, broadcast); });
    } catch (const Refusal&) {
      break;  // it was done before
    }
  }
  CHECK(test::eventually([&] { return desk.state(broadcast) == "done"; }));
  CHECK(desk.fake.accepted().size() == 200);
  CHECK(desk.doubled() == 0);
}

TEST_CASE("stopping gives back what was not sent, and the next start sends exactly the rest", "[sender][concurrent]") {
  Desk desk(200, 10);  // twenty seconds: it is stopped long before it is done
  desk.sender->start();
  desk.scheduler->start();
  const auto broadcast = desk.start_broadcast_to_all();
  CHECK(desk.fake.wait_for_accepted(3));
  desk.sender->stop(test::kPatience);
  const auto before = desk.fake.accepted().size();
  CHECK(before < 200);
  CHECK(desk.in([](const Context& context) { return storage::list_in_flight(context.tx).size(); }) == 0);
  desk.pace(1'000);
  desk.sender = std::make_unique<Sender>(desk.shop.db(), desk.channels, desk.clock, "test");
  CHECK(desk.sender->recover() == 0);
  desk.sender->start();
  CHECK(test::eventually([&] { return desk.state(broadcast) == "done"; }));
  CHECK(desk.fake.accepted().size() == 200);
  CHECK(desk.doubled() == 0);
}

TEST_CASE("the platform's own wait is kept by the whole channel, and nothing is lost by it", "[sender]") {
  Desk desk(5);
  desk.fake.throttle_next(1, 30);
  desk.scheduler->run_due();
  const auto broadcast = desk.start_broadcast_to_all();
  desk.scheduler->run_due();
  desk.sender->drain();
  const auto waiting = desk.counts(broadcast)["deferred:" + std::string(reasons::kChannelWaits)];
  CHECK(waiting >= 1);
  CHECK(desk.fake.accepted().size() + static_cast<std::size_t>(waiting) == 5);
}

TEST_CASE("each answer of the platform ends in its own state", "[sender]") {
  Desk desk(1);
  struct Case {
    const char* says;
    std::function<void(test::FakeTelegram&)> fault;
    const char* count;
  };
  const std::vector<Case> cases = {
      {"blocked by the user", [](auto& fake) { fake.block(1'000); }, "dropped:blocked"},
      {"an answer that never came", [](auto& fake) { fake.lose_next_answer(); }, "unknown:no_answer"},
      {"refused as it is", [](auto& fake) { fake.fail_next(2, 400, "Bad Request: message is too long"); }, "failed:rejected"},
      {"token revoked", [](auto& fake) { fake.revoke_token(); }, "deferred:channel_broken"},
  };
  for (const auto& one : cases) DYNAMIC_SECTION(one.says) {
    one.fault(desk.fake);
    const auto broadcast = desk.start_broadcast_to_all();
    desk.scheduler->run_due();
    desk.sender->drain();
    CHECK(desk.counts(broadcast) == std::map<std::string, std::int64_t>{{one.count, 1}});
  }
}
