// Messages by a template that the platform does not let through.
#include <catch2/catch.hpp>

#include "handlers/calendar.h"
#include "handlers/platform_news.h"
#include "handlers/reasons.h"
#include "handlers/tasks.h"
#include "handlers/template_library.h"
#include "storage/template_holds.h"
#include "tests/support/ways_desk.h"

using namespace laoke;
using channels::SendStatus;
using channels::Traits;
using test::outcome;
using test::WaysDesk;
using Counts = std::map<std::string, std::int64_t>;

namespace {

Traits with_window(double per_second = 0) {
  Traits traits;
  traits.window_ms = kDayMs;
  traits.messages_per_second = per_second;
  return traits;
}

void approve(WaysDesk& desk, const std::string& kind, const std::string& platform_name = "promo_v1") {
  const std::string extras = R"({"platform_template":")" + platform_name + R"(","platform_template_language":"zh_CN"})";
  desk.in([&](const Context& context) {
    save_template(context, {"promo", "zh-CN", "", "上新了", "{}", "broadcast"});
    save_template(context, {"promo", "zh-CN", kind, "上新了", extras, "broadcast"});
  });
}

std::int64_t promo(WaysDesk& desk) {
  BroadcastDraft draft;
  draft.template_name = "promo";
  return desk.broadcast(draft);
}

Taken news(WaysDesk& desk, const std::string& what, const std::string& language = "zh_CN", std::int64_t pause_ms = 0, const char* name = "promo_v1") {
  InboundEvent event;
  event.key = "news" + std::to_string(++desk.last_event);
  event.external_id = "102290129340398";
  event.at_ms = desk.clock.now_ms();
  put_news(event, {what, name, language, "", pause_ms == 0 ? 0 : event.at_ms + pause_ms});
  return desk.take("whatsapp", event);
}

std::size_t tasks(WaysDesk& desk) {
  return desk.in([](const Context& context) { return todo_list(context, std::nullopt).size(); });
}

}  // namespace

TEST_CASE("a broadcast by a paused template waits as a whole, without a call, and goes when the pause is over", "[templates][sender]") {
  WaysDesk desk;
  desk.account("whatsapp", with_window());
  approve(desk, "whatsapp");
  desk.crowd(30, "whatsapp");
  CHECK(news(desk, "template_paused", "zh-CN", 3 * kHourMs) == Taken::kDone);
  const auto broadcast = promo(desk);
  desk.send();
  CHECK(desk.platform.calls().empty());
  CHECK(desk.counts(broadcast) == Counts{{"deferred:template_held", 30}});
  SECTION("by itself") {
    for (int i = 0; i < 3; ++i) {
      desk.clock.advance(kHourMs - 1);
      desk.send();
      CHECK(desk.platform.calls().empty());
    }
    desk.clock.advance(kHourMs);
  }
  SECTION("sooner than it was said") {
    news(desk, "template_back");
    desk.clock.advance(kHourMs);
  }
  desk.send();
  CHECK(desk.counts(broadcast) == Counts{{"accepted:approved_template", 30}});
  CHECK(desk.platform.calls().size() == 30);
}

TEST_CASE("what waits for its template to the end of its validity says so", "[templates][sender]") {
  WaysDesk desk;
  desk.account("whatsapp", with_window());
  approve(desk, "whatsapp");
  desk.crowd(3, "whatsapp");
  const char* what = GENERATE("template_off", "template_rejected", "template_deleted");
  news(desk, what);
  const auto broadcast = promo(desk);
  for (int hour = 0; hour < 24; ++hour, desk.clock.advance(kHourMs)) desk.send();
  CHECK(desk.platform.calls().empty());
  CHECK(desk.counts(broadcast) == Counts{{"dropped:template_held", 3}});
}

TEST_CASE("words go where the window is open, whatever becomes of the template", "[templates][sender]") {
  WaysDesk desk;
  desk.account("whatsapp", with_window());
  approve(desk, "whatsapp");
  const auto mei = desk.customer("晓梅");
  desk.contact(mei, "whatsapp", "a", 0, desk.clock.now_ms() + kHourMs);
  news(desk, "template_off");
  const auto broadcast = promo(desk);
  desk.send();
  CHECK(desk.counts(broadcast) == Counts{{"accepted", 1}});
  CHECK(desk.platform.calls().at(0).content.platform_template.empty());
}

TEST_CASE("another account's approved template goes when this one's is held back", "[templates][ways]") {
  WaysDesk desk;
  desk.account("whatsapp", with_window());
  desk.account("messenger", with_window());
  approve(desk, "whatsapp");
  approve(desk, "messenger", "promo_m");
  const auto mei = desk.customer("晓梅");
  desk.contact(mei, "whatsapp", "a", 2);
  desk.contact(mei, "messenger", "b", 1);
  news(desk, "template_paused");
  const auto broadcast = promo(desk);
  desk.send();
  REQUIRE(desk.platform.calls().size() == 1);
  CHECK(desk.platform.calls()[0].account == "messenger");
  CHECK(desk.counts(broadcast) == Counts{{"accepted:approved_template", 1}});
}

TEST_CASE("only the template that was named is held back, in the language that was named", "[templates][sender]") {
  struct Row {
    const char *says, *name, *language;
    bool held;
  };
  const auto row = GENERATE(values<Row>({
      {"this one, as Meta writes its language", "promo_v1", "zh-CN", true},
      {"this one, in other letters", "promo_v1", "ZH_cn", true},
      {"in another language", "promo_v1", "en", false},
      {"another one", "promo_v2", "zh_CN", false},
  }));
  DYNAMIC_SECTION(row.says) {
    WaysDesk desk;
    desk.account("whatsapp", with_window());
    approve(desk, "whatsapp");
    desk.crowd(1, "whatsapp");
    news(desk, "template_off", row.language, 0, row.name);
    const auto broadcast = promo(desk);
    desk.send();
    CHECK(desk.counts(broadcast) == (row.held ? Counts{{"deferred:template_held", 1}} : Counts{{"accepted:approved_template", 1}}));
  }
}

TEST_CASE("a send that the platform puts off for hours keeps the others from trying", "[templates][sender]") {
  WaysDesk desk;
  desk.account("whatsapp", with_window(20));  // four are under way at a time
  approve(desk, "whatsapp");
  desk.crowd(60, "whatsapp");
  desk.platform.answer_always("whatsapp", [](const auto&) { return outcome(SendStatus::kRetryLater, "132015 Template is paused", 4 * kHourMs); });
  const auto broadcast = promo(desk);
  desk.send();
  const auto tried = static_cast<std::int64_t>(desk.platform.calls().size());
  CHECK(tried < 20);
  CHECK(desk.counts(broadcast) == Counts{{"deferred:retry", tried}, {"deferred:template_held", 60 - tried}});
  CHECK(tasks(desk) == 1);  // told once
  desk.platform.answer_always("whatsapp", {});
  desk.clock.advance(4 * kHourMs + kMinuteMs);
  desk.send();
  CHECK(desk.counts(broadcast) == Counts{{"accepted:approved_template", 60}});
}

TEST_CASE("a person's own message by a held template does not wait in silence", "[templates][sender]") {
  WaysDesk desk;
  desk.account("whatsapp", with_window());
  const auto mei = desk.customer("晓梅");
  const auto contact = desk.contact(mei, "whatsapp", "a");
  const bool known = GENERATE(true, false);  // else the send itself finds out
  if (known) news(desk, "template_paused");
  if (!known) desk.platform.answer_next([](const auto&) { return outcome(SendStatus::kRetryLater, "132015 paused", 4 * kHourMs); });
  const auto key = desk.in([&](const Context& context) {
    DirectMessage message;
    message.customer_id = mei;
    message.contact_id = contact;
    message.channel_id = desk.ids.at("whatsapp");
    message.content.platform_template = "promo_v1";
    message.content.platform_template_language = "zh_CN";
    return queue_message(context, message);
  });
  desk.send();
  CHECK(desk.delivery(key).state == "dropped");
  CHECK(desk.delivery(key).reason == reasons::kTemplateHeld);
  CHECK(desk.platform.calls().size() == (known ? 0 : 1));
}

TEST_CASE("the owner is told of each change once, and may do something about it", "[templates][news]") {
  WaysDesk desk;
  desk.account("whatsapp", with_window());
  SECTION("a pause that is repeated, a second pause, and the end") {
    news(desk, "template_paused", "zh_CN", 3 * kHourMs);
    news(desk, "template_paused", "zh_CN", 3 * kHourMs);
    CHECK(tasks(desk) == 1);
    desk.clock.advance(4 * kHourMs);
    news(desk, "template_paused", "zh_CN", 6 * kHourMs);
    CHECK(tasks(desk) == 2);
    news(desk, "template_back");
    CHECK(tasks(desk) == 2);
    CHECK(desk.in([](const Context& context) { return storage::template_holds(context.tx, context.shop_id(), context.now_ms).size(); }) == 0);
  }
  SECTION("worse than before") {
    news(desk, "template_paused");
    news(desk, "template_off");
    CHECK(tasks(desk) == 2);
  }
  SECTION("a warning holds nothing back") {
    news(desk, "template_flagged");
    CHECK(tasks(desk) == 1);
    CHECK(desk.in([](const Context& context) { return storage::template_holds(context.tx, context.shop_id(), context.now_ms).size(); }) == 0);
  }
  SECTION("of the account and the number, in both languages") {
    for (const char* what : {"number_flagged", "number_limited", "account_violation", "account_restricted", "account_banned"}) news(desk, what);
    CHECK(tasks(desk) == 5);
    news(desk, "account_back");
    news(desk, "something of a later version");
    CHECK(tasks(desk) == 5);
  }
}

TEST_CASE("what was missed about a template is found out by trying it again", "[templates][sender]") {
  WaysDesk desk;
  desk.account("whatsapp", with_window());
  approve(desk, "whatsapp");
  desk.crowd(2, "whatsapp");
  news(desk, "template_off");
  desk.clock.advance(kDayMs + kMinuteMs);  // that it may be used again was never told
  const auto broadcast = promo(desk);
  desk.send();
  CHECK(desk.counts(broadcast) == Counts{{"accepted:approved_template", 2}});
}
