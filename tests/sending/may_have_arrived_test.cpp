// A message whose call was not answered may have arrived. Whatever happens before it can be asked about again, it is never
// sent by another chat of the same person, and nobody says that it was not sent.
#include <catch2/catch.hpp>
#include <functional>

#include "handlers/calendar.h"
#include "handlers/merge.h"
#include "handlers/policy_question.h"
#include "handlers/reasons.h"
#include "handlers/reminder_payload.h"
#include "handlers/shop_settings.h"
#include "handlers/template_library.h"
#include "handlers/tried.h"
#include "handlers/undelivered.h"
#include "storage/channels.h"
#include "storage/send_steps.h"
#include "tests/support/ways_desk.h"

using namespace laoke;
using channels::SendStatus;
using channels::Traits;
using test::outcome;
using test::WaysDesk;
using Counts = std::map<std::string, std::int64_t>;

namespace {

Traits by_key(std::size_t batch_size = 1) {
  Traits traits;
  traits.idempotent = true;
  traits.batch_size = batch_size;
  traits.batch_least = 2;
  return traits;
}

// A customer on LINE and, heard from before that, on Telegram; a broadcast's call to LINE that was not answered.
struct Lost {
  WaysDesk desk;
  std::int64_t line = 0, mei = 0, at_line = 0, at_telegram = 0, broadcast = 0;

  explicit Lost(std::int64_t start_ms = test::kMonday10, std::int64_t valid_ms = 0) {
    desk.clock.set(start_ms);
    line = desk.account("line", by_key());
    desk.account("telegram");
    mei = desk.customer("晓梅");
    at_line = desk.contact(mei, "line", "u", start_ms - 1'000);
    at_telegram = desk.contact(mei, "telegram", "t", start_ms - 2'000);
    desk.platform.answer_next([](const auto&) { return outcome(SendStatus::kUnknown, "timeout"); });
    BroadcastDraft draft;
    draft.body = "上新了";
    draft.valid_ms = valid_ms;
    broadcast = desk.broadcast(draft);
    desk.send();
    REQUIRE(desk.counts(broadcast) == Counts{{"deferred:no_answer", 1}});
    REQUIRE(desk.platform.calls_of("line").size() == 1);
  }
  void wait(std::int64_t span_ms = kMinuteMs) {
    desk.clock.advance(span_ms);
    desk.send();
  }
  void line_is(const std::string& state) {
    desk.in([&](const Context& context) { storage::set_channel_state(context.tx, context.shop_id(), line, state, ""); });
  }
  void telegram_writes() {
    auto event = desk.text_from("t", "在吗");
    desk.take("telegram", event);
  }
  std::size_t asked() const { return desk.platform.calls_of("line").size(); }
  std::size_t elsewhere() const { return desk.platform.calls_of("telegram").size(); }
  Counts counts() { return desk.counts(broadcast); }
};

const Counts kUnknown{{"unknown:no_answer", 1}}, kWaits{{"deferred:no_answer", 1}}, kAccepted{{"accepted", 1}};

}  // namespace

TEST_CASE("what may have arrived is asked about where it was sent, though another chat was heard from since", "[unanswered]") {
  Lost story;
  story.telegram_writes();
  story.wait();
  CHECK(story.elsewhere() == 0);
  const auto calls = story.desk.platform.calls_of("line");
  REQUIRE(calls.size() == 2);
  CHECK(calls[0].key() == calls[1].key());
  CHECK(calls[1].to[0].external_id == "u");
  CHECK(story.counts() == kAccepted);
}

TEST_CASE("why names the chat that is asked about, not the one heard from since", "[unanswered]") {
  Lost story;
  story.telegram_writes();
  const auto row = story.desk.of(story.broadcast, story.mei);
  story.desk.in([&](const Context& context) {
    const auto question = policy_question(context, settings_of(context.shop), row, story.desk.channels.health());
    CHECK(question.fixed_contact_id == story.at_line);
    CHECK(decide(question, settings_of(context.shop), story.desk.channels.health()).reach.contact_id == story.at_line);
  });
}

TEST_CASE("what may have arrived and cannot be asked about any more is unknown, and goes by no other chat", "[unanswered]") {
  struct Row {
    const char* says;
    std::function<void(Lost&, const Context&)> change;
  };
  const auto row = GENERATE(values<Row>({
      {"its account was switched off",
       [](Lost& story, const Context& context) { storage::set_channel_state(context.tx, context.shop_id(), story.line, "off", ""); }},
      {"its account was removed",
       [](Lost& story, const Context& context) { storage::delete_channel(context.tx, context.shop_id(), story.line); }},
      {"they blocked the shop there",
       [](Lost& story, const Context& context) { storage::set_contact_state(context.tx, context.shop_id(), story.at_line, "blocked"); }},
      {"they left marketing",
       [](Lost& story, const Context& context) { storage::set_opted_out(context.tx, context.shop_id(), story.mei, true); }},
      {"the broadcast was cancelled", [](Lost& story, const Context& context) { cancel_broadcast(context, story.broadcast); }},
      {"they were found to be somebody else's second record",
       [](Lost& story, const Context& context) {
         storage::Customer other;
         other.name = "梅姐";
         merge_customers(context, storage::insert_customer(context.tx, context.shop_id(), other), story.mei);
       }},
  }));
  DYNAMIC_SECTION(row.says) {
    Lost story;
    story.telegram_writes();
    story.desk.in([&](const Context& context) { row.change(story, context); });
    for (int i = 0; i < 3; ++i) story.wait();
    CHECK(story.asked() == 1);
    CHECK(story.elsewhere() == 0);
    CHECK(story.counts() == kUnknown);
  }
}

TEST_CASE("what may have arrived waits with its chat while that one cannot be asked", "[unanswered]") {
  struct Row {
    const char* says;
    std::function<void(Lost&)> stop, go_on;
  };
  const auto row = GENERATE(values<Row>({
      {"its account's key is refused", [](Lost& story) { story.line_is("broken"); }, [](Lost& story) { story.line_is("on"); }},
      {"the broadcast is paused",
       [](Lost& story) { story.desk.in([&](const Context& context) { pause_broadcast(context, story.broadcast); }); },
       [](Lost& story) { story.desk.in([&](const Context& context) { resume_broadcast(context, story.broadcast); }); }},
  }));
  DYNAMIC_SECTION(row.says) {
    Lost story;
    story.telegram_writes();
    row.stop(story);
    for (int i = 0; i < 3; ++i) story.wait(6 * kMinuteMs);
    CHECK(story.asked() == 1);
    CHECK(story.desk.of(story.broadcast, story.mei).reason == reasons::kNoAnswer);
    CHECK((story.counts().contains("deferred:no_answer") || story.counts().contains("planned:no_answer")));
    row.go_on(story);
    story.wait(6 * kMinuteMs);
    CHECK(story.asked() == 2);
    CHECK(story.elsewhere() == 0);
    CHECK(story.counts() == kAccepted);
  }
}

TEST_CASE("in quiet hours what may have arrived waits for the morning, if the platform still knows its key then", "[unanswered]") {
  SECTION("it does") {
    Lost story(test::kMonday10 + 10 * kHourMs + 59 * kMinuteMs);  // 20:59
    story.wait();
    CHECK(story.asked() == 1);
    CHECK(story.counts() == kWaits);
    story.wait(12 * kHourMs);
    CHECK(story.asked() == 2);
    CHECK(story.counts() == kAccepted);
  }
  SECTION("it does not") {
    Lost story(test::kMonday10, 3 * kDayMs);
    story.line_is("broken");
    story.wait();
    story.line_is("on");
    story.wait(11 * kHourMs + 30 * kMinuteMs);  // 21:31; the morning is 23 h after the call
    CHECK(story.asked() == 1);
    CHECK(story.counts() == kUnknown);
  }
}

TEST_CASE("what may have arrived is not asked about by a key the platform has forgotten", "[unanswered]") {
  Lost story(test::kMonday10, 5 * kDayMs);
  const bool paused = GENERATE(true, false);  // else nobody was there: the program stood still
  if (paused) story.desk.in([&](const Context& context) { pause_broadcast(context, story.broadcast); });
  if (paused) story.wait();
  story.desk.clock.advance(kDayMs);
  if (paused) story.desk.in([&](const Context& context) { resume_broadcast(context, story.broadcast); });
  story.wait();
  CHECK(story.asked() == 1);
  CHECK(story.elsewhere() == 0);
  CHECK(story.counts() == kUnknown);
}

TEST_CASE("repeats do not make a key younger", "[unanswered]") {
  Lost story(test::kMonday10, 5 * kDayMs);
  // Asked again in time, and again not answered; the second wait goes past the day.
  story.desk.platform.answer_next([](const auto&) { return outcome(SendStatus::kUnknown, "timeout"); });
  story.line_is("broken");
  story.wait(10 * kHourMs);
  story.line_is("on");
  story.wait();
  REQUIRE(story.asked() == 2);
  CHECK(story.counts() == kWaits);
  story.desk.clock.advance(13 * kHourMs);
  story.wait();
  CHECK(story.asked() == 2);
  CHECK(story.counts() == kUnknown);
}

TEST_CASE("a wait that the platform asks for beyond its memory ends what may have arrived at once", "[unanswered]") {
  Lost story(test::kMonday10, 40 * kDayMs);
  const auto hours = GENERATE(2, 24 * 20);
  story.desk.platform.answer_next([=](const auto&) { return outcome(SendStatus::kQuotaUsed, "monthly limit", hours * kHourMs); });
  story.wait();
  CHECK(story.asked() == 2);
  CHECK(story.counts() == (hours == 2 ? kWaits : kUnknown));
  story.desk.stop();  // a lane's own pause is by the clock on the wall
  story.telegram_writes();
  story.wait(3 * kHourMs);
  CHECK(story.asked() == (hours == 2 ? 3 : 2));
  CHECK(story.elsewhere() == 0);
}

TEST_CASE("an offer that is over while it may have arrived is unknown, not expired", "[unanswered]") {
  Lost story(test::kMonday10, 2 * kHourMs);
  story.desk.clock.advance(3 * kHourMs);
  story.wait();
  CHECK(story.asked() == 1);
  CHECK(story.counts() == kUnknown);
}

TEST_CASE("a repeat that is refused says nothing of the first call: no other chat is tried", "[unanswered]") {
  struct Row {
    const char* says;
    SendStatus status;
    const char* contact;
  };
  const auto row = GENERATE(values<Row>({
      {"blocked", SendStatus::kContactGone, "blocked"},
      {"refused as it is", SendStatus::kRejected, "active"},
      {"its window is over", SendStatus::kWindowClosed, "active"},
  }));
  DYNAMIC_SECTION(row.says) {
    Lost story;
    story.desk.platform.answer_next([=](const auto&) { return outcome(row.status, "no"); });
    for (int i = 0; i < 3; ++i) story.wait();
    CHECK(story.asked() == 2);
    CHECK(story.elsewhere() == 0);
    CHECK(story.counts() == kUnknown);
    CHECK(story.desk.contact_row(story.at_line).state == row.contact);
  }
}

TEST_CASE("what may have arrived counts in the cap all the while, and once", "[unanswered]") {
  Lost story;
  const auto second = story.desk.broadcast("第二条");
  story.desk.send();
  CHECK(story.desk.counts(second) == Counts{{"deferred:daily_cap", 1}});
  CHECK(story.elsewhere() == 0);
  const bool refused_for_a_while = GENERATE(true, false);
  if (refused_for_a_while) story.desk.platform.answer_next([](const auto&) { return outcome(SendStatus::kRetryLater, "no connection"); });
  story.wait();
  story.wait();
  CHECK(story.counts() == kAccepted);  // its own place is no obstacle to itself
  const auto marks = story.desk.in([&](const Context& context) {
    return storage::marketing_sent_since(context.tx, context.shop_id(), story.mei, 0);
  });
  CHECK(marks.size() == 1);
}

TEST_CASE("what ends as unknown keeps its place in the cap", "[unanswered]") {
  Lost story;
  story.line_is("off");
  story.wait();
  REQUIRE(story.counts() == kUnknown);
  const auto second = story.desk.broadcast("第二条");
  story.desk.send();
  CHECK(story.desk.counts(second) == Counts{{"deferred:daily_cap", 1}});
  CHECK(story.elsewhere() == 0);
}

TEST_CASE("a reply that may have arrived is not repeated by the token of the customer's next message", "[unanswered]") {
  WaysDesk desk;
  auto traits = by_key();
  traits.reply_token_ms = kMinuteMs;
  desk.account("line", traits);
  const auto mei = desk.customer("晓梅");
  const auto contact = desk.contact(mei, "line", "u");
  desk.platform.answer_next([](const auto&) { return outcome(SendStatus::kUnknown, "timeout"); });
  const auto key = desk.reply(mei, contact, "line", "有货的");
  desk.send();
  REQUIRE(desk.delivery(key).reason == reasons::kNoAnswer);
  desk.clock.advance(kMinuteMs);
  auto event = desk.text_from("u", "还在吗");
  event.reply_token = "fresh";
  desk.take("line", event);
  desk.send();
  for (const auto& call : desk.platform.calls())
    if (call.content.text == "有货的") {
      CHECK(call.to[0].reply_token.empty());
      CHECK(call.key() == desk.platform.calls()[0].key());
    }
  CHECK(desk.delivery(key).state == "accepted");
}

TEST_CASE("a notice that is sent once more goes where it went before", "[unanswered]") {
  WaysDesk desk;
  desk.account("telegram");
  desk.account("line");
  const auto mei = desk.customer("晓梅");
  desk.contact(mei, "telegram", "t", 2);
  desk.contact(mei, "line", "u", 1);
  const storage::DeliveryKey key{"r", 5, mei, "order:1#1"};
  desk.in([&](const Context& context) {
    load_stock_templates(context);
    ReminderPayload payload;
    payload.template_name = "welcome";
    payload.resend_unknown = true;
    storage::Delivery notice;
    notice.key = key;
    notice.klass = "notice";
    notice.due_at_ms = context.now_ms;
    notice.updated_at_ms = context.now_ms;  // judged just now
    notice.expires_at_ms = context.now_ms + kDayMs;
    notice.payload = to_json_text(payload);
    return storage::plan_delivery(context.tx, context.shop_id(), notice, storage::SendLane::kFast);
  });
  desk.platform.answer_next([](const auto&) { return outcome(SendStatus::kUnknown, "timeout"); });
  desk.send();
  REQUIRE(desk.delivery(key).state == "deferred");
  desk.take("line", desk.text_from("u", "在吗"));
  desk.clock.advance(kMinuteMs);
  SECTION("once more, to the same chat") {
    desk.send();
    CHECK(desk.platform.calls_of("telegram").size() == 2);
    CHECK(desk.delivery(key).state == "accepted");
  }
  SECTION("that chat is gone: unknown") {
    desk.in([&](const Context& context) { storage::set_channel_state(context.tx, context.shop_id(), desk.ids.at("telegram"), "off", ""); });
    desk.send();
    CHECK(desk.platform.calls_of("telegram").size() == 1);
    CHECK(desk.delivery(key).state == "unknown");
  }
  CHECK(desk.platform.calls_of("line").empty());
}

TEST_CASE("members of a batch whose repeat was refused go nowhere else, unless the repeat took the others", "[unanswered][batches]") {
  WaysDesk desk;
  desk.account("line", by_key(500));
  desk.account("telegram");
  const auto customers = desk.crowd(4, "line");
  for (const auto customer : customers) desk.contact(customer, "telegram", "t" + std::to_string(customer), -1);
  desk.platform.answer_next([](const auto&) { return outcome(SendStatus::kUnknown, "timeout"); });
  const bool all = GENERATE(true, false);
  desk.platform.answer_next([=](const channels::Outgoing& to) {
    return outcome(all || to.external_id == "a000002" ? SendStatus::kRejected : SendStatus::kAccepted, "400");
  });
  const auto broadcast = desk.broadcast();
  desk.send();
  desk.clock.advance(kMinuteMs);
  desk.send();
  REQUIRE(desk.platform.calls_of("line").size() == 2);
  CHECK(desk.platform.calls_of("telegram").size() == (all ? 0 : 1));
  CHECK(desk.counts(broadcast) == (all ? Counts{{"unknown:no_answer", 4}} : Counts{{"accepted", 4}}));
}

TEST_CASE("a server that never made its call frees what another called unknown, but not what left earlier", "[unanswered]") {
  const bool left_earlier = GENERATE(true, false);
  WaysDesk desk;
  const auto line = desk.account("line", by_key());
  const auto mei = desk.customer("晓梅");
  desk.contact(mei, "line", "u");
  const auto broadcast = desk.broadcast();
  MessageCache cache;
  const auto take = [&] {
    return desk.shop.write([&](storage::Transaction& tx) {
      Capacity capacity;
      capacity.channels = desk.channels.health();
      capacity.room[line] = 10;
      capacity.contact_free_at_ms = [](std::int64_t) { return std::int64_t{0}; };
      return claim(tx, desk.clock.now_ms(), capacity, 100, cache);
    });
  };
  const auto tell = [&](const Claimed& claimed, Outcome::Kind kind) {
    Outcome told;
    told.claimed = claimed;
    told.kind = kind;
    told.reason = kind == Outcome::Kind::kUnknown ? reasons::kNoAnswer : "";
    told.repeatable = true;
    told.at_ms = desk.clock.now_ms();
    desk.shop.write([&](storage::Transaction& tx) { record(tx, {&told, 1}); });
  };
  auto claimed = take();
  if (left_earlier) {
    tell(claimed.at(0), Outcome::Kind::kUnknown);
    desk.clock.advance(kMinuteMs);
    claimed = take();
  }
  REQUIRE(claimed.size() == 1);
  desk.in([&](const Context& context) { settle_left_behind(context.tx, context.now_ms, {context.shop_id(), line, 1, false, "successor"}); });
  REQUIRE(desk.of(broadcast, mei).state == "unknown");
  tell(claimed[0], Outcome::Kind::kReturned);
  CHECK(desk.of(broadcast, mei).state == (left_earlier ? "unknown" : "due"));
}

TEST_CASE("a person may still send what is unknown by another chat, and the card tells of both", "[unanswered]") {
  Lost story;
  story.line_is("off");
  story.wait();
  const auto unknown = story.desk.of(story.broadcast, story.mei);
  REQUIRE(unknown.state == "unknown");
  story.desk.in([&](const Context& context) { send_again(context, unknown); });
  story.wait();
  CHECK(story.elsewhere() == 1);
  CHECK(story.counts() == kAccepted);
  story.desk.in([&](const Context& context) {
    CHECK(tried_words(context, *storage::get_delivery(context.tx, context.shop_id(), unknown.key), "en") ==
          "line: " + reasons::words(reasons::kNoAnswer, "en"));
  });
}

TEST_CASE("what waits for an account that is switched off or removed goes another way, or says why it does not go", "[ways]") {
  WaysDesk desk;
  const auto line = desk.account("line", by_key());
  desk.account("telegram");
  const auto mei = desk.customer("晓梅");
  desk.contact(mei, "line", "u", 2);
  const bool other = GENERATE(true, false), removed = GENERATE(true, false);
  if (other) desk.contact(mei, "telegram", "t", 1);
  desk.platform.answer_always("line", [](const auto&) { return outcome(SendStatus::kRetryLater, "no connection"); });
  const auto broadcast = desk.broadcast();
  desk.send();
  REQUIRE(desk.counts(broadcast) == Counts{{"deferred:retry", 1}});
  desk.in([&](const Context& context) {
    if (removed)
      storage::delete_channel(context.tx, context.shop_id(), line);
    else
      storage::set_channel_state(context.tx, context.shop_id(), line, "off", "");
  });
  desk.clock.advance(kMinuteMs);
  desk.send();
  CHECK(desk.platform.calls_of("telegram").size() == (other ? 1 : 0));
  CHECK(desk.counts(broadcast) == (other ? kAccepted : Counts{{removed ? "dropped:no_contact" : "dropped:channel_off", 1}}));
}
