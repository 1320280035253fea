// One call for many: what comes of an answer that is lost and of a crash.
#include <catch2/catch.hpp>

#include "handlers/reasons.h"
#include "storage/channels.h"
#include "tests/sending/batches_desk.h"

using namespace laoke;
using channels::SendStatus;
using test::batches_left;
using test::batches_of;
using test::claim_and_die;
using test::doubled;
using test::outcome;
using test::WaysDesk;
using Counts = std::map<std::string, std::int64_t>;

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
