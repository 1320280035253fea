#include "bot/channels/woocommerce/woocommerce_parse.h"

#include "tests/channels/shop_accounts.h"

using namespace laoke;
using namespace laoke::channels;
using namespace laoke::test;
using nlohmann::json;
using Change = ShopOrderChange;

namespace {

std::unique_ptr<Channel> woo_shop(json settings = json::object()) {
  if (!settings.contains("secret")) settings["secret"] = kWooSecret;
  return shop_account("woocommerce", std::move(settings));
}

RawRequest woo_order_with(const json& more) {
  json body = json::parse(shop_payload("woocommerce/order.json"));
  body.update(more);
  return woo_request("order.updated", body.dump());
}

}  // namespace

// Vectors W1 and W2 of the shops sheet, from their printed values.
TEST_CASE("WooCommerce's signature is checked over the raw bytes", "[woocommerce]") {
  const std::string body = R"({"id":727,"status":"processing","total":"129.00","currency":"CNY"})";
  REQUIRE(body.size() == 66);
  RawRequest request{"POST", body, {{"x-wc-webhook-signature", "+rTmfeq0/7yTzoha1K5KAkJPCb+cSMjYbMIyeQchjQI="}}, {}};
  CHECK(woo_shop()->authentic(request));
  request.headers["x-wc-webhook-signature"] = "Zr3lUo6epo1qLKxq/uks0ZjZsep82fhBGfF4NF03UA4=";
  CHECK_FALSE(woo_shop()->authentic(request));
  CHECK(woo_shop({{"secret", "a&amp;b&lt;c"}})->authentic(request));
  request.body[2] = 'I';
  CHECK_FALSE(woo_shop({{"secret", "a&amp;b&lt;c"}})->authentic(request));
  request.headers.clear();
  CHECK_FALSE(woo_shop()->authentic(request));
}

TEST_CASE("the ping of a saved webhook is answered with 200, and nothing that looks like it is", "[woocommerce]") {
  const auto [body, type, answered] = GENERATE(table<std::string, std::string, bool>({
      {"webhook_id=12", "application/x-www-form-urlencoded", true},
      {"webhook_id=12", "application/json", false},
      {"webhook_id=", "application/x-www-form-urlencoded", false},
      {"webhook_id=12&x=1", "application/x-www-form-urlencoded", false},
      {"webhook_id=1234567890123456789012345678901234567890", "application/x-www-form-urlencoded", false},
      {"", "application/x-www-form-urlencoded", false},
  }));
  CAPTURE(body, type);
  const auto answer = woo_shop()->handshake({"POST", body, {{"content-type", type}}, {}});
  CHECK(answer.has_value() == answered);
  if (answer) CHECK(answer->status == 200);
}

TEST_CASE("a WooCommerce order is read whole", "[woocommerce]") {
  const auto update = only_update(woo_shop()->parse(woo_request("order.created", shop_payload("woocommerce/order.json"))));
  CHECK(update.whole);
  CHECK(update.change == Change::kPaid);
  CHECK(update.paid);
  CHECK(update.paid_at_ms == 1767406560000);
  CHECK(update.external_id == "727");
  CHECK(update.number == "#727");
  CHECK(update.customer_id == "26");
  CHECK(update.name == "李丽");
  CHECK(update.phone == "13800138000");
  CHECK(update.address == "浙江杭州文三路 1 号");
  CHECK(update.total_minor == 12900);
  CHECK(update.items == std::vector<ShopOrderItem>{{"面霜 50ml", "CREAM-50", 1, 12900}});
  CHECK(update.shipments == std::vector<ShopShipment>{{"SF Express", "SF0000000000001", 0}});
  CHECK(update.refunds == std::vector<ShopRefund>{{"800", 2900}});
  CHECK(update.placed_at_ms == 1767406500000);
  CHECK(update.changed_at_ms == 1767406560000);
}

TEST_CASE("each status of WooCommerce is what the seller means by it", "[woocommerce]") {
  struct Row {
    const char* status;
    Change change;
    bool paid, cancelled, refunded, completed;
  };
  const Row row = GENERATE(values<Row>({
      {"pending", Change::kPlaced, false, false, false, false},
      {"on-hold", Change::kPlaced, false, false, false, false},
      {"processing", Change::kPaid, true, false, false, false},
      {"completed", Change::kCompleted, true, false, false, true},
      {"cancelled", Change::kCancelled, false, true, false, false},
      {"failed", Change::kCancelled, false, true, false, false},
      {"refunded", Change::kRefunded, true, false, true, false},
      {"wc-packing", Change::kPlaced, false, false, false, false},
  }));
  DYNAMIC_SECTION(row.status) {
    const auto update = only_update(woo_shop()->parse(woo_order_with({{"status", row.status}, {"date_paid_gmt", nullptr}})));
    CHECK(update.change == row.change);
    CHECK(update.paid == row.paid);
    CHECK(update.cancelled == row.cancelled);
    CHECK(update.refunded == row.refunded);
    CHECK(update.completed == row.completed);
  }
}

TEST_CASE("a seller whose 'completed' means sent says so", "[woocommerce]") {
  const auto update = only_update(woo_shop({{"completed_means", "shipped"}})->parse(woo_order_with({{"status", "completed"}})));
  CHECK(update.shipped);
  CHECK_FALSE(update.completed);
}

TEST_CASE("tracking numbers are found where the seller's plugin keeps them", "[woocommerce]") {
  const json text = {{{"key", "_my"}, {"value", R"([{"nr":"75312345678901","by":"ZTO","date_shipped":"1767412800"}])"}}};
  const auto update = only_update(woo_shop({{"tracking_meta", "_my"}, {"tracking_number", "nr"}, {"tracking_carrier", "by"}})->parse(woo_order_with({{"meta_data", text}})));
  CHECK(update.shipments == std::vector<ShopShipment>{{"ZTO", "75312345678901", 1767412800000}});
  for (const json& odd : {json("not json"), json(7), json(), json::array({1, "x"})})
    CHECK(only_update(woo_shop()->parse(woo_order_with({{"meta_data", {{{"key", "_wc_shipment_tracking_items"}, {"value", odd}}}}}))).shipments.empty());
}

TEST_CASE("a guest has no id, a buyer's own news has no order", "[woocommerce]") {
  CHECK(only_update(woo_shop()->parse(woo_order_with({{"customer_id", 0}}))).customer_id.empty());
  const auto buyer = only_update(woo_shop()->parse(woo_request("customer.updated", R"({"id":26,"email":"li@example.com","first_name":"Lily","last_name":"Li","billing":{"phone":"13800138000"}})")));
  CHECK(buyer.change == Change::kBuyer);
  CHECK(buyer.name == "Lily Li");
}

TEST_CASE("what WooCommerce tells that is nothing to do", "[woocommerce]") {
  CHECK(nothing_to_do(woo_shop()->parse(woo_request("order.deleted", R"({"id":727})"))));
  CHECK(nothing_to_do(woo_shop()->parse(woo_request("product.updated", R"({"id":9})"))));
  CHECK(nothing_to_do(woo_shop()->parse(woo_request("action.woocommerce_cart", "{}"))));
  CHECK(nothing_to_do(woo_shop()->parse(woo_order_with({{"status", "checkout-draft"}}))));
}

TEST_CASE("two orders that share a delivery id are two, the same order twice is one", "[woocommerce]") {
  const auto key = [](const RawRequest& request) { return woo_shop()->parse(request).at(0).key; };
  const auto first = woo_order_with({{"id", 727}}), second = woo_order_with({{"id", 728}});
  CHECK(key(first) != key(second));
  CHECK(key(first) == key(first));
  CHECK(key(first) != key(woo_order_with({{"date_modified_gmt", "2026-01-03T02:17:00"}})));
  auto bare = first;
  bare.headers.clear();
  CHECK(only_update(woo_shop()->parse(bare)).external_id == "727");
}

TEST_CASE("bodies that are not what WooCommerce documents are refused", "[woocommerce]") {
  const std::string body = GENERATE(values<std::string>({"", "webhook_id=12", "[]", R"({"id":[],"currency":"CNY","total":"1"})", R"({"id":1,"currency":"CNY","total":"1 yuan"})",
                                                         R"({"id":1,"currency":"CNY","total":"1","refunds":[{"total":"-1"}]})"}));
  CAPTURE(body);
  CHECK_THROWS_AS(woo_shop()->parse(woo_request("order.updated", body)), BadPayload);
}

TEST_CASE("a wrong setting of WooCommerce is named, with what is allowed", "[woocommerce]") {
  const auto [settings, says] = GENERATE(table<json, std::string>({
      {json{{"secret", ""}}, "secret is missing"},
      {json{{"secret", kWooSecret}, {"consumer_key", "ck_1"}}, "consumer_secret is missing"},
      {json{{"secret", kWooSecret}, {"consumer_key", "ck_1"}, {"consumer_secret", "cs_1"}}, "shop_url"},
      {json{{"secret", kWooSecret}, {"completed_means", "sent"}}, "done or shipped"},
  }));
  try {
    shop_account("woocommerce", settings);
    FAIL("it was taken");
  } catch (const std::invalid_argument& error) {
    CHECK(std::string(error.what()).find(says) != std::string::npos);
  }
}
