// What waits to be sent when two records become one, or two again.
#include <catch2/catch.hpp>

#include "handlers/consent.h"
#include "handlers/merge.h"
#include "handlers/orders.h"
#include "handlers/outbox.h"
#include "handlers/reasons.h"
#include "handlers/reminders.h"
#include "handlers/rules.h"
#include "handlers/tags.h"
#include "handlers/template_library.h"
#include "storage/broadcasts.h"
#include "tests/support/send_desk.h"

using namespace laoke;
using test::SendDesk;
using Counts = std::map<std::string, std::int64_t>;

namespace {

// Two records of what may be one person, and a channel that can be made to wait.
struct Couple {
  explicit Couple(std::initializer_list<std::string_view> rules) {
    desk.in([&](const Context& c) {
      load_stock_templates(c);
      install_stock_rules(c);
      for (const auto& one : list_rules(c)) switch_rule(c, one.row.rule_id, std::ranges::find(rules, one.row.name) != rules.end());
    });
  }
  void wait(bool on) { desk.channels.at(SendDesk::kChannel).paused_until_ms = on ? desk.now_ms + 6 * kHourMs : 0; }
  std::int64_t merge() {
    return desk.in([&](const Context& c) { return merge_customers(c, kept, merged); });
  }
  void part(std::int64_t merge_id) {
    desk.now_ms += kMinuteMs;
    desk.in([&](const Context& c) { undo_merge(c, merge_id); });
  }
  std::int64_t order(std::int64_t customer, OrderState state = OrderState::kPlaced) {
    return desk.in([&](const Context& c) {
      OrderDraft draft;
      draft.customer_id = customer;
      draft.items = {{"面膜", 1, 9900}};
      draft.state = state;
      return record_order(c, draft).order_id;
    });
  }
  void reply(std::int64_t customer, std::int64_t contact, const char* text) {
    desk.in([&](const Context& c) {
      DirectMessage message;
      message.customer_id = customer;
      message.contact_id = contact;
      message.channel_id = SendDesk::kChannel;
      message.content.text = text;
      queue_message(c, message);
    });
  }
  void tick() { fire_due(desk.shop.db(), desk.now_ms, 1'000); }
  // "contact: text", as they go out.
  std::vector<std::string> sent() {
    std::vector<std::string> all;
    for (auto claimed = desk.claim(); !claimed.empty(); claimed = desk.claim())
      for (const auto& one : claimed) {
        const char* whose = one.contact_id == kept_chat ? "kept" : one.contact_id == merged_chat ? "merged" : "?";
        all.push_back(std::string(whose) + ": " + one.said().text.substr(0, one.said().text.find('\n')));
        CHECK(one.key.customer_id == desk.in([&](const Context& c) { return storage::get_contact(c.tx, c.shop_id(), one.contact_id)->customer_id; }));
        desk.record(one, Outcome::Kind::kAccepted);
      }
    return all;
  }

  SendDesk desk;
  std::int64_t kept = desk.customer("张三"), merged = desk.customer("三儿");
  std::int64_t kept_chat = desk.contact_of(kept), merged_chat = desk.contact_of(merged);
};

}  // namespace

TEST_CASE("what waited for a customer who is merged goes on, once", "[merge][dispatch]") {
  Couple two({"shipped"});
  const auto order = two.order(two.merged, OrderState::kPaid);
  two.wait(true);
  two.desk.in([&](const Context& c) { move_order(c, order, OrderState::kShipped); });
  two.tick();
  two.reply(two.merged, two.merged_chat, "有货的");
  CHECK(two.sent().empty());
  two.merge();
  two.wait(false);
  two.desk.now_ms += kDayMs / 2;
  const auto sent = two.sent();
  CHECK(sent.size() == 2);
  CHECK(std::ranges::count(sent, "merged: 有货的") == 1);
  CHECK(two.sent().empty());
}

TEST_CASE("what was said to a contact while two were one goes home with it", "[merge][dispatch]") {
  Couple two({});
  const auto merge_id = two.merge();
  two.wait(true);
  two.reply(two.kept, two.merged_chat, "给三儿");
  two.reply(two.kept, two.kept_chat, "给张三");
  CHECK(two.sent().empty());
  two.part(merge_id);
  two.wait(false);
  two.desk.now_ms += kDayMs / 2;
  auto sent = two.sent();
  std::ranges::sort(sent);
  CHECK(sent == std::vector<std::string>{"kept: 给张三", "merged: 给三儿"});
}

TEST_CASE("an order's reminder planned while two were one is not told to the other", "[merge][reminders]") {
  for (const bool waits : {false, true}) {
    INFO((waits ? "it waited in the ledger" : "it was not due yet"));
    Couple two({"unpaid"});
    const auto order = two.order(two.merged, OrderState::kEnquiry);
    const auto merge_id = two.merge();
    two.desk.in([&](const Context& c) { move_order(c, order, OrderState::kPlaced); });
    if (waits) two.wait(true), two.desk.now_ms += 2 * kHourMs, two.tick(), two.sent();
    two.part(merge_id);
    two.wait(false);
    two.desk.now_ms += 5 * kHourMs;
    two.tick();
    const auto sent = two.sent();
    REQUIRE(sent.size() == 1);
    CHECK(sent[0].starts_with("merged: "));
  }
}

TEST_CASE("who got a broadcast under one record does not get it under the other", "[merge][dispatch]") {
  Couple two({});
  const auto broadcast = two.desk.broadcast();
  const auto first = two.desk.claim(1);
  REQUIRE(first.size() == 1);
  const bool kept_first = first[0].contact_id == two.kept_chat;
  two.desk.record(first[0], Outcome::Kind::kAccepted);
  two.desk.in([&](const Context& c) { return kept_first ? merge_customers(c, two.merged, two.kept) : merge_customers(c, two.kept, two.merged); });
  CHECK(two.sent().empty());
  CHECK(two.desk.counts(broadcast) == Counts{{"accepted", 1}, {"dropped:no_longer_due", 1}});
  CHECK(two.desk.state(broadcast) == "done");
}

TEST_CASE("a broadcast meant for one record reaches the person under the other", "[merge][dispatch]") {
  for (const bool paused : {false, true}) {
    INFO((paused ? "paused meanwhile" : "under way"));
    Couple two({});
    two.desk.in([&](const Context& c) { return tag_customer(c, two.merged, "面膜"); });
    const auto broadcast = two.desk.broadcast("上新了", "tag:面膜");
    if (paused) two.desk.in([&](const Context& c) { return pause_broadcast(c, broadcast); });
    two.merge();
    if (paused) CHECK(two.sent().empty());
    if (paused) two.desk.in([&](const Context& c) { return resume_broadcast(c, broadcast); });
    CHECK(two.sent().size() == 1);
    CHECK(two.sent().empty());
    CHECK(two.desk.counts(broadcast) == Counts{{"accepted", 1}, {"dropped:not_a_customer", 1}});
    CHECK(two.desk.state(broadcast) == "done");
    CHECK(two.desk.in([&](const Context& c) { return storage::get_broadcast(c.tx, c.shop_id(), broadcast)->audience_count; }) == 2);
  }
}

TEST_CASE("who leaves marketing while two are one has left it in both", "[merge][consent]") {
  struct Row {
    const char* what;
    bool merged_was_out;
    std::vector<bool> words;  // true: wants news
    bool kept_out, merged_out;
  };
  const Row rows[] = {
      {"nobody says anything", false, {}, false, false},
      {"the one who had left stays out, the other in", true, {}, false, true},
      {"STOP is written afterwards", false, {false}, true, true},
      {"STOP is written once more", true, {false}, true, true},
      {"STOP, and back again", false, {false, true}, false, false},
  };
  for (const auto& row : rows) {
    INFO(row.what);
    Couple two({});
    const auto says = [&](std::int64_t customer, bool in) {
      two.desk.in([&](const Context& c) {
        const Context own{c.tx, c.shop, c.now_ms, {Actor::Kind::kCustomer, 0}};
        return in ? opt_in(own, customer, "订阅") : opt_out(own, customer, "退订");
      });
      two.desk.now_ms += kMinuteMs;
    };
    if (row.merged_was_out) says(two.merged, false);
    const auto merge_id = two.merge();
    for (const bool in : row.words) says(two.kept, in);
    two.part(merge_id);
    const auto out = [&](std::int64_t customer) {
      return two.desk.in([&](const Context& c) { return storage::get_facts(c.tx, c.shop_id(), customer)->opted_out; });
    };
    CHECK(out(two.kept) == row.kept_out);
    CHECK(out(two.merged) == row.merged_out);
  }
}
