#include <catch2/catch.hpp>

#include "handlers/shop_order_known.h"
#include "tests/shops/till.h"

using namespace laoke;
using namespace laoke::test;
using Change = ShopOrderChange;

namespace {

ShopOrderUpdate with(ShopOrderUpdate update, void (*change)(ShopOrderUpdate&)) {
  change(update);
  return update;
}

struct Story {
  const char* says;
  std::vector<ShopOrderUpdate> messages;  // in the order they happened
  const char* ends;                       // what the picture begins with
};

std::vector<Story> stories() {
  return {
      {"placed, paid, shipped, done",
       {cream_order(0), cream_order(5, Change::kPaid), cream_parcel(30, "SF1234567890123"), cream_news(60, Change::kCompleted)},
       "completed 398.00CNY"},
      {"two parcels, the first without a number at first",
       {cream_order(0), cream_order(5, Change::kPaid), cream_news(10, Change::kShipped), cream_parcel(30, "SF1234567890123"), cream_parcel(50, "SF1234567890124")},
       "shipped 398.00CNY"},
      {"given back in parts, then whole",
       {cream_order(0), cream_order(5, Change::kPaid), cream_parcel(30, "SF1234567890123"), cream_refund(40, "r1", 10000), cream_refund(50, "r2", 29800)},
       "refunded 398.00CNY"},
      {"given back in part only", {cream_order(0), cream_order(5, Change::kPaid), cream_refund(40, "r1", 10000), cream_news(60, Change::kCompleted)}, "completed 398.00CNY"},
      {"cancelled before it was paid", {cream_order(0), cream_order(3), cream_news(20, Change::kCancelled)}, "cancelled 398.00CNY"},
      {"paid and closed: the money went back", {cream_order(0), cream_order(5, Change::kPaid), cream_parcel(8, "SF1234567890123"), cream_news(20, Change::kCancelled)}, "refunded 398.00CNY"},
      {"a payment that failed at first and closed the order",
       {cream_order(0), with(cream_order(3, Change::kCancelled), [](ShopOrderUpdate& u) { u.cancelled = true; }), cream_order(9, Change::kPaid), cream_parcel(30, "SF1234567890123")},
       "shipped 398.00CNY"},
      {"changed in the shop: another amount, another address",
       {cream_order(0), cream_order(5, Change::kPaid), with(cream_order(7), [](ShopOrderUpdate& u) {
          u.total_minor = 29900;
          u.items = {{"面霜 50ml", "CREAM-50", 1, 19900}, {"精华", "SERUM", 1, 10000}};
          u.address = "上海市静安区南京西路 2 号";
        }),
        cream_parcel(30, "SF1234567890123")},
       "shipped 299.00CNY"},
      {"paid on delivery", {cream_order(0), cream_parcel(30, "SF1234567890123"), cream_order(90, Change::kPaid)}, "shipped 398.00CNY"},
  };
}

std::string ending(const std::vector<ShopOrderUpdate>& messages) {
  Till till;
  for (const auto& message : messages) till.tell(message);
  return till.picture();
}

}  // namespace

// Every story in every order: 24 to 120 shops each.
TEST_CASE("one order's messages end in the same order whichever comes first", "[shops][permutations]") {
  for (const auto& story : stories()) {
    DYNAMIC_SECTION(story.says) {
      const std::string expected = ending(story.messages);
      CHECK(expected.starts_with(story.ends));
      std::vector<std::size_t> order(story.messages.size());
      for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
      int wrong = 0;
      while (std::next_permutation(order.begin(), order.end())) {
        std::vector<ShopOrderUpdate> shuffled;
        std::string which;
        for (const auto i : order) {
          shuffled.push_back(story.messages[i]);
          which += std::to_string(i);
        }
        const std::string got = ending(shuffled);
        if (got == expected || ++wrong > 3) continue;
        UNSCOPED_INFO(which << " gave\n  " << got << "\n  instead of\n  " << expected);
        CHECK(got == expected);
      }
      CHECK(wrong == 0);
    }
  }
}

TEST_CASE("the same messages twice, backwards the second time, change nothing", "[shops]") {
  for (const auto& story : stories()) {
    DYNAMIC_SECTION(story.says) {
      Till till;
      for (const auto& message : story.messages) till.tell(message);
      const std::string once = till.picture();
      const auto facts = till.timeline(till.only_order().customer_id);
      for (auto message = story.messages.rbegin(); message != story.messages.rend(); ++message) till.tell(*message);
      CHECK(till.picture() == once);
      CHECK(till.timeline(till.only_order().customer_id) == facts);
    }
  }
}

TEST_CASE("what is known of an order is the same joined in any order, and survives storage", "[shops]") {
  for (const auto& story : stories()) {
    DYNAMIC_SECTION(story.says) {
      KnownOrder forwards, backwards, twice;
      for (const auto& message : story.messages) join(forwards, message);
      for (auto message = story.messages.rbegin(); message != story.messages.rend(); ++message) join(backwards, *message);
      for (const auto& message : story.messages) {
        join(twice, message);
        join(twice, message);
      }
      CHECK(forwards == backwards);
      CHECK(forwards == twice);
      CHECK(known_order_from(to_json_text(forwards)) == forwards);
    }
  }
  CHECK(known_order_from("") == KnownOrder{});
  CHECK_THROWS_AS(known_order_from("[]x"), std::invalid_argument);
  CHECK_THROWS_AS(known_order_from(R"({"paid":"yes"})"), std::invalid_argument);
}
