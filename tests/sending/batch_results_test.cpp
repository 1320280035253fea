// What a platform says of a whole call for many, later and of nobody by name.
#include <catch2/catch.hpp>
#include <limits>

#include "handlers/batch_results.h"
#include "handlers/calendar.h"
#include "handlers/dispatch.h"
#include "handlers/outside_events.h"
#include "storage/batches.h"
#include "storage/tasks.h"
#include "tests/support/ways_desk.h"

namespace laoke::test::batch_results {
namespace {

using channels::SendStatus;
using Counts = std::map<std::string, std::int64_t>;

// The scripted platform calls its batches "p0", "p1", … in the order they come.
struct JobDesk : WaysDesk {
  JobDesk() {
    channels::Traits traits;
    traits.batch_size = 3;
    traits.batch_least = 2;
    account("wechat", traits);
  }
  void told(const std::string& id, BatchResult result) {
    InboundEvent event;
    event.kind = InboundKind::kReceipt;
    event.key = "told-" + std::to_string(++last_event);
    event.platform_message_id = id;
    event.batch_result = std::make_shared<const BatchResult>(std::move(result));
    CHECK(take("wechat", event) == Taken::kDone);
  }
  std::vector<std::string> tasks() {
    return in([](const Context& context) {
      std::vector<std::string> texts;
      for (const auto& task : storage::list_open_tasks(context.tx, context.shop_id(), std::nullopt, std::numeric_limits<std::int64_t>::max(), 50)) texts.push_back(task.text);
      return texts;
    });
  }
  std::size_t capped(std::int64_t customer_id) {
    return in([&](const Context& context) { return storage::marketing_sent_since(context.tx, context.shop_id(), customer_id, 0).size(); });
  }
};

const BatchResult kRefused{true, 3, 0, 0, 3, "err(10001) 涉嫌广告"};

}  // namespace

TEST_CASE("a call that the platform reports as failed failed for its members, and for nobody else", "[batches]") {
  JobDesk desk;
  const auto customers = desk.crowd(3, "wechat");
  const auto other = desk.broadcast("早上好");
  desk.send();
  desk.clock.advance(2 * kDayMs);
  const auto broadcast = desk.broadcast("上新了");
  desk.send();
  REQUIRE(desk.counts(broadcast) == Counts{{"accepted", 3}});
  REQUIRE(desk.capped(customers[0]) == 2);
  desk.told("p1", kRefused);
  CHECK(desk.counts(broadcast) == Counts{{"failed:platform_reported_failure", 3}});
  CHECK(desk.counts(other) == Counts{{"accepted", 3}});
  for (const auto customer : customers) {
    CHECK(desk.of(broadcast, customer).state == "failed");
    CHECK(desk.of(other, customer).state == "accepted");
    CHECK(desk.capped(customer) == 1);  // what nobody got is no message of this week
  }
  REQUIRE(desk.tasks().size() == 1);
  CHECK_THAT(desk.tasks()[0], Catch::Contains("all") && Catch::Contains("err(10001)") && Catch::Contains("3 人"));
  desk.told("p1", kRefused);
  CHECK(desk.counts(broadcast) == Counts{{"failed:platform_reported_failure", 3}});
  CHECK(desk.tasks().size() == 1);
}

TEST_CASE("of two calls of a broadcast only the failed one's members failed", "[batches]") {
  JobDesk desk;
  const auto customers = desk.crowd(5, "wechat");
  const auto broadcast = desk.broadcast();
  desk.send();
  desk.told("p0", kRefused);
  const auto counts = desk.counts(broadcast);
  const auto failed = counts.at("failed:platform_reported_failure");
  CHECK(failed + counts.at("accepted") == 5);
  CHECK((failed == 3 || failed == 2));  // which call left first is the lanes' affair
  for (const auto customer : customers) {
    const auto row = desk.of(broadcast, customer);
    CHECK((row.state == "failed") == (row.platform_message_id == "p0"));
  }
}

TEST_CASE("counts of a call that went out are kept as counts: no row is moved on a guess", "[batches]") {
  JobDesk desk;
  const auto customers = desk.crowd(3, "wechat");
  const auto broadcast = desk.broadcast();
  desk.send();
  const auto totals = [&] { return desk.in([&](const Context& context) { return batch_totals(context, broadcast); }); };
  CHECK_FALSE(totals());
  desk.told("p0", {false, 3, 2, 1, 1, "send success"});
  CHECK(desk.counts(broadcast) == Counts{{"accepted", 3}});
  const auto now = totals();
  REQUIRE(now);
  CHECK(now->calls == 1);
  CHECK(now->failed_calls == 0);
  CHECK(now->addressed == 3);
  CHECK(now->kept == 2);
  CHECK(now->sent == 1);
  CHECK(now->errors == 1);
  CHECK(now->all_told);
  desk.told("p0", kRefused);  // the first word stands
  CHECK(desk.of(broadcast, customers[0]).state == "accepted");
  CHECK(totals()->sent == 1);
}

TEST_CASE("a word on a call that names no numbers, or of a call nobody knows, changes nothing", "[batches]") {
  JobDesk desk;
  desk.crowd(3, "wechat");
  const auto broadcast = desk.broadcast();
  desk.send();
  desk.told("p0", {false, -1, -1, -1, -1, "send success"});
  desk.told("another", kRefused);
  desk.told("", kRefused);
  CHECK(desk.counts(broadcast) == Counts{{"accepted", 3}});
  CHECK(desk.in([&](const Context& context) { return batch_totals(context, broadcast); })->addressed == 0);
  CHECK(desk.tasks().empty());
}

TEST_CASE("a word that overtakes the call's own answer takes effect with it", "[batches]") {
  JobDesk desk;
  const auto customers = desk.crowd(3, "wechat");
  desk.told("p0", kRefused);
  CHECK(desk.tasks().empty());
  const auto broadcast = desk.broadcast();
  desk.send();
  CHECK(desk.counts(broadcast) == Counts{{"failed:platform_reported_failure", 3}});
  CHECK(desk.of(broadcast, customers[2]).state == "failed");
  CHECK(desk.tasks().size() == 1);
}

TEST_CASE("who a receipt moved on before keeps what it said", "[batches]") {
  JobDesk desk;
  const auto customers = desk.crowd(3, "wechat");
  const auto broadcast = desk.broadcast();
  desk.send();
  InboundEvent read;
  read.kind = InboundKind::kReceipt;
  read.key = "read";
  read.external_id = "a000001";
  read.platform_message_id = "p0";
  read.receipt = ReceiptKind::kRead;
  desk.take("wechat", read);
  REQUIRE(desk.of(broadcast, customers[1]).state == "read");
  desk.told("p0", kRefused);
  CHECK(desk.of(broadcast, customers[1]).state == "read");
  CHECK(desk.of(broadcast, customers[0]).state == "failed");
}

TEST_CASE("what is remembered of calls goes after two months", "[batches]") {
  JobDesk desk;
  desk.crowd(3, "wechat");
  const auto old = desk.broadcast();
  desk.send();
  desk.told("p0", {false, 3, 3, 3, 0, "send success"});
  desk.clock.advance(61 * kDayMs);
  desk.told("later", {false, 3, 3, 3, 0, "send success"});
  CHECK_FALSE(desk.in([&](const Context& context) { return batch_totals(context, old); }));
}

}  // namespace laoke::test::batch_results
