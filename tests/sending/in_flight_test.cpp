// What a crash could leave behind: rows in "sending" while a platform answers faster than the database writes.
#include <catch2/catch.hpp>

#include <algorithm>

#include "storage/ledger.h"
#include "storage/sending.h"
#include "tests/support/send_desk.h"
#include "tests/support/ways_desk.h"

using namespace laoke;
using test::SendDesk;
using test::WaysDesk;

TEST_CASE("however fast a platform answers, few messages are in flight at a time", "[sender]") {
  constexpr std::size_t kMost = 1'024;  // of an account without a rate
  WaysDesk desk;
  desk.account("quick");
  desk.crowd(8'000, "quick");
  const auto broadcast = desk.broadcast();
  desk.sender = std::make_unique<Sender>(desk.shop.db(), desk.channels, desk.clock, "test");
  std::size_t most = 0;
  desk.sender->on_record([&](storage::Transaction& tx, std::span<const Outcome>) { most = std::max(most, storage::list_in_flight(tx).size()); });
  desk.send();
  CHECK(desk.counts(broadcast) == std::map<std::string, std::int64_t>{{"accepted", 8'000}});
  CHECK(desk.platform.calls().size() == 8'000);
  CHECK(most > 0);
  CHECK(most <= kMost);
}

TEST_CASE("taking many messages out of flight tells which of them were there, under this fence", "[dispatch]") {
  SendDesk desk;
  constexpr std::int64_t kBroadcast = 70, kFence = 4;
  const auto put = [&](const Context& context, const std::string& source, std::int64_t source_id, std::int64_t customer, const std::string& cause,
                       std::int64_t fence) {
    storage::add_in_flight(context.tx, {context.shop_id(), {source, source_id, customer, cause}, 3, "test", 0, fence, "", ""});
  };
  std::vector<std::int64_t> asked, expected;
  desk.in([&](const Context& context) {
    asked.clear(), expected.clear();
    for (std::int64_t customer = 1; customer <= 130; ++customer) {  // three statements
      asked.push_back(customer);
      if (customer % 3 == 0) continue;  // never claimed
      put(context, "b", kBroadcast, customer, "", customer % 3 == 1 ? kFence : kFence - 1);
      if (customer % 3 == 1) expected.push_back(customer);
    }
    put(context, "b", kBroadcast + 1, 1, "", kFence);
    put(context, "r", kBroadcast, 1, "order:1", kFence);
    put(context, "b", kBroadcast, 1'000, "", kFence);  // not asked about
  });
  const auto landed = [&](const std::vector<std::int64_t>& customers) {
    auto landed = desk.in([&](const Context& context) {
      return storage::remove_in_flight_of(context.tx, context.shop_id(), kBroadcast, kFence, customers);
    });
    std::sort(landed.begin(), landed.end());
    return landed;
  };
  const auto left = [&] { return desk.in([](const Context& context) { return storage::list_in_flight(context.tx).size(); }); };
  const auto before = left();
  CHECK(landed({}).empty());
  CHECK(landed(asked) == expected);
  CHECK(left() == before - expected.size());
  CHECK(landed(asked).empty());
  CHECK(landed({1'000}) == std::vector<std::int64_t>{1'000});
}

TEST_CASE("two outcomes of one delivery in the same commit count once", "[dispatch]") {
  SendDesk desk;
  const auto customer = desk.customer("丽莎");
  const auto broadcast = desk.broadcast();
  const auto claimed = desk.claim();
  REQUIRE(claimed.size() == 1);
  std::vector<Outcome> outcomes(2);
  for (auto& outcome : outcomes) {
    outcome.kind = Outcome::Kind::kAccepted;
    outcome.claimed = claimed[0];
    outcome.at_ms = desk.now_ms;
  }
  outcomes[0].platform_message_id = "first";
  outcomes[1].platform_message_id = "second";
  desk.shop.write([&](storage::Transaction& tx) { laoke::record(tx, outcomes); });
  CHECK(desk.counts(broadcast) == std::map<std::string, std::int64_t>{{"accepted", 1}});
  CHECK(desk.delivery({"b", broadcast, customer, ""}).platform_message_id == "first");
}

TEST_CASE("a planned slice has one row for each customer, however many share a statement", "[broadcasts]") {
  SendDesk desk;
  for (const std::int64_t count : {0, 1, 19, 20, 21, 45, 60}) {
    CAPTURE(count);
    const std::int64_t broadcast = 500 + count;
    std::vector<std::int64_t> customers;
    for (std::int64_t i = 1; i <= count; ++i) customers.push_back(10 * i);
    const auto plan = [&] {
      return desk.in([&](const Context& context) {
        return storage::plan_broadcast_slice(context.tx, context.shop_id(), broadcast, customers, "notice", 111, 222);
      });
    };
    CHECK(plan() == count);
    CHECK(plan() == 0);  // rows that exist are left alone
    if (count > 20) customers[7] = 71;
    CHECK(plan() == (count > 20 ? 1 : 0));
    const auto rows = desk.in([&](const Context& context) {
      return storage::walk_broadcast(context.tx, context.shop_id(), broadcast, 0, 1'000);
    });
    REQUIRE(rows.size() == static_cast<std::size_t>(count + (count > 20 ? 1 : 0)));
    for (const auto& row : rows) {
      CHECK(row.state == "planned");
      CHECK(row.klass == "notice");
      CHECK(row.key.source == "b");
      CHECK(row.key.cause.empty());
      CHECK((row.due_at_ms == 111 && row.expires_at_ms == 222 && row.updated_at_ms == 111));
      CHECK((row.contact_id == 0 && row.attempts == 0 && row.payload.empty() && row.platform_message_id.empty()));
    }
  }
}
