#pragma once
#include "handlers/context.h"
#include "handlers/customers.h"
#include "storage/customers.h"
#include "storage/events.h"
#include "tests/support/test_shop.h"

namespace laoke::test {

// A shop and somebody who works in it: runs handlers in transactions of their own.
class Desk {
 public:
  template <class F>
  auto at(std::int64_t now_ms, F&& fn) {
    return shop.write([&](storage::Transaction& tx) {
      const auto home = *storage::get_shop(tx, shop.id());
      return fn(Context{tx, home, now_ms, {Actor::Kind::kStaff, 77}});
    });
  }
  template <class F>
  auto run(F&& fn) {
    return at(kMonday10, fn);
  }

  std::int64_t customer(const std::string& name, const std::string& phone = "") {
    return run([&](const Context& context) {
      NewCustomer wanted;
      wanted.name = name;
      wanted.phone = phone;
      return create_customer(context, wanted);
    });
  }
  storage::Customer row(std::int64_t id) {
    return run([&](const Context& context) { return *storage::get_customer(context.tx, context.shop_id(), id); });
  }
  storage::CustomerFacts facts(std::int64_t id) {
    return run([&](const Context& context) { return *storage::get_facts(context.tx, context.shop_id(), id); });
  }
  // Kinds of the customer's timeline, oldest first.
  std::vector<std::string> timeline(std::int64_t id) {
    std::vector<std::string> kinds;
    for (const auto& event :
         run([&](const Context& context) { return storage::list_events(context.tx, context.shop_id(), id, 0, 1000); }))
      kinds.insert(kinds.begin(), event.kind);
    return kinds;
  }

  TestShop shop;
};

}  // namespace laoke::test
