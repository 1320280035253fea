#include <catch2/catch.hpp>

#include "bot/channels/shops/catch_up.h"
#include "bot/default_shop.h"
#include "bot/errands.h"
#include "handlers/calendar.h"
#include "handlers/customers.h"
#include "storage/callbacks.h"
#include "storage/channels.h"
#include "storage/orders.h"
#include "storage/shipments.h"
#include "tests/channels/shop_accounts.h"
#include "tests/fakes/fake_shopify.h"
#include "tests/fakes/fake_woocommerce.h"
#include "tests/fakes/fake_youzan.h"
#include "tests/support/story_shop.h"

using namespace laoke;
using namespace laoke::test;
using nlohmann::json;

namespace {

const Person kLili{900'201, "李丽"};

void add_account(StoryShop& shop, const char* kind, const json& settings) {
  shop.in([&](const Context& context) {
    storage::ChannelRow row;
    row.shop_id = context.shop_id();
    row.name = "store";
    row.kind = kind;
    row.settings = settings.dump();
    storage::insert_channel(context.tx, row);
    storage::bump_config(context.tx, context.shop_id());
  });
  shop.channels.refresh();
}

std::string store_hook(const StoryShop& shop) { return "http://127.0.0.1:" + std::to_string(shop.port()) + "/hooks/store"; }

// As of a few minutes ago on the story's clock.
std::string shopify_order(const char* financial_status, int minute) {
  json body = json::parse(shop_payload("shopify/order.json"));
  body["created_at"] = "2026-03-02T09:50:00+08:00";
  body["updated_at"] = "2026-03-02T09:5" + std::to_string(minute) + ":00+08:00";
  body["financial_status"] = financial_status;
  return body.dump();
}

std::string shopify_parcel() {
  json body = json::parse(shop_payload("shopify/fulfillment.json"));
  body["created_at"] = body["updated_at"] = "2026-03-02T09:58:00+08:00";
  body["tracking_number"] = "SF1234567890123";
  body["tracking_numbers"] = {"SF1234567890123"};
  return body.dump();
}

std::vector<storage::Order> shop_orders(StoryShop& shop) {
  return shop.in([](const Context& context) { return storage::list_orders(context.tx, context.shop_id(), 0, 10); });
}

std::size_t open_letters(StoryShop& shop) {
  return shop.in([](const Context& context) { return storage::list_dead_letters(context.tx, context.shop_id(), "open", 0, 10).size(); });
}

// What the poller would do by now: a round, page after page, each taken before the next is asked for.
int catch_up(StoryShop& shop, const LiveChannel& live) {
  for (int orders = 0;;) {
    const std::string cursor = shop.in([&](const Context& c) { return storage::get_channel(c.tx, c.shop_id(), live.row.channel_id)->cursor; });
    const auto page = live.channel->poll(cursor, std::chrono::milliseconds(0));
    CHECK(page.problem.empty());
    if (page.updates.empty() && page.cursor.empty()) return orders;
    for (const auto& update : page.updates) shop.intake.take(live, update.events, update.raw);
    orders += static_cast<int>(page.updates.size());
    shop.in([&](const Context& c) { storage::set_channel_cursor(c.tx, c.shop_id(), live.row.channel_id, page.cursor); });
  }
}

void seen_up_to(StoryShop& shop, std::int64_t at_ms) {
  shop.in([&](const Context& c) { storage::set_channel_cursor(c.tx, c.shop_id(), shop.channels.by_hook("store")->row.channel_id, std::to_string(at_ms)); });
}

std::vector<storage::Shipment> parcels_of(StoryShop& shop, std::int64_t order_id) {
  return shop.in([&](const Context& c) { return storage::list_shipments(c.tx, c.shop_id(), order_id); });
}

}  // namespace

TEST_CASE("orders whose webhooks came while the server was away are read when it is back, once", "[story][shopify]") {
  StoryShop shop;
  FakeShopify store;
  add_account(shop, "shopify", store.settings());
  shop.writes(kLili, "在吗");
  const auto lili = shop.customer_of(kLili);
  shop.in([&](const Context& context) { add_customer_phone(context, lili, "13800138000"); });
  CHECK(store.deliver(store_hook(shop), "orders/create", shopify_order("pending", 0), "w1") == 200);
  seen_up_to(shop, kMonday10 - 30 * kMinuteMs);
  // Away: the payment and the parcel of the first order, a second order, and the subscriptions are gone.
  json paid = json::parse(shopify_order("paid", 6));
  paid["fulfillments"] = json::array({json::parse(shopify_parcel())});
  store.put_order(paid);
  json second = json::parse(shopify_order("pending", 7));
  second["id"] = 820982911946154509;
  second["name"] = "#1002";
  store.put_order(second);
  const auto live = shop.channels.by_hook("store");
  live->channel->connect("https://laoke.example/hooks/store");
  store.drop_subscriptions();
  CHECK(catch_up(shop, *live) == 2);
  CHECK(store.topics_to("https://laoke.example/hooks/store").size() == 12);
  auto all = shop_orders(shop);
  REQUIRE(all.size() == 2);
  const auto first = all[0].number < all[1].number ? all[0] : all[1];
  CHECK(first.state == "shipped");
  CHECK(parcels_of(shop, first.order_id).size() == 1);
  CHECK(first.customer_id == lili);
  shop.settle();
  CHECK(shop.got(kLili, "SF1234567890123") == 1);
  // What Shopify repeats hours later changes nothing, and neither does reading it all again.
  CHECK(store.deliver(store_hook(shop), "orders/paid", shopify_order("paid", 2), "w2") == 200);
  CHECK(store.deliver(store_hook(shop), "fulfillments/create", shopify_parcel(), "w3") == 200);
  seen_up_to(shop, kMonday10 - 30 * kMinuteMs);
  shop.in([](const Context& c) { storage::bump_config(c.tx, c.shop_id()); });
  const auto restarted = channels::find_kind("shopify")->make({live->row.shop_id, live->row.channel_id, "store", "shopify", store.settings()});
  const auto page = restarted->poll(std::to_string(kMonday10 - 30 * kMinuteMs), std::chrono::milliseconds(0));
  CHECK(page.updates.size() == 2);
  for (const auto& update : page.updates) shop.intake.take(*live, update.events, update.raw);
  CHECK(shop_orders(shop).size() == 2);
  CHECK(parcels_of(shop, first.order_id).size() == 1);
  shop.settle();
  CHECK(shop.got(kLili, "SF1234567890123") == 1);
  CHECK(open_letters(shop) == 0);
}

TEST_CASE("a Youzan parcel gets its number from the API, and the customer hears of it", "[story][youzan]") {
  StoryShop shop;
  FakeYouzan youzan;
  add_account(shop, "youzan", youzan.settings());
  Errands errands(*shop.database, shop.channels, shop.intake, shop.sender.leases(), shop.clock);
  shop.sender.drain();
  shop.writes(kLili, "在吗");
  const auto lili = shop.customer_of(kLili);
  shop.in([&](const Context& context) { add_customer_phone(context, lili, "13800138000"); });
  json trade = json::parse(shop_payload("youzan/trade.json"));
  json& info = trade["full_order_info"]["order_info"];
  info["created"] = "2026-03-02 09:50:00";
  info["pay_time"] = info["update_time"] = "2026-03-02 09:52:00";
  CHECK(youzan.push(store_hook(shop), "trade_TradePaid", trade, "m1").done);
  info["status"] = "WAIT_BUYER_CONFIRM_GOODS";
  info["update_time"] = "2026-03-02 09:58:00";
  CHECK(youzan.push(store_hook(shop), "trade_TradeSellerShip", {{"tid", "E20260103101500000000001"}, {"update_time", "2026-03-02 09:58:00"}}, "m2").done);
  CHECK(errands.round() == 0);  // Youzan asks for half a minute
  trade["delivery_order"] = json::parse(R"([{"dists":[{"express_info":{"express_id":1,"express_no":"SF1234567890123"}}]}])");
  youzan.put_trade(trade);
  shop.wait(kMinuteMs);
  CHECK(errands.round() == 1);
  const auto all = shop_orders(shop);
  REQUIRE(all.size() == 1);
  CHECK(all[0].state == "shipped");
  const auto parcels = parcels_of(shop, all[0].order_id);
  REQUIRE(parcels.size() == 1);
  CHECK(parcels[0].tracking_no == "SF1234567890123");
  CHECK(parcels[0].carrier == "sf");
  shop.settle();
  INFO(shop.ledger_of(kLili));
  CHECK(shop.got(kLili, "SF1234567890123") == 1);
  CHECK(errands.round() == 0);
}

TEST_CASE("who chats on Telegram and buys on Shopify is one customer and hears of the parcel", "[story][shopify]") {
  StoryShop shop;
  FakeShopify store;
  add_account(shop, "shopify", store.settings());
  shop.writes(kLili, "在吗");
  const auto lili = shop.customer_of(kLili);
  shop.in([&](const Context& context) { add_customer_phone(context, lili, "13800138000"); });
  // The parcel overtakes the order, each comes twice, and one is signed by the secret before.
  CHECK(store.deliver(store_hook(shop), "fulfillments/create", shopify_parcel(), "w3") == 200);
  CHECK(store.deliver(store_hook(shop), "orders/paid", shopify_order("paid", 2), "w2") == 200);
  CHECK(store.deliver(store_hook(shop), "orders/create", shopify_order("pending", 0), "w1") == 200);
  CHECK(store.deliver(store_hook(shop), "orders/create", shopify_order("pending", 0), "w1") == 200);
  CHECK(store.deliver(store_hook(shop), "orders/paid", shopify_order("paid", 2), "w2", "not-the-secret") == 401);
  const auto all = shop_orders(shop);
  REQUIRE(all.size() == 1);
  CHECK(all[0].state == "shipped");
  CHECK(all[0].customer_id == lili);
  shop.settle();
  INFO(shop.ledger_of(kLili));
  CHECK(shop.got(kLili, "SF1234567890123") == 1);
  CHECK(open_letters(shop) == 0);
}

TEST_CASE("what Shopify writes and nobody understands is kept, answered 200, and tried again without its headers", "[story][shopify]") {
  StoryShop shop;
  FakeShopify store;
  add_account(shop, "shopify", store.settings());
  json odd = json::parse(shopify_order("paid", 2));
  odd["currency"] = "XXZ";
  CHECK(store.deliver(store_hook(shop), "orders/create", odd.dump(), "w9") == 200);
  odd["currency"] = "CNY";
  odd["total_price"] = "9999999999999.00";
  CHECK(store.deliver(store_hook(shop), "orders/create", odd.dump(), "w10") == 200);
  CHECK(open_letters(shop) == 2);
  CHECK(shop_orders(shop).empty());
  odd["total_price"] = "-1.00";  // read, and beyond what an order may hold
  CHECK(store.deliver(store_hook(shop), "orders/create", odd.dump(), "w11") == 200);
  CHECK(open_letters(shop) == 3);
  CHECK(shop.in([](const Context& c) { return storage::list_customers(c.tx, c.shop_id(), 0, 10).size(); }) == 0);
}

TEST_CASE("a WooCommerce shop's order comes through the webhooks Laoke made there", "[story][woocommerce]") {
  StoryShop shop;
  FakeWooCommerce woo;
  add_account(shop, "woocommerce", woo.settings());
  shop.channels.by_hook("store")->channel->connect(store_hook(shop));
  REQUIRE(woo.webhooks().size() == 5);
  CHECK(woo.webhooks().begin()->second.status == "active");  // the ping was answered
  json body = json::parse(shop_payload("woocommerce/order.json"));
  body["refunds"] = json::array();
  CHECK(woo.deliver("order.created", body.dump()) == 200);
  body["id"] = 728;
  CHECK(woo.deliver("order.created", body.dump()) == 200);  // the same second, so the same delivery id
  const auto all = shop_orders(shop);
  REQUIRE(all.size() == 2);
  CHECK(all[0].state == "shipped");
  CHECK(all[0].customer_id == all[1].customer_id);
}

TEST_CASE("Youzan hears success, or is asked to come again", "[story][youzan]") {
  StoryShop shop;
  FakeYouzan youzan;
  add_account(shop, "youzan", youzan.settings());
  const json trade = json::parse(shop_payload("youzan/trade.json"));
  CHECK_FALSE(youzan.push(store_hook(shop), "trade_TradePaid", trade, "m1", false).done);
  CHECK(shop_orders(shop).empty());
  CHECK(youzan.push(store_hook(shop), "trade_TradePaid", trade, "m1").done);
  CHECK(youzan.push(store_hook(shop), "trade_TradePaid", trade, "m1").done);
  CHECK(youzan.push(store_hook(shop), "trade_TradeSuccess", {{"tid", "E20260103101500000000001"}}, "m2").done);  // a virtual good is never shipped
  CHECK(youzan.push(store_hook(shop), "trade_TradeNews", json::object(), "m3").done);
  REQUIRE(shop_orders(shop).size() == 1);
  CHECK(shop_orders(shop)[0].state == "completed");
}
