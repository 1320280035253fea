#include <catch2/catch.hpp>

#include "handlers/inbound.h"
#include "storage/consents.h"
#include "storage/contacts.h"
#include "storage/ledger.h"
#include "tests/customers/desk.h"

using namespace laoke;
using namespace laoke::test;

TEST_CASE("a customer who writes 取消訂閱 is out of marketing at once and comes back with 訂閱", "[customers][consent][traditional]") {
  Desk desk;
  const auto writes = [&](const std::string& text, const std::string& key) {
    InboundEvent event;
    event.kind = InboundKind::kText;
    event.key = event.platform_message_id = key;
    event.external_id = "U1";
    event.display_name = "陳小姐";
    event.text = text;
    event.at_ms = kMonday10;
    desk.run([&](const Context& context) { take_event(context, 3, event); });
    return desk.run([&](const Context& context) { return storage::find_contact_by_address(context.tx, context.shop_id(), 3, "U1")->customer_id; });
  };
  const auto id = writes("你好，還有貨嗎", "1");
  CHECK_FALSE(desk.facts(id).opted_out);
  const auto [out, in] = GENERATE(table<std::string, std::string>({{"取消訂閱", "訂閱"}, {"退訂", "恢復訂閱"}, {"不要再傳訊息了！", "重新訂閱"}, {"取消訂閲", "訂閲"}}));
  writes(out, "2");
  CHECK(desk.facts(id).opted_out);
  const auto consents = desk.run([&](const Context& context) { return storage::consents_of_customer(context.tx, context.shop_id(), id); });
  REQUIRE(consents.size() == 1);
  CHECK(consents[0].evidence == out);  // as it was written
  writes(out, "2");
  CHECK(desk.run([&](const Context& context) { return storage::consents_of_customer(context.tx, context.shop_id(), id).size(); }) == 1);
  writes(in, "3");
  CHECK_FALSE(desk.facts(id).opted_out);
}
