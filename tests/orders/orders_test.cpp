#include "handlers/orders.h"

#include <catch2/catch.hpp>

#include "storage/products.h"
#include "storage/purchases.h"
#include "tests/orders/sales.h"

using namespace laoke;
using storage::Transaction;
using test::kMonday10;

namespace {

constexpr std::int64_t kDay = 86'400'000;
using S = OrderState;

}  // namespace

TEST_CASE("a recorded order gets the next short number and makes the products it names", "[orders]") {
  test::Sales sales;
  const auto first = sales.record(sales.draft({{"面膜", 2, std::nullopt}}, 19800));
  const auto second = sales.record(sales.draft({{"面膜", 1, std::nullopt}, {"精华", 1, 5000}}));
  CHECK(first.number == 1001);
  CHECK(second.number == 1002);
  CHECK(first.total_minor == 19800);
  CHECK(second.total_minor == 5000);
  CHECK(first.currency == "CNY");
  sales.shop().read([&](Transaction& tx) {
    CHECK(storage::list_products(tx, sales.shop().id(), 0, 10).size() == 2);
    const auto items = storage::list_order_items(tx, sales.shop().id(), second.order_id);
    REQUIRE(items.size() == 2);
    CHECK(items[0].name == "面膜");
    CHECK(items[1].unit_price_minor == 5000);
  });
  CHECK(sales.timeline() == "order.placed order.placed");
}

TEST_CASE("what a customer spent counts paid orders only and follows every change", "[orders]") {
  test::Sales sales;
  const auto order = sales.record(sales.draft({{"面膜", 2, 9900}}), kMonday10);
  CHECK(sales.facts().order_count == 1);
  CHECK(sales.facts().spent_minor == 0);
  CHECK(sales.facts().last_order_ms == kMonday10);
  sales.move(order.order_id, S::kPaid);
  CHECK(sales.facts().spent_minor == 19800);
  const auto later = sales.record(sales.draft({{"精华", 1, 5000}}), kMonday10 + kDay);
  CHECK(sales.facts().order_count == 2);
  CHECK(sales.facts().first_order_ms == kMonday10);
  CHECK(sales.facts().last_order_ms == kMonday10 + kDay);
  sales.move(later.order_id, S::kCancelled);
  CHECK(sales.facts().order_count == 1);
  CHECK(sales.facts().last_order_ms == kMonday10);
  sales.move(order.order_id, S::kRefunded);
  CHECK(sales.facts().order_count == 0);
  CHECK(sales.facts().spent_minor == 0);
  CHECK_FALSE(sales.facts().last_order_ms);
}

TEST_CASE("an enquiry is no order yet", "[orders]") {
  test::Sales sales;
  auto draft = sales.draft({{"面膜", 1, std::nullopt}});
  draft.state = S::kEnquiry;
  const auto order = sales.record(draft);
  CHECK(sales.facts().order_count == 0);
  CHECK(sales.timeline() == "order.enquiry");
  sales.move(order.order_id, S::kPlaced, kMonday10 + kDay);
  CHECK(sales.facts().order_count == 1);
  CHECK(sales.facts().last_order_ms == kMonday10 + kDay);
}

TEST_CASE("a paid order is remembered as purchases and a refund forgets them", "[orders]") {
  test::Sales sales;
  const auto order = sales.record(sales.draft({{"面膜", 2, 9900}, {"面膜", 1, 0}}));
  const auto bought = [&] {
    return sales.shop().read([&](Transaction& tx) {
      const auto product = storage::find_product_by_name(tx, sales.shop().id(), "面膜").value();
      return storage::list_purchases(tx, sales.shop().id(), sales.customer(), product.product_id);
    });
  };
  CHECK(bought().empty());
  sales.move(order.order_id, S::kPaid, kMonday10 + 5);
  REQUIRE(bought().size() == 1);
  CHECK(bought()[0].quantity == 3);
  CHECK(bought()[0].at_ms == kMonday10 + 5);
  sales.move(order.order_id, S::kRefunded);
  CHECK(bought().empty());
}

TEST_CASE("an order sent before it is paid takes the payment where it stands", "[orders]") {
  test::Sales sales;
  const auto order = sales.record(sales.draft({{"面膜", 1, 9900}}));
  sales.move(order.order_id, S::kShipped);
  CHECK(sales.facts().spent_minor == 0);
  sales.move(order.order_id, S::kPaid);
  CHECK(sales.order(order.order_id).state == "shipped");
  CHECK(sales.facts().spent_minor == 9900);
  CHECK(sales.timeline() == "order.placed order.shipped order.paid");
  CHECK(sales.refused([&](const Context& c) { return move_order(c, order.order_id, S::kPaid); }) == "order.move");
}

TEST_CASE("every move is either in the table or refused with what is allowed", "[orders]") {
  struct Row {
    S from;
    bool paid;
    std::vector<S> allowed;
  };
  const auto row = GENERATE(values<Row>({
      {S::kEnquiry, false, {S::kPlaced, S::kPaid, S::kCancelled}},
      {S::kPlaced, false, {S::kPaid, S::kShipped, S::kCancelled}},
      {S::kPaid, true, {S::kShipped, S::kDelivered, S::kCompleted, S::kRefunded}},
      {S::kShipped, false, {S::kPaid, S::kDelivered, S::kCancelled}},
      {S::kShipped, true, {S::kDelivered, S::kCompleted, S::kRefunded}},
      {S::kDelivered, false, {S::kPaid, S::kCancelled}},
      {S::kDelivered, true, {S::kCompleted, S::kRefunded}},
      {S::kCompleted, true, {S::kRefunded}},
      {S::kCancelled, false, {}},
      {S::kRefunded, true, {}},
  }));
  for (const auto to : kOrderStates) {
    const bool allowed = std::find(row.allowed.begin(), row.allowed.end(), to) != row.allowed.end();
    CAPTURE(name_of(row.from), name_of(to), row.paid);
    CHECK((find_move(row.from, to, row.paid) != nullptr) == allowed);
  }
}

TEST_CASE("a refused move names the state of the order and what is allowed, in both languages", "[orders]") {
  const auto said = move_refused(1024, S::kPaid, S::kCancelled, true);
  CHECK(said.zh == "订单 #1024 已付款，不能改为已取消；可以改为：已发货、已签收、已完成、已退款");
  CHECK(said.en == "order #1024 is paid, it cannot become cancelled; allowed: shipped, delivered, completed, refunded");
  CHECK(move_refused(7, S::kRefunded, S::kPaid, true).en == "order #7 is refunded, it cannot become paid; it can no longer change");
  for (const auto later : {S::kShipped, S::kDelivered, S::kCompleted}) {
    CHECK(move_refused(7, later, S::kPaid, true).zh == "订单 #7 已经付过款了，没有变化");
    CHECK(move_refused(7, later, S::kPaid, true).en == "order #7 is paid already");
  }
  CHECK(move_refused(7, S::kPaid, S::kPaid, true).zh == "订单 #7 已付款，没有变化");
}

TEST_CASE("undo takes back the last move while nothing else happened", "[orders]") {
  test::Sales sales;
  const auto order = sales.record(sales.draft({{"面膜", 2, 9900}}));
  const auto paid = sales.move(order.order_id, S::kPaid);
  CHECK(order_change_from(to_json(paid)) == paid);
  sales.run([&](const Context& c) { undo_order_change(c, paid); });
  CHECK(sales.order(order.order_id).state == "placed");
  CHECK_FALSE(sales.order(order.order_id).paid_at_ms);
  CHECK(sales.facts().spent_minor == 0);
  CHECK(sales.timeline() == "order.placed order.paid order.reverted");
  CHECK(nlohmann::json::parse(sales.events()[0].data)["undone"] == "order.paid");
  CHECK(sales.refused([&](const Context& c) { undo_order_change(c, paid); return 0; }) == "order.changed");
}

TEST_CASE("undo of a recorded order cancels it and restores the customer's facts", "[orders]") {
  test::Sales sales;
  const auto order = sales.record(sales.draft({{"面膜", 2, 9900}}));
  sales.run([&](const Context& c) { undo_order_change(c, recorded(order)); });
  CHECK(sales.order(order.order_id).state == "cancelled");
  CHECK(sales.facts().order_count == 0);
  CHECK(sales.timeline() == "order.placed order.cancelled");
  CHECK(nlohmann::json::parse(sales.events()[0].data)["reason"] == "undo");
}

TEST_CASE("a draft that cannot be an order is refused and leaves nothing behind", "[orders]") {
  test::Sales sales;
  OrderDraft draft = sales.draft({{"面膜", 1, 9900}});
  std::string code;
  SECTION("no quantity") { draft.items[0].quantity = 0; code = "order.quantity"; }
  SECTION("too many") { draft.items[0].quantity = kMostQuantity + 1; code = "order.quantity"; }
  SECTION("negative amount") { draft.total_minor = -1; code = "order.amount"; }
  SECTION("negative price") { draft.items[0].unit_price_minor = -5; code = "order.amount"; }
  SECTION("a sum beyond belief") {
    draft.items = {{"黄金", kMostQuantity, 1'000'000'000'000}};
    code = "order.amount";
  }
  SECTION("an unknown currency") { draft.currency = "XYZ"; code = "currency.unknown"; }
  SECTION("nobody's order") { draft.customer_id = 5; code = "customer.unknown"; }
  SECTION("nothing ordered") { draft.items.clear(); code = "order.empty"; }
  SECTION("a product without a name") { draft.items[0].product = " \t "; code = "product.name"; }
  SECTION("too many lines") { draft.items.assign(kMostLines + 1, {"面膜", 1, 1}); code = "order.items"; }
  SECTION("an endless note") { draft.note = std::string(100'000, 'x'); code = "order.text"; }
  CHECK(sales.refused([&](const Context& c) { return record_order(c, draft); }) == code);
  CHECK(sales.timeline().empty());
  CHECK(sales.record(sales.draft({}, 100)).number == 1001);
}

TEST_CASE("one external id is one order", "[orders]") {
  test::Sales sales;
  auto draft = sales.draft({{"面膜", 1, 9900}});
  draft.external_id = "TB-1";
  sales.record(draft);
  CHECK(sales.refused([&](const Context& c) { return record_order(c, draft); }) == "order.exists");
}

TEST_CASE("an order in another currency counts as an order but not as money spent in the shop's", "[orders]") {
  test::Sales sales;
  auto draft = sales.draft({{"面膜", 1, 9900}});
  draft.currency = "USD";
  draft.state = S::kPaid;
  sales.record(draft);
  CHECK(sales.facts().order_count == 1);
  CHECK(sales.facts().spent_minor == 0);
}

TEST_CASE("an order is found by the number people say", "[orders]") {
  test::Sales sales;
  const auto order = sales.record(sales.draft({{"面膜", 1, 9900}}));
  for (const auto* typed : {"1001", "#1001", "＃１００１", " #1001 "})
    CHECK(sales.run([&](const Context& c) { return require_order_numbered(c, typed); }).order_id == order.order_id);
  CHECK(sales.refused([&](const Context& c) { return require_order_numbered(c, "#1002"); }) == "order.unknown");
  for (const auto* typed : {"", "#", "abc", "-5", "10.5", "99999999999999999999999"})
    CHECK(sales.refused([&](const Context& c) { return require_order_numbered(c, typed); }) == "order.number");
}
