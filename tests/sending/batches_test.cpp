// One call for many: what goes together, what is kept of it, and what a crash leaves.
#include <catch2/catch.hpp>
#include <set>

#include "handlers/batching.h"
#include "handlers/calendar.h"
#include "handlers/template_library.h"
#include "handlers/reasons.h"
#include "storage/batches.h"
#include "storage/channels.h"
#include "storage/messages.h"
#include "tests/support/ways_desk.h"

using namespace laoke;
using channels::SendStatus;
using channels::Traits;
using test::outcome;
using test::WaysDesk;
using Counts = std::map<std::string, std::int64_t>;

namespace {

Traits batches_of(std::size_t size, std::size_t least = 2, bool idempotent = false) {
  Traits traits;
  traits.batch_size = size;
  traits.batch_least = least;
  traits.idempotent = idempotent;
  return traits;
}

std::vector<std::size_t> sizes(const WaysDesk& desk) {
  std::vector<std::size_t> sizes;
  for (const auto& call : desk.platform.calls()) sizes.push_back(call.batch ? call.to.size() : 1);
  return sizes;
}

int doubled(const WaysDesk& desk) {
  const auto reached = desk.platform.reached();
  return static_cast<int>(reached.size() - std::set<std::string>(reached.begin(), reached.end()).size());
}

// Claims as a sender would that dies before its next step; what it was to call.
std::vector<storage::Batch> claim_and_die(WaysDesk& desk, std::int64_t channel_id, int claims) {
  std::vector<storage::Batch> to_call;
  MessageCache cache;
  for (int i = 0; i < claims; ++i) {
    Capacity capacity;
    capacity.channels = desk.channels.health();
    capacity.room[channel_id] = 1'000;
    capacity.contact_free_at_ms = [](std::int64_t) { return std::int64_t{0}; };
    capacity.node = "dead";
    auto left = desk.shop.write([&](storage::Transaction& tx) {
      Capacity mine = capacity;
      claim(tx, desk.clock.now_ms(), mine, 600, cache);
      return mine;
    });
    to_call.insert(to_call.end(), left.to_call.begin(), left.to_call.end());
  }
  return to_call;
}

std::size_t batches_left(WaysDesk& desk) {
  return desk.in([](const Context& context) { return storage::list_batches(context.tx).size(); });
}

}  // namespace

TEST_CASE("a broadcast that reads the same for all takes as few calls as the platform allows", "[batches]") {
  struct Row {
    const char* says;
    int people;
    std::size_t size, least;
    std::vector<std::size_t> calls;
  };
  const auto row = GENERATE(values<Row>({
      {"full ones and the rest", 1'250, 500, 2, {500, 500, 250}},
      {"exactly full", 1'000, 500, 2, {500, 500}},
      {"gathered over several claims", 2'500, 2'000, 2, {2'000, 500}},
      {"too few for one go singly", 3, 500, 5, {1, 1, 1}},
      {"a rest that is too small goes singly", 502, 500, 3, {500, 1, 1}},
      {"one alone", 1, 500, 2, {1}},
  }));
  DYNAMIC_SECTION(row.says) {
    WaysDesk desk;
    desk.account("line", batches_of(row.size, row.least));
    const auto customers = desk.crowd(row.people, "line");
    const auto broadcast = desk.broadcast();
    desk.send();
    auto seen = sizes(desk);
    std::sort(seen.rbegin(), seen.rend());
    CHECK(seen == row.calls);
    CHECK(desk.platform.reached().size() == static_cast<std::size_t>(row.people));
    CHECK(doubled(desk) == 0);
    CHECK(desk.counts(broadcast) == Counts{{"accepted", row.people}});
    CHECK(desk.of(broadcast, customers[0]).attempts == 1);
    CHECK(batches_left(desk) == 0);
    CHECK(desk.in([](const Context& context) { return storage::list_in_flight(context.tx).size(); }) == 0);
  }
}

TEST_CASE("all members of a batch travel under one key, each under its own reference", "[batches]") {
  WaysDesk desk;
  desk.account("line", batches_of(3));
  const auto customers = desk.crowd(6, "line");
  const auto broadcast = desk.broadcast();
  desk.send();
  const auto calls = desk.platform.calls();
  REQUIRE(calls.size() == 2);
  CHECK(calls[0].key() != calls[1].key());
  CHECK(calls[0].key().size() == 32);
  CHECK(calls[0].key().find_first_not_of("0123456789abcdef") == std::string::npos);
  for (const auto& one : calls[0].to) CHECK(one.idempotency_key == calls[0].key());
  CHECK(calls[0].to[0].reference == storage::to_text({"b", broadcast, customers[0], ""}));
  CHECK(calls[0].to[0].marketing);
  CHECK(calls[0].content.text == "上新了");
  const auto said = desk.in([&](const Context& context) { return storage::list_messages(context.tx, context.shop_id(), customers[4], 0, 5); });
  REQUIRE(said.size() == 1);
  CHECK(said[0].text == "上新了");
}

TEST_CASE("words that differ from one to the next go one by one", "[batches]") {
  WaysDesk desk;
  desk.account("line", batches_of(500));
  desk.crowd(5, "line");
  SECTION("the customer's name") {
    desk.broadcast("你好 {{customer.name}}");
    desk.send();
    CHECK(sizes(desk) == std::vector<std::size_t>{1, 1, 1, 1, 1});
  }
  SECTION("but the shop's is the same for all") {
    desk.broadcast("{{shop.name}} 上新了");
    desk.send();
    CHECK(sizes(desk) == std::vector<std::size_t>{5});
  }
}

TEST_CASE("a batch holds nobody whom policy would not let through", "[batches]") {
  WaysDesk desk;
  desk.account("line", batches_of(500));
  const auto customers = desk.crowd(6, "line");
  desk.in([&](const Context& context) {
    storage::set_opted_out(context.tx, context.shop_id(), customers[0], true);
    storage::add_marketing_sent(context.tx, context.shop_id(), {"b", 1, customers[1], ""}, context.now_ms - kHourMs);
    auto night = *storage::get_customer(context.tx, context.shop_id(), customers[2]);
    night.time_zone = "America/New_York";
    storage::update_customer(context.tx, context.shop_id(), night);
  });
  const auto broadcast = desk.broadcast();
  desk.send();
  CHECK(desk.platform.reached() == std::vector<std::string>{"a000003", "a000004", "a000005"});
  CHECK(desk.counts(broadcast) ==
        Counts{{"accepted", 3}, {"dropped:opted_out", 1}, {"deferred:daily_cap", 1}, {"deferred:quiet_hours", 1}});
  // Those of the morning go by a call of their own; a batch counts in the cap like anything else.
  const auto second = desk.broadcast("第二条");
  desk.send();
  CHECK(desk.counts(second)["deferred:daily_cap"] == 4);
}

TEST_CASE("a closed window lets a batch through where the platform says so, and nobody alone", "[batches]") {
  WaysDesk desk;
  auto traits = batches_of(500, 2);
  traits.window_ms = 2 * kDayMs;
  traits.batch_ignores_window = GENERATE(true, false);
  desk.account("wechat", traits);
  const auto alone = GENERATE(true, false);
  const auto customers = desk.crowd(alone ? 1 : 4, "wechat");
  const auto broadcast = desk.broadcast();
  desk.send();
  const auto count = static_cast<std::int64_t>(customers.size());
  if (traits.batch_ignores_window && !alone) {
    CHECK(sizes(desk) == std::vector<std::size_t>{4});
    CHECK(desk.counts(broadcast) == Counts{{"accepted", count}});
  } else {
    CHECK(desk.platform.calls().empty());
    CHECK(desk.counts(broadcast) == Counts{{"dropped:window_closed", count}});
  }
}

TEST_CASE("a batch the platform did not take comes again as one batch", "[batches]") {
  WaysDesk desk;
  desk.account("line", batches_of(500, 2, true));
  desk.crowd(700, "line");
  const auto later = GENERATE(values<std::pair<SendStatus, const char*>>(
      {{SendStatus::kThrottled, "channel_waits"}, {SendStatus::kRetryLater, "retry"}, {SendStatus::kQuotaUsed, "quota_used"}}));
  desk.platform.answer_always("line", [=](const auto&) { return outcome(later.first, "429", 30'000); });
  const auto broadcast = desk.broadcast();
  desk.send();
  const auto tried = desk.platform.calls().size();
  std::int64_t waiting = 0;  // those behind the first call may not have been called at all
  for (const auto& [state, count] : desk.counts(broadcast)) waiting += state == "planned" || state == "due" || state.starts_with("deferred:") ? count : 0;
  CHECK(waiting == 700);
  CHECK(desk.counts(broadcast)["deferred:" + std::string(later.second)] >= 500);
  desk.stop();  // the lane's own pause is by the clock on the wall
  desk.clock.advance(2 * kHourMs);
  desk.platform.answer_always("line", {});
  desk.send();
  const auto all = sizes(desk);
  CHECK(std::vector<std::size_t>(all.begin() + static_cast<std::ptrdiff_t>(tried), all.end()) == std::vector<std::size_t>{500, 200});
  CHECK(desk.counts(broadcast) == Counts{{"accepted", 700}});
  CHECK(batches_left(desk) == 0);
}

TEST_CASE("each member's own refusal is its own", "[batches]") {
  WaysDesk desk;
  desk.account("line", batches_of(500));
  const auto customers = desk.crowd(4, "line");
  desk.platform.answer_next([](const channels::Outgoing& to) {
    if (to.external_id == "a000001") return outcome(SendStatus::kContactGone, "blocked");
    if (to.external_id == "a000002") return outcome(SendStatus::kUnknown);
    return outcome(SendStatus::kAccepted);
  });
  const auto broadcast = desk.broadcast();
  desk.send();
  CHECK(desk.counts(broadcast) == Counts{{"accepted", 2}, {"dropped:blocked", 1}, {"unknown:no_answer", 1}});
}

TEST_CASE("nothing known of a whole batch: the same call again where its key is recognised", "[batches]") {
  WaysDesk desk;
  const bool idempotent = GENERATE(true, false);
  auto traits = batches_of(500, 2);
  traits.batches_idempotent = idempotent;
  desk.account("line", traits);
  const auto customers = desk.crowd(5, "line");
  desk.platform.answer_next([](const auto&) { return outcome(SendStatus::kUnknown, "timeout"); });
  const auto broadcast = desk.broadcast();
  desk.send();
  desk.in([&](const Context& context) { storage::set_opted_out(context.tx, context.shop_id(), customers[0], true); });
  desk.clock.advance(kMinuteMs);
  desk.send();
  const auto calls = desk.platform.calls();
  if (!idempotent) {
    CHECK(calls.size() == 1);
    CHECK(desk.counts(broadcast) == Counts{{"unknown:no_answer", 5}});
    return;
  }
  // To the letter: who left marketing meanwhile may have it already.
  REQUIRE(calls.size() == 2);
  CHECK(calls[1].key() == calls[0].key());
  CHECK(calls[1].content == calls[0].content);
  REQUIRE(calls[1].to.size() == 5);
  for (std::size_t i = 0; i < 5; ++i) CHECK(calls[1].to[i].external_id == calls[0].to[i].external_id);
  CHECK(desk.counts(broadcast) == Counts{{"accepted", 5}});
}

TEST_CASE("a batch that may have arrived keeps its key, whatever the platform says next", "[batches]") {
  const auto next = GENERATE(values<std::pair<SendStatus, const char*>>(
      {{SendStatus::kThrottled, "429"}, {SendStatus::kRetryLater, "no connection"}, {SendStatus::kBadConfig, "401"}, {SendStatus::kUnknown, "500"}}));
  WaysDesk desk;
  const auto line = desk.account("line", batches_of(500, 2, true));
  const auto customers = desk.crowd(5, "line");
  desk.platform.answer_next([](const auto&) { return outcome(SendStatus::kUnknown, "timeout"); });
  for (int i = 0; i < 2; ++i) desk.platform.answer_next([=](const auto&) { return outcome(next.first, next.second, 2'000); });
  const auto broadcast = desk.broadcast();
  for (int i = 0; i < 6; ++i) {
    desk.send();
    CHECK(desk.counts(broadcast) == (i < 3 ? Counts{{"sending", 5}} : Counts{{"accepted", 5}}));
    desk.stop();  // the lane's own pause is by the clock on the wall
    desk.clock.advance(10 * kMinuteMs);
    desk.in([&](const Context& context) {
      const auto row = storage::get_channel(context.tx, context.shop_id(), line);
      CHECK(row->state == (next.first == SendStatus::kBadConfig && i > 0 && i < 3 ? "broken" : "on"));
      storage::set_channel_state(context.tx, context.shop_id(), line, "on", "");
    });
    desk.channels.refresh();
  }
  const auto calls = desk.platform.calls();
  REQUIRE(calls.size() == 4);
  for (const auto& call : calls) {
    CHECK(call.key() == calls[0].key());
    CHECK(call.to.size() == 5);
  }
  CHECK(batches_left(desk) == 0);
}

TEST_CASE("a batch that may have arrived and cannot be asked about in time ends as unknown", "[batches]") {
  WaysDesk desk;
  desk.account("line", batches_of(500, 2, true));
  desk.crowd(5, "line");
  desk.platform.answer_next([](const auto&) { return outcome(SendStatus::kUnknown, "timeout"); });
  desk.platform.answer_next([](const auto&) { return outcome(SendStatus::kQuotaUsed, "monthly limit", 20 * 24 * kHourMs); });
  const auto broadcast = desk.broadcast();
  for (int i = 0; i < 3; ++i, desk.clock.advance(kMinuteMs)) desk.send();
  CHECK(desk.counts(broadcast) == Counts{{"unknown:no_answer", 5}});
  desk.clock.advance(40 * 24 * kHourMs);
  desk.send();
  CHECK(desk.platform.calls().size() == 2);
  CHECK(batches_left(desk) == 0);
}

TEST_CASE("a batch that may have arrived and was not called again before a stop stays as it was", "[batches]") {
  WaysDesk desk;
  const auto line = desk.account("line", batches_of(5, 2, true));
  desk.crowd(5, "line");
  const auto broadcast = desk.broadcast();
  const auto to_call = claim_and_die(desk, line, 1);
  REQUIRE(to_call.size() == 1);
  const auto attempts = GENERATE(1, 2);
  desk.shop.write([&](storage::Transaction& tx) {
    auto again = to_call[0];
    again.attempts = attempts;
    std::vector<Outcome> outcomes;
    for (auto& member : load_batch(tx, again, 0)) {
      Outcome& one = outcomes.emplace_back();
      one.claimed = std::move(member);
      one.kind = attempts > 1 ? Outcome::Kind::kRepeatBatch : Outcome::Kind::kReturned;
      one.at_ms = one.retry_at_ms = desk.clock.now_ms();
    }
    record(tx, outcomes);
  });
  CHECK(desk.counts(broadcast) == (attempts > 1 ? Counts{{"sending", 5}} : Counts{{"due", 5}}));
  desk.send();
  CHECK((desk.platform.calls().at(0).key() == to_call[0].key) == (attempts > 1));
  CHECK(desk.counts(broadcast) == Counts{{"accepted", 5}});
  CHECK(batches_left(desk) == 0);
}

TEST_CASE("what a server learns of a batch that another has taken over leaves it to that one", "[batches]") {
  WaysDesk desk;
  const auto line = desk.account("line", batches_of(5, 2, true));
  desk.crowd(5, "line");
  const auto broadcast = desk.broadcast();
  const auto to_call = claim_and_die(desk, line, 1);
  REQUIRE(to_call.size() == 1);
  const auto kind = GENERATE(Outcome::Kind::kReturned, Outcome::Kind::kRetryAt, Outcome::Kind::kAccepted, Outcome::Kind::kUnknown);
  const auto before = desk.in([&](const Context& context) { return load_batch(context.tx, to_call[0], 0); });
  desk.in([&](const Context& context) {
    settle_left_behind(context.tx, context.now_ms, {context.shop_id(), line, 7, true, "successor"});
    std::vector<Outcome> late(before.size());
    for (std::size_t i = 0; i < late.size(); ++i) {
      late[i].kind = kind;
      late[i].claimed = before[i];
      late[i].at_ms = context.now_ms;
    }
    record(context.tx, late);
    const auto batches = storage::list_batches(context.tx);
    REQUIRE(batches.size() == 1);
    CHECK(batches[0].state == "sealed");
  });
  CHECK(desk.counts(broadcast) == Counts{{"sending", 5}});
}

TEST_CASE("a message that may have arrived is asked about by itself, and joins no batch", "[batches]") {
  WaysDesk desk;
  const auto line = desk.account("line", batches_of(500, 2, true));
  const auto customers = desk.crowd(4, "line");
  const auto broadcast = desk.broadcast();
  MessageCache cache;
  const auto claim_with = [&](std::size_t batch_size, std::size_t& to_call) {
    return desk.shop.write([&](storage::Transaction& tx) {
      Capacity capacity;
      capacity.channels = desk.channels.health();
      capacity.channels[line].batch_size = batch_size;
      capacity.room[line] = 10;
      capacity.contact_free_at_ms = [](std::int64_t) { return std::int64_t{0}; };
      auto claimed = claim(tx, desk.clock.now_ms(), capacity, 100, cache);
      to_call = capacity.to_call.size();
      return claimed;
    });
  };
  const auto lose = [&](std::vector<Claimed> claimed, Outcome::Kind kind) {
    std::vector<Outcome> outcomes;
    for (auto& one : claimed) {
      Outcome& outcome = outcomes.emplace_back();
      outcome.claimed = std::move(one);
      outcome.kind = kind;
      outcome.reason = kind == Outcome::Kind::kRetryAt ? reasons::kRetry : reasons::kNoAnswer;
      outcome.repeatable = true;
      outcome.at_ms = outcome.retry_at_ms = desk.clock.now_ms();
    }
    desk.shop.write([&](storage::Transaction& tx) { record(tx, outcomes); });
  };
  std::size_t to_call = 0;
  auto claimed = claim_with(1, to_call);
  REQUIRE(claimed.size() == 4);
  CHECK_FALSE(claimed[0].may_have_arrived);
  lose(std::move(claimed), Outcome::Kind::kUnknown);
  // Refused, never started, left behind by a crash: what came of the first try is not known by that.
  const auto next = GENERATE(values({Outcome::Kind::kRetryAt, Outcome::Kind::kReturned, Outcome::Kind::kAccepted}));
  for (int i = 0; i < 3; ++i) {
    desk.clock.advance(10 * kMinuteMs);
    claimed = claim_with(500, to_call);
    CHECK(to_call == 0);
    REQUIRE(claimed.size() == 4);
    CHECK(claimed[0].may_have_arrived);
    if (next == Outcome::Kind::kAccepted)
      desk.in([&](const Context& context) { settle_left_behind(context.tx, context.now_ms, {context.shop_id(), line, 1, true, "successor"}); });
    else
      lose(std::move(claimed), next);
  }
  SECTION("cancelled meanwhile, nobody knows") {
    desk.in([&](const Context& context) { return cancel_broadcast(context, broadcast); });
    desk.clock.advance(10 * kMinuteMs);
    CHECK(claim_with(500, to_call).empty());
    CHECK(desk.counts(broadcast) == Counts{{"unknown:no_answer", 4}});
  }
  SECTION("paused meanwhile, it is still asked about by itself") {
    desk.in([&](const Context& context) { return pause_broadcast(context, broadcast); });
    desk.clock.advance(10 * kMinuteMs);
    CHECK(claim_with(500, to_call).empty());
    CHECK(desk.counts(broadcast) == Counts{{"planned:no_answer", 4}});
    if (const bool cancelled = GENERATE(true, false); cancelled) {
      desk.in([&](const Context& context) { return cancel_broadcast(context, broadcast); });
      while (desk.in([&](const Context& context) { return cancel_slice(context.tx, context.shop_id(), broadcast, 100, context.now_ms); })) {
      }
      CHECK(desk.counts(broadcast) == Counts{{"unknown:no_answer", 4}});
    } else {
      desk.in([&](const Context& context) { return resume_broadcast(context, broadcast); });
      CHECK(claim_with(500, to_call).size() == 4);
      CHECK(to_call == 0);
    }
  }
}

TEST_CASE("a message that may have arrived and is refused to the end is unknown, not failed", "[batches]") {
  WaysDesk desk;
  desk.account("line", batches_of(1, 1, true));
  desk.crowd(1, "line");
  const bool lost = GENERATE(true, false);
  if (lost) desk.platform.answer_next([](const auto&) { return outcome(SendStatus::kUnknown, "timeout"); });
  desk.platform.answer_always("line", [](const auto&) { return outcome(SendStatus::kRetryLater, "no connection"); });
  const auto broadcast = desk.broadcast();
  for (int i = 0; i < 12; ++i, desk.clock.advance(10 * kMinuteMs)) desk.send();
  CHECK(desk.counts(broadcast) == (lost ? Counts{{"unknown:no_answer", 1}} : Counts{{"failed:retries_used_up", 1}}));
}

TEST_CASE("a batch that stays without an answer ends as unknown", "[batches]") {
  WaysDesk desk;
  desk.account("line", batches_of(500, 2, true));
  desk.crowd(2, "line");
  desk.platform.answer_always("line", [](const auto&) { return outcome(SendStatus::kUnknown); });
  const auto broadcast = desk.broadcast();
  for (int i = 0; i < 12; ++i, desk.clock.advance(10 * kMinuteMs)) desk.send();
  CHECK(desk.platform.calls().size() == static_cast<std::size_t>(kMaxAttempts));
  CHECK(desk.counts(broadcast) == Counts{{"unknown:no_answer", 2}});
  CHECK(batches_left(desk) == 0);
}

TEST_CASE("a crash leaves each batch to what is right for it", "[batches]") {
  WaysDesk desk;
  const bool idempotent = GENERATE(true, false);
  const auto line = desk.account("line", batches_of(700, 2, idempotent));
  const auto customers = desk.crowd(1'000, "line");
  const auto broadcast = desk.broadcast();
  SECTION("gathered and never called: its members go out as if nothing had been") {
    CHECK(claim_and_die(desk, line, 1).empty());
    CHECK(desk.counts(broadcast) == Counts{{"planned", 400}, {"sending", 600}});
    desk.send();
    CHECK(desk.counts(broadcast) == Counts{{"accepted", 1'000}});
    CHECK(doubled(desk) == 0);
    CHECK(desk.of(broadcast, customers[0]).attempts == 1);
  }
  SECTION("sealed, so perhaps called: the same again, or unknown") {
    const auto to_call = claim_and_die(desk, line, 3);
    REQUIRE(to_call.size() >= 1);
    desk.send();
    if (idempotent) {
      CHECK(desk.counts(broadcast) == Counts{{"accepted", 1'000}});
      CHECK(desk.platform.calls()[0].key() == to_call[0].key);
      CHECK(desk.platform.calls()[0].to.size() == 700);
      CHECK(doubled(desk) == 0);
    } else {
      CHECK(desk.counts(broadcast)["unknown:stopped_while_sending"] >= 700);
      CHECK(desk.platform.reached().size() <= 300);
    }
  }
  SECTION("a key older than platforms remember protects nobody") {
    claim_and_die(desk, line, 3);
    desk.clock.advance(kKeyLifeMs + 1);
    desk.send();
    CHECK(desk.counts(broadcast)["unknown:stopped_while_sending"] >= 700);
  }
  SECTION("answered and recorded in part: the rest is recorded, not sent") {
    const auto to_call = claim_and_die(desk, line, 3);
    desk.shop.write([&](storage::Transaction& tx) {
      auto members = load_batch(tx, to_call[0], 0);
      auto call = std::make_shared<BatchCall>(*members[0].batch);
      call->all_accepted = true;
      std::vector<Outcome> outcomes(500);
      for (std::size_t i = 0; i < outcomes.size(); ++i) {
        members[i].batch = call;
        outcomes[i].kind = Outcome::Kind::kAccepted;
        outcomes[i].claimed = members[i];
        outcomes[i].platform_message_id = "whole";
      }
      record(tx, outcomes);
    });
    desk.send();
    CHECK(desk.of(broadcast, customers[650]).state == "accepted");
    CHECK(desk.of(broadcast, customers[650]).platform_message_id == "whole");
    for (const auto& call : desk.platform.calls()) CHECK(call.key() != to_call[0].key);
  }
  desk.stop();
  CHECK(batches_left(desk) == 0);
}

TEST_CASE("an account that loses its right to batches sends what it gathered one by one", "[batches]") {
  WaysDesk desk;
  const auto line = desk.account("line", batches_of(700));
  desk.crowd(650, "line");
  const auto broadcast = desk.broadcast();
  claim_and_die(desk, line, 1);
  MessageCache cache;
  const auto to_call = desk.shop.write([&](storage::Transaction& tx) {
    Capacity capacity;
    capacity.channels = desk.channels.health();
    capacity.channels[line].batch_size = 1;
    capacity.room[line] = 10;
    capacity.contact_free_at_ms = [](std::int64_t) { return std::int64_t{0}; };
    CHECK(claim(tx, desk.clock.now_ms(), capacity, 700, cache).size() == 10);
    return capacity.to_call.size();
  });
  CHECK(to_call == 0);
  CHECK(desk.counts(broadcast) == Counts{{"sending", 10}, {"due", 590}, {"planned", 50}});
}

TEST_CASE("pausing and cancelling reach the members that are only gathered", "[batches]") {
  WaysDesk desk;
  const auto line = desk.account("line", batches_of(700));
  desk.crowd(650, "line");
  const auto broadcast = desk.broadcast();
  claim_and_die(desk, line, 1);
  CHECK(desk.counts(broadcast)["sending"] == 600);
  SECTION("paused") {
    desk.in([&](const Context& context) { return pause_broadcast(context, broadcast); });
    claim_and_die(desk, line, 2);
    CHECK(desk.counts(broadcast) == Counts{{"planned", 650}});
    desk.in([&](const Context& context) { return resume_broadcast(context, broadcast); });
    desk.send();
    CHECK(sizes(desk) == std::vector<std::size_t>{650});
  }
  SECTION("cancelled") {
    desk.in([&](const Context& context) { return cancel_broadcast(context, broadcast); });
    claim_and_die(desk, line, 2);
    CHECK(desk.counts(broadcast)["cancelled:broadcast_cancelled"] == 600);
    desk.send();
    CHECK(desk.platform.calls().empty());
  }
}

TEST_CASE("a channel that stops taking messages gives the gathered ones back", "[batches]") {
  WaysDesk desk;
  const auto line = desk.account("line", batches_of(700));
  desk.crowd(650, "line");
  const auto broadcast = desk.broadcast();
  claim_and_die(desk, line, 1);
  MessageCache cache;
  for (int i = 0; i < 2; ++i)
    desk.shop.write([&](storage::Transaction& tx) {
      Capacity capacity;
      capacity.channels = desk.channels.health();
      capacity.channels[line].paused_until_ms = desk.clock.now_ms() + kHourMs;
      capacity.contact_free_at_ms = [](std::int64_t) { return std::int64_t{0}; };
      claim(tx, desk.clock.now_ms(), capacity, 600, cache);
    });
  CHECK(desk.counts(broadcast) == Counts{{"deferred:channel_waits", 600}, {"planned", 50}});
  CHECK(batches_left(desk) == 0);
}

TEST_CASE("a reply goes at once while a batch is gathered and called", "[batches]") {
  WaysDesk desk;
  desk.account("line", batches_of(500));
  const auto customers = desk.crowd(400, "line");
  desk.broadcast();
  const auto contact = desk.in([&](const Context& context) {
    return storage::contacts_of_customer(context.tx, context.shop_id(), customers[7]).at(0).contact_id;
  });
  desk.reply(customers[7], contact, "line", "有货的");
  desk.send();
  CHECK(sizes(desk).size() == 2);
  const auto calls = desk.platform.calls();
  CHECK(std::any_of(calls.begin(), calls.end(), [](const auto& call) { return !call.batch && call.content.text == "有货的"; }));
}

TEST_CASE("readers of two languages make two batches", "[batches]") {
  WaysDesk desk;
  desk.account("line", batches_of(500));
  const auto customers = desk.crowd(6, "line");
  desk.in([&](const Context& context) {
    for (const auto& [language, body] : {std::pair{"zh-CN", "上新了"}, {"en", "New in"}})
      save_template(context, TemplateDraft{"news", language, "", body, "{}", "broadcast"});
    for (std::size_t i = 0; i < 2; ++i) {
      auto customer = *storage::get_customer(context.tx, context.shop_id(), customers[i]);
      customer.language = "en";
      storage::update_customer(context.tx, context.shop_id(), customer);
    }
  });
  BroadcastDraft draft;
  draft.template_name = "news";
  desk.broadcast(draft);
  desk.send();
  std::map<std::string, std::size_t> sent;
  for (const auto& call : desk.platform.calls()) sent[call.content.text] += call.to.size();
  CHECK(sent == std::map<std::string, std::size_t>{{"New in", 2}, {"上新了", 4}});
  CHECK(desk.platform.calls().size() == 2);
}

TEST_CASE("a hundred thousand recipients take two hundred calls of five hundred", "[batches][.slow]") {
  WaysDesk desk;
  const auto size = GENERATE(std::size_t{500}, std::size_t{10'000});
  desk.account("line", batches_of(size));
  desk.crowd(100'000, "line");
  const auto broadcast = desk.broadcast();
  desk.send();
  CHECK(desk.platform.calls().size() == 100'000 / size);
  CHECK(doubled(desk) == 0);
  CHECK(desk.counts(broadcast) == Counts{{"accepted", 100'000}});
}
