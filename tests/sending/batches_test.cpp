// One call for many: what goes together, what is kept of it, and how it is called.
#include <catch2/catch.hpp>

#include "handlers/template_library.h"
#include "storage/messages.h"
#include "tests/sending/batches_desk.h"

using namespace laoke;
using channels::SendStatus;
using test::batches_left;
using test::batches_of;
using test::claim_and_die;
using test::doubled;
using test::outcome;
using test::sizes;
using test::WaysDesk;
using Counts = std::map<std::string, std::int64_t>;

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
