// Which way a message takes to a person who has several, and what the platform's windows and templates allow.
#include <catch2/catch.hpp>

#include "handlers/calendar.h"
#include "handlers/reasons.h"
#include "handlers/template_library.h"
#include "handlers/tried.h"
#include "storage/messages.h"
#include "storage/reply_tokens.h"
#include "storage/send_steps.h"
#include "tests/support/ways_desk.h"

using namespace laoke;
using channels::SendStatus;
using channels::Traits;
using test::outcome;
using test::WaysDesk;
using Counts = std::map<std::string, std::int64_t>;

namespace {

Traits windowed(std::int64_t window_ms = kDayMs) {
  Traits traits;
  traits.window_ms = window_ms;
  return traits;
}

void save(WaysDesk& desk, const std::string& kind, const std::string& body, const std::string& extras) {
  desk.in([&](const Context& context) { save_template(context, {"promo", "zh-CN", kind, body, extras, "broadcast"}); });
}

BroadcastDraft of_template(const std::string& name = "promo") {
  BroadcastDraft draft;
  draft.template_name = name;
  return draft;
}

std::vector<std::string> accounts_called(const WaysDesk& desk) {
  std::vector<std::string> accounts;
  for (const auto& call : desk.platform.calls()) accounts.push_back(call.account);
  return accounts;
}

std::vector<storage::SendStep> steps_of(WaysDesk& desk, const storage::DeliveryKey& key) {
  return desk.in([&](const Context& context) { return storage::send_steps(context.tx, context.shop_id(), key); });
}

}  // namespace

TEST_CASE("a broadcast reaches a person of three chats once, by the best way there is", "[ways]") {
  WaysDesk desk;
  desk.account("wechat", windowed());
  desk.account("whatsapp", windowed());
  desk.account("telegram");
  const auto mei = desk.customer("晓梅");
  const auto now = desk.clock.now_ms();
  struct Row {
    const char* says;
    std::int64_t wechat_until, whatsapp_until;
    const char* by;
  };
  const auto row = GENERATE_REF(values<Row>({
      {"the most recently heard of those that are open", now + kHourMs, now + kHourMs, "wechat"},
      {"a closed window is passed over", now - 1, now + kHourMs, "whatsapp"},
      {"one without windows when all others are closed", now - 1, now - 1, "telegram"},
  }));
  DYNAMIC_SECTION(row.says) {
    desk.contact(mei, "wechat", "w", now - 1'000, row.wechat_until);
    desk.contact(mei, "whatsapp", "a", now - 2'000, row.whatsapp_until);
    desk.contact(mei, "telegram", "t", now - 3'000);
    const auto broadcast = desk.broadcast();
    desk.send();
    CHECK(accounts_called(desk) == std::vector<std::string>{row.by});
    CHECK(desk.counts(broadcast) == Counts{{"accepted", 1}});
  }
}

TEST_CASE("a chat that refuses for good hands the message to the next one, and each word is kept", "[ways]") {
  WaysDesk desk;
  desk.account("whatsapp", windowed());
  desk.account("telegram");
  const auto mei = desk.customer("晓梅");
  const auto now = desk.clock.now_ms();
  const auto first = desk.contact(mei, "whatsapp", "a", now - 1'000, now + kHourMs);
  struct Row {
    const char* says;
    SendStatus status;
    std::string_view reason;
    const char* alone;
  };
  const auto row = GENERATE(values<Row>({
      {"blocked", SendStatus::kContactGone, reasons::kBlocked, "dropped:blocked"},
      {"refused as it is", SendStatus::kRejected, reasons::kRejected, "failed:rejected"},
      {"its window is over", SendStatus::kWindowClosed, reasons::kWindowClosed, "dropped:window_closed"},
  }));
  desk.platform.answer_always("whatsapp", [row](const auto&) { return outcome(row.status, "131047 no"); });
  DYNAMIC_SECTION(row.says << ", and there is another") {
    desk.contact(mei, "telegram", "t", now - 3'000);
    const auto broadcast = desk.broadcast();
    desk.send();
    CHECK(accounts_called(desk) == std::vector<std::string>{"whatsapp", "telegram"});
    CHECK(desk.counts(broadcast) == Counts{{"accepted", 1}});
    CHECK(desk.contact_row(first).last_in_ms == now - 1'000);  // hearing nothing is no sign of life
    if (row.status == SendStatus::kWindowClosed) return;       // there the next claim looks for another way by itself
    const auto steps = steps_of(desk, {"b", broadcast, mei, ""});
    REQUIRE(steps.size() == 1);
    CHECK(steps[0].contact_id == first);
    CHECK(steps[0].reason == row.reason);
    CHECK(steps[0].detail == "131047 no");
    desk.in([&](const Context& context) {
      const auto row = storage::get_delivery(context.tx, context.shop_id(), {"b", broadcast, mei, ""}).value();
      CHECK(tried_words(context, row, "en") == "whatsapp: " + reasons::words(steps[0].reason, "en"));
      CHECK(tried_words(context, row, "zh-CN").starts_with("whatsapp："));
    });
  }
  DYNAMIC_SECTION(row.says << ", and there is none") {
    const auto broadcast = desk.broadcast();
    desk.send();
    CHECK(desk.platform.calls().size() == 1);
    CHECK(desk.counts(broadcast) == Counts{{row.alone, 1}});
  }
}

TEST_CASE("all chats refuse one after the other: each is asked once, and the last word stands", "[ways]") {
  WaysDesk desk;
  for (const char* kind : {"whatsapp", "telegram", "line"}) desk.account(kind);
  const auto mei = desk.customer("晓梅");
  for (const char* kind : {"whatsapp", "telegram", "line"}) desk.contact(mei, kind, kind);
  desk.platform.answer_always("whatsapp", [](const auto&) { return outcome(SendStatus::kRejected, "too long"); });
  desk.platform.answer_always("telegram", [](const auto&) { return outcome(SendStatus::kContactGone, "blocked"); });
  desk.platform.answer_always("line", [](const auto&) { return outcome(SendStatus::kRejected, "bad"); });
  const auto broadcast = desk.broadcast();
  desk.send();
  CHECK(desk.platform.calls().size() == 3);
  CHECK(steps_of(desk, {"b", broadcast, mei, ""}).size() == 3);
  CHECK(desk.counts(broadcast) == Counts{{"failed:rejected", 1}});
  // Nothing went out, so nothing counts in the cap.
  desk.platform.answer_always("whatsapp", {});
  const auto second = desk.broadcast("第二条");
  desk.send();
  CHECK(desk.counts(second) == Counts{{"accepted", 1}});
}

TEST_CASE("after an unknown outcome no other chat is tried", "[ways]") {
  WaysDesk desk;
  desk.account("whatsapp");
  desk.account("telegram");
  const auto mei = desk.customer("晓梅");
  desk.contact(mei, "whatsapp", "a", 2);
  desk.contact(mei, "telegram", "t", 1);
  desk.platform.answer_next([](const auto&) { return outcome(SendStatus::kUnknown); });
  const auto broadcast = desk.broadcast();
  desk.send();
  CHECK(accounts_called(desk) == std::vector<std::string>{"whatsapp"});
  CHECK(desk.counts(broadcast) == Counts{{"unknown:no_answer", 1}});
}

TEST_CASE("an unknown send is repeated where its key is recognised, and stays unknown when it may not be", "[ways]") {
  WaysDesk desk;
  Traits traits;
  traits.idempotent = true;
  desk.account("line", traits);
  const auto mei = desk.customer("晓梅");
  desk.contact(mei, "line", "u");
  desk.platform.answer_next([](const auto&) { return outcome(SendStatus::kUnknown); });
  const auto broadcast = desk.broadcast();
  desk.send();
  CHECK(desk.counts(broadcast) == Counts{{"deferred:no_answer", 1}});
  desk.clock.advance(kMinuteMs);
  SECTION("the same call again") {
    desk.send();
    const auto calls = desk.platform.calls();
    REQUIRE(calls.size() == 2);
    CHECK(calls[0].key() == calls[1].key());
    CHECK(desk.counts(broadcast) == Counts{{"accepted", 1}});
  }
  SECTION("who left meanwhile may have it: nobody says it was not sent") {
    desk.in([&](const Context& context) { storage::set_opted_out(context.tx, context.shop_id(), mei, true); });
    desk.send();
    CHECK(desk.platform.calls().size() == 1);
    CHECK(desk.counts(broadcast) == Counts{{"unknown:no_answer", 1}});
  }
}

TEST_CASE("an address that moved to somebody else's is no way any more", "[ways]") {
  WaysDesk desk;
  desk.account("telegram");
  const auto mei = desk.customer("晓梅"), other = desk.customer("别人");
  desk.contact(mei, "telegram", "old");
  desk.contact(other, "telegram", "new");
  desk.platform.answer_always("telegram", [](const channels::Outgoing& to) {
    if (to.external_id != "old") return outcome(SendStatus::kAccepted);
    auto moved = outcome(SendStatus::kContactMoved);
    moved.new_external_id = "new";
    return moved;
  });
  const auto broadcast = desk.broadcast();
  desk.send();
  CHECK(desk.of(broadcast, mei).state == "dropped");
  CHECK(desk.of(broadcast, other).state == "accepted");
}

TEST_CASE("words go inside the window, the approved template outside it", "[ways]") {
  WaysDesk desk;
  desk.account("whatsapp", windowed());
  const auto mei = desk.customer("晓梅");
  const auto now = desk.clock.now_ms();
  const std::string approved = R"({"platform_template":"promo_v1","platform_template_language":"zh_CN","parameters":["{{customer.name}}"]})";
  struct Row {
    const char* says;
    std::int64_t until;
    std::int64_t replies;
    const char* kind;  // of the template with the platform's name
    bool sent, by_template;
  };
  const auto row = GENERATE_REF(values<Row>({
      {"open", now + kHourMs, -1, "whatsapp", true, false},
      {"over", now - 1, -1, "whatsapp", true, true},
      {"open, but no reply is left", now + kHourMs, 0, "whatsapp", true, true},
      {"over, and the template is another platform's", now - 1, -1, "wechat", false, false},
  }));
  DYNAMIC_SECTION(row.says) {
    const auto contact = desk.contact(mei, "whatsapp", "a", now - 1'000, row.until, row.replies);
    save(desk, "", "上新了 {{customer.name}}", "{}");
    save(desk, row.kind, "上新了 {{customer.name}}", approved);
    const auto broadcast = desk.broadcast(of_template());
    desk.send();
    if (!row.sent) {
      CHECK(desk.counts(broadcast) == Counts{{"dropped:window_closed", 1}});
      return;
    }
    REQUIRE(desk.platform.calls().size() == 1);
    const auto content = desk.platform.calls()[0].content;
    CHECK(content.platform_template == (row.by_template ? "promo_v1" : ""));
    CHECK(content.platform_template_parameters == (row.by_template ? std::vector<std::string>{"晓梅"} : std::vector<std::string>{}));
    CHECK(content.text == "上新了 晓梅");
    CHECK(desk.counts(broadcast) == Counts{{row.by_template ? "accepted:approved_template" : "accepted", 1}});
    CHECK(desk.contact_row(contact).replies_left == row.replies);
  }
}

TEST_CASE("a platform that refuses the template too is not asked again", "[ways]") {
  WaysDesk desk;
  desk.account("whatsapp", windowed());
  const auto mei = desk.customer("晓梅");
  desk.contact(mei, "whatsapp", "a", 0, desk.clock.now_ms() + kHourMs);
  save(desk, "whatsapp", "上新了", R"({"platform_template":"promo_v1"})");
  desk.platform.answer_always("whatsapp", [](const auto&) { return outcome(SendStatus::kWindowClosed); });
  const auto broadcast = desk.broadcast(of_template());
  desk.send();
  CHECK(desk.platform.calls().size() == 2);  // the words, then the template
  CHECK(desk.counts(broadcast) == Counts{{"dropped:window_closed", 1}});
}

TEST_CASE("each message uses up one of the window's replies, and one not sent gives it back", "[ways]") {
  WaysDesk desk;
  desk.account("wechat", windowed());
  const auto mei = desk.customer("晓梅");
  const auto contact = desk.contact(mei, "wechat", "w", 0, desk.clock.now_ms() + kHourMs, 2);
  std::vector<storage::DeliveryKey> keys;
  for (const char* text : {"一", "二", "三"}) keys.push_back(desk.reply(mei, contact, "wechat", text));
  desk.send();
  CHECK(desk.platform.calls().size() == 2);
  CHECK(desk.delivery(keys[2]).state == "dropped");
  CHECK(desk.delivery(keys[2]).reason == reasons::kWindowClosed);
  CHECK(desk.contact_row(contact).replies_left == 0);
  // They write again, and the window starts anew.
  auto event = desk.text_from("w", "在吗");
  event.window_ms = kDayMs;
  event.replies_left = 5;
  desk.take("wechat", event);
  desk.platform.answer_next([](const auto&) { return outcome(SendStatus::kRejected); });
  desk.reply(mei, contact, "wechat", "四");
  desk.send();
  CHECK(desk.contact_row(contact).replies_left == 5);
}

TEST_CASE("a short window that opens inside a longer one does not shorten it", "[ways]") {
  WaysDesk desk;
  desk.account("wechat", windowed());
  const auto mei = desk.customer("晓梅");
  const auto now = desk.clock.now_ms();
  struct Row {
    const char* says;
    std::int64_t left, until, replies;
  };
  const auto row = GENERATE_REF(values<Row>({
      {"with replies left", 4, now + kDayMs, 4},
      {"all used up", 0, now + kMinuteMs, 3},
  }));
  DYNAMIC_SECTION(row.says) {
    const auto contact = desk.contact(mei, "wechat", "w", 0, now + kDayMs, row.left);
    auto press = desk.text_from("w", "菜单");
    press.window_ms = kMinuteMs;
    press.replies_left = 3;
    desk.take("wechat", press);
    CHECK(desk.contact_row(contact).window_until_ms == row.until);
    CHECK(desk.contact_row(contact).replies_left == row.replies);
  }
}

TEST_CASE("a reply token answers once, while it is fresh, and never for marketing", "[ways]") {
  WaysDesk desk;
  Traits traits;
  traits.reply_token_ms = kMinuteMs;
  desk.account("line", traits);
  const auto write = [&](const std::string& token) {
    auto event = desk.text_from("u", "在吗");
    event.reply_token = token;
    desk.take("line", event);
  };
  write("first");
  desk.clock.advance(1);
  write("second");
  const auto contact = desk.in([&](const Context& context) {
    return storage::find_contact_by_address(context.tx, context.shop_id(), desk.ids.at("line"), "u").value();
  });
  const auto tokens = [&] {
    std::vector<std::string> tokens;
    for (const auto& call : desk.platform.calls()) tokens.push_back(call.to[0].reply_token);
    return tokens;
  };
  SECTION("the newest, for the first reply") {
    for (const char* text : {"有", "要几件？"}) desk.reply(contact.customer_id, contact.contact_id, "line", text);
    desk.send();
    auto used = tokens();
    std::sort(used.begin(), used.end());
    CHECK(used == std::vector<std::string>{"", "second"});
  }
  SECTION("not when it is old") {
    desk.clock.advance(kMinuteMs);
    desk.reply(contact.customer_id, contact.contact_id, "line", "有");
    desk.send();
    CHECK(tokens() == std::vector<std::string>{""});
  }
  SECTION("not for a broadcast, which leaves it to the reply") {
    desk.broadcast();
    desk.send();
    desk.reply(contact.customer_id, contact.contact_id, "line", "有");
    desk.send();
    CHECK(tokens() == std::vector<std::string>{"", "second"});
  }
  SECTION("given back when nothing was sent") {
    desk.platform.answer_next([](const auto&) { return outcome(SendStatus::kRetryLater); });
    desk.reply(contact.customer_id, contact.contact_id, "line", "有");
    desk.send();
    desk.clock.advance(10'000);
    desk.send();
    CHECK(tokens() == std::vector<std::string>{"second", "second"});
  }
}

TEST_CASE("a reply by token is never repeated: no key protects it", "[ways]") {
  WaysDesk desk;
  Traits traits;
  traits.reply_token_ms = kMinuteMs;
  traits.idempotent = true;
  desk.account("line", traits);
  auto event = desk.text_from("u", "在吗");
  event.reply_token = "token";
  desk.take("line", event);
  const auto contact = desk.in([&](const Context& context) {
    return storage::find_contact_by_address(context.tx, context.shop_id(), desk.ids.at("line"), "u").value();
  });
  const auto key = desk.reply(contact.customer_id, contact.contact_id, "line", "有");
  SECTION("no answer came") {
    desk.platform.answer_next([](const auto&) { return outcome(SendStatus::kUnknown); });
    desk.send();
    desk.clock.advance(kMinuteMs);
    desk.send();
    CHECK(desk.platform.calls().size() == 1);
  }
  SECTION("the program died") {
    desk.in([&](const Context& context) {
      MessageCache cache;
      Capacity capacity;
      capacity.channels = desk.channels.health();
      capacity.room[desk.ids.at("line")] = 9;
      capacity.contact_free_at_ms = [](std::int64_t) { return std::int64_t{0}; };
      CHECK(claim(context.tx, context.now_ms, capacity, 9, cache).at(0).reply_token == "token");
    });
    desk.send();
    CHECK(desk.platform.calls().empty());
  }
  CHECK(desk.delivery(key).state == "unknown");
}

TEST_CASE("a task that a person must confirm says so until the platform tells more", "[ways]") {
  WaysDesk desk;
  desk.account("wecom");
  const auto mei = desk.customer("晓梅"), hua = desk.customer("阿华");
  desk.contact(mei, "wecom", "m");
  desk.contact(hua, "wecom", "h");
  desk.platform.answer_always("wecom", [](const auto&) { return outcome(SendStatus::kAwaitsPerson); });
  const auto broadcast = desk.broadcast();
  desk.send();
  CHECK(desk.counts(broadcast) == Counts{{"accepted:awaits_person", 2}});
  const auto status = desk.in([&](const Context& context) { return broadcast_status(context, broadcast, {}).value(); });
  CHECK(status.sent == 0);
  CHECK(status.awaiting == 2);
  CHECK(progress_text(status, "zh-CN", desk.clock.now_ms()).find("确认") != std::string::npos);
  const auto tell = [&](const std::string& address, std::int64_t customer, ReceiptKind kind) {
    auto event = desk.text_from(address, "");
    event.kind = InboundKind::kReceipt;
    event.platform_message_id = "";
    event.reference = storage::to_text({"b", broadcast, customer, ""});
    event.receipt = kind;
    desk.take("wecom", event);
  };
  tell("m", mei, ReceiptKind::kSent);
  tell("h", hua, ReceiptKind::kFailed);
  CHECK(desk.counts(broadcast)["accepted"] == 1);
  CHECK(desk.counts(broadcast)["failed:platform_reported_failure"] == 1);
  CHECK(desk.counts(broadcast)["accepted:awaits_person"] == 0);
}

TEST_CASE("a clock that is set back does not hold sends for as long as it jumped", "[ways]") {
  WaysDesk desk;
  Traits traits;
  traits.contact_messages_per_second = 1;
  desk.account("telegram", traits);
  const auto mei = desk.customer("晓梅"), hua = desk.customer("阿华");
  const auto first = desk.contact(mei, "telegram", "m");
  const auto second = desk.contact(hua, "telegram", "h");
  desk.reply(mei, first, "telegram", "一");
  desk.send();
  desk.clock.set(desk.clock.now_ms() - kDayMs);
  desk.send();
  desk.clock.advance(2'000);
  desk.reply(mei, first, "telegram", "二");
  desk.reply(hua, second, "telegram", "三");
  desk.send();
  CHECK(desk.platform.calls().size() == 3);
}
