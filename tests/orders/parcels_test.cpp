#include "handlers/parcels.h"

#include <catch2/catch.hpp>

#include "handlers/calendar.h"
#include "handlers/inbound.h"
#include "handlers/shipment_stages.h"
#include "handlers/shipments.h"
#include "handlers/tasks.h"
#include "storage/channels.h"
#include "storage/errands.h"
#include "storage/parcel_news.h"
#include "tests/orders/sales.h"

using namespace laoke;
using test::kMonday10;
using Stage = ParcelStage;

namespace {

const std::string kNumber = "YT0000000000001";

ParcelUpdate update(ParcelStage stage, std::int64_t at_ms = 0, const std::string& number = kNumber) {
  ParcelUpdate news;
  news.carrier = "yto";
  news.tracking_no = number;
  news.stage = stage;
  news.at_ms = at_ms;
  news.text = std::string(name_of(stage));
  return news;
}

// A paid order that was sent, and the services' news of it.
class Parcels : public test::Sales {
 public:
  Parcels() : id(sent_order()) {}
  std::int64_t sent_order(const std::string& number = kNumber) {
    const auto order = record(draft({{"面膜", 1, 9900}})).order_id;
    move(order, OrderState::kPaid);
    run([&](const Context& c) { return add_shipment(c, {order, "圆通", number, 0}); });
    return order;
  }
  void hears(const ParcelUpdate& news, std::int64_t now_ms = kMonday10 + kHourMs) {
    run([&](const Context& c) { on_parcel_news(c, news); }, now_ms);
  }
  storage::Shipment shipment(std::int64_t order_id = 0) {
    return shop().read([&](storage::Transaction& tx) {
      return storage::list_shipments(tx, shop().id(), order_id != 0 ? order_id : id).at(0);
    });
  }
  std::string state() { return shipment().state; }
  std::vector<storage::Task> tasks() {
    return run([](const Context& c) { return todo_list(c, std::nullopt); });
  }
  // What happened since the parcel left.
  std::string since_sent() {
    const std::string before = "order.placed order.paid order.shipped shipment.created";
    const auto all = timeline();
    REQUIRE(all.starts_with(before));
    return all.size() > before.size() ? all.substr(before.size() + 1) : "";
  }
  const std::int64_t id;
};

}  // namespace

TEST_CASE("a stage follows another only upwards, and what lies beside the way has its own rules", "[parcels]") {
  struct Case {
    const char* from;
    const char* reached;
    ParcelStage next;
    const char* to;  // "": nothing changes
    const char* reached_then;
  };
  const std::vector<Case> cases = {
      {"shipped", "", Stage::kLabelCreated, "", ""},
      {"label_created", "", Stage::kShipped, "shipped", ""},
      {"shipped", "", Stage::kShipped, "", ""},
      {"shipped", "", Stage::kDelivered, "delivered", ""},
      {"in_transit", "", Stage::kOutForDelivery, "out_for_delivery", ""},
      {"out_for_delivery", "", Stage::kInTransit, "", ""},
      {"out_for_delivery", "", Stage::kReadyForPickup, "ready_for_pickup", ""},
      {"ready_for_pickup", "", Stage::kOutForDelivery, "", ""},
      {"out_for_delivery", "", Stage::kException, "exception", "out_for_delivery"},
      {"exception", "out_for_delivery", Stage::kInTransit, "", ""},
      {"exception", "out_for_delivery", Stage::kOutForDelivery, "out_for_delivery", ""},
      {"exception", "in_transit", Stage::kDelivered, "delivered", ""},
      {"exception", "", Stage::kInTransit, "in_transit", ""},
      {"exception", "in_transit", Stage::kStale, "", ""},
      {"stale", "in_transit", Stage::kException, "exception", "in_transit"},
      {"in_transit", "", Stage::kStale, "stale", "in_transit"},
      {"stale", "in_transit", Stage::kInTransit, "in_transit", ""},
      {"delivered", "", Stage::kException, "", ""},
      {"delivered", "", Stage::kStale, "", ""},
      {"delivered", "", Stage::kReturned, "returned", ""},
      {"exception", "in_transit", Stage::kReturned, "returned", ""},
      {"returned", "", Stage::kDelivered, "", ""},
      {"returned", "", Stage::kReturned, "", ""},
  };
  for (const auto& one : cases) DYNAMIC_SECTION(one.from << " then " << name_of(one.next)) {
    storage::Shipment shipment;
    shipment.state = one.from;
    shipment.reached = one.reached;
    const auto move = move_to_stage(shipment, one.next);
    CHECK((move ? std::string(move->state) : "") == one.to);
    if (move) CHECK(std::string(move->reached) == one.reached_then);
  }
}

TEST_CASE("each stage has a name, and the name finds it", "[parcels]") {
  for (const auto stage : {Stage::kLabelCreated, Stage::kShipped, Stage::kInTransit, Stage::kOutForDelivery, Stage::kReadyForPickup, Stage::kDelivered, Stage::kException,
                           Stage::kReturned, Stage::kStale})
    CHECK(find_parcel_stage(name_of(stage)) == stage);
  CHECK_FALSE(find_parcel_stage("flying"));
  CHECK(parcel_stages_listed("|") == "label_created|shipped|in_transit|out_for_delivery|ready_for_pickup|delivered|exception|returned|stale");
}

TEST_CASE("news moves the parcel on, and its delivery the order at the hour it happened", "[parcels]") {
  Parcels shop;
  shop.hears(update(Stage::kInTransit, kMonday10 + kMinuteMs));
  CHECK(shop.state() == "in_transit");
  CHECK(shop.shipment().news == "in_transit");
  CHECK(shop.shipment().news_at_ms == kMonday10 + kMinuteMs);
  CHECK(shop.shipment().heard_at_ms == kMonday10 + kHourMs);
  shop.hears(update(Stage::kOutForDelivery, kMonday10 + 2 * kMinuteMs));
  shop.hears(update(Stage::kDelivered, kMonday10 + 30 * kMinuteMs));
  CHECK(shop.state() == "delivered");
  CHECK(shop.shipment().delivered_at_ms == kMonday10 + 30 * kMinuteMs);
  CHECK(shop.order(shop.id).state == "delivered");
  CHECK(shop.order(shop.id).delivered_at_ms == kMonday10 + 30 * kMinuteMs);
  CHECK(shop.since_sent() == "shipment.out_for_delivery shipment.delivered order.delivered");
  CHECK(shop.tasks().empty());
}

TEST_CASE("repeated and overtaken news changes nothing", "[parcels]") {
  Parcels shop;
  const auto at = [](int minute) { return kMonday10 + minute * kMinuteMs; };
  const std::vector<ParcelUpdate> all = {update(Stage::kShipped, at(1)), update(Stage::kInTransit, at(2)), update(Stage::kOutForDelivery, at(3)),
                                         update(Stage::kException, at(4)), update(Stage::kOutForDelivery, at(5)), update(Stage::kDelivered, at(6))};
  SECTION("the whole way twice") {
    for (const auto& news : all) shop.hears(news);
    const auto once = shop.shipment();
    const auto told = shop.since_sent();
    CHECK(told == "shipment.out_for_delivery shipment.exception task.created shipment.out_for_delivery shipment.delivered order.delivered");
    for (const auto& news : all) shop.hears(news, kMonday10 + 2 * kHourMs);
    CHECK(shop.shipment() == once);
    CHECK(shop.since_sent() == told);
    CHECK(shop.tasks().size() == 1);
  }
  SECTION("backwards") {
    for (auto news = all.rbegin(); news != all.rend(); ++news) shop.hears(*news);
    CHECK(shop.state() == "delivered");
    CHECK(shop.since_sent() == "shipment.delivered order.delivered");
    CHECK(shop.shipment().news == "delivered");
    CHECK(shop.tasks().empty());
  }
  SECTION("a problem that was over before it was heard of") {
    shop.hears(all[4]);
    shop.hears(all[3]);
    CHECK(shop.state() == "out_for_delivery");
    CHECK(shop.tasks().empty());
  }
  SECTION("an older stage does not end a problem") {
    shop.hears(all[3]);
    shop.hears(all[2]);
    CHECK(shop.state() == "exception");
    CHECK(shop.shipment().news == "exception");
  }
}

TEST_CASE("the first word is the delivery: only what follows a delivery happens", "[parcels]") {
  Parcels shop;
  shop.hears(update(Stage::kDelivered, kMonday10 + kMinuteMs));
  CHECK(shop.since_sent() == "shipment.delivered order.delivered");
}

TEST_CASE("a problem, a return and silence are told to the seller as a task, once each", "[parcels]") {
  const auto [stage, words] = GENERATE(table<ParcelStage, std::string>({{Stage::kException, "处理异常快递 圆通速递 YT0000000000001（#1001 张三）：客户拒收"},
                                                                        {Stage::kReturned, "处理退回的快递 圆通速递 YT0000000000001（#1001 张三）：客户拒收"},
                                                                        {Stage::kStale, "核实快递 圆通速递 YT0000000000001（#1001 张三）：查不到新的物流，客户拒收"}}));
  Parcels shop;
  auto news = update(stage, kMonday10 + kMinuteMs);
  news.text = "客户拒收";
  shop.hears(news);
  shop.hears(news);
  news.text = "客户再次拒收";
  news.at_ms += kMinuteMs;
  shop.hears(news);
  REQUIRE(shop.tasks().size() == 1);
  CHECK(shop.tasks()[0].text == words);
  CHECK(shop.tasks()[0].customer_id == shop.customer());
  CHECK(shop.shipment().news == "客户再次拒收");
  CHECK(shop.order(shop.id).state == "shipped");
}

TEST_CASE("a service that gives up says so, unless the parcel has arrived", "[parcels]") {
  Parcels shop;
  auto news = update(Stage::kInTransit, kMonday10 + kMinuteMs);
  news.stopped = true;
  SECTION("on its way") {
    shop.hears(news);
    CHECK(shop.state() == "stale");
    CHECK(shop.shipment().reached == "in_transit");
    CHECK(shop.tasks().size() == 1);
    shop.hears(update(Stage::kDelivered, kMonday10 + 2 * kMinuteMs));
    CHECK(shop.state() == "delivered");
  }
  SECTION("arrived") {
    news.stage = Stage::kDelivered;
    shop.hears(news);
    news.stage = Stage::kStale;
    shop.hears(news);
    CHECK(shop.state() == "delivered");
    CHECK(shop.tasks().empty());
  }
}

TEST_CASE("the carrier is filled in and corrected, never guessed away", "[parcels]") {
  Parcels shop;
  auto news = update(Stage::kInTransit, kMonday10 + kMinuteMs);
  news.carrier = "sto";
  shop.hears(news);
  CHECK(shop.shipment().carrier == "yto");
  news.new_carrier = "sto";
  news.stage = Stage::kLabelCreated;
  shop.hears(news);
  CHECK(shop.shipment().carrier == "sto");
  CHECK(shop.state() == "in_transit");
  const auto other = shop.record(shop.draft({{"面膜", 1, 9900}})).order_id;
  shop.move(other, OrderState::kPaid);
  shop.run([&](const Context& c) { return add_shipment(c, {other, "", "123456789012", 0}); });
  CHECK(shop.shipment(other).carrier.empty());
  shop.hears(update(Stage::kInTransit, 0, "123456789012"));
  CHECK(shop.shipment(other).carrier == "yto");
}

TEST_CASE("what is older than three days is written down and wakes nothing that would have been due", "[parcels]") {
  Parcels shop;
  const std::int64_t now_ms = kMonday10 + 5 * kDayMs;
  const auto pending = [&] {
    return shop.run([&](const Context& c) { return storage::list_errands(c.tx, c.shop_id(), 9).size(); }, now_ms);
  };
  CHECK(pending() == 0);
  SECTION("a problem is still told: the seller can do something about it") {
    shop.hears(update(Stage::kException, kMonday10 + kHourMs), now_ms);
    CHECK(shop.state() == "exception");
    CHECK(shop.tasks().size() == 1);
  }
  SECTION("a carrier whose clock is ahead has not delivered tomorrow") {
    shop.hears(update(Stage::kDelivered, now_ms + kDayMs), now_ms);
    CHECK(shop.shipment().delivered_at_ms == now_ms);
  }
}

TEST_CASE("one parcel may hold two orders, and an old number may come again", "[parcels]") {
  Parcels shop;
  const auto second = shop.sent_order();
  shop.hears(update(Stage::kDelivered, kMonday10 + kMinuteMs));
  CHECK(shop.order(shop.id).state == "delivered");
  CHECK(shop.order(second).state == "delivered");
  const auto year_later = shop.sent_order();
  shop.hears(update(Stage::kReturned, kMonday10 + 2 * kMinuteMs));
  CHECK(shop.shipment(year_later).state == "returned");
  CHECK(shop.shipment().state == "delivered");
}

TEST_CASE("a number written otherwise is found by the reference the service was given", "[parcels]") {
  Parcels shop;
  const auto other = shop.sent_order("YT-0000-0000-77");
  const auto of_other = shop.shipment(other);
  auto news = update(Stage::kInTransit, 0, "yt0000000077");
  news.reference = std::to_string(of_other.order_id) + "-" + std::to_string(of_other.shipment_id);
  shop.hears(news);
  CHECK(shop.shipment(other).state == "in_transit");
  for (const char* reference : {"", "7", "7-", "-7", "x-y", "9223372036854775808-1", "1-2-3", "999999-1"}) {
    auto stray = update(Stage::kDelivered, 0, "NOBODY123456");
    stray.reference = reference;
    CHECK_NOTHROW(shop.hears(stray));
  }
  auto foreign = update(Stage::kDelivered, 0, "ZZ99999999");  // the reference fits, the number does not
  foreign.reference = news.reference;
  shop.hears(foreign);
  CHECK(shop.shipment(other).state == "in_transit");
}

TEST_CASE("news of an unknown number waits quietly for the shipment that may come", "[parcels]") {
  Parcels shop;
  const std::string number = "YT7777777777777";
  shop.hears(update(Stage::kOutForDelivery, kMonday10 + 2 * kMinuteMs, number));
  shop.hears(update(Stage::kInTransit, kMonday10 + kMinuteMs, number));
  CHECK(shop.since_sent().empty());
  CHECK(shop.tasks().empty());
  const auto order = shop.sent_order(number);
  CHECK(shop.shipment(order).state == "out_for_delivery");
  CHECK(shop.shipment(order).news == "out_for_delivery");
  const auto again = shop.sent_order(number);
  CHECK(shop.shipment(again).state == "shipped");
  // And not for ever.
  shop.hears(update(Stage::kInTransit, 0, "YT8888888888888"));
  shop.hears(update(Stage::kInTransit, 0, "YT9999999999999"), kMonday10 + 61 * kDayMs);
  CHECK(shop.run([](const Context& c) { return storage::take_parcel_news(c.tx, c.shop_id(), "YT8888888888888").has_value(); }) == false);
  CHECK(shop.run([](const Context& c) { return storage::take_parcel_news(c.tx, c.shop_id(), "YT9999999999999").has_value(); }));
}

TEST_CASE("a shipment is followed once by each service of the shop that is on", "[parcels]") {
  Parcels shop;
  const auto channel = [&](const char* name, const char* kind, const char* state) {
    return shop.run([&](const Context& c) {
      storage::ChannelRow row;
      row.shop_id = c.shop_id();
      row.name = name;
      row.kind = kind;
      row.settings = "{}";
      row.state = state;
      return storage::insert_channel(c.tx, row);
    });
  };
  const auto errands = [&] { return shop.run([](const Context& c) { return storage::list_errands(c.tx, c.shop_id(), 99); }); };
  channel("tg", "telegram", "on");
  shop.sent_order("YT1000000000001");
  CHECK(errands().empty());
  const auto first = channel("kd", "kuaidi100", "on"), second = channel("17", "17track", "broken");
  channel("as", "aftership", "off");
  const auto order = shop.sent_order("YT1000000000002");
  REQUIRE(errands().size() == 2);
  CHECK(errands()[0].channel_id == first);
  CHECK(errands()[1].channel_id == second);
  const auto data = nlohmann::json::parse(errands()[0].data);
  CHECK(data["carrier"] == "yto");
  CHECK(data["tracking_no"] == "YT1000000000002");
  CHECK(data["reference"] == std::to_string(order) + "-" + std::to_string(shop.shipment(order).shipment_id));
  shop.run([&](const Context& c) { return add_shipment(c, {order, "圆通", "YT1000000000002", 0}); });
  CHECK(errands().size() == 2);
  shop.run([&](const Context& c) { return add_shipment(c, {order, "闪送", "", 0}); });
  CHECK(errands().size() == 2);
  // A parcel the service gave up is followed anew when the seller ships it once more.
  shop.run([&](const Context& c) { return storage::remove_errand(c.tx, c.shop_id(), storage::list_errands(c.tx, c.shop_id(), 1).at(0).errand_id); });
  shop.hears(update(Stage::kStale, 0, "YT1000000000002"));
  CHECK(errands().size() == 1);
  shop.run([&](const Context& c) { return add_shipment(c, {order, "圆通", "YT1000000000002", 0}); });
  REQUIRE(errands().size() == 2);
  CHECK(errands()[1].channel_id == first);
}

TEST_CASE("news comes in as an event of a service's channel, once", "[parcels]") {
  Parcels shop;
  InboundEvent event;
  event.kind = InboundKind::kParcel;
  event.key = "k1";
  event.parcel = std::make_shared<const ParcelUpdate>(update(Stage::kException, kMonday10 + kMinuteMs));
  const auto take = [&] { return shop.run([&](const Context& c) { return take_event(c, 5, event); }); };
  CHECK(take() == Taken::kDone);
  CHECK(take() == Taken::kDuplicate);
  CHECK(shop.state() == "exception");
  event.parcel = nullptr;
  event.key = "k2";
  CHECK(take() == Taken::kDone);
  CHECK_THROWS(shop.run([&](const Context& c) { return refuse_event(c, 5, event, Refusal("x", "x", "x")); }));
}
