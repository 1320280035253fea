#include <catch2/catch.hpp>
#include <set>

#include "bot/channels/shops/catch_up.h"
#include "bot/channels/shops/shop_fields.h"
#include "tests/channels/shop_accounts.h"
#include "tests/fakes/fake_shopify.h"
#include "tests/fakes/fake_woocommerce.h"
#include "tests/fakes/fake_youzan.h"

using namespace laoke;
using namespace laoke::channels;
using namespace laoke::channels::shops;
using namespace laoke::test;
using nlohmann::json;
using std::chrono::milliseconds;

namespace {

constexpr const char* kStoreHook = "https://laoke.example/hooks/store";
constexpr std::int64_t kTwelve = 1'767'441'600'000;  // 2026-01-03 12:00 UTC
const std::string kSeen = std::to_string(kTwelve);

// What one round of an account reads: how often each order came, and where the next round goes on.
struct Round {
  std::map<std::string, int> orders;
  std::vector<InboundEvent> events;
  std::string cursor, problem;
  int pages = 0;
};
Round read_round(Channel& channel, std::string cursor) {
  Round round;
  for (;; ++round.pages) {
    REQUIRE(round.pages < 100);
    const auto page = channel.poll(cursor, milliseconds(0));
    round.problem += page.problem;
    if (!page.cursor.empty()) cursor = page.cursor;
    for (const auto& update : page.updates) {
      CHECK(update.error.empty());
      for (const auto& event : update.events) {
        if (event.shop_order) ++round.orders[event.shop_order->external_id];
        round.events.push_back(event);
      }
    }
    if (page.updates.empty() && page.cursor.empty()) break;
  }
  round.cursor = cursor;
  return round;
}

std::size_t came_all(const Round& round) { return round.orders.size(); }

std::string only_key(const ErrandOutcome& outcome) {
  REQUIRE(outcome.learned.size() == 1);
  return outcome.learned[0].key;
}

// "2026-01-03T12:05:00": so many seconds after twelve.
std::string at_second(int seconds) { return iso_time(kTwelve + seconds * 1'000LL); }

json shopify_order(std::int64_t id, int second) {
  json order = json::parse(shop_payload("shopify/order.json"));
  order["id"] = id;
  order["updated_at"] = at_second(second) + "Z";
  return order;
}

json woo_order(std::int64_t id, int second) {
  json order = json::parse(shop_payload("woocommerce/order.json"));
  order["id"] = id;
  order["date_modified_gmt"] = at_second(second);
  return order;
}

json youzan_trade(int number, int second) {
  json trade = json::parse(shop_payload("youzan/trade.json"));
  json& info = trade["full_order_info"]["order_info"];
  char tid[40];
  std::snprintf(tid, sizeof tid, "E202601031015%011d", number);
  info["tid"] = tid;
  info["update_time"] = plain_time(kTwelve + second * 1'000LL, "Asia/Shanghai");
  return trade;
}

// A source that gives what the test says.
struct Script {
  std::vector<ReadPage> pages;
  std::vector<bool> firsts;
  std::vector<std::int64_t> sinces;
  int rounds = 0;
  bool begin_fails = false;
  CatchUp::Source source() {
    return {[this] {
              ++rounds;
              if (begin_fails) throw std::runtime_error("webhooks cannot be read");
            },
            [this](std::int64_t since_ms, bool first) {
              firsts.push_back(first);
              sinces.push_back(since_ms);
              if (pages.empty()) return ReadPage{};
              auto page = pages.front();
              pages.erase(pages.begin());
              return page;
            },
            [](const std::string& order) {
              if (order == "odd") throw BadPayload("not an order");
              return std::vector<InboundEvent>{other_event(order)};
            }};
  }
};

ReadPage page_of(std::vector<std::string> orders, std::int64_t seen_ms, bool last) {
  ReadPage page;
  page.orders = std::move(orders);
  page.seen_ms = seen_ms;
  page.last = last;
  return page;
}

ReadPage refusal(const char* why, bool refused) {
  ReadPage page;
  page.answer.problem = why;
  page.answer.refused = refused;
  return page;
}

}  // namespace

TEST_CASE("a new account begins with today and asks for nothing older", "[shops]") {
  Script script;
  CatchUp catch_up(std::chrono::hours(1));
  const auto page = catch_up.poll("", milliseconds(0), script.source());
  CHECK(page.updates.empty());
  CHECK(std::stoll(page.cursor) > kTwelve);
  CHECK(script.firsts.empty());
}

TEST_CASE("a round reads ten minutes more than was seen, page after page, and then waits", "[shops]") {
  Script script;
  script.pages = {page_of({"a", "b"}, kTwelve + 60'000, false), page_of({"c"}, kTwelve + 90'000, true)};
  CatchUp catch_up(std::chrono::hours(1));
  const auto first = catch_up.poll(kSeen, milliseconds(0), script.source());
  REQUIRE(first.updates.size() == 2);
  CHECK(first.updates[0].raw == "a");
  CHECK(first.cursor == std::to_string(kTwelve + 60'000) + "/1");
  const auto second = catch_up.poll(first.cursor, milliseconds(0), script.source());
  CHECK(second.cursor == std::to_string(kTwelve + 90'000) + "/2");
  CHECK(script.firsts == std::vector<bool>{true, false});
  CHECK(script.sinces == std::vector<std::int64_t>{kTwelve - 600'000, kTwelve - 600'000});
  CHECK(script.rounds == 1);
  const auto early = catch_up.poll(second.cursor, milliseconds(0), script.source());
  CHECK((early.updates.empty() && early.cursor.empty() && early.problem.empty()));
  CHECK(script.firsts.size() == 2);
}

TEST_CASE("a page that was not taken is read again from the beginning of its round", "[shops]") {
  Script script;
  script.pages = {page_of({"a"}, kTwelve + 60'000, false), page_of({"a"}, kTwelve + 60'000, false), page_of({"b"}, 0, true)};
  CatchUp catch_up(milliseconds(1));
  catch_up.poll(kSeen, milliseconds(1'000), script.source());  // and the database was away
  const auto again = catch_up.poll(kSeen, milliseconds(1'000), script.source());
  CHECK(again.updates.at(0).raw == "a");
  const auto next = catch_up.poll(again.cursor, milliseconds(1'000), script.source());
  CHECK(next.cursor.starts_with(std::to_string(kTwelve + 60'000)));  // a page that knows no time moves nothing back
  CHECK(script.firsts == std::vector<bool>{true, true, false});
}

TEST_CASE("an API that refuses for good is told once, until it answers again", "[shops]") {
  Script script;
  script.pages = {refusal("refused (401)", true), refusal("refused (401)", true), page_of({}, 0, true), refusal("refused (401)", true)};
  CatchUp catch_up(milliseconds(1));
  std::vector<std::size_t> told;
  for (int i = 0; i < 4; ++i) {
    const auto page = catch_up.poll(kSeen, milliseconds(1'000), script.source());
    CHECK_FALSE(page.broken);  // its webhooks go on
    CHECK(page.cursor.empty());
    told.push_back(page.updates.size());
    for (const auto& update : page.updates) {
      const auto trouble = only_update(update.events);
      CHECK(trouble.change == ShopOrderChange::kTrouble);
      CHECK(trouble.note == "refused (401)");
    }
  }
  CHECK(told == std::vector<std::size_t>{1, 0, 0, 1});
}

TEST_CASE("what passes is logged, told to nobody, and waited for", "[shops]") {
  Script script;
  script.pages = {refusal("in trouble itself (503)", false)};
  CatchUp catch_up(milliseconds(1));
  const auto page = catch_up.poll(kSeen, milliseconds(1'000), script.source());
  CHECK(page.problem == "in trouble itself (503)");
  CHECK(page.updates.empty());
  CHECK(catch_up.poll(kSeen, milliseconds(1), script.source()).problem.empty());  // a minute has not passed
  CHECK(script.firsts.size() == 1);
}

TEST_CASE("webhooks that cannot be looked after do not keep the orders from being read", "[shops]") {
  Script script;
  script.begin_fails = true;
  script.pages = {page_of({"a", "odd"}, 0, true)};
  CatchUp catch_up(std::chrono::hours(1));
  const auto page = catch_up.poll(kSeen, milliseconds(0), script.source());
  CHECK(page.problem == "webhooks cannot be read");
  REQUIRE(page.updates.size() == 2);
  CHECK(page.updates[1].error == "not an order");
  CHECK(page.updates[1].raw == "odd");
}

TEST_CASE("an interrupted wait ends at once and the next one waits again", "[shops]") {
  Script script;
  script.pages = {page_of({"a"}, 0, true), page_of({"b"}, 0, true)};
  CatchUp catch_up(milliseconds(1));
  catch_up.interrupt();
  CHECK(catch_up.poll(kSeen, std::chrono::hours(1), script.source()).updates.empty());
  CHECK(catch_up.poll(kSeen, std::chrono::hours(1), script.source()).updates.size() == 1);
}

TEST_CASE("how often orders are read is a setting, and never is one", "[shops]") {
  const std::string kind = GENERATE(as<std::string>(), "shopify", "woocommerce", "youzan");
  FakeShopify store;
  FakeWooCommerce woo;
  FakeYouzan youzan;
  json settings = kind == "shopify" ? store.settings() : kind == "woocommerce" ? woo.settings() : youzan.settings();
  CHECK(shop_account(kind.c_str(), settings)->polls());
  settings["catch_up_minutes"] = 0;
  CHECK_FALSE(shop_account(kind.c_str(), settings)->polls());
  settings["catch_up_minutes"] = GENERATE(as<std::string>(), "-1", "1441", "often", "1.5");
  CHECK_THROWS_WITH(shop_account(kind.c_str(), settings), Catch::Contains("catch_up_minutes") && Catch::Contains("0 to 1440"));
  const json bare = kind == "shopify" ? json{{"secret", kShopifySecret}} : kind == "woocommerce" ? json{{"secret", kWooSecret}} : json{{"client_id", "a"}, {"client_secret", "b"}};
  CHECK_FALSE(shop_account(kind.c_str(), bare)->polls());  // nothing to ask with
}

TEST_CASE("every order a Shopify store changed is read, also one that changes meanwhile", "[shopify]") {
  FakeShopify store;
  store.most_on_page = 3;
  for (int i = 0; i < 10; ++i) store.put_order(shopify_order(1000 + i, i));
  store.put_order(shopify_order(1, -700));  // longer ago than is read again
  store.after_page = [&, moved = false]() mutable {
    if (!std::exchange(moved, true)) store.put_order(shopify_order(1000, 2000));
  };
  const auto channel = shop_account("shopify", store.settings());
  channel->connect(kStoreHook);
  const auto round = read_round(*channel, kSeen);
  CHECK(round.problem.empty());
  CHECK(came_all(round) == 10);
  CHECK_FALSE(round.orders.contains("1"));
  CHECK(round.orders.at("1000") == 2);
  CHECK(round.cursor.starts_with(std::to_string(kTwelve + 2'000'000)));
  // After a restart only what is near the end comes again.
  const auto next = shop_account("shopify", store.settings());
  next->connect(kStoreHook);
  store.put_order(shopify_order(2000, 2100));
  CHECK(came_all(read_round(*next, round.cursor)) == 2);
}

TEST_CASE("a subscription that Shopify removed is made again by the next round", "[shopify]") {
  FakeShopify store;
  const auto channel = shop_account("shopify", store.settings());
  channel->connect(kStoreHook);
  store.drop_subscriptions();
  CHECK(store.topics_to(kStoreHook).empty());
  read_round(*channel, kSeen);
  CHECK(store.topics_to(kStoreHook).size() == 12);
}

TEST_CASE("every order a WooCommerce shop changed is read, also a hundred of one second", "[woocommerce]") {
  FakeWooCommerce woo;
  for (int i = 0; i < 120; ++i) woo.put_order(woo_order(1000 + i, i));
  for (int i = 0; i < 230; ++i) woo.put_order(woo_order(3000 + i, 200));  // edited in bulk
  woo.put_order(woo_order(1, -700));
  woo.after_page = [&, moved = false]() mutable {
    if (!std::exchange(moved, true)) woo.put_order(woo_order(1000, 500));
  };
  const auto channel = shop_account("woocommerce", woo.settings());
  const auto round = read_round(*channel, kSeen);
  CHECK(came_all(round) == 350);
  CHECK(round.cursor.starts_with(std::to_string(kTwelve + 500'000)));
}

TEST_CASE("a webhook that WooCommerce switched off is on again after the next round", "[woocommerce]") {
  FakeWooCommerce woo;
  FakeShopServer hook([](const FakeShopServer::Asked&) { return FakeShopServer::Said{200, nullptr}; });
  const auto channel = shop_account("woocommerce", woo.settings());
  channel->connect(hook.url() + "/hooks/woo");
  woo.disable(12);
  read_round(*channel, kSeen);
  CHECK(woo.webhooks().at(12).status == "active");
}

TEST_CASE("every trade a Youzan shop changed is read, also when one changes meanwhile", "[youzan]") {
  FakeYouzan youzan;
  for (int i = 0; i < 120; ++i) youzan.put_trade(youzan_trade(i, i));
  youzan.put_trade(youzan_trade(500, -700));
  youzan.after_page = [&, pages = 0]() mutable {
    if (++pages == 2) youzan.put_trade(youzan_trade(119, 400'000'000));  // leaves the span that is read
  };
  const auto channel = shop_account("youzan", youzan.settings());
  const auto round = read_round(*channel, kSeen);
  CHECK(round.problem.empty());
  CHECK(came_all(round) >= 119);  // the one that left comes with the next round
  CHECK_FALSE(round.orders.contains("E20260103101500000000500"));
  CHECK(std::stoll(round.cursor) > kTwelve);
  const auto& update = *round.events.at(0).shop_order;
  CHECK(update.whole);
  CHECK(update.paid);
  CHECK(update.total_minor == 12'900);
}

TEST_CASE("a token that Youzan ended is renewed in the midst of a round", "[youzan]") {
  FakeYouzan youzan;
  for (int i = 0; i < 60; ++i) youzan.put_trade(youzan_trade(i, i));
  youzan.after_page = [&, pages = 0]() mutable {
    if (++pages == 1) youzan.end_token();
  };
  const auto round = read_round(*shop_account("youzan", youzan.settings()), kSeen);
  CHECK(round.problem.empty());
  CHECK(came_all(round) == 60);
}

TEST_CASE("keys that a shop system does not take are trouble the seller hears of", "[shops]") {
  const std::string kind = GENERATE(as<std::string>(), "shopify", "woocommerce", "youzan");
  FakeShopify store;
  FakeWooCommerce woo;
  FakeYouzan youzan;
  json settings = kind == "shopify" ? store.settings() : kind == "woocommerce" ? woo.settings() : youzan.settings();
  settings.update(kind == "shopify" ? json{{"token", "shpat_wrong"}} : kind == "woocommerce" ? json{{"consumer_secret", "cs_wrong"}} : json{{"client_secret", "wrong"}});
  const auto page = shop_account(kind.c_str(), settings)->poll(kSeen, milliseconds(0));
  CHECK(page.problem.find("refused (") != std::string::npos);
  REQUIRE(page.updates.size() == 1);
  CHECK(only_update(page.updates[0].events).change == ShopOrderChange::kTrouble);
}

TEST_CASE("a page that is none is no end of a round", "[shops]") {
  FakeShopify store;
  FakeWooCommerce woo;
  const auto shopify = shop_account("shopify", store.settings()), commerce = shop_account("woocommerce", woo.settings());
  store.server().fail_next(200, {{"shop", {{"name", "x"}}}});    // for the webhooks
  store.server().fail_next(200, {{"hello", "world"}});
  CHECK(shopify->poll(kSeen, milliseconds(0)).problem.find("Admin API") != std::string::npos);
  woo.server().fail_next(200, {{"theme", "a page"}});
  woo.server().fail_next(200, {{"theme", "a page"}});
  CHECK(commerce->poll(kSeen, milliseconds(0)).problem.find("shop_url") != std::string::npos);
}

TEST_CASE("the numbers of a Youzan shipment are read from its API, and only there", "[youzan]") {
  FakeYouzan youzan;
  const auto channel = shop_account("youzan", youzan.settings());
  CHECK(channel->errands() == std::vector<std::string_view>{"read_order"});
  const std::string tid = "E20260103101500000000007";
  const Errand read{"read_order", "e1", {{"external_id", tid}}};
  CHECK(channel->run(read).status == SendStatus::kRetryLater);  // the trade cannot be read yet
  json trade = youzan_trade(7, 60);
  trade["full_order_info"]["order_info"]["status"] = "WAIT_BUYER_CONFIRM_GOODS";
  youzan.put_trade(trade);
  auto outcome = channel->run(read);
  REQUIRE(outcome.status == SendStatus::kAccepted);
  CHECK(only_update(outcome.learned).shipments.empty());
  CHECK_FALSE(only_update(outcome.learned).ask_more);  // a courier of the town: nothing more will come
  trade["delivery_order"] = json::parse(R"([{"pk_id":1,"express_state":1,"oids":[{"oid":"2890000000000000001"}],
      "dists":[{"dist_id":"1","express_info":{"express_id":4,"express_no":"YT0000000000001"}},
               {"dist_id":"2","express_info":{"express_id":4,"express_no":"YT000*****0002"}}, {"dist_id":"3"}, 7]}, null])");
  youzan.put_trade(trade);
  outcome = channel->run(read);
  const auto update = only_update(outcome.learned);
  CHECK(update.external_id == tid);
  CHECK(update.shipped);
  REQUIRE(update.shipments.size() == 1);
  CHECK(update.shipments[0].tracking_no == "YT0000000000001");
  CHECK(outcome.learned[0].key == only_key(channel->run(read)));
}

TEST_CASE("what Youzan answers instead of a trade says whether to ask again", "[youzan]") {
  FakeYouzan youzan;
  const auto channel = shop_account("youzan", youzan.settings());
  const Errand read{"read_order", "e1", {{"external_id", "E1"}}};
  CHECK(channel->run(read).status == SendStatus::kRetryLater);  // and now it has a token
  const auto [status, body, expected] = GENERATE(table<int, std::string, SendStatus>({
      {429, "null", SendStatus::kThrottled},
      {503, "null", SendStatus::kRetryLater},
      {200, R"({"gw_err_resp":{"err_code":4001,"err_msg":"no such trade"}})", SendStatus::kRejected},
      {200, R"({"gw_err_resp":{"err_code":5000,"err_msg":"busy"}})", SendStatus::kRetryLater},
      {200, R"({"code":200,"success":false,"message":"odd"})", SendStatus::kRetryLater},
      {200, "[]", SendStatus::kRetryLater},
      {200, "7", SendStatus::kRetryLater},
  }));
  CAPTURE(status, body);
  youzan.server().fail_next(status, json::parse(body));
  CHECK(channel->run(read).status == expected);
  CHECK(channel->run({"tag", "e2", {}}).status == SendStatus::kRejected);
}

TEST_CASE("a push that tells of a shipment asks for its number where the API can be asked", "[youzan]") {
  FakeYouzan youzan;
  json settings = youzan.settings();
  const auto push = [](const char* type, const json& message) {
    return RawRequest{"POST", json{{"type", type}, {"kdt_id", 10001}, {"id", "E1"}, {"msg_id", "m1"}, {"version", 1767406500}, {"msg", message}}.dump(), {}, {}};
  };
  const auto asks = [&](const char* type, const json& message) { return only_update(shop_account("youzan", settings)->parse(push(type, message))).ask_more; };
  CHECK(asks("trade_TradeSellerShip", {{"tid", "E1"}}));
  CHECK(asks("trade_TradePartlySellerShip", {{"tid", "E1"}}));
  CHECK_FALSE(asks("trade_TradePaid", {{"tid", "E1"}}));
  CHECK_FALSE(asks("trade_TradeSuccess", {{"tid", "E1"}}));
  settings.erase("kdt_id");
  CHECK_FALSE(asks("trade_TradeSellerShip", {{"tid", "E1"}}));
}
