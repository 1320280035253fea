#include "bot/channels/youzan/youzan_parse.h"

#include "tests/channels/shop_accounts.h"

using namespace laoke;
using namespace laoke::channels;
using namespace laoke::test;
using nlohmann::json;
using Change = ShopOrderChange;

namespace {

const json kYouzanKeys = {{"client_id", "laokeclient0001"}, {"client_secret", "laokesecret0001"}};

std::unique_ptr<Channel> youzan_shop(const json& more = json::object()) {
  json settings = kYouzanKeys;
  settings.update(more);
  return shop_account("youzan", settings);
}

// Vector Y1 of the shops sheet, from its printed values.
constexpr const char* kYouzanShipped =
    R"({"client_id":"laokeclient0001","kdt_id":10001,"kdt_name":"老客小店","id":"E20260103101500000000001","type":"trade_TradeSellerShip","status":"WAIT_BUYER_CONFIRM_GOODS","msg":"%7B%22tid%22%3A%22E20260103101500000000001%22%2C%22update_time%22%3A%222026-01-03%2010%3A15%3A00%22%7D","msg_id":"11111111-2222-4333-8444-555555555555","version":1767406500,"test":false,"mode":1})";

std::string youzan_encoded(const std::string& text) {
  std::string out;
  for (const unsigned char c : text) {
    char hex[4];
    std::snprintf(hex, sizeof hex, "%%%02X", c);
    out += c == ' ' ? "+" : std::isalnum(c) ? std::string(1, static_cast<char>(c)) : std::string(hex);
  }
  return out;
}

RawRequest youzan_push(const std::string& type, const json& message, const json& more = json::object()) {
  json body = {{"client_id", "laokeclient0001"}, {"kdt_id", 10001}, {"id", "E20260103101500000000001"}, {"type", type}, {"msg", message}, {"msg_id", "m-" + type}, {"test", false}};
  body.update(more);
  return {"POST", body.dump(), {}, {}};
}

RawRequest youzan_trade(const std::string& type, const json& more = json::object()) {
  json message = json::parse(shop_payload("youzan/trade.json"));
  message["full_order_info"].update(more);
  return youzan_push(type, youzan_encoded(message.dump()));
}

}  // namespace

TEST_CASE("Youzan's Event-Sign is checked over the raw bytes, and a wrong one is asked to come again", "[youzan]") {
  const std::string body = kYouzanShipped;
  REQUIRE(body.size() == 373);
  RawRequest request{"POST", body, {{"event-sign", "52fdf111442ff7ed18778765b21af865"}}, {}};
  CHECK(youzan_shop()->authentic(request));
  CHECK_FALSE(youzan_shop()->handshake(request));
  CHECK(youzan_shop()->answer(request, std::nullopt).body == R"({"code":0,"msg":"success"})");
  request.body[20] ^= 1;
  CHECK_FALSE(youzan_shop()->authentic(request));
  const auto refused = youzan_shop()->handshake(request);
  REQUIRE(refused);
  CHECK(refused->status == 200);
  CHECK(refused->body.find("success") == std::string::npos);
  request.headers.clear();
  CHECK_FALSE(youzan_shop()->authentic(request));
}

TEST_CASE("the msg is read in both encodings of a blank", "[youzan]") {
  CHECK(youzan::url_decoded("a%20b+c%2Bd") == "a b c+d");
  CHECK(youzan::url_decoded("%E9%9D%A2%e9%9c%9c") == "面霜");
  CHECK(youzan::url_decoded("100%") == "100%");
  CHECK(youzan::url_decoded("%4") == "%4");
  CHECK(youzan::url_decoded("%zz") == "%zz");
  const auto update = only_update(youzan_shop()->parse({"POST", kYouzanShipped, {}, {}}));
  CHECK(update.change == Change::kShipped);
  CHECK(update.shipped);
  CHECK_FALSE(update.whole);
  CHECK(update.changed_at_ms == 1767406500000);
}

TEST_CASE("a Youzan trade is read whole", "[youzan]") {
  const auto events = youzan_shop()->parse(youzan_trade("trade_TradePaid"));
  CHECK(events.at(0).key == "msg:m-trade_TradePaid");
  const auto update = only_update(events);
  CHECK(update.whole);
  CHECK(update.paid);
  CHECK(update.paid_at_ms == 1767406570000);
  CHECK(update.external_id == "E20260103101500000000001");
  CHECK(update.customer_id == "yz0001");
  CHECK(update.name == "李丽");
  CHECK(update.phone == "13800138000");
  CHECK(update.address == "浙江省杭州市西湖区文三路 1 号");
  CHECK(update.currency == "CNY");
  CHECK(update.total_minor == 12900);
  CHECK(update.items == std::vector<ShopOrderItem>{{"面霜 50ml", "CREAM-50", 1, 12900}});
}

TEST_CASE("masked names and phones are nobody's", "[youzan]") {
  const auto update = only_update(youzan_shop()->parse(youzan_trade("trade_TradeCreate", {{"buyer_info", {{"yz_open_id", "yz0001"}, {"buyer_phone", "138****8000"}}},
                                                                             {"address_info", {{"receiver_name", "李*"}, {"receiver_tel", "138****8000"}, {"delivery_address", "****"}}}})));
  CHECK(update.name.empty());
  CHECK(update.phone.empty());
  CHECK(update.address.empty());
  CHECK(update.customer_id == "yz0001");
}

TEST_CASE("each type of Youzan's messages", "[youzan]") {
  struct Row {
    const char* type;
    Change change;
    bool paid, shipped, completed, cancelled;
  };
  const Row row = GENERATE(values<Row>({
      {"trade_TradeCreate", Change::kPlaced, false, false, false, false},
      {"trade_TradePaid", Change::kPaid, true, false, false, false},
      {"trade_TradeBuyerPay", Change::kPaid, true, false, false, false},
      {"trade_TradePartlySellerShip", Change::kShipped, false, true, false, false},
      {"trade_TradeSellerShip", Change::kShipped, false, true, false, false},
      {"trade_TradeSuccess", Change::kCompleted, true, false, true, false},
      {"trade_TradeClose", Change::kCancelled, false, false, false, true},
  }));
  DYNAMIC_SECTION(row.type) {
    const auto update = only_update(youzan_shop()->parse(youzan_push(row.type, youzan_encoded(R"({"tid":"E1","update_time":"2026-01-03 10:15:00"})"))));
    CHECK(update.external_id == "E1");
    CHECK(update.change == row.change);
    CHECK(update.paid == row.paid);
    CHECK(update.shipped == row.shipped);
    CHECK(update.completed == row.completed);
    CHECK(update.cancelled == row.cancelled);
  }
}

TEST_CASE("the old all-in-one message goes by its status", "[youzan]") {
  const auto [status, change] = GENERATE(table<std::string, Change>({{"WAIT_BUYER_PAY", Change::kPlaced},
                                                                     {"TRADE_PAID", Change::kPaid},
                                                                     {"WAIT_CONFIRM", Change::kPaid},
                                                                     {"WAIT_SELLER_SEND_GOODS", Change::kPaid},
                                                                     {"WAIT_BUYER_CONFIRM_GOODS", Change::kShipped},
                                                                     {"TRADE_SUCCESS", Change::kCompleted},
                                                                     {"TRADE_CLOSED", Change::kCancelled}}));
  CAPTURE(status);
  CHECK(only_update(youzan_shop()->parse(youzan_push("TRADE_ORDER_STATE", "", {{"status", status}}))).change == change);
}

TEST_CASE("refunds of both families, when the money went back", "[youzan]") {
  const json message = {{"tid", "E1"}, {"refund_id", "R7"}, {"refunded_fee", "29.00"}};
  for (const auto& [type, msg] : std::vector<std::pair<std::string, json>>{{"trade_refund_RefundSuccess", youzan_encoded(message.dump())}, {"youzan_trade_RefundSuccess", message}}) {
    const auto update = only_update(youzan_shop()->parse(youzan_push(type, msg)));
    CHECK(update.external_id == "E1");
    CHECK(update.refunds == std::vector<ShopRefund>{{"R7", 2900}});
  }
  CHECK(nothing_to_do(youzan_shop()->parse(youzan_push("trade_refund_BuyerCreated", youzan_encoded(message.dump())))));
}

TEST_CASE("another shop's messages, trials and unknown types have no effect", "[youzan]") {
  CHECK(nothing_to_do(youzan_shop({{"kdt_id", "20002"}})->parse({"POST", kYouzanShipped, {}, {}})));
  CHECK_FALSE(nothing_to_do(youzan_shop({{"kdt_id", "10001"}})->parse({"POST", kYouzanShipped, {}, {}})));
  CHECK(nothing_to_do(youzan_shop()->parse(youzan_push("trade_TradePaid", "", {{"test", true}}))));
  CHECK(nothing_to_do(youzan_shop()->parse(youzan_push("trade_TradeMemoModified", ""))));
  CHECK(nothing_to_do(youzan_shop()->parse(youzan_push("POINTS", youzan_encoded("{}")))));
  CHECK(nothing_to_do(youzan_shop()->parse(youzan_push("SCRM_CUSTOMER_EVENT", youzan_encoded("{}")))));
}

TEST_CASE("bodies that are not what Youzan documents are refused", "[youzan]") {
  const auto broken = GENERATE(values<std::string>({"", "[]", "msg=1", R"({"type":"trade_TradePaid","id":"1","msg":7})", R"({"type":"trade_TradePaid","id":"1","msg":"%7B"})",
                                                    R"({"type":"trade_TradePaid","id":"1","msg":"%5B%5D"})", R"({"type":"trade_TradePaid"})"}));
  CAPTURE(broken);
  CHECK_THROWS_AS(youzan_shop()->parse({"POST", broken, {}, {}}), BadPayload);
}

TEST_CASE("a wrong setting of Youzan is named, with what is allowed", "[youzan]") {
  const auto [settings, says] = GENERATE(table<json, std::string>({
      {json{{"client_secret", "laokesecret0001"}}, "client_id is missing"},
      {json{{"client_id", "x"}, {"client_secret", ""}}, "client_secret is missing"},
      {json{{"client_id", "x"}, {"client_secret", "y"}, {"kdt_id", "my shop"}}, "number of the shop"},
      {json{{"client_id", "x"}, {"client_secret", "y"}, {"api_base", "open.youzanyun.com"}}, "address such as"},
  }));
  try {
    shop_account("youzan", settings);
    FAIL("it was taken");
  } catch (const std::invalid_argument& error) {
    CHECK(std::string(error.what()).find(says) != std::string::npos);
    CHECK(std::string(error.what()).find("laokesecret") == std::string::npos);
  }
}
