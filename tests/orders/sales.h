#pragma once
#include <string>

#include "handlers/names.h"
#include "handlers/orders.h"
#include "handlers/refusal.h"
#include "storage/customers.h"
#include "storage/events.h"
#include "tests/support/test_shop.h"

namespace laoke::test {

// A shop with one customer, and the handlers' context over it.
class Sales {
 public:
  Sales() : customer_(new_customer("张三")) {}

  std::int64_t new_customer(const std::string& name) {
    return shop_.write([&](storage::Transaction& tx) {
      storage::Customer customer;
      customer.name = name;
      customer.search_key = search_key_of(name);
      customer.created_at_ms = kMonday10;
      return storage::insert_customer(tx, shop_.id(), customer);
    });
  }
  // Runs fn(const Context&) in one transaction at `at_ms`.
  template <class F>
  auto run(F&& fn, std::int64_t at_ms = kMonday10, Actor actor = {}) {
    return shop_.write([&](storage::Transaction& tx) {
      const auto shop = storage::get_shop(tx, shop_.id()).value();
      const Context context{tx, shop, at_ms, actor};
      return fn(context);
    });
  }
  storage::Order record(const OrderDraft& draft, std::int64_t at_ms = kMonday10) {
    return run([&](const Context& context) { return record_order(context, draft); }, at_ms);
  }
  OrderChange move(std::int64_t order_id, OrderState to, std::int64_t at_ms = kMonday10) {
    return run([&](const Context& context) { return move_order(context, order_id, to); }, at_ms);
  }
  OrderDraft draft(std::vector<OrderLine> items, std::optional<std::int64_t> total_minor = std::nullopt) const {
    OrderDraft order;
    order.customer_id = customer_;
    order.items = std::move(items);
    order.total_minor = total_minor;
    return order;
  }
  storage::Order order(std::int64_t order_id) {
    return shop_.read([&](storage::Transaction& tx) { return storage::get_order(tx, shop_.id(), order_id).value(); });
  }
  storage::CustomerFacts facts(std::int64_t customer_id = 0) {
    return shop_.read([&](storage::Transaction& tx) {
      return storage::get_facts(tx, shop_.id(), customer_id != 0 ? customer_id : customer_).value();
    });
  }
  // Kinds of the customer's timeline, oldest first, by blanks.
  std::string timeline() {
    std::string kinds;
    for (const auto& event : events()) kinds = event.kind + (kinds.empty() ? "" : " ") + kinds;
    return kinds;
  }
  std::vector<storage::EventRow> events() {
    return shop_.read([&](storage::Transaction& tx) { return storage::list_events(tx, shop_.id(), customer_, 0, 100); });
  }
  // Code of the refusal fn throws, "" when it does not.
  template <class F>
  std::string refused(F&& fn) {
    try {
      run([&](const Context& context) { (void)fn(context); });
    } catch (const Refusal& refusal) {
      return refusal.code();
    }
    return "";
  }
  std::int64_t customer() const { return customer_; }
  TestShop& shop() { return shop_; }

 private:
  TestShop shop_;
  std::int64_t customer_;
};

}  // namespace laoke::test
