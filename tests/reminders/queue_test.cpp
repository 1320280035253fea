#include <catch2/catch.hpp>

#include "storage/reminders.h"
#include "tests/support/test_shop.h"

using namespace laoke;
using storage::Reminder;

namespace {

// Three due at 100 that differ in one part of their key each, two later.
std::vector<Reminder> rows(std::int64_t shop) {
  return {{100, shop, 1, 5, "order:1#1", 1, 0}, {100, shop, 1, 5, "order:2#1", 1, 0}, {100, shop, 1, 6, "order:1#1", 1, 0},
          {100, shop, 2, 5, "order:1#1", 1, 0}, {200, shop, 1, 5, "order:1#1", 1, 0}, {300, shop, 1, 5, "order:1#1", 1, 0}};
}

}  // namespace

TEST_CASE("the front of the reminders is taken in order and to the row", "[reminders]") {
  test::TestShop shop;
  const auto all = rows(shop.id());
  shop.write([&](storage::Transaction& tx) {
    for (auto row = all.rbegin(); row != all.rend(); ++row) CHECK(storage::put_reminder(tx, *row));
  });
  const auto take = [&](std::int64_t now_ms, int limit) {
    return shop.write([&](storage::Transaction& tx) { return storage::take_due_reminders(tx, now_ms, limit); });
  };
  CHECK(take(99, 10).empty());
  CHECK(take(250, 0).empty());
  CHECK(take(250, 2) == std::vector<Reminder>(all.begin(), all.begin() + 2));
  CHECK(take(250, 10) == std::vector<Reminder>(all.begin() + 2, all.begin() + 5));
  CHECK(take(250, 10).empty());
  CHECK(take(300, 10) == std::vector<Reminder>(all.begin() + 5, all.end()));
  shop.read([&](storage::Transaction& tx) { CHECK_FALSE(storage::next_reminder_ms(tx)); });
}

TEST_CASE("the front of the reminders is that of all shops", "[reminders]") {
  test::TestShop shop;
  shop.write([&](storage::Transaction& tx) {
    for (const std::int64_t offset : {1, 0, 2}) CHECK(storage::put_reminder(tx, {100, shop.id() + offset, 1, 5, "order:1#1", 1, 0}));
    const auto taken = storage::take_due_reminders(tx, 100, 2);
    REQUIRE(taken.size() == 2);
    CHECK(taken[0].shop_id == shop.id());
    CHECK(taken[1].shop_id == shop.id() + 1);
    const auto rest = storage::take_due_reminders(tx, 100, 2);
    REQUIRE(rest.size() == 1);
    CHECK(rest[0].shop_id == shop.id() + 2);
  });
}
