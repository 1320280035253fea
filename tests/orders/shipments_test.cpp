#include "handlers/shipments.h"

#include <catch2/catch.hpp>

#include "tests/orders/sales.h"

using namespace laoke;
using storage::Transaction;
using test::kMonday10;

namespace {

class Shipping : public test::Sales {
 public:
  Shipping() : id(record(draft({{"面膜", 1, 9900}})).order_id) { move(id, OrderState::kPaid); }
  ShipmentChange ship(const std::string& carrier, const std::string& number) {
    return run([&](const Context& c) { return add_shipment(c, {id, carrier, number, 0}); });
  }
  storage::Shipment report(const ShipmentChange& change, std::string_view state) {
    return run([&](const Context& c) { return report_shipment(c, id, change.shipment.shipment_id, state); });
  }
  std::vector<storage::Shipment> all() {
    return shop().read([&](Transaction& tx) { return storage::list_shipments(tx, shop().id(), id); });
  }
  std::string state() { return order(id).state; }
  const std::int64_t id;
};

}  // namespace

TEST_CASE("the first shipment sends the order on its way and tells the tracking number", "[orders][shipments]") {
  Shipping shop;
  const auto change = shop.ship("顺丰", "sf 1234567890");
  CHECK(change.added);
  CHECK(change.shipment.carrier == "sf");
  CHECK(change.shipment.tracking_no == "SF1234567890");
  CHECK(shop.state() == "shipped");
  CHECK(shop.timeline() == "order.placed order.paid order.shipped shipment.created");
  const auto data = nlohmann::json::parse(shop.events()[1].data);
  CHECK(data["carrier"] == "sf");
  CHECK(data["tracking_no"] == "SF1234567890");
  CHECK(data["tracking_url"].get<std::string>().ends_with("SF1234567890"));
}

TEST_CASE("the same number again is the same shipment", "[orders][shipments]") {
  Shipping shop;
  const auto first = shop.ship("顺丰", "SF1234567890");
  const auto again = shop.ship("sf", "sf1234567890");
  CHECK_FALSE(again.added);
  CHECK(again.shipment.shipment_id == first.shipment.shipment_id);
  CHECK(shop.all().size() == 1);
}

TEST_CASE("an order is delivered when the last of its shipments is", "[orders][shipments]") {
  Shipping shop;
  const auto one = shop.ship("顺丰", "SF1234567890"), two = shop.ship("中通", "78123456789012"), lost = shop.ship("圆通", "YT8823456789012");
  shop.report(one, "delivered");
  CHECK(shop.state() == "shipped");
  shop.report(lost, "returned");
  CHECK(shop.state() == "shipped");
  shop.report(two, "delivered");
  CHECK(shop.state() == "delivered");
  CHECK(shop.order(shop.id).delivered_at_ms == kMonday10);
}

TEST_CASE("a late report never moves a parcel back", "[orders][shipments]") {
  Shipping shop;
  const auto change = shop.ship("顺丰", "SF1234567890");
  CHECK(shop.report(change, "out_for_delivery").state == "out_for_delivery");
  CHECK(shop.report(change, "in_transit").state == "out_for_delivery");
  CHECK(shop.report(change, "exception").state == "exception");
  CHECK(shop.report(change, "in_transit").state == "exception");
  CHECK(shop.report(change, "delivered").state == "delivered");
  CHECK(shop.report(change, "delivered").state == "delivered");
  CHECK(shop.report(change, "exception").state == "delivered");
  CHECK(shop.report(change, "returned").state == "returned");
  CHECK(shop.timeline() ==
        "order.placed order.paid order.shipped shipment.created shipment.out_for_delivery shipment.exception shipment.delivered "
        "order.delivered shipment.returned");
}

TEST_CASE("saying an order has arrived delivers every parcel of it", "[orders][shipments]") {
  Shipping shop;
  shop.ship("顺丰", "SF1234567890");
  shop.ship("中通", "78123456789012");
  shop.run([&](const Context& c) { return deliver_order(c, shop.id); });
  CHECK(shop.state() == "delivered");
  for (const auto& shipment : shop.all()) CHECK(shipment.delivered_at_ms == kMonday10);
}

TEST_CASE("undo takes the shipment and the move back, but only the shipment when there is another", "[orders][shipments]") {
  Shipping shop;
  const auto first = shop.ship("顺丰", "SF1234567890");
  const auto stored = shipment_change_from(to_json(first));
  CHECK(stored.order_move == first.order_move);
  SECTION("the only one") {
    shop.run([&](const Context& c) { undo_shipment(c, stored); });
    CHECK(shop.state() == "paid");
    CHECK(shop.all().empty());
  }
  SECTION("one of two") {
    shop.ship("中通", "78123456789012");
    shop.run([&](const Context& c) { undo_shipment(c, stored); });
    CHECK(shop.state() == "shipped");
    CHECK(shop.all().size() == 1);
  }
  SECTION("one that was delivered since") {
    shop.report(first, "delivered");
    CHECK(shop.refused([&](const Context& c) { undo_shipment(c, stored); return 0; }) == "shipment.changed");
  }
}

TEST_CASE("without a carrier a number that only one gives out is enough", "[orders][shipments]") {
  Shipping shop;
  CHECK(shop.ship("", "YT8823456789012").shipment.carrier == "yto");
  CHECK(shop.ship("", "123456789012").shipment.carrier.empty());
  CHECK(shop.ship("闪送", "").shipment.carrier == "shansong");
}

TEST_CASE("a shipment that cannot be understood is refused and leaves the order as it was", "[orders][shipments]") {
  Shipping shop;
  const auto [carrier, number, code] = GENERATE(table<std::string, std::string, std::string>({
      {"顺风", "SF1234567890", "carrier.unknown"},
      {"顺丰", "面膜", "shipment.number"},
      {"顺丰", "12", "shipment.number"},
  }));
  CHECK(shop.refused([&, c1 = carrier, n1 = number](const Context& c) { return add_shipment(c, {shop.id, c1, n1, 0}); }) == code);
  CHECK(shop.state() == "paid");
  CHECK(shop.refused([&](const Context& c) { return report_shipment(c, shop.id, 5, "delivered"); }) == "shipment.unknown");
  CHECK(shop.refused([&](const Context& c) { return report_shipment(c, shop.id, 5, "flying"); }) == "shipment.state");
}

TEST_CASE("a cancelled order cannot be shipped", "[orders][shipments]") {
  Shipping shop;
  shop.move(shop.id, OrderState::kRefunded);
  CHECK(shop.refused([&](const Context& c) { return add_shipment(c, {shop.id, "顺丰", "SF1234567890", 0}); }) == "order.move");
  CHECK(shop.all().empty());
}
