#include <catch2/catch.hpp>

#include "handlers/dispatch.h"
#include "handlers/reasons.h"
#include "storage/channels.h"
#include "tests/support/nodes_desk.h"
#include "tests/support/patience.h"

using namespace laoke;
using namespace laoke::test;
using Kind = Outcome::Kind;

namespace {

void record(NodesDesk& desk, const Claimed& claimed, Kind kind, const std::string& reason = "") {
  Outcome outcome;
  outcome.kind = kind;
  outcome.claimed = claimed;
  outcome.reason = reason;
  outcome.at_ms = outcome.retry_at_ms = desk.clock.now_ms();
  outcome.platform_message_id = kind == Kind::kAccepted ? "77" : "";
  desk.shop.write([&](storage::Transaction& tx) { laoke::record(tx, {&outcome, 1}); });
}

// A first server claimed the one message of a broadcast and was not heard of again; the second took over.
struct Handover {
  Handover() {
    desk.customers(1);
    first.beat();
    broadcast = desk.start_broadcast_to_all();
    first.scheduler.run_due();
    claimed = first.claim(desk).at(0);
  }
  ChannelLeases::Beat take_over() {
    desk.time.advance(kLeaseMs + 1);
    second.node.beat();
    return second.beat();
  }
  storage::Delivery row() { return desk.deliveries(broadcast).at(0); }

  NodesDesk desk;
  TestNode first{desk, "first"}, second{desk, "second"};
  std::int64_t broadcast = 0;
  Claimed claimed;
};

}  // namespace

TEST_CASE("a channel whose server died is taken over once its lease is over, and what was under way is settled", "[nodes]") {
  Handover story;
  const auto channel = story.desk.channel_ids.at(0);
  CHECK(story.claimed.fence == 1);
  CHECK(story.second.beat().taken.empty());
  story.desk.time.advance(kLeaseMs - 1);
  CHECK(story.second.beat().taken.empty());
  story.desk.time.advance(1);
  const auto beat = story.second.beat();
  REQUIRE(beat.taken.size() == 1);
  CHECK(beat.taken[0].fence == 2);
  CHECK(beat.settled == 1);
  CHECK(story.row().state == "unknown");
  CHECK(story.row().reason == reasons::kStopped);
  CHECK(story.second.leases->owns(channel));
  CHECK(story.desk.in_flight() == 0);
}

TEST_CASE("a server that slept through its lease sends nothing more and claims nothing more", "[nodes]") {
  Handover story;
  const auto channel = story.desk.channel_ids.at(0);
  CHECK(story.first.leases->holds(channel, 1));
  CHECK_FALSE(story.first.leases->holds(channel, 2));
  story.desk.time.advance(kLeaseMs);
  SECTION("by its own clock alone, before anybody took over") {
    CHECK_FALSE(story.first.leases->holds(channel, 1));
    CHECK(story.first.leases->fences().empty());
  }
  SECTION("by the fence, were its own clock to stand still") {
    story.second.beat();
    story.desk.time.own_ms -= kLeaseMs;
    CHECK(story.first.leases->holds(channel, 1));  // it believes so
    story.desk.customers(1);
    const auto broadcast = story.desk.start_broadcast_to_all();
    story.second.scheduler.run_due();
    CHECK(story.first.claim(story.desk).empty());
    CHECK(story.desk.counts(broadcast) == std::map<std::string, std::int64_t>{{"planned", 2}});
    CHECK(story.second.claim(story.desk).size() == 1);  // the other customer had their marketing for today
    CHECK(story.first.beat().lost == std::vector<std::int64_t>{channel});
    CHECK(story.first.leases->fences().empty());
  }
  SECTION("but goes on under the same fence when nobody took over") {
    CHECK(story.first.beat().lost.empty());
    CHECK(story.first.leases->holds(channel, 1));
    record(story.desk, story.claimed, Kind::kAccepted);
    CHECK(story.row().state == "accepted");
  }
}

TEST_CASE("a result that comes after the channel changed hands only corrects what was not known", "[nodes]") {
  struct Case {
    const char* says;
    Kind kind;
    const char* reason;
    const char* state;
  };
  const std::vector<Case> cases = {
      {"accepted ends the unknown row", Kind::kAccepted, "", "accepted"},
      {"a message that never left may be sent now", Kind::kReturned, "", "due"},
      {"no answer stays unknown", Kind::kUnknown, "no_answer", "unknown"},
      {"a refusal to be tried again is not tried again", Kind::kRetryAt, "retry", "unknown"},
      {"a refusal for good stays with the one who sees it", Kind::kRejected, "", "unknown"},
      {"a contact that is gone reroutes nothing", Kind::kReroute, "", "unknown"},
  };
  for (const auto& one : cases) DYNAMIC_SECTION(one.says) {
    Handover story;
    story.take_over();
    REQUIRE(story.row().state == "unknown");
    record(story.desk, story.claimed, one.kind, one.reason);
    CHECK(story.row().state == one.state);
    record(story.desk, story.claimed, one.kind, one.reason);  // and once more changes nothing
    CHECK(story.row().state == one.state);
    CHECK(story.row().attempts == (std::string(one.state) == "due" ? 0 : 1));
    CHECK(story.desk.counts(story.broadcast) == std::map<std::string, std::int64_t>{{one.state, 1}});
  }
}

TEST_CASE("a late acceptance also ends a row that waits to be sent again under the same key", "[nodes]") {
  Handover story;
  story.desk.time.advance(kLeaseMs + 1);
  const auto fence = story.desk.shop.write([&](storage::Transaction& tx) {
    const auto now_ms = story.desk.time.shared_ms.load();
    return storage::take_channel(tx, story.desk.shop.id(), story.desk.channel_ids[0], "second", now_ms, now_ms + kLeaseMs);
  });
  REQUIRE(fence == 2);
  const auto settled = story.desk.shop.write([&](storage::Transaction& tx) {
    return settle_left_behind(tx, story.desk.clock.now_ms(), {story.desk.shop.id(), story.desk.channel_ids[0], *fence, true});
  });
  CHECK(settled == 1);
  REQUIRE(story.row().state == "due");
  SECTION("before it was claimed again") {
    record(story.desk, story.claimed, Kind::kAccepted);
    CHECK(story.row().state == "accepted");
    CHECK(story.first.claim(story.desk).empty());
  }
  SECTION("not while the new owner sends it: its result counts") {
    story.second.beat();
    const auto again = story.second.claim(story.desk);
    REQUIRE(again.size() == 1);
    record(story.desk, story.claimed, Kind::kAccepted);
    CHECK(story.row().state == "sending");
    record(story.desk, again[0], Kind::kAccepted);
    CHECK(story.row().state == "accepted");
  }
}

TEST_CASE("nothing of a living server is settled when another starts", "[nodes]") {
  Handover story;
  CHECK(story.second.sender.recover() == 0);
  CHECK(story.row().state == "sending");
  CHECK(story.desk.in_flight() == 1);
}

TEST_CASE("a clean stop gives its channels back at once", "[nodes]") {
  NodesDesk desk(3);
  TestNode first(desk, "first"), second(desk, "second");
  second.node.stop();  // so that the first may take all
  CHECK(first.beat().taken.size() == 3);
  CHECK(second.leases->beat(second.channels.all(), desk.clock.now_ms()).taken.empty());
  first.sender.stop(kPatience);
  first.node.stop();
  CHECK(second.leases->beat(second.channels.all(), desk.clock.now_ms()).taken.size() == 3);
}

TEST_CASE("what a removed channel left in sending does not stay so for ever", "[nodes]") {
  Handover story;
  story.desk.in([&](const Context& context) { return storage::delete_channel(context.tx, context.shop_id(), story.desk.channel_ids[0]); });
  story.desk.time.advance(kLeaseMs + 1);
  CHECK(story.second.beat().settled == 0);  // a call may still be running
  story.desk.clock.advance(61'000);
  CHECK(story.second.beat().settled == 1);
  CHECK(story.row().state == "unknown");
}
