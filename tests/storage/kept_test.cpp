#include <catch2/catch.hpp>

#include "storage/rules.h"
#include "storage/webhooks.h"
#include "tests/support/test_shop.h"

// What a writing transaction reads once, and questions asked in one go.
using namespace laoke;
using storage::Param;
using storage::Sql;
using storage::Transaction;

namespace {

constexpr Sql kCount{"test.count", "SELECT value FROM counters WHERE shop_id = $1 AND name = $2"};
constexpr Sql kPut{"test.put", "INSERT INTO counters (shop_id, name, value) VALUES ($1, $2, $3)"};

std::vector<std::string> woken(Transaction& tx, std::int64_t shop_id, std::vector<std::string_view> triggers) {
  std::vector<std::string> names;
  for (const auto& rule : storage::rules_woken_by(tx, shop_id, triggers)) names.push_back(rule.name);
  return names;
}

storage::RuleRow rule(const std::string& name, const std::string& trigger, bool enabled = true) {
  storage::RuleRow row;
  row.name = name;
  row.trigger_on = trigger;
  row.enabled = enabled;
  row.definition = "{}";
  return row;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("rules that a transaction has read show its own changes at once", "[storage]") {
  test::TestShop shop;
  const auto id = shop.id();
  shop.write([&](Transaction& tx) {
    for (const auto& old : storage::list_rules(tx, id)) storage::delete_rule(tx, id, old.rule_id);
    CHECK(woken(tx, id, {"order.paid"}).empty());
    const auto thanks = storage::insert_rule(tx, id, rule("thanks", "order.paid"));
    storage::insert_rule(tx, id, rule("off", "order.paid", false));
    storage::insert_rule(tx, id, rule("birthday", "birthday"));
    CHECK(woken(tx, id, {"order.paid"}) == Names{"thanks"});
    CHECK(woken(tx, id, {"order.placed", "birthday", "order.paid"}) == Names{"thanks", "birthday"});
    auto row = *storage::get_rule(tx, id, thanks);
    row.trigger_on = "order.placed";
    storage::update_rule(tx, id, row);
    CHECK(woken(tx, id, {"order.paid"}).empty());
    storage::delete_rule(tx, id, thanks);
    CHECK(woken(tx, id, {"order.placed"}).empty());
    CHECK(woken(tx, id + 1, {"birthday"}).empty());  // another shop's
  });
  CHECK(shop.write([&](Transaction& tx) { return woken(tx, id, {"birthday"}); }) == Names{"birthday"});
}

TEST_CASE("nothing kept outlives its transaction, committed or not", "[storage]") {
  test::TestShop shop;
  const auto id = shop.id();
  CHECK_THROWS_AS(shop.write([&](Transaction& tx) {
                    storage::insert_rule(tx, id, rule("undone", "customer.undone"));
                    CHECK(woken(tx, id, {"customer.undone"}) == Names{"undone"});
                    throw std::runtime_error("undo it");
                  }),
                  std::runtime_error);
  CHECK(shop.write([&](Transaction& tx) { return woken(tx, id, {"customer.undone"}); }).empty());
}

TEST_CASE("webhook endpoints that a transaction has read show its own changes at once", "[storage]") {
  test::TestShop shop;
  const auto id = shop.id();
  shop.write([&](Transaction& tx) {
    CHECK(storage::enabled_webhook_endpoints(tx, id)->empty());
    storage::WebhookEndpoint endpoint;
    endpoint.url = "https://example.com/";
    endpoint.kinds = "[]";
    endpoint.enabled = true;
    endpoint.endpoint_id = storage::insert_webhook_endpoint(tx, id, endpoint);
    CHECK(storage::enabled_webhook_endpoints(tx, id)->size() == 1);
    endpoint.enabled = false;
    storage::update_webhook_endpoint(tx, id, endpoint);
    CHECK(storage::enabled_webhook_endpoints(tx, id)->empty());
    endpoint.enabled = true;
    storage::update_webhook_endpoint(tx, id, endpoint);
    CHECK(storage::enabled_webhook_endpoints(tx, id)->size() == 1);
    CHECK(storage::delete_webhook_endpoint(tx, id, endpoint.endpoint_id));
    CHECK(storage::enabled_webhook_endpoints(tx, id)->empty());
  });
}

TEST_CASE("many questions in one go are answered each to its own", "[storage]") {
  test::TestShop shop;
  std::map<std::size_t, std::int64_t> answers;
  shop.write([&](Transaction& tx) {
    std::vector<std::string> names;
    for (int i = 0; i < 600; ++i) names.push_back("n" + std::to_string(i));
    // Every third has an answer.
    for (std::size_t i = 0; i < names.size(); i += 3) tx.submit(kPut, {shop.id(), names[i], static_cast<std::int64_t>(i)});
    std::vector<std::vector<Param>> params;
    for (const auto& name : names) params.push_back({shop.id(), name});
    answers.clear();
    tx.query_each(kCount, params, [&](std::size_t i, const storage::Row& row) { answers[i] = row.integer(0); });
    tx.query_each(kCount, {}, [&](std::size_t, const storage::Row&) { FAIL("nobody asked"); });
  });
  CHECK(answers.size() == 200);
  for (const auto& [i, value] : answers) CHECK(static_cast<std::int64_t>(i) == value);
}
