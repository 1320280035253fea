#include "handlers/listeners.h"

#include <catch2/catch.hpp>

#include "handlers/inbound.h"
#include "handlers/reminders.h"
#include "handlers/rules.h"
#include "handlers/shop_settings.h"
#include "handlers/template_library.h"
#include "storage/events.h"
#include "storage/webhooks.h"
#include "tests/seller/seller_shop.h"

using namespace laoke;
using namespace laoke::test;

namespace {

class Listening {
 public:
  template <class F>
  auto in(F&& work) {
    return seller.shop.write([&](storage::Transaction& tx) { return work(seller.context_in(tx)); });
  }
  Listening() : anna(seller.add_contact("a", "小美")) {
    in([](const Context& c) { load_stock_templates(c); });
  }
  std::int64_t rule(const std::string& trigger, const std::string& more = "") {
    return in([&](const Context& c) {
      return create_rule(c, R"({"name": "r)" + std::to_string(++rules_) + R"(", "title": {"zh-CN": "规则", "en": "Rule"}, "trigger": {"event": ")" + trigger +
                                R"("}, "steps": [{"offset": "+1h", "template": "welcome"}], "class": "notice", "expires": "1d", "enabled": true)" + more + "}")
          .rule.row.rule_id;
    });
  }
  // How many facts of her writing the timeline holds after one more message.
  int heard() {
    InboundEvent event;
    event.kind = InboundKind::kText;
    event.text = "在吗";
    event.key = "e" + std::to_string(++events_);
    event.external_id = "a";
    seller.now_ms += 1000;
    in([&](const Context& c) { take_event(c, seller.channel_id, event); });
    int count = 0;
    for (const auto& fact : in([&](const Context& c) { return storage::list_events(c.tx, c.shop_id(), anna.customer_id, 0, 100); }))
      count += fact.kind == "customer.wrote" ? 1 : 0;
    return count;
  }

  SellerShop seller;
  storage::Contact anna;

 private:
  int rules_ = 0, events_ = 0;
};

}  // namespace

TEST_CASE("that a customer wrote is a fact only where a rule waits for it", "[rules][listeners]") {
  Listening shop;
  CHECK(shop.heard() == 0);
  shop.rule("order.placed");
  CHECK(shop.heard() == 0);
  const auto id = shop.rule("customer.wrote");
  CHECK(shop.heard() == 1);
  const auto pending = shop.in([&](const Context& c) { return pending_reminders(c, shop.anna.customer_id); });
  REQUIRE(pending.size() == 1);
  CHECK(pending[0].template_name == "welcome");
  shop.in([&](const Context& c) { switch_rule(c, id, false); });
  CHECK(shop.heard() == 1);
  shop.in([&](const Context& c) { switch_rule(c, id, true); });
  CHECK(shop.heard() == 2);
  shop.in([&](const Context& c) { remove_rule(c, id); });
  CHECK(shop.heard() == 2);
}

TEST_CASE("a chain that ends when the customer writes hears it, too", "[rules][listeners]") {
  Listening shop;
  shop.rule("customer.tagged", R"(, "cancelled_by": ["customer.wrote"])");
  CHECK(shop.heard() == 1);
}

TEST_CASE("a webhook hears that a customer wrote when it is told that, or everything", "[listeners][webhooks]") {
  const auto [kinds, heard] = GENERATE(table<const char*, int>({{"[]", 1}, {R"(["customer.wrote"])", 1}, {R"(["order.paid"])", 0}}));
  Listening shop;
  shop.in([kinds = kinds](const Context& c) {
    storage::insert_webhook_endpoint(c.tx, c.shop_id(), {0, "http://127.0.0.1:9/x", "whsec_x", kinds, true, c.now_ms});
    recheck_listeners(c);
  });
  CHECK(shop.heard() == heard);
}

TEST_CASE("what is heard is nothing a seller sets, and outlives a change of settings", "[listeners][settings]") {
  ShopSettings settings;
  CHECK_THROWS_AS(set_setting(settings, "writing_is_heard", "yes"), SettingError);
  settings.writing_is_heard = true;
  set_setting(settings, "marketing_per_day", "3");
  storage::Shop shop;
  shop.settings = to_json_text(settings);
  CHECK(settings_of(shop).writing_is_heard);
  CHECK(settings_of(shop).marketing_per_day == 3);
}
