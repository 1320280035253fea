#include "bot/channels/shopify/shopify_parse.h"

#include "tests/channels/shop_accounts.h"

using namespace laoke;
using namespace laoke::channels;
using namespace laoke::test;
using nlohmann::json;
using Change = ShopOrderChange;

namespace {

std::unique_ptr<Channel> shopify_store(json settings = json::object()) {
  if (!settings.contains("secret")) settings["secret"] = kShopifySecret;
  return shop_account("shopify", std::move(settings));
}

RawRequest shopify_recorded(const std::string& topic, const char* file) { return shopify_request(topic, shop_payload(std::string("shopify/") + file + ".json")); }

RawRequest shopify_order_with(const json& more, const std::string& topic = "orders/updated") {
  json body = json::parse(shop_payload("shopify/order.json"));
  body.update(more);
  return shopify_request(topic, body.dump());
}

}  // namespace

// Vector S1 of the shops sheet, from its printed values.
TEST_CASE("Shopify's signature is checked over the raw bytes", "[shopify]") {
  const std::string body = R"({"id":820982911946154508,"name":"#1001","total_price":"199.00","currency":"CNY"})";
  REQUIRE(body.size() == 80);
  RawRequest request{"POST", body, {{"x-shopify-hmac-sha256", "ORMx2pMvqF1sIO4UdKEF5mqq2IbQPnNHiU4SZModLvU="}}, {}};
  CHECK(shopify_store()->authentic(request));
  CHECK(shopify_store({{"secret", "the-new-secret, laoke-shopify-client-secret"}})->authentic(request));  // the hour after a change
  CHECK_FALSE(shopify_store({{"secret", "another-secret"}})->authentic(request));
  auto tampered = request;
  tampered.body[7] = '9';
  CHECK_FALSE(shopify_store()->authentic(tampered));
  tampered = request;
  tampered.headers["x-shopify-hmac-sha256"] = "";
  CHECK_FALSE(shopify_store()->authentic(tampered));
  tampered.headers.clear();
  CHECK_FALSE(shopify_store()->authentic(tampered));
}

TEST_CASE("a Shopify order is read whole", "[shopify]") {
  const auto events = shopify_store()->parse(shopify_recorded("orders/create", "order"));
  REQUIRE(events.size() == 1);
  CHECK(events[0].key == "orders/create:b54557e4");
  const auto update = only_update(events);
  CHECK(update.change == Change::kPlaced);
  CHECK(update.whole);
  CHECK(update.external_id == "820982911946154508");
  CHECK(update.number == "#1001");
  CHECK(update.customer_id == "115310627314723954");
  CHECK(update.name == "李丽");
  CHECK(update.phone == "+8613800138000");
  CHECK(update.email == "li@example.com");
  CHECK(update.address == "浙江杭州文三路 1 号");
  CHECK(update.note == "微信下单");
  CHECK(update.currency == "CNY");
  CHECK(update.total_minor == 19900);
  CHECK(update.items == std::vector<ShopOrderItem>{{"面霜 50ml", "CREAM-50", 1, 19900}});
  CHECK(update.placed_at_ms == 1767406500000);
  CHECK(update.changed_at_ms == 1767406502000);
  CHECK(update.checkout_id == "c1");
  CHECK_FALSE(update.paid);
  CHECK_FALSE(update.marketing_known);
}

TEST_CASE("what Shopify says of money, parcels and consent", "[shopify]") {
  struct Row {
    const char* says;
    json more;
    std::function<bool(const ShopOrderUpdate&)> holds;
  };
  const Row row = GENERATE_COPY(values<Row>({
      {"paid", {{"financial_status", "paid"}}, [](const auto& u) { return u.paid && !u.refunded && !u.cancelled; }},
      {"paid in part is not paid", {{"financial_status", "partially_paid"}}, [](const auto& u) { return !u.paid; }},
      {"refunded", {{"financial_status", "refunded"}}, [](const auto& u) { return u.paid && u.refunded; }},
      {"voided", {{"financial_status", "voided"}}, [](const auto& u) { return u.cancelled && !u.paid; }},
      {"cancelled", {{"cancelled_at", "2026-01-03T11:00:00+08:00"}}, [](const auto& u) { return u.cancelled; }},
      {"its parcels", {{"fulfillments", {{{"status", "success"}, {"tracking_company", "ZTO"}, {"tracking_number", "75312345678901"}, {"created_at", "2026-01-03T12:00:00+08:00"}}}}},
       [](const auto& u) { return u.shipments == std::vector<ShopShipment>{{"ZTO", "75312345678901", 1767412800000}}; }},
      {"a parcel that was called back", {{"fulfillments", {{{"status", "cancelled"}, {"tracking_number", "75312345678901"}}}}}, [](const auto& u) { return u.shipments.empty() && !u.shipped; }},
      {"its refunds", {{"refunds", {{{"id", 9}, {"transactions", {{{"kind", "refund"}, {"amount", "0.10"}}, {{"kind", "refund"}, {"amount", "0.20"}}}}}}}},
       [](const auto& u) { return u.refunds == std::vector<ShopRefund>{{"9", 30}}; }},
      {"no right to the buyer's data", {{"email", nullptr}, {"phone", nullptr}, {"customer", {{"id", 7}}}, {"shipping_address", nullptr}},
       [](const auto& u) { return u.customer_id == "7" && u.name.empty() && u.phone.empty() && u.email.empty() && u.address.empty(); }},
      {"the box was not ticked", {{"customer", {{"id", 7}, {"email_marketing_consent", {{"state", "not_subscribed"}}}}}}, [](const auto& u) { return u.marketing_known && !u.accepts_marketing; }},
      {"subscribed", {{"customer", {{"id", 7}, {"email_marketing_consent", {{"state", "subscribed"}}}}}}, [](const auto& u) { return u.marketing_known && u.accepts_marketing; }},
      {"the box in older payloads", {{"customer", {{"id", 7}, {"accepts_marketing", false}}}}, [](const auto& u) { return u.marketing_known && !u.accepts_marketing; }},
      {"an address elsewhere", {{"shipping_address", {{"name", "Lily Li"}, {"country_code", "US"}, {"address1", "1 Main St"}, {"city", "Springfield"}, {"zip", "12345"}}}},
       [](const auto& u) { return u.address == "1 Main St, Springfield, 12345"; }},
  }));
  DYNAMIC_SECTION(row.says) { CHECK(row.holds(only_update(shopify_store()->parse(shopify_order_with(row.more))))); }
}

TEST_CASE("Shopify's other topics", "[shopify]") {
  SECTION("a parcel, with where it is") {
    const auto events = shopify_store()->parse(shopify_recorded("fulfillments/update", "fulfillment"));
    const auto update = only_update(events);
    CHECK(update.change == Change::kShipped);
    CHECK_FALSE(update.whole);
    CHECK(update.shipments == std::vector<ShopShipment>{{"SF Express", "SF0000000000001", 1767412800000}});
    REQUIRE(events.size() == 2);
    CHECK(events[1].kind == InboundKind::kParcel);
    CHECK(events[1].parcel->stage == ParcelStage::kInTransit);
    CHECK(events[1].parcel->carrier == "sf");
    CHECK(events[1].key != events[0].key);
  }
  SECTION("money that went back; a transaction that failed is none") {
    const auto update = only_update(shopify_store()->parse(shopify_recorded("refunds/create", "refund")));
    CHECK(update.change == Change::kRefunded);
    CHECK(update.refunds == std::vector<ShopRefund>{{"509562969", 5000}});
  }
  SECTION("an unfinished checkout, and a finished one") {
    const auto update = only_update(shopify_store()->parse(shopify_recorded("checkouts/update", "checkout")));
    CHECK(update.change == Change::kAbandoned);
    CHECK(update.external_id == "c1");
    CHECK(update.checkout_url == "https://laoke.myshopify.com/recover?key=c1");
    CHECK(update.total_minor == 39800);
    json done = json::parse(shop_payload("shopify/checkout.json"));
    done["completed_at"] = "2026-01-03T10:06:00+08:00";
    CHECK(nothing_to_do(shopify_store()->parse(shopify_request("checkouts/update", done.dump()))));
  }
  SECTION("the law") {
    const auto update = only_update(shopify_store()->parse(shopify_recorded("customers/redact", "redact")));
    CHECK(update.change == Change::kForgetBuyer);
    CHECK(update.customer_id == "115310627314723954");
    CHECK(update.forget_orders == std::vector<std::string>{"820982911946154508", "220458"});
    const auto asks = only_update(shopify_store()->parse(shopify_request("customers/data_request", R"({"customer":{"id":7},"orders_requested":[1],"data_request":{"id":9999}})")));
    CHECK(asks.change == Change::kBuyerData);
    CHECK(asks.external_id == "9999");
  }
  SECTION("the app was removed") {
    CHECK(only_update(shopify_store()->parse(shopify_request("app/uninstalled", R"({"id":954889})"))).change == Change::kClosed);
  }
}

TEST_CASE("what is not ours to act on has no effect", "[shopify]") {
  CHECK(nothing_to_do(shopify_store()->parse(shopify_request("themes/publish", "{}"))));
  CHECK(nothing_to_do(shopify_store()->parse(shopify_order_with({{"test", true}}))));
  auto other = shopify_recorded("orders/create", "order");
  CHECK_FALSE(nothing_to_do(shopify_store({{"shop", "laoke.myshopify.com"}})->parse(other)));
  other.headers["x-shopify-shop-domain"] = "another.myshopify.com";
  CHECK(nothing_to_do(shopify_store({{"shop", "laoke.myshopify.com"}})->parse(other)));
}

TEST_CASE("a delivery has one key on all its tries, and topics of one action have different ones", "[shopify]") {
  const auto key = [](const RawRequest& request) { return shopify_store()->parse(request).at(0).key; };
  const auto create = shopify_recorded("orders/create", "order");
  CHECK(key(create) == key(create));
  CHECK(key(create) != key(shopify_recorded("orders/paid", "order")));
  auto bare = create;
  bare.headers.clear();  // as a dead letter keeps it
  CHECK(key(bare) == key(bare));
  CHECK(only_update(shopify_store()->parse(bare)).external_id == "820982911946154508");
  for (const char* file : {"fulfillment", "refund", "checkout", "redact"}) {
    CAPTURE(file);
    CHECK_FALSE(nothing_to_do(shopify_store()->parse({"POST", shop_payload(std::string("shopify/") + file + ".json"), {}, {}})));
  }
}

TEST_CASE("bodies that are not what Shopify documents are refused", "[shopify]") {
  const std::string body = GENERATE(values<std::string>({
      "", "[]", "null", "{", R"({"id":null,"currency":"CNY"})", R"({"id":1,"currency":"XXZ","total_price":"1"})", R"({"id":1,"currency":"CNY","total_price":"a lot"})",
      R"({"id":1.5,"currency":"CNY","total_price":"1"})", std::string(200, '['),
  }));
  CAPTURE(body);
  CHECK_THROWS_AS(shopify_store()->parse(shopify_request("orders/create", body)), BadPayload);
}

TEST_CASE("a wrong setting of Shopify is named, with what is allowed and without the secret", "[shopify]") {
  const auto [settings, says] = GENERATE(table<json, std::string>({
      {json{{"secret", ""}}, "secret is missing"},
      {json{{"secret", "short"}}, "at least 8 letters"},
      {json{{"secret", kShopifySecret}, {"shop", "laoke.example.com"}}, "name.myshopify.com"},
      {json{{"secret", kShopifySecret}, {"token", "shpat_0123456789"}}, "shop is missing"},
      {json{{"secret", kShopifySecret}, {"api_version", "latest"}}, "2026-01"},
      {json{{"secret", json::array()}}, "neither text nor number"},
  }));
  try {
    shop_account("shopify", settings);
    FAIL("it was taken");
  } catch (const std::invalid_argument& error) {
    CHECK(std::string(error.what()).find(says) != std::string::npos);
    CHECK(std::string(error.what()).find("shpat_0") == std::string::npos);
  }
}
