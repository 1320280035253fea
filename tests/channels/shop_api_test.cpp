#include <catch2/catch.hpp>

#include "tests/channels/shop_accounts.h"
#include "tests/fakes/fake_shopify.h"
#include "tests/fakes/fake_woocommerce.h"
#include "tests/fakes/fake_youzan.h"

using namespace laoke;
using namespace laoke::channels;
using namespace laoke::test;
using nlohmann::json;

namespace {

constexpr const char* kHook = "https://laoke.example/hooks/store";

bool one_bad_line(Channel& channel, const std::string& says) {
  const auto lines = channel.probe();
  CAPTURE(says, lines.size(), lines.empty() ? "" : lines.back().text);
  CHECK(lines.back().text.find(says) != std::string::npos);
  return lines.size() == 1 && !lines[0].ok && lines[0].text.find(says) != std::string::npos;
}

json settings_with(json settings, const json& more) {
  settings.update(more);
  return settings;
}

std::string refusal_of_connect(Channel& channel, const std::string& hook) {
  try {
    channel.connect(hook);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a Shopify account subscribes to what is missing, once", "[shopify]") {
  FakeShopify store;
  const auto channel = shop_account("shopify", store.settings());
  channel->connect(kHook);
  CHECK(store.topics_to(kHook).size() == 12);
  const auto calls = store.server().asked().size();
  channel->connect(kHook);  // the fake refuses a second subscription
  CHECK(store.server().asked().size() == calls + 1);
  const auto lines = channel->probe();
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].ok);
  CHECK(lines[0].text.find("老客小店 (laoke.myshopify.com, CNY)") != std::string::npos);
  CHECK(lines[1].text.starts_with("12 of 12"));
}

TEST_CASE("what Shopify's API refuses is told with what to do", "[shopify]") {
  FakeShopify store;
  const auto channel = shop_account("shopify", store.settings());
  CHECK(refusal_of_connect(*channel, "").find("public_url") != std::string::npos);
  CHECK(refusal_of_connect(*channel, "http://laoke.example/hooks/store").find("https") != std::string::npos);
  store.throttle_next();
  CHECK(refusal_of_connect(*channel, kHook).find("Throttled") != std::string::npos);
  store.server().fail_next(500);
  CHECK(one_bad_line(*channel, "in trouble itself"));
  store.server().fail_next(200, "hello");
  CHECK(one_bad_line(*channel, "is this the Admin API?"));
  CHECK(one_bad_line(*shop_account("shopify", settings_with(store.settings(), {{"token", "shpat_wrong"}})), "refused (401)"));
  CHECK(one_bad_line(*shop_account("shopify", settings_with(store.settings(), {{"api_base", "http://127.0.0.1:1"}})), "no answer"));
  const auto bare = shop_account("shopify", {{"secret", kShopifySecret}});
  bare->connect("");  // nothing to subscribe with
  CHECK(bare->probe().at(0).ok);
}

TEST_CASE("a subscription that failed 8 times in a row is gone, and the next start makes it again", "[shopify]") {
  FakeShopify store;
  const auto channel = shop_account("shopify", store.settings());
  channel->connect(kHook);
  for (int i = 0; i < 8; ++i) store.deliver("http://127.0.0.1:1/hooks/store", "orders/create", "{}", "w");
  CHECK(store.topics_to(kHook).size() == 12);  // those failures were another address's
  channel->connect(kHook);
  CHECK(store.topics_to(kHook).size() == 12);
}

TEST_CASE("a WooCommerce account makes its webhooks and wakes those that were switched off", "[woocommerce]") {
  FakeWooCommerce shop;
  FakeShopServer hook([](const FakeShopServer::Asked& asked) { return FakeShopServer::Said{asked.body.starts_with("webhook_id=") ? 200 : 201, nullptr}; });
  const std::string url = hook.url() + "/hooks/woo";
  const auto channel = shop_account("woocommerce", shop.settings());
  channel->connect(url);
  REQUIRE(shop.webhooks().size() == 5);
  for (const auto& [id, webhook] : shop.webhooks()) {
    CHECK(webhook.status == "active");
    CHECK(webhook.secret == kWooSecret);
    CHECK(webhook.delivery_url == url);
  }
  channel->connect(url);
  CHECK(shop.webhooks().size() == 5);
  shop.disable(12);
  const auto lines = channel->probe();
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].ok);
  CHECK(lines[1].text.find("switched off") != std::string::npos);
  channel->connect(url);
  CHECK(shop.webhooks().at(12).status == "active");
}

TEST_CASE("what WooCommerce's API refuses is told with what to do", "[woocommerce]") {
  FakeWooCommerce shop;
  const auto channel = shop_account("woocommerce", shop.settings());
  CHECK(refusal_of_connect(*channel, "").find("public_url") != std::string::npos);
  const auto wrong = shop_account("woocommerce", settings_with(shop.settings(), {{"consumer_secret", "cs_wrong"}}));
  CHECK(one_bad_line(*wrong, "you cannot list resources"));
  CHECK(refusal_of_connect(*wrong, kHook).find("refused (401)") != std::string::npos);
  shop.server().fail_next(200, {{"theme", "a page"}});
  CHECK(one_bad_line(*channel, "check shop_url"));
  shop.server().fail_next(429);
  CHECK(one_bad_line(*channel, "too many calls"));
  const auto bare = shop_account("woocommerce", {{"secret", kWooSecret}});
  bare->connect("");
  CHECK(bare->probe().at(0).ok);
}

TEST_CASE("Youzan's keys are checked by asking for a token", "[youzan]") {
  FakeYouzan youzan;
  CHECK(shop_account("youzan", youzan.settings())->probe().at(0).ok);
  CHECK(one_bad_line(*shop_account("youzan", settings_with(youzan.settings(), {{"client_secret", "wrong"}})), "4202 client_id or client_secret invalid"));
  youzan.server().fail_next(503);
  CHECK(one_bad_line(*shop_account("youzan", youzan.settings()), "in trouble itself"));
  json without = youzan.settings();
  without.erase("kdt_id");
  CHECK(shop_account("youzan", without)->probe().at(0).ok);
}

TEST_CASE("an account of a shop system sends no messages", "[shops]") {
  for (const char* kind : {"shopify", "woocommerce", "youzan"}) {
    const json settings = {{"secret", kShopifySecret}, {"client_id", "a"}, {"client_secret", "b"}};
    const auto outcome = shop_account(kind, settings)->send({});
    CHECK(outcome.status == SendStatus::kRejected);
    CHECK(find_kind(kind)->purpose == Purpose::kShopSystem);
    CHECK_FALSE(shop_account(kind, settings)->polls());
  }
}
