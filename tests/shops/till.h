#pragma once
#include <algorithm>
#include <string>
#include <vector>

#include "handlers/money.h"
#include "handlers/orders.h"
#include "handlers/shop_orders.h"
#include "storage/channels.h"
#include "storage/customers.h"
#include "storage/events.h"
#include "storage/phones.h"
#include "storage/rhythm.h"
#include "storage/shipments.h"
#include "storage/shop_systems.h"
#include "tests/support/test_shop.h"

namespace laoke::test {

// A shop with one account of a shop system, told of its orders one message after the other.
class Till {
 public:
  Till() {
    channel_id_ = shop_.write([&](storage::Transaction& tx) {
      storage::ChannelRow row;
      row.shop_id = shop_.id();
      row.name = "store";
      row.kind = "shopify";
      row.settings = R"({"secret":"laoke-shopify-client-secret"})";
      return storage::insert_channel(tx, row);
    });
  }

  template <class F>
  auto run(F&& fn, Actor actor = {}) {
    return shop_.write([&](storage::Transaction& tx) {
      const auto shop = storage::get_shop(tx, shop_.id()).value();
      const Context context{tx, shop, now_ms, actor};
      return fn(context);
    });
  }
  void tell(const ShopOrderUpdate& update) {
    run([&](const Context& context) { take_shop_order(context, channel_id_, update); });
  }
  std::vector<storage::Order> orders() {
    return run([](const Context& context) { return storage::list_orders(context.tx, context.shop_id(), 0, 100); });
  }
  storage::Order only_order() { return orders().at(0); }
  std::vector<storage::OrderItem> items(std::int64_t order_id) {
    return run([&](const Context& context) { return storage::list_order_items(context.tx, context.shop_id(), order_id); });
  }
  storage::Customer customer(std::int64_t id) {
    return run([&](const Context& context) { return storage::get_customer(context.tx, context.shop_id(), id).value(); });
  }
  storage::CustomerFacts facts(std::int64_t id) {
    return run([&](const Context& context) { return storage::get_facts(context.tx, context.shop_id(), id).value(); });
  }
  std::vector<storage::Customer> customers() {
    return run([](const Context& context) { return storage::list_customers(context.tx, context.shop_id(), 0, 100); });
  }
  // Kinds of a customer's timeline, oldest first, by blanks; `only` with this beginning.
  std::string timeline(std::int64_t customer_id, std::string_view only = "") {
    std::string kinds;
    for (const auto& event : run([&](const Context& context) { return storage::list_events(context.tx, context.shop_id(), customer_id, 0, 200); }))
      if (event.kind.starts_with(only)) kinds = event.kind + (kinds.empty() ? "" : " ") + kinds;
    return kinds;
  }
  // The one order as a text: what must not depend on the order of the messages.
  std::string picture() {
    const auto all = orders();
    if (all.size() != 1) return std::to_string(all.size()) + " orders";
    const auto& o = all[0];
    std::string text = o.state + " " + decimal_text(o.total_minor, o.currency) + o.currency + " " + o.recipient + " " + o.phone + " " + o.address + " " + o.note +
                       " placed:" + std::to_string(o.placed_at_ms.value_or(0)) + (o.paid_at_ms ? " paid" : "") + (o.shipped_at_ms ? " shipped" : "");
    for (const auto& item : items(o.order_id)) text += " |" + item.name + "x" + std::to_string(item.quantity) + "@" + std::to_string(item.unit_price_minor.value_or(-1));
    auto parcels = run([&](const Context& c) { return storage::list_shipments(c.tx, c.shop_id(), o.order_id); });
    std::sort(parcels.begin(), parcels.end(), [](const auto& a, const auto& b) { return a.tracking_no < b.tracking_no; });
    for (const auto& parcel : parcels) text += " >" + parcel.carrier + ":" + parcel.tracking_no;
    const auto f = facts(o.customer_id);
    text += " orders:" + std::to_string(f.order_count) + " spent:" + std::to_string(f.spent_minor);
    text += " bought:" + std::to_string(run([&](const Context& c) { return storage::products_ordered(c.tx, c.shop_id(), o.customer_id).size(); }));
    return text + " customers:" + std::to_string(customers().size());
  }
  std::int64_t channel_id() const { return channel_id_; }
  TestShop& shop() { return shop_; }

  std::int64_t now_ms = kMonday10;

 private:
  TestShop shop_;
  std::int64_t channel_id_ = 0;
};

// Li Li's order of two creams, as the shop system saw it `minutes` after it was placed at kMonday10 - 1 h.
inline ShopOrderUpdate cream_order(std::int64_t minutes, ShopOrderChange change = ShopOrderChange::kPlaced) {
  constexpr std::int64_t kPlacedMs = kMonday10 - 3'600'000;
  ShopOrderUpdate update;
  update.change = change;
  update.whole = true;
  update.external_id = "820982911946154508";
  update.number = "#1001";
  update.customer_id = "115310627314723954";
  update.name = "李丽";
  update.phone = "13800138000";
  update.email = "Li@Example.com";
  update.address = "浙江省杭州市西湖区文三路 1 号";
  update.currency = "CNY";
  update.total_minor = 39800;
  update.items = {{"面霜 50ml", "CREAM-50", 2, 19900}};
  update.placed_at_ms = kPlacedMs;
  update.changed_at_ms = kPlacedMs + minutes * 60'000;
  update.paid = change == ShopOrderChange::kPaid;
  return update;
}

// What tells only of one thing: a parcel, a close, a refund.
inline ShopOrderUpdate cream_news(std::int64_t minutes, ShopOrderChange change) {
  const auto whole = cream_order(minutes, change);
  ShopOrderUpdate update;
  update.change = change;
  update.external_id = whole.external_id;
  update.changed_at_ms = whole.changed_at_ms;
  return update;
}

inline ShopOrderUpdate cream_parcel(std::int64_t minutes, const std::string& number) {
  auto update = cream_news(minutes, ShopOrderChange::kShipped);
  update.shipments = {{"SF Express", number, 0}};
  return update;
}

inline ShopOrderUpdate cream_refund(std::int64_t minutes, const std::string& id, std::int64_t amount_minor) {
  auto update = cream_news(minutes, ShopOrderChange::kRefunded);
  update.refunds = {{id, amount_minor}};
  return update;
}

}  // namespace laoke::test
