#include <catch2/catch.hpp>
#include <set>

#include "bot/commands/checkup.h"
#include "storage/channels.h"
#include "tests/support/nodes_desk.h"

using namespace laoke;
using namespace laoke::test;

namespace {

std::size_t held(const TestNode& node) { return node.leases->fences().size(); }

// As the sender does it: what leaves is given back once it is idle.
void beat_and_let_go(TestNode& node) {
  node.beat();
  for (const auto channel : node.leases->leaving()) node.leases->give_back(channel);
}

}  // namespace

TEST_CASE("each server takes its share of the channels, and every channel has exactly one", "[nodes]") {
  struct Case {
    int channels;
    std::vector<const char*> roles;
    std::vector<std::size_t> held;
  };
  const std::vector<Case> cases = {
      {5, {"all", "all"}, {3, 2}},   {6, {"worker", "worker", "all"}, {2, 2, 2}}, {1, {"all", "all", "all"}, {1, 0, 0}},
      {4, {"all", "hooks"}, {4, 0}}, {0, {"all", "all"}, {0, 0}},
  };
  for (const auto& one : cases) DYNAMIC_SECTION(one.channels << " channels, " << one.roles.size() << " servers, first " << one.roles[0]) {
    NodesDesk desk(one.channels);
    std::vector<std::unique_ptr<TestNode>> nodes;
    for (const auto* role : one.roles) nodes.push_back(std::make_unique<TestNode>(desk, "n" + std::to_string(nodes.size()), false, role));
    std::set<std::int64_t> taken;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      if (std::string(one.roles[i]) == "hooks") continue;
      nodes[i]->beat();
      CHECK(held(*nodes[i]) == one.held[i]);
      for (const auto& [channel, fence] : nodes[i]->leases->fences()) CHECK(taken.insert(channel).second);
    }
    CHECK(taken.size() == static_cast<std::size_t>(one.channels));
  }
}

TEST_CASE("a server that joins is given its share one by one, and then nothing moves any more", "[nodes]") {
  NodesDesk desk(6);
  TestNode first(desk, "first");
  first.beat();
  REQUIRE(held(first) == 6);
  TestNode second(desk, "second");
  for (int beat = 0; beat < 12; ++beat) {
    const auto before = held(first);
    beat_and_let_go(first);
    CHECK(before - held(first) <= 1);
    beat_and_let_go(second);
    desk.time.advance(kBeatMs);
  }
  CHECK(held(first) == 3);
  CHECK(held(second) == 3);
  const auto fences = first.leases->fences();
  for (int beat = 0; beat < 10; ++beat) {
    beat_and_let_go(first);
    beat_and_let_go(second);
    desk.time.advance(kBeatMs);
  }
  CHECK(first.leases->fences() == fences);
}

TEST_CASE("a channel that stays free is taken beyond the share", "[nodes]") {
  NodesDesk desk(4);
  TestNode first(desk, "first"), stuck(desk, "stuck");  // it lives and takes nothing
  first.beat();
  CHECK(held(first) == 2);
  for (std::int64_t passed = 0; passed <= kLeaseMs + kBeatMs; passed += kBeatMs) {
    desk.time.advance(kBeatMs);
    stuck.node.beat();
    first.beat();
  }
  CHECK(held(first) == 4);
}

TEST_CASE("a channel that was added is taken at the next beat, a removed one forgotten", "[nodes]") {
  NodesDesk desk(1);
  TestNode node(desk, "n");
  node.beat();
  const auto added = desk.add_channel("late");
  CHECK(node.beat().taken.size() == 1);
  CHECK(node.leases->owns(added));
  desk.in([&](const Context& context) { return storage::delete_channel(context.tx, context.shop_id(), added); });
  CHECK(node.beat().lost == std::vector<std::int64_t>{added});
  CHECK_FALSE(node.leases->owns(added));
  CHECK(desk.in([](const Context& context) { return storage::list_channel_leases(context.tx).size(); }) == 1);
}

TEST_CASE("a lease is reckoned by the shared clock, however wrong a server's own is", "[nodes]") {
  NodesDesk desk;
  TestNode first(desk, "first");
  desk.clock.advance(-5'000);
  first.beat();
  desk.clock.advance(3'600'000);  // an hour ahead in the eyes of the second
  TestNode second(desk, "second");
  CHECK(second.beat().taken.empty());
  CHECK(first.leases->owns(desk.channel_ids[0]));
}

TEST_CASE("alone on its database a server takes over at once, whoever was there before", "[nodes]") {
  NodesDesk desk(2);
  TestNode before(desk, "before");
  before.beat();
  ChannelLeases alone(desk.database, "alone", true, desk.time.clocks());
  before.channels.refresh();
  CHECK(alone.due(2));
  const auto beat = alone.beat(before.channels.all(), desk.clock.now_ms());
  CHECK(beat.taken.size() == 2);
  CHECK_FALSE(alone.due(2));
  CHECK(alone.due(3));  // a channel was added
  desk.time.advance(100 * kLeaseMs);
  CHECK(alone.owns(desk.channel_ids[0]));
  CHECK_FALSE(alone.due(2));
}

TEST_CASE("work of several steps is one server's at a time", "[nodes]") {
  NodesDesk desk(0);
  TestNode first(desk, "first"), second(desk, "second");
  const auto shop = desk.shop.id();
  CHECK(first.work.take(shop, "plan:1"));
  CHECK(first.work.take(shop, "plan:1"));
  CHECK_FALSE(second.work.take(shop, "plan:1"));
  CHECK(second.work.take(shop, "plan:2"));
  const auto keeps = [&](TestNode& node) { return desk.shop.write([&](storage::Transaction& tx) { return node.work.keep(tx, shop, "plan:1"); }); };
  SECTION("it is kept from step to step") {
    for (int i = 0; i < 5; ++i) {
      desk.time.advance(kLeaseMs - 1);
      CHECK(keeps(first));
    }
    CHECK_FALSE(second.work.take(shop, "plan:1"));
  }
  SECTION("one who slept through the lease finds it taken") {
    desk.time.advance(kLeaseMs);
    CHECK(second.work.take(shop, "plan:1"));
    CHECK_FALSE(keeps(first));
    second.work.give_back(shop, "plan:1");
    CHECK_FALSE(keeps(first));
  }
  SECTION("a stop gives everything back") {
    first.node.stop();
    CHECK(second.work.take(shop, "plan:1"));
  }
}

TEST_CASE("servers are listed while they live, and doctor says when nobody sends", "[nodes]") {
  NodesDesk desk(2);
  const auto lines = [&] {
    commands::Findings findings;
    commands::check_nodes(desk.shop.db(), findings);
    std::vector<std::pair<commands::Health, std::string>> lines;
    for (const auto& one : findings) lines.emplace_back(one.health, one.text.en.substr(one.text.en.find("(") == std::string::npos ? 0 : one.text.en.find('(')));
    return lines;
  };
  using commands::Health;
  CHECK(lines().empty());
  TestNode hooks(desk, "h", true, "hooks");
  CHECK(lines().size() == 2);
  CHECK(lines().at(1).first == Health::kProblem);
  TestNode worker(desk, "w", true, "worker");
  worker.beat();
  CHECK(lines() == std::vector<std::pair<Health, std::string>>{{Health::kOk, "(hooks) is running and sends on 0 channel(s)"},
                                                                {Health::kOk, "(worker) is running and sends on 2 channel(s)"}});
  worker.node.stop();
  CHECK(lines().size() == 2);
  CHECK(lines().at(1).first == Health::kProblem);
}

TEST_CASE("a server that fell silent is forgotten after a minute", "[nodes]") {
  NodesDesk desk(0);
  TestNode first(desk, "first"), second(desk, "second");
  const auto count = [&] { return desk.in([](const Context& context) { return storage::list_nodes(context.tx).size(); }); };
  desk.time.advance(59'000);
  second.node.beat();
  CHECK(count() == 2);
  desk.time.advance(2'000);
  second.node.beat();
  CHECK(count() == 1);
}
