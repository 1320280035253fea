#include <catch2/catch.hpp>

#include "handlers/outbox.h"
#include "handlers/reasons.h"
#include "handlers/reminder_payload.h"
#include "handlers/template_library.h"
#include "storage/messages.h"
#include "tests/support/send_desk.h"

using namespace laoke;
using test::SendDesk;
using Kind = Outcome::Kind;
using Counts = std::map<std::string, std::int64_t>;

namespace {

storage::DeliveryKey of(std::int64_t broadcast, std::int64_t customer) { return {"b", broadcast, customer, ""}; }

}  // namespace

TEST_CASE("a broadcast reaches everybody it may and says why it did not reach the others", "[dispatch]") {
  SendDesk desk;
  const auto mei = desk.customer("晓梅"), out = desk.customer("退订了"), gone = desk.customer("走了"),
             had = desk.customer("今天收过"), hua = desk.customer("阿华"), night = desk.customer("在纽约");
  desk.in([&](const Context& context) {
    storage::set_opted_out(context.tx, context.shop_id(), out, true);
    storage::set_contact_state(context.tx, context.shop_id(), storage::contacts_of_customer(context.tx, context.shop_id(), gone).at(0).contact_id, "blocked");
    storage::add_marketing_sent(context.tx, context.shop_id(), {"b", 1, had, ""}, desk.now_ms - 3'600'000);
    auto customer = *storage::get_customer(context.tx, context.shop_id(), night);
    customer.time_zone = "America/New_York";  // 21:00 there
    storage::update_customer(context.tx, context.shop_id(), customer);
  });
  const auto broadcast = desk.broadcast();
  CHECK(desk.counts(broadcast) == Counts{{"planned", 6}});
  CHECK(desk.send_all() == std::vector<std::int64_t>{mei, hua});
  CHECK(desk.counts(broadcast) == Counts{{"accepted", 2},
                                         {"dropped:opted_out", 1},
                                         {"dropped:blocked", 1},
                                         {"deferred:daily_cap", 1},
                                         {"deferred:quiet_hours", 1}});
  CHECK(desk.state(broadcast) == "sending");

  desk.now_ms += 12 * kHourMs + kMinuteMs;  // 22:01 in Shanghai, 09:01 in New York
  CHECK(desk.send_all() == std::vector<std::int64_t>{night});
  desk.now_ms += 12 * kHourMs;  // the offer was good for 24 h
  CHECK(desk.send_all().empty());
  CHECK(desk.counts(broadcast)["dropped:expired"] == 1);
  CHECK(desk.state(broadcast) == "done");
}

TEST_CASE("paused and resumed, a broadcast sends exactly the remainder", "[dispatch]") {
  SendDesk desk;
  std::vector<std::int64_t> customers;
  for (int i = 0; i < 20; ++i) customers.push_back(desk.customer("客户" + std::to_string(i)));
  const auto broadcast = desk.broadcast();
  std::vector<std::int64_t> sent;
  for (const auto& one : desk.claim(7)) {
    sent.push_back(one.key.customer_id);
    desk.record(one, Kind::kAccepted);
  }
  CHECK(sent.size() == 7);
  // One is held back at the moment of the pause: it waits in the queue, not among the untouched rows.
  const auto held = desk.claim(1).at(0);
  desk.record(held, Kind::kRetryAt, std::string(reasons::kRetry), desk.now_ms + 1'000);
  desk.in([&](const Context& context) { return pause_broadcast(context, broadcast); });
  desk.now_ms += 2'000;
  CHECK(desk.claim().empty());
  CHECK(desk.claim().empty());
  CHECK(desk.counts(broadcast) == Counts{{"accepted", 7}, {"planned", 13}});
  desk.in([&](const Context& context) { return resume_broadcast(context, broadcast); });
  for (const auto id : desk.send_all()) sent.push_back(id);
  std::sort(sent.begin(), sent.end());
  CHECK(sent == customers);
  CHECK(desk.state(broadcast) == "done");
}

TEST_CASE("a cancelled broadcast keeps a truthful count", "[dispatch]") {
  SendDesk desk;
  for (int i = 0; i < 10; ++i) desk.customer("客户" + std::to_string(i));
  const auto broadcast = desk.broadcast();
  const auto flying = desk.claim(2);
  desk.record(flying[0], Kind::kAccepted);
  desk.in([&](const Context& context) { return cancel_broadcast(context, broadcast); });
  CHECK(desk.claim().empty());
  desk.in([&](const Context& context) {
    while (cancel_slice(context.tx, context.shop_id(), broadcast, 3, desk.now_ms)) {
    }
  });
  desk.record(flying[1], Kind::kAccepted);
  CHECK(desk.counts(broadcast) == Counts{{"accepted", 2}, {"cancelled:broadcast_cancelled", 8}});
  CHECK(desk.state(broadcast) == "cancelled");
}

TEST_CASE("a broadcast that is over cannot be moved on, and the refusal says what can", "[dispatch]") {
  SendDesk desk;
  desk.customer("晓梅");
  const auto broadcast = desk.broadcast();
  desk.send_all();
  REQUIRE(desk.state(broadcast) == "done");
  for (auto move : {pause_broadcast, resume_broadcast, cancel_broadcast, start_broadcast})
    CHECK_THROWS_AS(desk.in([&](const Context& context) { return move(context, broadcast); }), Refusal);
  CHECK_THROWS_WITH(desk.in([&](const Context& context) { return pause_broadcast(context, 999); }), Catch::Contains("no broadcast 999"));
}

TEST_CASE("what the platform says decides what happens to the delivery", "[dispatch]") {
  SendDesk desk;
  const auto mei = desk.customer("晓梅");
  const auto broadcast = desk.broadcast();
  const auto claimed = desk.claim().at(0);
  CHECK(desk.delivery(of(broadcast, mei)).state == "sending");

  SECTION("accepted: the text is kept, and a second word about it changes nothing") {
    desk.record(claimed, Kind::kAccepted);
    desk.record(claimed, Kind::kRejected);
    CHECK(desk.delivery(of(broadcast, mei)).state == "accepted");
    const auto messages = desk.in([&](const Context& context) { return storage::list_messages(context.tx, context.shop_id(), mei, 0, 5); });
    REQUIRE(messages.size() == 1);
    CHECK(messages[0].text == "上新了");
    CHECK(messages[0].direction == "out");
  }
  SECTION("throttled: it waits as long as the platform says, and that is no failed try") {
    for (int i = 0; i < 20; ++i) {
      desk.record(desk.delivery(of(broadcast, mei)).state == "sending" ? claimed : desk.claim().at(0), Kind::kRetryAt,
                  std::string(reasons::kChannelWaits), desk.now_ms + 30'000);
      CHECK(desk.claim().empty());
      desk.now_ms += 30'000;
      if (i < 19) REQUIRE(desk.delivery(of(broadcast, mei)).state == "deferred");
    }
    CHECK(desk.send_all() == std::vector<std::int64_t>{mei});
  }
  SECTION("failed too often: it gives up and says so") {
    auto one = claimed;
    for (int i = 1; i < kMaxAttempts; ++i) {
      desk.record(one, Kind::kRetryAt, std::string(reasons::kRetry), desk.now_ms + 1'000);
      desk.now_ms += 1'000;
      one = desk.claim().at(0);
    }
    desk.record(one, Kind::kRetryAt, std::string(reasons::kRetry), desk.now_ms + 1'000);
    CHECK(desk.delivery(of(broadcast, mei)).state == "failed");
    CHECK(desk.delivery(of(broadcast, mei)).reason == reasons::kRetriesUsedUp);
    CHECK(desk.state(broadcast) == "done");
  }
  SECTION("the contact is gone: it is marked, and the reason says so") {
    desk.record(claimed, Kind::kReroute);
    CHECK(desk.claim().empty());
    CHECK(desk.delivery(of(broadcast, mei)).reason == reasons::kBlocked);
  }
  SECTION("no answer: marketing is never sent again by itself") {
    desk.record(claimed, Kind::kUnknown, std::string(reasons::kNoAnswer));
    desk.now_ms += kHourMs;
    CHECK(desk.claim().empty());
    CHECK(desk.delivery(of(broadcast, mei)).state == "unknown");
    CHECK(desk.counts(broadcast) == Counts{{"unknown:no_answer", 1}});
  }
  SECTION("refused marketing does not use up the cap") {
    desk.record(claimed, Kind::kRejected);
    desk.broadcast("第二条");
    CHECK(desk.send_all() == std::vector<std::int64_t>{mei});
  }
  SECTION("accepted marketing does") {
    desk.record(claimed, Kind::kAccepted);
    const auto second = desk.broadcast("第二条");
    CHECK(desk.send_all().empty());
    CHECK(desk.delivery(of(second, mei)).reason == reasons::kDailyCap);
  }
}

TEST_CASE("after a crash a send in flight is never repeated blindly", "[dispatch]") {
  SendDesk desk;
  const auto mei = desk.customer("晓梅");
  const auto broadcast = desk.broadcast();
  desk.claim();
  const auto settle = [&](bool idempotent) {
    return desk.in([&](const Context& context) { return settle_left_behind(context.tx, desk.now_ms, {context.shop_id(), SendDesk::kChannel, 1, idempotent}); });
  };
  SECTION("it becomes unknown where the platform would not recognise a repeat") {
    CHECK(settle(false) == 1);
    CHECK(settle(false) == 0);
    CHECK(desk.claim().empty());
    CHECK(desk.delivery(of(broadcast, mei)).state == "unknown");
    CHECK(desk.delivery(of(broadcast, mei)).reason == reasons::kStopped);
  }
  SECTION("it is sent again where the platform recognises its key") {
    CHECK(settle(true) == 1);
    CHECK(desk.send_all() == std::vector<std::int64_t>{mei});
  }
}

TEST_CASE("a notice whose rule says so is sent once more after an unknown outcome, and only once", "[dispatch]") {
  SendDesk desk;
  const auto mei = desk.customer("晓梅");
  desk.in([&](const Context& context) {
    storage::Delivery notice;
    notice.key = {"r", 5, mei, "order:1#1"};
    notice.klass = "notice";
    notice.updated_at_ms = desk.now_ms;
    notice.due_at_ms = desk.now_ms;
    notice.expires_at_ms = desk.now_ms + kDayMs;
    ReminderPayload payload;
    payload.template_name = "welcome";
    payload.resend_unknown = true;
    notice.payload = to_json_text(payload);
    load_stock_templates(context);
    return storage::plan_delivery(context.tx, context.shop_id(), notice, storage::SendLane::kFast);
  });
  for (const char* expected : {"deferred", "unknown"}) {
    const auto claimed = desk.claim();
    REQUIRE(claimed.size() == 1);
    desk.record(claimed[0], Kind::kUnknown, std::string(reasons::kNoAnswer));
    CHECK(desk.delivery({"r", 5, mei, "order:1#1"}).state == expected);
    desk.now_ms += 10'000;
  }
  CHECK(desk.claim().empty());
}

TEST_CASE("replies go before a broadcast", "[dispatch]") {
  SendDesk desk;
  for (int i = 0; i < 5; ++i) desk.customer("客户" + std::to_string(i));
  const auto mei = desk.customer("晓梅");
  desk.broadcast();
  const auto contact = desk.contact_of(mei);
  desk.in([&](const Context& context) {
    DirectMessage reply;
    reply.customer_id = mei;
    reply.contact_id = contact;
    reply.channel_id = SendDesk::kChannel;
    reply.content.text = "有货的";
    return queue_message(context, reply);
  });
  const auto first = desk.claim(1);
  REQUIRE(first.size() == 1);
  CHECK(first[0].content.text == "有货的");
}

TEST_CASE("text that a customer wrote is never read as a template", "[dispatch]") {
  SendDesk desk;
  desk.customer("{{customer.name}}{{#x}}");
  desk.broadcast("你好 {{customer.name}}");
  CHECK(desk.claim().at(0).content.text == "你好 {{customer.name}}{{#x}}");
}

TEST_CASE("a repeating broadcast starts a child at each time, once, and skips what was missed", "[dispatch]") {
  SendDesk desk;
  desk.customer("晓梅");
  const auto parent = desk.in([&](const Context& context) {
    BroadcastDraft draft;
    draft.segment = "all";
    draft.body = "周一好";
    draft.rrule = "FREQ=DAILY";
    draft.starts_at_ms = desk.now_ms + kHourMs;
    const auto made = create_broadcast(context, draft);
    return start_broadcast(context, made.broadcast_id);
  });
  CHECK(parent.state == "scheduled");
  const auto children = [&] {
    desk.start_due();
    return desk.in([&](const Context& context) {
      std::vector<std::int64_t> occurrences;
      for (const auto& one : storage::list_broadcasts(context.tx, context.shop_id(), 0, 50))
        if (one.parent_id == parent.broadcast_id) occurrences.push_back(*one.occurrence_ms);
      return occurrences;
    });
  };
  CHECK(children().empty());
  desk.now_ms += kHourMs;
  CHECK(children().size() == 1);
  CHECK(children().size() == 1);
  desk.now_ms += 5 * kDayMs + kHourMs;  // the program was off for five days
  const auto after = children();
  CHECK(after.size() == 2);
  desk.now_ms += kDayMs;
  CHECK(children().size() == 3);
}

TEST_CASE("retries wait longer each time, never more than five minutes, and not all the same", "[dispatch]") {
  CHECK(retry_delay_ms(1, 0.0) == 1'000);
  CHECK(retry_delay_ms(1, 0.999) < 2'000);
  CHECK(retry_delay_ms(3, 0.0) == 4'000);
  CHECK(retry_delay_ms(60, 1.0) == 300'000);
}
