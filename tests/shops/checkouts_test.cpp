#include <catch2/catch.hpp>

#include "handlers/calendar.h"
#include "handlers/compose.h"
#include "handlers/reminder_payload.h"
#include "handlers/shop_orders.h"
#include "storage/channels.h"
#include "storage/contacts.h"
#include "storage/events.h"
#include "tests/reminders/story.h"

using namespace laoke;
using namespace laoke::test;

namespace {

// A shop with the stock rules, of which only this one is on, and an account of a shop system.
class Carts : public ReminderStory {
 public:
  Carts() {
    only({"abandoned_checkout"});
    channel_id_ = shop().write([&](storage::Transaction& tx) {
      storage::ChannelRow row;
      row.shop_id = shop().id();
      row.name = "store";
      row.kind = "shopify";
      row.settings = "{}";
      return storage::insert_channel(tx, row);
    });
  }
  void tell(ShopOrderUpdate update) {
    if (update.changed_at_ms == 0) update.changed_at_ms = now_ms;
    write([&](const Context& c) { take_shop_order(c, channel_id_, update); });
  }
  std::int64_t told(std::int64_t customer_id, const std::string& kind = "checkout.abandoned") {
    return read([&](const Context& c) {
      const auto facts = storage::list_events(c.tx, c.shop_id(), customer_id, 0, 100);
      return std::count_if(facts.begin(), facts.end(), [&](const auto& fact) { return fact.kind == kind; });
    });
  }
  std::int64_t buyer() {
    return read([&](const Context& c) { return storage::list_customers(c.tx, c.shop_id(), 0, 1).at(0).customer_id; });
  }

 private:
  std::int64_t channel_id_ = 0;
};

ShopOrderUpdate cart(const std::string& token = "c1") {
  ShopOrderUpdate update;
  update.change = ShopOrderChange::kAbandoned;
  update.external_id = token;
  update.name = "李丽";
  update.email = "li@example.com";
  update.currency = "CNY";
  update.total_minor = 39800;
  update.items = {{"面霜 50ml", "CREAM-50", 2, 19900}, {"口红", "", 1, -1}};
  update.checkout_url = "https://shop.example/recover?c1";
  return update;
}

ShopOrderUpdate order_from(const std::string& token) {
  ShopOrderUpdate update;
  update.whole = true;
  update.external_id = "1";
  update.number = "#1";
  update.name = "李丽";
  update.email = "li@example.com";
  update.currency = "CNY";
  update.total_minor = 39800;
  update.checkout_id = token;
  return update;
}

}  // namespace

TEST_CASE("an abandoned checkout is spoken of an hour later", "[shops][reminders]") {
  Carts shop;
  shop.tell(cart());
  CHECK(shop.for_days(2) == Texts{"abandoned_checkout@2026-03-02 11:00"});
}

TEST_CASE("each letter typed into a checkout starts no reminder of its own, and the last ones move it", "[shops][reminders]") {
  Carts shop;
  for (int minute = 0; minute < 40; ++minute) {
    shop.tell(cart());
    shop.now_ms += kMinuteMs;
  }
  CHECK(shop.told(shop.buyer()) == 4);
  CHECK(shop.until(kMonday10 + 3 * kHourMs, 10 * kMinuteMs) == Texts{"abandoned_checkout@2026-03-02 11:30"});
}

TEST_CASE("a checkout that became an order is not spoken of", "[shops][reminders]") {
  Carts shop;
  SECTION("its order comes within the hour") {
    shop.tell(cart());
    shop.now_ms += 20 * kMinuteMs;
    shop.tell(order_from("c1"));
    CHECK(shop.told(shop.buyer(), "checkout.recovered") == 1);
  }
  SECTION("the order was another record's") {
    shop.tell(cart());
    shop.now_ms += 20 * kMinuteMs;
    auto order = order_from("c1");
    order.email = "other@example.com";
    shop.tell(order);
  }
  SECTION("the customer ordered otherwise") {
    shop.tell(cart());
    shop.now_ms += 20 * kMinuteMs;
    shop.order(shop.buyer());
  }
  SECTION("a late message about the checkout comes after its order") {
    shop.tell(order_from("c1"));
    shop.tell(cart());
    CHECK(shop.told(shop.buyer()) == 0);
  }
  CHECK(shop.for_days(2).empty());
}

TEST_CASE("an older message about a checkout changes nothing, and one of nobody is kept silently", "[shops]") {
  Carts shop;
  shop.tell(cart());
  auto older = cart();
  older.changed_at_ms = shop.now_ms - kHourMs;
  older.email = "older@example.com";
  shop.tell(older);
  auto nobody = cart("c2");
  nobody.email = nobody.name = "";
  shop.tell(nobody);
  CHECK(shop.read([](const Context& c) { return storage::list_customers(c.tx, c.shop_id(), 0, 10).size(); }) == 1);
  CHECK(shop.told(shop.buyer()) == 1);
}

TEST_CASE("the message names the cart and leads back to it, in the customer's language", "[shops][reminders]") {
  Carts shop;
  auto unsafe = cart();
  const bool link = GENERATE(true, false);
  if (!link) unsafe.checkout_url = "javascript:alert(1)";
  shop.tell(unsafe);
  shop.now_ms += kHourMs;
  shop.tick();
  const std::string language = GENERATE(values<std::string>({"zh-CN", "en"}));
  const auto text = shop.read([&](const Context& c) {
    const auto rows = storage::list_deliveries(c.tx, c.shop_id(), "r", require_rule(c, "abandoned_checkout").row.rule_id, "", std::nullopt, 10);
    REQUIRE(rows.size() == 1);
    const auto payload = reminder_payload_from(rows[0].payload);
    CHECK(payload.checkout_id != 0);
    MessageCause cause;
    cause.checkout_id = payload.checkout_id;
    TemplateValues values(c, rows[0].key.customer_id, language, cause);
    CHECK(std::get<std::string>(values.value("checkout.total")).find("398") != std::string::npos);
    return std::get<std::string>(values.value("checkout.items_text")) + " " + std::get<std::string>(values.value("checkout.url"));
  });
  CHECK(text == std::string("面霜 50ml×2、口红 ") + (link ? "https://shop.example/recover?c1" : ""));
}
