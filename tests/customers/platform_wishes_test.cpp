#include <catch2/catch.hpp>

#include "handlers/inbound.h"
#include "storage/contacts.h"
#include "storage/ledger.h"
#include "tests/customers/desk.h"

using namespace laoke;
using namespace laoke::test;

namespace {

constexpr std::int64_t kAccount = 3;

InboundEvent event_of(InboundKind kind, const std::string& key) {
  InboundEvent event;
  event.kind = kind;
  event.key = key;
  event.external_id = "CN.1";
  event.display_name = "小李";
  event.at_ms = kMonday10;
  return event;
}

InboundEvent written(const std::string& key, const std::string& text) {
  auto event = event_of(InboundKind::kText, key);
  event.text = text;
  event.platform_message_id = key;
  event.window_ms = 1000;
  return event;
}

InboundEvent wish(const std::string& key, const std::string& data, bool in_chat) {
  auto event = event_of(InboundKind::kPress, key);
  event.press_data = data;
  event.text = "User requested to stop marketing messages";
  if (in_chat) event.platform_message_id = key;
  return event;
}

void take(Desk& desk, const InboundEvent& event) {
  desk.run([&](const Context& context) { take_event(context, kAccount, event); });
}

storage::Contact contact_in(Desk& desk) {
  return desk.run([&](const Context& context) {
    return *storage::find_contact_by_address(context.tx, context.shop_id(), kAccount, "CN.1");
  });
}

std::size_t answers(Desk& desk) {
  const auto customer_id = contact_in(desk).customer_id;
  return desk.run([&](const Context& context) {
    return storage::deliveries_of_customer(context.tx, context.shop_id(), customer_id, {}, {}, 10).size();
  });
}

}  // namespace

TEST_CASE("a customer who stops marketing in the platform's settings is out, and is not answered twice",
          "[customers][consent]") {
  Desk desk;
  take(desk, written("1", "在吗"));
  const auto before = answers(desk);
  const auto customer_id = contact_in(desk).customer_id;
  take(desk, wish("2", "mkt:stop", false));
  CHECK(desk.facts(customer_id).opted_out);
  CHECK(answers(desk) == before);
  take(desk, wish("3", "mkt:resume", false));
  CHECK_FALSE(desk.facts(customer_id).opted_out);
}

TEST_CASE("the button that stops marketing does, other buttons do not", "[customers][consent]") {
  Desk desk;
  take(desk, written("1", "在吗"));
  const auto customer_id = contact_in(desk).customer_id;
  take(desk, wish("2", "mkt:stopp", true));
  CHECK_FALSE(desk.facts(customer_id).opted_out);
  take(desk, wish("3", "mkt:stop", true));
  CHECK(desk.facts(customer_id).opted_out);
}

TEST_CASE("a button whose label or data is the word itself leaves marketing too", "[customers][consent]") {
  struct Row {
    const char *data, *label;
    bool out;
  };
  const auto row = GENERATE(values<Row>({{"退订", "", true},
                                         {"unsubscribe", "不想再收到", true},
                                         {"b:7", "退订 🙏", true},
                                         {"Stop promotions", "Stop promotions", true},  // WhatsApp's own
                                         {"b:8", "怎么退订", false},
                                         {"订阅", "订阅", false},  // agreeing takes a word of the shop's own making
                                         {"start", "Start", false}}));
  CAPTURE(row.data, row.label);
  Desk desk;
  take(desk, written("1", "在吗"));
  const auto customer_id = contact_in(desk).customer_id;
  auto press = wish("2", row.data, true);
  press.text = row.label;
  take(desk, press);
  CHECK(desk.facts(customer_id).opted_out == row.out);
}

TEST_CASE("a sign of life that opens no window leaves the one that is open", "[customers][contacts]") {
  Desk desk;
  take(desk, written("1", "在吗"));
  CHECK(contact_in(desk).window_until_ms == kMonday10 + 1000);
  take(desk, wish("2", "mkt:stop", false));
  CHECK(contact_in(desk).window_until_ms == kMonday10 + 1000);
}

TEST_CASE("a new customer's first words say by which advertisement they came", "[customers]") {
  Desk desk;
  auto first = written("1", "想买面膜");
  first.referral = "ad:1202";
  take(desk, first);
  const auto customer_id = contact_in(desk).customer_id;
  CHECK(desk.row(customer_id).source == "ad:1202");
  auto again = written("2", "还在吗");
  again.referral = "ad:9";
  take(desk, again);
  CHECK(desk.row(customer_id).source == "ad:1202");
}
