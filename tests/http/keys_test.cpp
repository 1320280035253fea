#include "bot/http/keys.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <thread>

#include "bot/http/idempotency.h"
#include "bot/http/problem.h"
#include "storage/idempotency.h"
#include "tests/support/manual_clock.h"
#include "tests/support/test_shop.h"

using namespace laoke;
using namespace laoke::http;

namespace {

struct Fixture {
  test::TestShop shop;
  test::ManualClock clock{test::kMonday10};
  Keys keys{shop.db(), clock};
  Idempotency idempotency{shop.db(), clock};

  NewKey add(Role role) {
    return shop.write([&](storage::Transaction& tx) { return create_key(tx, shop.id(), "app", role, clock.now_ms()); });
  }
  storage::ApiKey row() {
    return shop.read([&](storage::Transaction& tx) { return storage::list_api_keys(tx, shop.id()).at(0); });
  }
};

Request with_key(const std::string& authorization) {
  Request request;
  request.method = "GET";
  request.headers["authorization"] = authorization;
  return request;
}

Request order(const std::string& key, const std::string& body = "{}") {
  Request request;
  request.method = "POST";
  request.path = "/api/v1/orders";
  request.body = body;
  if (!key.empty()) request.headers["idempotency-key"] = key;
  return request;
}

int status_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Problem& refusal) {
    return refusal.status();
  }
  return 200;
}

}  // namespace

TEST_CASE("a key opens its shop, and only its digest is stored", "[http]") {
  Fixture on;
  const NewKey made = on.add(Role::kOperator);
  CHECK_THAT(made.key, Catch::StartsWith("lk_"));
  CHECK(made.key.size() == 46);
  CHECK(on.row().hash.size() == 64);
  CHECK(on.row().hash.find(made.key) == std::string::npos);
  CHECK(made.key.starts_with(on.row().prefix));

  const auto caller = on.keys.caller_of(with_key("Bearer " + made.key));
  REQUIRE(caller);
  CHECK(caller->shop_id == on.shop.id());
  CHECK(caller->key_id == made.key_id);
  CHECK(caller->role == Role::kOperator);
  CHECK(on.keys.caller_of(with_key("bEARER " + made.key)));
}

TEST_CASE("what is no valid key opens nothing", "[http]") {
  Fixture on;
  const NewKey made = on.add(Role::kOwner);
  const std::string digest = on.row().hash, prefix = on.row().prefix;
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"nothing", ""},
      {"no scheme", made.key},
      {"another scheme", "Basic " + made.key},
      {"an empty key", "Bearer "},
      {"a cut key", "Bearer " + made.key.substr(0, 45)},
      {"a longer key", "Bearer " + made.key + "x"},
      {"the stored digest", "Bearer " + digest},
      {"its prefix", "Bearer " + prefix},
  };
  const std::size_t at = GENERATE(range(0, 8));
  DYNAMIC_SECTION(rows.at(at).first) {
    const Request request = with_key(rows[at].second);
    CHECK_FALSE(on.keys.caller_of(request));
    CHECK(status_of([&] { on.keys.require(request, Role::kViewer); }) == 401);
  }
}

TEST_CASE("a revoked key opens nothing from then on", "[http]") {
  Fixture on;
  const NewKey made = on.add(Role::kOwner);
  const auto revoke = [&] {
    return on.shop.write([&](storage::Transaction& tx) { return storage::revoke_api_key(tx, on.shop.id(), made.key_id, 1); });
  };
  CHECK(revoke());
  CHECK_FALSE(revoke());
  CHECK_FALSE(on.keys.caller_of(with_key("Bearer " + made.key)));
}

TEST_CASE("a role may what the lesser ones may, and no more", "[http]") {
  Fixture on;
  const auto [has, needs, status] = GENERATE(table<Role, Role, int>({
      {Role::kViewer, Role::kViewer, 200},
      {Role::kViewer, Role::kOperator, 403},
      {Role::kOperator, Role::kViewer, 200},
      {Role::kOperator, Role::kOwner, 403},
      {Role::kOwner, Role::kOperator, 200},
      {Role::kOwner, Role::kOwner, 200},
  }));
  DYNAMIC_SECTION(name_of(has) << " for " << name_of(needs)) {
    const Request request = with_key("Bearer " + on.add(has).key);
    CHECK(status_of([&, at_least = needs] { on.keys.require(request, at_least); }) == status);
    CHECK(role_from(name_of(has)) == has);
  }
}

TEST_CASE("a key's last use is noted to the hour, and a key needs a name", "[http]") {
  Fixture on;
  const Request request = with_key("Bearer " + on.add(Role::kOwner).key);
  on.keys.caller_of(request);
  on.clock.advance(60'000);
  on.keys.caller_of(request);
  CHECK(on.row().last_used_ms == test::kMonday10);
  on.clock.advance(3'600'000);
  on.keys.caller_of(request);
  CHECK(on.row().last_used_ms == test::kMonday10 + 3'660'000);
  CHECK_THROWS_AS(on.shop.write([&](storage::Transaction& tx) { create_key(tx, 1, "", Role::kOwner, 0); }), std::invalid_argument);
}

TEST_CASE("a repeated request with the same key has one effect and one answer", "[http]") {
  Fixture on;
  const Caller caller{on.shop.id(), 7, "app", Role::kOperator}, other{on.shop.id(), 8, "till", Role::kOperator};
  int done = 0;
  const bool in_one_transaction = GENERATE(true, false);
  const auto send = [&](const Request& request, const Caller& by) {
    const auto work = [&] { return Response{201, "application/json", "{\"n\":" + std::to_string(++done) + "}"}; };
    return in_one_transaction ? on.idempotency.write(request, by, [&](storage::Transaction&) { return work(); })
                              : on.idempotency.around(request, by, [&](const Request&) { return work(); });
  };
  DYNAMIC_SECTION((in_one_transaction ? "in one transaction" : "around")) {
    CHECK(send(order("a"), caller).body == "{\"n\":1}");
    const Response again = send(order("a"), caller);
    CHECK(again.status == 201);
    CHECK(again.body == "{\"n\":1}");
    CHECK(again.headers.at("Idempotency-Replayed") == "true");

    const Response reused = send(order("a", "{\"x\":1}"), caller);
    CHECK(reused.status == 422);
    CHECK(nlohmann::json::parse(reused.body)["type"] == "urn:laoke:problem:idempotency-key-reused");
    CHECK(send(order("a"), other).body == "{\"n\":2}");
    CHECK(send(order("b"), caller).body == "{\"n\":3}");
    CHECK(send(order(""), caller).body == "{\"n\":4}");
    CHECK(send(order(""), caller).body == "{\"n\":5}");
    CHECK(status_of([&] { send(order(std::string(256, 'x')), caller); }) == 400);

    on.clock.advance(Idempotency::kKeptMs + 1);
    CHECK(send(order("a", "{\"x\":1}"), caller).body == "{\"n\":6}");
    on.shop.write([&](storage::Transaction& tx) {
      CHECK(storage::purge_idempotency_keys(tx, on.shop.id(), on.clock.now_ms()) == 2);
    });
  }
}

TEST_CASE("while the first request runs the second is told so", "[http]") {
  Fixture on;
  const Caller caller{on.shop.id(), 7, "app", Role::kOperator};
  Response meanwhile;
  on.idempotency.around(order("a"), caller, [&](const Request& request) {
    meanwhile = on.idempotency.around(request, caller, [](const Request&) { return Response{}; });
    return Response{200};
  });
  CHECK(meanwhile.status == 409);
  CHECK(on.idempotency.around(order("a"), caller, [](const Request&) { return Response{500}; }).status == 200);
}

TEST_CASE("what failed may be tried again with the same key", "[http]") {
  Fixture on;
  const Caller caller{on.shop.id(), 7, "app", Role::kOperator};
  const auto fails = [](const Request&) -> Response { throw std::runtime_error("x"); };
  CHECK_THROWS(on.idempotency.around(order("a"), caller, fails));
  CHECK(on.idempotency.around(order("a"), caller, [](const Request&) { return Response{503}; }).status == 503);
  CHECK_THROWS(on.idempotency.write(order("a"), caller, [](storage::Transaction&) -> Response { throw std::runtime_error("x"); }));
  CHECK(on.idempotency.around(order("a"), caller, [](const Request&) { return Response{201}; }).status == 201);
}

TEST_CASE("the same request sent at once from many sides has one effect", "[http][concurrent]") {
  Fixture on;
  const Caller caller{on.shop.id(), 7, "app", Role::kOperator};
  std::atomic<int> done = 0, created = 0;
  std::vector<std::thread> clients;
  for (int i = 0; i < 6; ++i)
    clients.emplace_back([&] {
      const Response response = on.idempotency.write(order("a"), caller, [&](storage::Transaction&) {
        ++done;
        return Response{201};
      });
      created += response.status == 201;
    });
  for (auto& client : clients) client.join();
  CHECK(created == 6);
  CHECK(done == 1);
}
