#include <catch2/catch.hpp>

#include "handlers/calendar.h"
#include "handlers/orders.h"
#include "handlers/parcels.h"
#include "handlers/shipments.h"
#include "storage/errands.h"
#include "tests/seller/seller_shop.h"

using namespace laoke;
using namespace laoke::test;
using nlohmann::json;

namespace {

// A seller whose shop has an account with 快递100, and 张三's order on its way.
struct ParcelShop : SellerShop {
  explicit ParcelShop(const std::string& role = "owner", const std::string& language = "", const std::string& state = "on") : SellerShop(role, language) {
    shop.write([&](storage::Transaction& tx) {
      storage::ChannelRow row;
      row.shop_id = shop.id();
      row.name = "kd";
      row.kind = "kuaidi100";
      row.settings = "{}";
      row.state = state;
      storage::insert_channel(tx, row);
    });
    const auto buyer = customer("张三");
    order = shop.write([&](storage::Transaction& tx) {
      OrderDraft draft;
      draft.customer_id = buyer;
      draft.items = {{"面膜", 1, 9900}};
      draft.phone = "+8613800138000";
      const auto context = context_in(tx);
      const auto made = record_order(context, draft);
      move_order(context, made.order_id, OrderState::kPaid);
      return made;
    });
  }
  void ship(const std::string& number) {
    shop.write([&](storage::Transaction& tx) { add_shipment(context_in(tx), {order.order_id, "圆通", number, 0}); });
  }
  std::string number() const { return "#" + std::to_string(order.number); }
  std::vector<json> questions() {
    std::vector<json> all;
    for (const auto& row : shop.read([&](storage::Transaction& tx) { return storage::list_errands(tx, shop.id(), 99); }))
      if (row.kind == "ask_parcel") all.push_back(json::parse(row.data));
    return all;
  }
  // What the service answered; what the seller then reads.
  std::string answered(ParcelUpdate news) {
    const auto before = deliveries(me.customer_id).size();
    news.asked_by = me.contact_id;
    shop.write([&](storage::Transaction& tx) { on_parcel_news(context_in(tx), news); });
    const auto all = deliveries(me.customer_id);
    return all.size() > before ? direct_payload_from(all.back().payload).content.text : "";
  }
  storage::Shipment shipment() {
    return shop.read([&](storage::Transaction& tx) { return storage::list_shipments(tx, shop.id(), order.order_id).at(0); });
  }
  storage::Order order;
};

ParcelUpdate on_the_van(const std::string& number) {
  ParcelUpdate news;
  news.carrier = "yto";
  news.tracking_no = number;
  news.stage = ParcelStage::kOutForDelivery;
  news.at_ms = kMonday10;
  news.text = "[杭州市] 快件正在派送";
  return news;
}

}  // namespace

TEST_CASE("a seller asks where a parcel is and reads the answer in the same chat", "[seller][parcels]") {
  ParcelShop seller;
  seller.ship("YT0000000000001");
  CHECK(holds(seller.say("查快递 YT0000000000001"), "正在查"));
  REQUIRE(seller.questions().size() == 1);
  CHECK(seller.questions()[0] == json{{"carrier", "yto"}, {"tracking_no", "YT0000000000001"}, {"phone", "+8613800138000"}, {"asked_by", seller.me.contact_id}});
  const auto told = seller.answered(on_the_van("YT0000000000001"));
  CHECK(holds(told, "圆通速递 YT0000000000001：派送中"));
  CHECK(holds(told, "[杭州市] 快件正在派送"));
  CHECK(seller.shipment().state == "out_for_delivery");  // and the shipment knows it, too
  CHECK(holds(seller.say("查快递 " + seller.number()), "半小时内只能查一次"));
  CHECK(seller.questions().size() == 1);
}

TEST_CASE("one number is asked for once in half an hour, and again after it", "[seller][parcels]") {
  ParcelShop seller;
  const auto asked_at = seller.now_ms;
  CHECK(holds(seller.say("查快递 YT0000000000001"), "正在查"));
  CHECK(holds(seller.say("查物流 yt0000000000001"), "半小时内只能查一次"));
  CHECK(holds(seller.say("查快递 YT0000000000002"), "正在查"));
  seller.now_ms = asked_at + 31 * kMinuteMs;
  seller.shop.write([&](storage::Transaction& tx) {
    for (const auto& row : storage::list_errands(tx, seller.shop.id(), 99)) storage::remove_errand(tx, seller.shop.id(), row.errand_id);
  });
  CHECK(holds(seller.say("查快递 YT0000000000001"), "正在查"));
  CHECK(seller.questions().size() == 1);
}

TEST_CASE("carrier and phone may be said along with a number the shop never sent", "[seller][parcels]") {
  ParcelShop seller;
  const auto [line, carrier, phone] = GENERATE(table<std::string, std::string, std::string>({
      {"查快递 78123456789012", "", ""},
      {"查快递 78123456789012 中通", "zto", ""},
      {"查快递 中通 78123456789012 8000", "zto", "8000"},
      {"查快递 SF1234567890123 13800138000", "sf", "13800138000"},
  }));
  CAPTURE(line);
  CHECK(holds(seller.say(line), "正在查"));
  REQUIRE(seller.questions().size() == 1);
  CHECK(seller.questions()[0]["carrier"] == carrier);
  CHECK(seller.questions()[0]["phone"] == phone);
}

TEST_CASE("a question that cannot be asked says what is missing", "[seller][parcels]") {
  ParcelShop seller;
  CHECK(holds(seller.say("查快递"), "写单号或订单号"));
  CHECK(holds(seller.say("查快递 你好"), "写单号或订单号"));
  CHECK(holds(seller.say("查快递 " + seller.number()), "还没有快递单号"));
  CHECK(holds(seller.say("查快递 #99"), "99"));
  CHECK(seller.questions().empty());
  ParcelShop off("owner", "", "off");
  CHECK(holds(off.say("查快递 YT0000000000001"), "接上快递100"));
  ParcelShop viewer("viewer");
  CHECK(holds(viewer.say("查快递 YT0000000000001"), "需要店员来做"));
}

TEST_CASE("an answer that is a refusal or knows nothing is told as such", "[seller][parcels]") {
  ParcelShop seller("owner", "en");
  seller.ship("YT0000000000001");
  ParcelUpdate refused;
  refused.tracking_no = "YT0000000000001";
  refused.carrier = "yto";
  refused.refused = "408 phone check failed";
  CHECK(holds(seller.answered(refused), "No answer about YTO Express YT0000000000001: 408 phone check failed"));
  CHECK(seller.shipment().state == "shipped");
  ParcelUpdate unknown;
  unknown.tracking_no = "YT0000000000009";
  unknown.stage = ParcelStage::kLabelCreated;
  CHECK(holds(seller.answered(unknown), "nothing is known of it yet"));
}

TEST_CASE("an answer for somebody who is no longer of the shop is told to nobody", "[seller][parcels]") {
  ParcelShop seller;
  seller.shop.write([&](storage::Transaction& tx) { storage::unpair_contact(tx, seller.shop.id(), seller.me.contact_id); });
  CHECK(seller.answered(on_the_van("YT0000000000001")).empty());
}
