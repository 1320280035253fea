// How a broadcast is walked when its customers are reached by several channels and some of them are full.
#include <catch2/catch.hpp>

#include <algorithm>
#include <set>

#include "tests/support/send_desk.h"

using namespace laoke;
using test::SendDesk;
using Customers = std::vector<std::int64_t>;

namespace {

constexpr std::int64_t kSlow = SendDesk::kChannel, kQuick = 4, kElsewhere = 5;

// One sender: what it knows of its walks outlives each claim.
struct Walker {
  SendDesk& desk;
  std::vector<std::int64_t> channels;  // those it sends on
  std::map<std::int64_t, WalkPlace> walks{};
  MessageCache cache{};
  unsigned signals = 0;

  Customers claim(const std::map<std::int64_t, int>& room, int limit = 1'000) {
    Capacity capacity;
    capacity.channels = desk.channels;
    for (const auto channel : channels) capacity.room[channel] = room.contains(channel) ? room.at(channel) : 0;
    capacity.contact_free_at_ms = [](std::int64_t) { return std::int64_t{0}; };
    capacity.node = "test";
    capacity.walks = walks;
    const auto claimed = desk.shop.write([&](storage::Transaction& tx) {
      Capacity left = capacity;
      auto taken = laoke::claim(tx, desk.now_ms, left, limit, cache);
      walks = left.walks;
      signals = tx.signals();
      return taken;
    });
    Customers customers;
    for (const auto& one : claimed) {
      customers.push_back(one.key.customer_id);
      desk.record(one, Outcome::Kind::kAccepted);
    }
    return customers;
  }
};

struct Town {
  SendDesk desk;
  Town() {
    desk.channels[kQuick] = {"webchat", "on", 0, 0};
    desk.channels[kElsewhere] = {"line", "on", 0, 0};
  }
  std::int64_t customer(std::int64_t channel_id) {
    return desk.in([&](const Context& context) {
      storage::Customer customer;
      customer.created_at_ms = desk.now_ms;
      const auto id = storage::insert_customer(context.tx, context.shop_id(), customer);
      write_by(context, id, channel_id, 0);
      return id;
    });
  }
  static void write_by(const Context& context, std::int64_t customer_id, std::int64_t channel_id, std::int64_t last_in_ms) {
    storage::Contact contact;
    contact.channel_id = channel_id;
    contact.external_id = std::to_string(channel_id) + "-" + std::to_string(customer_id);
    contact.customer_id = customer_id;
    contact.last_in_ms = last_in_ms;
    storage::insert_contact(context.tx, context.shop_id(), contact);
  }
  // "sqq" -> three customers, of the slow channel, the quick one, the quick one.
  Customers customers(const std::string& kinds) {
    Customers ids;
    for (const char kind : kinds) ids.push_back(customer(kind == 's' ? kSlow : kind == 'q' ? kQuick : kElsewhere));
    return ids;
  }
  std::size_t queued() {
    return desk.in([&](const Context& context) {
      std::size_t count = 0;
      for (const auto channel : {std::int64_t{0}, kSlow, kQuick, kElsewhere})
        count += storage::due_rows(context.tx, channel, storage::SendLane::kBulk, desk.now_ms + kDayMs, 1'000).size();
      return count;
    });
  }
  std::int64_t cursor(std::int64_t broadcast_id) {
    return desk.in([&](const Context& context) { return storage::get_broadcast(context.tx, context.shop_id(), broadcast_id)->send_cursor; });
  }
};

Customers some(const Customers& all, std::initializer_list<std::size_t> places) {
  Customers some;
  for (const auto place : places) some.push_back(all[place]);
  return some;
}

}  // namespace

TEST_CASE("who waits for a full channel stays in the ledger and holds up nobody of another", "[dispatch][walk]") {
  Town town;
  const auto all = town.customers("sqsqsqs");
  const auto id = town.desk.broadcast();
  Walker walker{town.desk, {kSlow, kQuick}};

  CHECK(walker.claim({{kSlow, 1}, {kQuick, 9}}) == some(all, {0, 1, 3, 5}));
  CHECK(town.queued() == 0);
  CHECK(town.desk.counts(id) == std::map<std::string, std::int64_t>{{"accepted", 4}, {"planned", 3}});
  CHECK(town.cursor(id) == all[2] - 1);

  CHECK(walker.claim({{kSlow, 0}, {kQuick, 9}}).empty());
  CHECK(walker.claim({{kSlow, 2}, {kQuick, 9}}) == some(all, {2, 4}));
  CHECK(walker.claim({{kSlow, 2}, {kQuick, 9}}) == some(all, {6}));
  CHECK(town.desk.state(id) == "done");
  CHECK(town.queued() == 0);
}

TEST_CASE("an idle channel that nobody is reached by is looked for once", "[dispatch][walk]") {
  Town town;
  const auto all = town.customers(std::string(50, 's'));
  town.desk.broadcast();
  Walker walker{town.desk, {kSlow, kQuick}};
  REQUIRE(walker.claim({{kSlow, 2}, {kQuick, 100}}, 60).size() == 2);
  REQUIRE(walker.claim({{kSlow, 2}, {kQuick, 100}}, 60).size() == 2);
  REQUIRE(walker.walks.begin()->second.at_end(kQuick));

  // With no more rows to look at than are sent, and one: nothing is left for looking ahead again.
  for (int i = 4; i < 50; i += 2) REQUIRE(walker.claim({{kSlow, 2}, {kQuick, 100}}, 3) == some(all, {std::size_t(i), std::size_t(i) + 1}));
}

TEST_CASE("work that the limit cut off is taken up again at once, and a full channel is waited for", "[dispatch][walk]") {
  Town town;
  town.customers(std::string(20, 's') + "q");
  town.desk.broadcast();
  Walker walker{town.desk, {kSlow, kQuick}};
  struct Step {
    int slow_room, limit;
    std::size_t claimed;
    bool again;
  };
  for (const auto& step : {Step{1, 5, 1, true}, Step{0, 5, 0, true}, Step{0, 30, 1, false}, Step{0, 30, 0, false}, Step{3, 30, 3, false}}) {
    CAPTURE(step.slow_room, step.limit);
    CHECK(walker.claim({{kSlow, step.slow_room}, {kQuick, 9}}, step.limit).size() == step.claimed);
    CHECK(((walker.signals & storage::kSendWork) != 0) == step.again);
  }
}

TEST_CASE("a customer who changes to another chat while the old one is full is still written to once", "[dispatch][walk]") {
  Town town;
  const auto all = town.customers("sssq");
  const auto id = town.desk.broadcast();
  Walker walker{town.desk, {kSlow, kQuick}};
  CHECK(walker.claim({{kSlow, 0}, {kQuick, 9}}) == some(all, {3}));
  // Behind the cursor's row, and the quick channel was already looked for up to the end.
  town.desk.in([&](const Context& context) { Town::write_by(context, all[1], kQuick, town.desk.now_ms); });
  CHECK(walker.claim({{kSlow, 0}, {kQuick, 9}}).empty());
  CHECK(walker.claim({{kSlow, 1}, {kQuick, 9}}) == some(all, {0, 1}));
  CHECK(walker.claim({{kSlow, 1}, {kQuick, 9}}) == some(all, {2}));
  CHECK(town.desk.state(id) == "done");
}

TEST_CASE("two senders, each with its own channels, walk one broadcast and leave out nobody", "[dispatch][walk]") {
  Town town;
  const auto all = town.customers("esesqseqqesseq");
  const auto id = town.desk.broadcast();
  Walker here{town.desk, {kSlow, kQuick}}, there{town.desk, {kElsewhere}};
  std::multiset<std::int64_t> sent;
  for (int round = 0; round < 12; ++round) {
    for (const auto customer : here.claim({{kSlow, round % 2}, {kQuick, 1}})) sent.insert(customer);
    for (const auto customer : there.claim({{kElsewhere, 1}})) sent.insert(customer);
  }
  CHECK(sent == std::multiset<std::int64_t>(all.begin(), all.end()));
  CHECK(town.queued() == 0);
  CHECK(town.desk.state(id) == "done");
}

TEST_CASE("pausing between two looks loses nobody", "[dispatch][walk]") {
  Town town;
  const auto all = town.customers("sqsqsqsq");
  const auto id = town.desk.broadcast();
  Walker walker{town.desk, {kSlow, kQuick}};
  std::multiset<std::int64_t> sent;
  const auto claim = [&](int slow, int quick) {
    for (const auto customer : walker.claim({{kSlow, slow}, {kQuick, quick}})) sent.insert(customer);
  };
  claim(1, 1);
  town.desk.in([&](const Context& context) { return pause_broadcast(context, id); });
  claim(9, 9);
  REQUIRE(sent.size() == 2);
  CHECK(walker.walks.empty());
  town.desk.in([&](const Context& context) { return resume_broadcast(context, id); });
  claim(1, 9);
  claim(9, 9);
  CHECK(sent == std::multiset<std::int64_t>(all.begin(), all.end()));
  CHECK(town.desk.state(id) == "done");
}

TEST_CASE("where a walk stands follows what was looked at", "[walk]") {
  const std::map<std::int64_t, int> both{{1, 5}, {2, 5}};
  WalkPlace place;
  place.begin(100);
  struct Step {
    const char* what;
    WalkSlice slice;
    std::int64_t cursor, of_one, of_two;
  };
  const Step steps[] = {
      {"nothing is left: the cursor moves, and all with it", {100, 200, false, false, {}}, 200, 200, 200},
      {"a row that waits holds the cursor and its own channel", {200, 300, false, false, {{1, 250}}}, 249, 249, 300},
      {"ahead of the cursor only those who stand there move", {300, 400, false, false, {}}, 249, 249, 400},
      {"a row that waits for a channel behind the slice is found by that channel later", {400, 500, false, false, {{1, 450}}}, 249, 249, 500},
      {"one that now waits for the other channel calls it back", {249, 260, false, false, {{2, 250}}}, 249, 260, 249},
      {"a row for a channel of somebody else holds the cursor alone", {249, 260, false, false, {{7, 255}}}, 254, 260, 260},
      {"no more rows", {254, 300, true, false, {{1, 299}}}, 298, 298, WalkPlace::kEnd},
  };
  for (const auto& step : steps) {
    CAPTURE(step.what);
    place.looked(step.slice, both);
    CHECK(place.cursor() == step.cursor);
    CHECK(place.of(1) == step.of_one);
    CHECK(place.of(2) == step.of_two);
  }
  CHECK(place.at_end(2));

  SECTION("another sender moved the cursor on") {
    place.begin(1'000);
    CHECK(place.of(1) == 1'000);
    CHECK(place.at_end(2));
  }
  SECTION("a cursor that went back means that all is to be looked at again") {
    place.begin(5);
    CHECK(place.of(1) == 5);
    CHECK_FALSE(place.at_end(2));
  }
}
