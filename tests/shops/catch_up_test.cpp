#include <catch2/catch.hpp>

#include "handlers/calendar.h"
#include "handlers/tasks.h"
#include "storage/errands.h"
#include "tests/shops/till.h"

using namespace laoke;
using namespace laoke::test;
using Change = ShopOrderChange;

namespace {

std::vector<storage::ErrandRow> errands_of(Till& till) {
  return till.run([](const Context& context) { return storage::list_errands(context.tx, context.shop_id(), 99); });
}

std::vector<storage::Task> tasks_of(Till& till) {
  return till.run([](const Context& context) { return todo_list(context, std::nullopt); });
}

}  // namespace

TEST_CASE("an order is read for its parcels once, not before the shop system knows of them", "[shops]") {
  Till till;
  till.tell(cream_order(0, Change::kPaid));
  CHECK(errands_of(till).empty());
  auto sent = cream_news(30, Change::kShipped);
  sent.ask_more = true;
  till.tell(sent);
  till.tell(sent);  // the message comes twice
  const auto errands = errands_of(till);
  REQUIRE(errands.size() == 1);
  CHECK(errands[0].kind == "read_order");
  CHECK(errands[0].channel_id == till.channel_id());
  CHECK(nlohmann::json::parse(errands[0].data) == nlohmann::json{{"external_id", sent.external_id}});
  CHECK(errands[0].due_at_ms >= till.now_ms + 30'000);
  CHECK(errands[0].created_at_ms == till.now_ms);
  CHECK(till.only_order().state == "shipped");
}

TEST_CASE("the number that was read takes the place of the shipment without one", "[shops]") {
  Till till;
  till.tell(cream_order(0, Change::kPaid));
  auto sent = cream_news(30, Change::kShipped);
  sent.ask_more = true;
  till.tell(sent);
  auto whole = cream_order(31, Change::kShipped);
  whole.paid = whole.shipped = true;
  whole.shipments = {{"", "YT0000000000001", 0}};
  till.tell(whole);
  till.tell(whole);
  const auto order_id = till.only_order().order_id;
  const auto parcels = till.run([&](const Context& c) { return storage::list_shipments(c.tx, c.shop_id(), order_id); });
  REQUIRE(parcels.size() == 1);
  CHECK(parcels[0].tracking_no == "YT0000000000001");
  CHECK(parcels[0].carrier == "yto");  // as the number tells
}

TEST_CASE("an order that is read before or after its messages ends the same", "[shops]") {
  const auto paid = cream_order(5, Change::kPaid);
  auto now = cream_order(20);  // as the shop system knows it: paid, sent, a part given back
  now.paid = now.shipped = true;
  now.shipments = {{"SF Express", "SF1234567890123", 0}};
  now.refunds = {{"r1", 9900}};
  const auto& read = now;
  const auto placed = cream_order(0);
  std::string expected;
  {
    Till till;
    for (const auto& one : {placed, paid, read}) till.tell(one);
    expected = till.picture();
  }
  const auto sequence = GENERATE_REF(values<std::vector<const ShopOrderUpdate*>>({{&read}, {&read, &placed, &paid}, {&placed, &read, &paid, &read}, {&paid, &read}}));
  Till till;
  for (const auto* one : sequence) till.tell(*one);
  CHECK(till.picture() == expected);
}

TEST_CASE("a shop system whose API refuses is told once a day, with what to do", "[shops]") {
  Till till;
  ShopOrderUpdate trouble;
  trouble.change = Change::kTrouble;
  trouble.external_id = "api";
  trouble.note = "refused (401): the key is wrong or lacks a right";
  till.tell(trouble);
  till.tell(trouble);
  auto tasks = tasks_of(till);
  REQUIRE(tasks.size() == 1);
  CHECK(tasks[0].text.find("refused (401)") != std::string::npos);
  CHECK(tasks[0].text.find("laoke channel set store") != std::string::npos);
  till.now_ms += kDayMs;
  till.tell(trouble);
  CHECK(tasks_of(till).size() == 2);
  CHECK(till.orders().empty());
  CHECK(till.customers().empty());
}
