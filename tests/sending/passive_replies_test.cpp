// Answers that travel in the callback's own HTTP reply.
#include <catch2/catch.hpp>
#include <future>

#include "bot/hooks.h"
#include "bot/intake.h"
#include "handlers/calendar.h"
#include "handlers/passive_replies.h"
#include "handlers/reasons.h"
#include "handlers/shop_settings.h"
#include "handlers/template_library.h"
#include "storage/messages.h"
#include "tests/support/flaky_database.h"
#include "tests/support/patience.h"
#include "tests/support/ways_desk.h"

using namespace laoke;
using channels::SendStatus;
using channels::Traits;
using test::WaysDesk;

namespace {

// A WeChat-like account behind the real hook; "退订" is answered by the bot with one message.
struct HookStory {
  WaysDesk desk;
  test::FlakyDatabase database{desk.shop.db()};
  Intake intake{database, desk.clock, "hooks"};
  Sender idle{desk.shop.db(), desk.channels, desk.clock, "idle"};
  http::Router router;
  int last = 0;

  explicit HookStory(bool passive = true) {
    Traits traits;
    traits.passive_replies = passive;
    traits.window_ms = 2 * kDayMs;
    desk.account("wechat", traits);
    desk.in([](const Context& context) { load_stock_templates(context); });
    add_hook_routes(router, desk.channels, intake, idle);
  }
  std::string body(const std::string& text, const std::string& key) {
    return nlohmann::json{{"key", key}, {"from", "o1"}, {"text", text}}.dump();
  }
  // What the platform reads as the answer.
  http::Response post(const std::string& body) {
    http::Request request;
    request.method = "POST";
    request.path = "/hooks/wechat";
    request.body = body;
    request.headers["signed"] = "yes";
    auto response = router(request);
    if (!response.later) return response;
    std::promise<http::Response> told;
    response.later([&](http::Response answer) { told.set_value(std::move(answer)); });
    return told.get_future().get();
  }
  std::string writes(const std::string& text) { return post(body(text, "k" + std::to_string(++last))).body; }
  // Waits for what the intake records after the answers: a batch behind them has gone through by then.
  std::vector<storage::Delivery> messages() {
    std::vector<storage::Delivery> all;
    const bool settled = test::eventually([&] {
      all = desk.in([&](const Context& context) {
        const auto contact = storage::find_contact_by_address(context.tx, context.shop_id(), desk.ids.at("wechat"), "o1");
        return contact ? storage::messages_after(context.tx, context.shop_id(), contact->customer_id, "", 50) : std::vector<storage::Delivery>{};
      });
      return std::none_of(all.begin(), all.end(), [](const auto& one) { return one.state == "sending"; });
    });
    CHECK(settled);
    return all;
  }
};

bool carries(const std::string& body) { return body.starts_with("answer: "); }

}  // namespace

TEST_CASE("an answer the bot gives at once travels in the callback's own reply, and only there", "[passive][concurrent]") {
  HookStory story;
  const auto answer = story.writes("退订");
  CHECK(carries(answer));
  const auto messages = story.messages();
  REQUIRE(messages.size() == 1);
  CHECK(messages[0].state == "accepted");
  CHECK(messages[0].attempts == 1);
  story.desk.send();
  CHECK(story.desk.platform.calls().empty());
  CHECK(story.desk.in([](const Context& context) { return storage::list_in_flight(context.tx).empty(); }));
  const auto said = story.desk.in([&](const Context& context) {
    return storage::list_messages(context.tx, context.shop_id(), messages[0].key.customer_id, 0, 9);
  });
  REQUIRE(said.size() == 2);
  CHECK(said[0].direction == "out");
  CHECK("answer: " + said[0].text == answer);
}

TEST_CASE("nothing to say, or nothing that fits, leaves the reply empty and the sender its work", "[passive][concurrent]") {
  struct Row {
    const char* says;
    bool passive;
    const char* text;
    bool unfit;
    std::size_t sent;
  };
  const auto row = GENERATE(values<Row>({{"nothing to say", true, "在吗", false, 0},
                                         {"the platform takes no such answers", false, "退订", false, 1},
                                         {"it does not fit", true, "退订", true, 1}}));
  DYNAMIC_SECTION(row.says) {
    HookStory story(row.passive);
    if (row.unfit) {
      story.writes("退订");
      story.desk.platform.cannot_answer(direct_payload_from(story.messages().at(0).payload).content.text);
      story.writes("同意");  // back in, so that leaving says the same again
      story.messages();
    }
    CHECK(story.writes(row.text) == "success");
    story.messages();
    story.desk.send();
    CHECK(story.desk.platform.calls().size() == row.sent);
  }
}

TEST_CASE("the same callback again is answered with the same words, which are sent no other way", "[passive][concurrent]") {
  HookStory story;
  const auto callback = story.body("退订", "once");
  const auto first = story.post(callback).body;
  CHECK(carries(first));
  for (int i = 0; i < 3; ++i) CHECK(story.post(callback).body == first);
  CHECK(story.messages().size() == 1);
  story.desk.send();
  CHECK(story.desk.platform.calls().empty());
}

TEST_CASE("an answer that died with the program is unknown until the platform asks again", "[passive][concurrent]") {
  HookStory story;
  // Committed, and then nothing: neither the answer nor its record.
  const auto taken = story.desk.in([&](const Context& context) {
    const auto channel = story.desk.ids.at("wechat");
    InboundEvent event;
    event.kind = InboundKind::kText;
    event.key = "lost";
    event.external_id = event.display_name = "o1";
    event.text = "退订";
    event.window_ms = kDayMs;
    const auto mark = passive_mark(context);
    take_event(context, channel, event);
    return take_passive_reply(context, channel, event, mark, "dead", [](const auto&) { return true; });
  });
  REQUIRE(taken);
  CHECK(story.desk.delivery(taken->key).state == "sending");
  story.desk.send();  // a start: it takes the channel over
  CHECK(story.desk.delivery(taken->key).state == "unknown");
  CHECK(story.desk.platform.calls().empty());
  CHECK(story.post(story.body("退订", "lost")).body == "answer: " + taken->content.text);
  CHECK(test::eventually([&] { return story.desk.delivery(taken->key).state == "accepted"; }));
}

TEST_CASE("an answer that came too late goes by the sender, unless a repeat has it", "[passive]") {
  WaysDesk desk;
  Traits traits;
  traits.passive_replies = true;
  traits.idempotent = true;  // which protects no answer in a callback's reply
  desk.account("wechat", traits);
  desk.in([](const Context& context) { load_stock_templates(context); });
  const auto channel = desk.ids.at("wechat");
  auto event = desk.text_from("o1", "退订");
  const auto reply = desk.in([&](const Context& context) {
    const auto mark = passive_mark(context);
    take_event(context, channel, event);
    return take_passive_reply(context, channel, event, mark, "n", [](const auto&) { return true; });
  });
  REQUIRE(reply);
  SECTION("it stayed") {
    desk.in([&](const Context& context) { passive_reply_stayed(context, *reply); });
    desk.send();
    CHECK(desk.platform.calls().size() == 1);
    // By now it is the sender's: a repeat of the callback gets nothing.
    CHECK_FALSE(desk.in([&](const Context& context) { return repeat_passive_reply(context, channel, event.key); }));
  }
  SECTION("a repeat took it meanwhile") {
    const auto again = desk.in([&](const Context& context) { return repeat_passive_reply(context, channel, event.key); });
    REQUIRE(again);
    desk.in([&](const Context& context) { passive_reply_stayed(context, *reply); });
    desk.in([&](const Context& context) { passive_reply_left(context, *again); });
    desk.send();
    CHECK(desk.platform.calls().empty());
    CHECK(desk.delivery(reply->key).state == "accepted");
  }
}

TEST_CASE("only what was said to this event, to its own contact, is taken up", "[passive]") {
  WaysDesk desk;
  Traits traits;
  traits.passive_replies = true;
  desk.account("wechat", traits);
  const auto channel = desk.ids.at("wechat");
  desk.take("wechat", desk.text_from("o1", "在吗"));
  const auto contact = desk.in([&](const Context& context) {
    return storage::find_contact_by_address(context.tx, context.shop_id(), channel, "o1").value();
  });
  desk.reply(contact.customer_id, contact.contact_id, "wechat", "之前的");
  const auto take = [&](const std::function<void(const Context&)>& meanwhile) {
    return desk.in([&](const Context& context) {
      const auto event = desk.text_from("o1", "再问");
      const auto mark = passive_mark(context);
      take_event(context, channel, event);
      meanwhile(context);
      return take_passive_reply(context, channel, event, mark, "n", [](const auto&) { return true; });
    });
  };
  const auto message = [&](std::int64_t contact_id, const std::string& klass, std::int64_t due_at_ms) {
    DirectMessage one;
    one.customer_id = contact.customer_id;
    one.contact_id = contact_id;
    one.channel_id = channel;
    one.klass = klass;
    one.due_at_ms = due_at_ms;
    one.content.text = "新的";
    return one;
  };
  CHECK_FALSE(take([](const Context&) {}));
  CHECK_FALSE(take([&](const Context& context) { queue_message(context, message(contact.contact_id + 1, "reply", 0)); }));
  CHECK_FALSE(take([&](const Context& context) { queue_message(context, message(contact.contact_id, "notice", 0)); }));
  CHECK_FALSE(take([&](const Context& context) { queue_message(context, message(contact.contact_id, "reply", context.now_ms + 60'000)); }));
  const auto reply = take([&](const Context& context) { queue_message(context, message(contact.contact_id, "reply", 0)); });
  REQUIRE(reply);
  CHECK(reply->content.text == "新的");
}
