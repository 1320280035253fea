#include "handlers/repurchase.h"

#include <catch2/catch.hpp>

#include "handlers/calendar.h"

using namespace laoke;
using storage::Purchase;

namespace {

constexpr std::int64_t kDay0 = 1'772'416'800'000;

std::vector<Purchase> on_days(std::initializer_list<int> days, std::int64_t product_id = 1, std::int64_t quantity = 1) {
  std::vector<Purchase> purchases;
  for (const int day : days) purchases.push_back({product_id, 7, 100 + day, quantity, kDay0 + day * kDayMs});
  return purchases;
}

std::int64_t day_of(const std::optional<RunningOut>& out) { return out ? (out->at_ms - kDay0) / kDayMs : -1; }

}  // namespace

TEST_CASE("the running-out day follows the customer's own rhythm once there is one", "[repurchase]") {
  using Row = std::tuple<const char*, std::vector<Purchase>, std::optional<std::int64_t>, std::int64_t, bool>;
  const auto [says, purchases, usage_days, day, by_rhythm] =
      GENERATE(table<const char*, std::vector<Purchase>, std::optional<std::int64_t>, std::int64_t, bool>({
          Row{"never bought", {}, 30, -1, false},
          Row{"bought once: the product's days of use", on_days({0}), 30, 30, false},
          Row{"three jars last three times as long", on_days({0}, 1, 3), 30, 90, false},
          Row{"bought twice is no rhythm yet", on_days({0, 40}), 30, 70, false},
          Row{"bought three times: the median", on_days({0, 40, 90}), 30, 90 + 45, true},
          Row{"one long holiday does not bend the median", on_days({0, 30, 60, 200, 230}), 10, 260, true},
          Row{"no days of use and no rhythm", on_days({0, 40}), std::nullopt, -1, false},
          Row{"two parcels on one day are one purchase", on_days({0, 0, 40}), 30, 70, false},
          Row{"daily orders are no rhythm", on_days({0, 1, 2, 3}), 30, 33, false},
          Row{"a product without sensible days", on_days({0}), 0, -1, false},
          Row{"a ten-year supply is capped", on_days({0}, 1, 100'000), 3000, 3650, false},
      }));
  INFO(says);
  const auto out = running_out(purchases, {}, usage_days, std::nullopt);
  CHECK(day_of(out) == day);
  if (out) CHECK(out->by_rhythm == by_rhythm);
}

TEST_CASE("the family gives the rhythm while the product alone has none, and its newest member is the one in use", "[repurchase]") {
  auto family = on_days({0, 30, 60}, 1);
  const auto newer = on_days({90}, 2);
  family.insert(family.end(), newer.begin(), newer.end());
  CHECK(day_of(running_out(newer, family, 10, std::nullopt)) == 120);
  CHECK_FALSE(running_out(on_days({0, 30, 60}, 1), family, 10, std::nullopt));
}

TEST_CASE("days of use count from the day it arrived", "[repurchase]") {
  CHECK(day_of(running_out(on_days({0}), {}, 30, kDay0 + 4 * kDayMs)) == 34);
}
