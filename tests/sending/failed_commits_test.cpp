#include <catch2/catch.hpp>
#include <set>

#include "tests/support/flaky_database.h"
#include "tests/support/ways_desk.h"

// What a sender claims in a commit that fails was never claimed: it goes out once all the same.

using namespace laoke;

TEST_CASE("commits that fail while a broadcast is claimed double nobody afterwards", "[sender]") {
  test::WaysDesk desk;
  channels::Traits traits;
  traits.messages_per_second = 0;  // without a rate a claim takes as many as one commit may look at
  traits.contact_messages_per_second = 0;
  desk.account("chat", traits);
  constexpr int kPeople = 1'500;
  desk.crowd(kPeople, "chat");
  const auto broadcast = desk.broadcast();
  test::FlakyDatabase database(desk.shop.db());
  Sender sender(database, desk.channels, desk.clock, "test");
  sender.recover();
  const int failures = GENERATE(1, 4);  // of several the claims are more than one commit records
  database.no_commits = true;
  for (int i = 0; i < failures; ++i) CHECK_THROWS(sender.drain());
  CHECK(desk.platform.calls().empty());
  database.no_commits = false;
  sender.drain();
  const auto reached = desk.platform.reached();
  CHECK(reached.size() == static_cast<std::size_t>(kPeople));
  CHECK(std::set<std::string>(reached.begin(), reached.end()).size() == static_cast<std::size_t>(kPeople));
  CHECK(desk.counts(broadcast) == std::map<std::string, std::int64_t>{{"accepted", kPeople}});
  sender.stop(std::chrono::seconds(2));
}
