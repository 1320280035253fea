#include <catch2/catch.hpp>

#include "handlers/calendar.h"
#include "handlers/errands.h"
#include "handlers/parcels.h"
#include "handlers/shipment_stages.h"
#include "handlers/shipments.h"
#include "handlers/tasks.h"
#include "storage/channels.h"
#include "storage/errands.h"
#include "storage/phones.h"
#include "tests/orders/sales.h"

using namespace laoke;
using test::kMonday10;

namespace {

// A shop with two services that follow parcels, and a paid order.
class Undoing : public test::Sales {
 public:
  Undoing() : id(paid_order()) {
    for (const char* kind : {"kuaidi100", "17track"}) run([&](const Context& c) {
      storage::ChannelRow row;
      row.shop_id = c.shop_id();
      row.name = row.kind = kind;
      row.settings = "{}";
      return storage::insert_channel(c.tx, row);
    });
  }
  std::int64_t paid_order() {
    const auto order = record(draft({{"面膜", 1, 9900}})).order_id;
    move(order, OrderState::kPaid);
    return order;
  }
  ShipmentChange ship(std::int64_t order, const std::string& number) {
    return run([&](const Context& c) { return add_shipment(c, {order, "圆通", number, 0}); });
  }
  void undo(const ShipmentChange& change) {
    run([&](const Context& c) { undo_shipment(c, change); });
  }
  std::vector<std::string> followed() {
    std::vector<std::string> numbers;
    for (const auto& row : run([](const Context& c) { return storage::list_errands(c.tx, c.shop_id(), 99); }))
      numbers.push_back(row.kind + " " + nlohmann::json::parse(row.data).value("tracking_no", ""));
    return numbers;
  }
  void hears(const std::string& number, ParcelStage stage, const std::string& reference = "") {
    ParcelUpdate news;
    news.carrier = "yto";
    news.tracking_no = number;
    news.stage = stage;
    news.at_ms = kMonday10 + kMinuteMs;
    news.reference = reference;
    run([&](const Context& c) { on_parcel_news(c, news); }, kMonday10 + kHourMs);
  }

  const std::int64_t id;
};

}  // namespace

TEST_CASE("undoing a shipment calls off that it is followed, and of that parcel alone", "[parcels][undo]") {
  Undoing shop;
  const auto wrong = shop.ship(shop.id, "YT0000000000001");
  const auto other = shop.paid_order();
  shop.ship(other, "YT0000000000002");
  shop.run([&](const Context& c) { enqueue_errand(c, 1, "tag", {{"reference", "no shipment's"}}); });
  REQUIRE(shop.followed().size() == 5);
  // The phone the errand was written with is not the one of today.
  const auto buyer = shop.order(shop.id).customer_id;
  shop.run([&](const Context& c) { storage::add_phone(c.tx, c.shop_id(), buyer, {"+8613800000000", "staff", kMonday10}); });
  shop.undo(wrong);
  CHECK(shop.followed() == std::vector<std::string>{"follow_parcel YT0000000000002", "follow_parcel YT0000000000002", "tag "});
  // The same number on the right order is asked for anew, once by each service.
  shop.ship(shop.paid_order(), "YT0000000000001");
  CHECK(shop.followed().size() == 5);
}

TEST_CASE("a shipment with the number of one before it keeps its own errand", "[parcels][undo]") {
  Undoing shop;
  const auto first = shop.ship(shop.id, "YT0000000000001");
  shop.undo(first);
  shop.ship(shop.id, "YT0000000000001");
  REQUIRE(shop.followed().size() == 2);
  shop.run([&](const Context& c) { storage::remove_errands_holding(c.tx, c.shop_id(), "follow_parcel", R"("reference":"1-1")"); });
  CHECK(shop.followed().size() == 2);
}

TEST_CASE("what a service still tells of a parcel that was taken back moves nothing", "[parcels][undo]") {
  Undoing shop;
  const auto wrong = shop.ship(shop.id, "YT0000000000001");
  const std::string reference = std::to_string(shop.id) + "-" + std::to_string(wrong.shipment.shipment_id);
  shop.undo(wrong);
  const auto before = shop.timeline();
  for (const auto stage : {ParcelStage::kInTransit, ParcelStage::kException, ParcelStage::kDelivered, ParcelStage::kReturned, ParcelStage::kStale})
    shop.hears("YT0000000000001", stage, reference);
  shop.hears("YT-0000000000001", ParcelStage::kDelivered, reference);
  CHECK(shop.order(shop.id).state == "paid");
  CHECK(shop.timeline() == before);
  CHECK(shop.run([](const Context& c) { return todo_list(c, std::nullopt); }).empty());
  // Neither does it move the parcel that went in its place.
  shop.ship(shop.id, "YT0000000000002");
  shop.hears("YT0000000000001", ParcelStage::kDelivered, reference);
  CHECK(shop.order(shop.id).state == "shipped");
}
