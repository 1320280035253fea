#include <catch2/catch.hpp>

#include "handlers/consent.h"
#include "handlers/customers.h"
#include "handlers/merge.h"
#include "handlers/refusal.h"
#include "handlers/shipments.h"
#include "handlers/tasks.h"
#include "handlers/text.h"
#include "storage/consents.h"
#include "storage/merges.h"
#include "storage/products.h"
#include "tests/shops/till.h"

using namespace laoke;
using namespace laoke::test;
using Change = ShopOrderChange;

namespace {

ShopOrderUpdate changed(ShopOrderUpdate update, const std::function<void(ShopOrderUpdate&)>& change) {
  change(update);
  return update;
}

std::int64_t new_customer(Till& till, const NewCustomer& wanted) {
  return till.run([&](const Context& context) { return create_customer(context, wanted); });
}

std::vector<storage::MergeSuggestion> suggestions(Till& till) {
  return till.run([](const Context& context) { return storage::open_suggestions(context.tx, context.shop_id(), 10); });
}

bool opted_out(Till& till) { return till.facts(till.only_order().customer_id).opted_out; }

}  // namespace

TEST_CASE("an order of a shop system becomes an order and a customer", "[shops]") {
  Till till;
  till.tell(cream_order(0));
  const auto order = till.only_order();
  CHECK(order.state == "placed");
  CHECK(order.source == "store");
  CHECK(order.total_minor == 39800);
  CHECK(order.note == "store #1001");
  CHECK(order.placed_at_ms == kMonday10 - 3'600'000);
  CHECK(order.phone == "+8613800138000");
  const auto customer = till.customer(order.customer_id);
  CHECK(customer.name == "李丽");
  CHECK(customer.email == "li@example.com");
  CHECK(customer.source == "store");
  const auto items = till.items(order.order_id);
  REQUIRE(items.size() == 1);
  CHECK(items[0].name == "面霜 50ml");
  CHECK(items[0].quantity == 2);
  const auto product = till.run([&](const Context& c) { return storage::get_product(c.tx, c.shop_id(), items[0].product_id).value(); });
  CHECK(product.sku == "CREAM-50");
  CHECK(product.price_minor == 19900);
}

TEST_CASE("the buyer is found by the shop's id, then the phone, then the e-mail", "[shops]") {
  Till till;
  SECTION("by the id, whatever else changed") {
    till.tell(cream_order(0));
    till.tell(changed(cream_order(10), [](auto& u) { u.external_id = "2", u.phone = "13900139000", u.email = "new@example.com"; }));
    CHECK(till.customers().size() == 1);
  }
  SECTION("by the phone in any writing") {
    const auto known = new_customer(till, {"丽丽", "+86 138-0013-8000", "", "", "", "", "", "", "", "", {}});
    till.tell(cream_order(0));
    CHECK(till.only_order().customer_id == known);
    CHECK(till.customer(known).name == "丽丽");  // the seller's name for her stays
    CHECK(till.customer(known).email == "li@example.com");
  }
  SECTION("by the e-mail in any letter case") {
    const auto known = new_customer(till, {"Lily", "", "LI@example.COM", "", "", "", "", "", "", "", {}});
    till.tell(changed(cream_order(0), [](auto& u) { u.phone = ""; }));
    CHECK(till.only_order().customer_id == known);
  }
  SECTION("a phone two customers share names neither: a new one, and merges are suggested") {
    new_customer(till, {"甲", "13800138000", "", "", "", "", "", "", "", "", {}});
    new_customer(till, {"乙", "13800138000", "", "", "", "", "", "", "", "", {}});
    till.tell(cream_order(0));
    CHECK(till.customers().size() == 3);
    CHECK(suggestions(till).size() == 3);
  }
  SECTION("name and address alone are only a suggestion") {
    const auto known = new_customer(till, {"李丽", "", "", "", "", "", "", "", "", "", {}});
    till.run([&](const Context& context) { return add_customer_address(context, known, {"浙江省杭州市西湖区文三路 1 号", "", "", "", "", "", "", true}); });
    till.tell(cream_order(0));
    CHECK(till.only_order().customer_id != known);
    const auto open = suggestions(till);
    REQUIRE(open.size() == 1);
    CHECK(open[0].reason == "address");
  }
  SECTION("masked values name nobody") {
    new_customer(till, {"甲", "13800138000", "", "", "", "", "", "", "", "", {}});
    till.tell(changed(cream_order(0), [](auto& u) { u.phone = "138****8000", u.email = "l***@example.com", u.name = "李*"; }));
    const auto customer = till.customer(till.only_order().customer_id);
    CHECK(till.customers().size() == 2);
    CHECK(customer.name == "store #1001");
    CHECK(customer.email.empty());
    CHECK(till.only_order().phone.empty());
  }
  SECTION("a merged record leads to the one it was merged into") {
    till.tell(cream_order(0));
    const auto kept = new_customer(till, {"丽丽", "", "", "", "", "", "", "", "", "", {}}), bought = till.only_order().customer_id;
    till.run([&](const Context& context) { return merge_customers(context, kept, bought); });
    till.tell(changed(cream_order(10), [](auto& u) { u.external_id = "2"; }));
    CHECK(till.customers().size() == 1);
    for (const auto& order : till.orders()) CHECK(order.customer_id == kept);
  }
}

TEST_CASE("items are matched by sku, then by name", "[shops]") {
  Till till;
  const auto product = [&](const char* name, const char* sku) {
    return till.run([&](const Context& context) {
      storage::Product made;
      made.name = made.search_key = name;
      made.sku = sku;
      made.currency = "CNY";
      made.price_minor = 1;
      return storage::insert_product(context.tx, context.shop_id(), made);
    });
  };
  const auto cream = product("面霜", "CREAM-50"), serum = product("精华", "");
  till.tell(changed(cream_order(0), [](auto& u) {
    u.items = {{"面霜 50ml 新包装", "CREAM-50", 1, 100}, {"精华", "", 1, 200}, {"口红", "", 3, 300}, {"精华", "SERUM-30", 1, 400}, {"赠品", "", 0, 0}, {"", "", 1, 1}};
  }));
  const auto items = till.items(till.only_order().order_id);
  REQUIRE(items.size() == 4);
  CHECK(items[0].product_id == cream);
  CHECK(items[1].product_id == serum);
  CHECK(items[2].name == "口红");
  CHECK(items[3].name == "精华 (SERUM-30)");  // a variant of its own
  const auto price = till.run([&](const Context& c) { return storage::get_product(c.tx, c.shop_id(), cream)->price_minor; });
  CHECK(price == 1);  // the seller's price stays
}

TEST_CASE("an order in another currency keeps it and does not count as spent", "[shops]") {
  Till till;
  till.tell(changed(cream_order(0, Change::kPaid), [](auto& u) { u.currency = "USD", u.total_minor = 5600, u.items[0].unit_price_minor = 2800; }));
  const auto order = till.only_order();
  CHECK(order.currency == "USD");
  CHECK(till.facts(order.customer_id).spent_minor == 0);
  CHECK(till.facts(order.customer_id).order_count == 1);
}

TEST_CASE("parcels come with the notices, once each", "[shops]") {
  Till till;
  till.tell(cream_order(0));
  till.tell(cream_order(5, Change::kPaid));
  till.tell(cream_parcel(30, "SF1234567890123"));
  till.tell(cream_parcel(31, "sf 1234567890123"));
  const auto order = till.only_order();
  CHECK(order.state == "shipped");
  CHECK(till.timeline(order.customer_id, "order.") == "order.placed order.paid order.shipped");
  CHECK(till.timeline(order.customer_id, "shipment.") == "shipment.created");
}

TEST_CASE("an old order that is first seen today tells nobody of a payment or parcel of long ago", "[shops]") {
  Till till;
  till.tell(changed(cream_order(100'000), [](auto& u) {
    u.placed_at_ms -= 200 * 86'400'000LL;
    u.paid = true;
    u.shipments = {{"SF Express", "SF1234567890123", u.placed_at_ms + 86'400'000LL}};
  }));
  const auto order = till.only_order();
  CHECK(order.state == "shipped");
  CHECK(order.paid_at_ms == order.placed_at_ms);
  CHECK(order.shipped_at_ms == *order.placed_at_ms + 86'400'000LL);
}

TEST_CASE("a carrier nobody knows and a number that is none do not stop the order", "[shops]") {
  Till till;
  till.tell(cream_order(5, Change::kPaid));
  till.tell(changed(cream_parcel(30, "ABC1234567"), [](auto& u) { u.shipments[0].carrier = "蜗牛快递"; }));
  till.tell(changed(cream_parcel(31, "ask me"), [](auto& u) { u.shipments[0].carrier = "SF"; }));
  CHECK(till.only_order().state == "shipped");
  CHECK(till.picture().find(">:ABC1234567 ") != std::string::npos);
}

TEST_CASE("a part of the money is told, all of it closes the order", "[shops]") {
  Till till;
  till.tell(cream_order(5, Change::kPaid));
  const auto customer = till.only_order().customer_id;
  till.tell(cream_refund(10, "r1", 10000));
  till.tell(cream_refund(10, "r1", 10000));
  CHECK(till.only_order().state == "paid");
  CHECK(till.timeline(customer, "order.") == "order.placed order.paid order.partly_refunded");
  till.tell(cream_refund(20, "r2", 29800));
  CHECK(till.only_order().state == "refunded");
  CHECK(till.facts(customer).spent_minor == 0);
}

TEST_CASE("what the seller took back is not done again by an older message", "[shops]") {
  Till till;
  till.tell(cream_order(0));
  till.now_ms = kMonday10;
  const auto order = till.only_order();
  const auto paid = till.run([&](const Context& c) { return move_order(c, order.order_id, OrderState::kPaid); }, {Actor::Kind::kStaff, 1});
  till.run([&](const Context& c) { undo_order_change(c, paid); }, {Actor::Kind::kStaff, 1});
  till.tell(cream_order(5, Change::kPaid));  // from before the seller's undo
  CHECK(till.only_order().state == "placed");
  till.now_ms = kMonday10 + 3'600'000;
  till.tell(cream_order(90, Change::kPaid));  // newer
  CHECK(till.only_order().state == "paid");
  till.tell(cream_order(6, Change::kPaid));
  CHECK(till.only_order().state == "paid");
}

TEST_CASE("an order the seller closed stays closed, and one the seller moved on is not rewritten by older news", "[shops]") {
  Till till;
  till.tell(cream_order(0));
  const auto order = till.only_order();
  SECTION("cancelled by hand") {
    till.run([&](const Context& c) { move_order(c, order.order_id, OrderState::kCancelled); }, {Actor::Kind::kStaff, 1});
    till.tell(cream_order(5, Change::kPaid));
    till.tell(cream_parcel(6, "SF1234567890123"));
    CHECK(till.only_order().state == "cancelled");
  }
  SECTION("paid by hand, then an older change of the amount") {
    till.run([&](const Context& c) { move_order(c, order.order_id, OrderState::kPaid); }, {Actor::Kind::kStaff, 1});
    till.tell(changed(cream_order(5), [](auto& u) { u.total_minor = 1; }));
    CHECK(till.only_order().total_minor == 39800);
    till.now_ms = kMonday10 + 3'600'000;
    till.tell(changed(cream_order(90), [](auto& u) { u.total_minor = 29800; }));
    CHECK(till.only_order().total_minor == 29800);
    CHECK(till.facts(order.customer_id).spent_minor == 29800);
  }
}

TEST_CASE("an order waits for the message that holds it", "[shops]") {
  Till till;
  till.tell(cream_parcel(30, "SF1234567890123"));
  till.tell(cream_news(40, Change::kPaid));
  CHECK(till.orders().empty());
  till.tell(cream_order(0));
  CHECK(till.only_order().state == "shipped");
  CHECK(till.only_order().paid_at_ms.has_value());
}

TEST_CASE("a buyer who did not tick the box is opted out by the platform", "[shops]") {
  Till till;
  const auto says = [](std::int64_t minutes, bool yes) {
    return changed(cream_order(minutes), [&](auto& u) { u.marketing_known = true, u.accepts_marketing = yes; });
  };
  SECTION("and in again when they tick it") {
    till.tell(says(0, false));
    CHECK(opted_out(till));
    const auto buyer = till.only_order().customer_id;
    const auto consents = till.run([&](const Context& c) { return storage::consents_of_customer(c.tx, c.shop_id(), buyer); });
    REQUIRE(consents.size() == 1);
    CHECK(consents[0].source == "platform");
    CHECK(consents[0].evidence == "store: accepts_marketing=false");
    till.tell(changed(says(10, true), [](auto& u) { u.change = Change::kBuyer; }));
    CHECK_FALSE(opted_out(till));
    till.tell(changed(says(5, false), [](auto& u) { u.change = Change::kBuyer; }));  // older
    CHECK_FALSE(opted_out(till));
  }
  SECTION("but nobody who wrote STOP comes back by a tick") {
    till.tell(says(0, true));
    const auto buyer = till.only_order().customer_id;
    till.run([&](const Context& c) { return opt_out(c, buyer, "STOP"); }, {Actor::Kind::kCustomer, 0});
    till.tell(changed(says(10, true), [](auto& u) { u.change = Change::kBuyer; }));
    CHECK(opted_out(till));
  }
  SECTION("what is not said changes nothing") {
    till.tell(cream_order(0));
    CHECK_FALSE(opted_out(till));
  }
  SECTION("and a tick is kept as their consent") {
    till.tell(says(0, true));
    const auto buyer = till.only_order().customer_id;
    const auto consents = till.run([&](const Context& c) { return storage::consents_of_customer(c.tx, c.shop_id(), buyer); });
    REQUIRE(consents.size() == 1);
    CHECK(consents[0].granted);
    CHECK(consents[0].evidence == "store: accepts_marketing=true");
  }
}

TEST_CASE("a buyer the law tells us to forget is gone", "[shops]") {
  Till till;
  till.tell(cream_order(5, Change::kPaid));
  const auto order = till.only_order();
  ShopOrderUpdate forget;
  forget.change = Change::kForgetBuyer;
  forget.customer_id = forget.external_id = "115310627314723954";
  forget.forget_orders = {"820982911946154508", "1"};
  SECTION("with everything that names them") {
    till.tell(forget);
    const auto now = till.only_order();
    CHECK(now.recipient.empty());
    CHECK(now.phone.empty());
    CHECK(now.address.empty());
    CHECK(now.total_minor == 39800);  // the books stay
    CHECK(till.customers().empty());
    const auto gone = till.customer(order.customer_id);
    CHECK(gone.name == "#" + std::to_string(order.customer_id));
    CHECK(gone.email.empty());
    till.run([&](const Context& c) {
      CHECK(storage::customers_with_phone(c.tx, c.shop_id(), "+8613800138000").empty());
      CHECK(storage::addresses_of_customer(c.tx, c.shop_id(), order.customer_id).empty());
      for (const auto& fact : storage::list_events(c.tx, c.shop_id(), order.customer_id, 0, 50)) CHECK(fact.data.find("李丽") == std::string::npos);
      CHECK_FALSE(storage::find_shop_buyer(c.tx, c.shop_id(), till.channel_id(), forget.customer_id));
    });
    till.tell(forget);  // a second time
  }
  SECTION("but a customer the shop knows otherwise stays, and only the orders are emptied") {
    till.tell(changed(cream_order(50), [](auto& u) { u.external_id = "another"; }));
    till.tell(forget);
    CHECK(till.customers().size() == 1);
    for (const auto& one : till.orders()) CHECK(one.recipient == (one.order_id == order.order_id ? "" : "李丽"));
  }
}

TEST_CASE("a buyer who asks for their data becomes a task, and an app that was removed switches the channel off", "[shops]") {
  Till till;
  till.tell(cream_order(0));
  ShopOrderUpdate asks;
  asks.change = Change::kBuyerData;
  asks.customer_id = "115310627314723954";
  asks.external_id = "9999";
  till.tell(asks);
  till.tell(asks);
  const auto tasks = till.run([](const Context& c) { return todo_list(c, std::nullopt); });
  REQUIRE(tasks.size() == 1);
  CHECK(tasks[0].customer_id == till.only_order().customer_id);
  ShopOrderUpdate closed;
  closed.change = Change::kClosed;
  till.tell(closed);
  CHECK(till.run([&](const Context& c) { return storage::get_channel(c.tx, c.shop_id(), till.channel_id())->state; }) == "off");
}

TEST_CASE("what cannot be recorded is an error, never an answer to somebody", "[shops]") {
  Till till;
  const auto wrong = GENERATE_COPY(values<std::function<void(ShopOrderUpdate&)>>({
      [](ShopOrderUpdate& u) { u.total_minor = -1; },
      [](ShopOrderUpdate& u) { u.total_minor = kLargestAmountMinor + 1; },
      [](ShopOrderUpdate& u) { u.currency = "XXZ"; },
  }));
  const auto update = changed(cream_order(0), wrong);
  CHECK_THROWS_AS(till.tell(update), std::runtime_error);
  try {
    till.tell(update);
  } catch (const std::exception& error) {
    CHECK(dynamic_cast<const Refusal*>(&error) == nullptr);
    CHECK(std::string(error.what()).find("#1001") != std::string::npos);
  }
  CHECK(till.orders().empty());
  CHECK(till.customers().empty());
}

TEST_CASE("texts longer than an order holds are cut, not refused", "[shops]") {
  Till till;
  const std::string novel(5000, 'x');
  till.tell(changed(cream_order(0), [&](auto& u) { u.note = u.address = u.name = novel, u.items[0].name = novel, u.items[0].sku = novel, u.items[0].quantity = 1'000'000; }));
  const auto order = till.only_order();
  CHECK(length_code_points(order.note) == 500);
  CHECK(till.customer(order.customer_id).name.size() == 200);
  CHECK(till.items(order.order_id)[0].quantity == kMostQuantity);
}
