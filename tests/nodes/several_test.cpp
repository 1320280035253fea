#include <catch2/catch.hpp>
#include <thread>

#include "bot/http_client.h"
#include "bot/server_app.h"
#include "handlers/broadcasts.h"
#include "storage/broadcasts.h"
#include "storage/channels.h"
#include "tests/support/nodes_desk.h"
#include "tests/support/patience.h"

using namespace laoke;
using namespace laoke::test;

TEST_CASE("two servers plan one broadcast once", "[nodes][concurrent]") {
  NodesDesk desk;
  desk.customers(3'500);
  TestNode first(desk, "first", true), second(desk, "second", true);
  const auto broadcast = desk.start_broadcast_to_all();
  first.scheduler.start();
  second.scheduler.start();
  CHECK(NodesDesk::wait_until([&] { return desk.state(broadcast) == "sending"; }));
  first.scheduler.stop();
  second.scheduler.stop();
  CHECK(desk.deliveries(broadcast).size() == 3'500);
  CHECK(desk.counts(broadcast) == std::map<std::string, std::int64_t>{{"planned", 3'500}});
  CHECK(desk.in([&](const Context& context) { return storage::get_broadcast(context.tx, context.shop_id(), broadcast)->audience_count; }) == 3'500);
}

TEST_CASE("while one server plans a broadcast another leaves it alone, and goes on where a dead one stood", "[nodes]") {
  NodesDesk desk;
  desk.customers(2'500);
  TestNode first(desk, "first"), second(desk, "second");
  const auto broadcast = desk.start_broadcast_to_all();
  const auto lease = "plan:" + std::to_string(broadcast);
  REQUIRE(first.work.take(desk.shop.id(), lease));
  // The first wrote one slice and died.
  const auto slice = desk.in([&](const Context& context) {
    auto audience = audience_of(context.tx, *storage::get_broadcast(context.tx, context.shop_id(), broadcast));
    audience.resize(1'000);
    plan_slice(context.tx, context.shop_id(), broadcast, audience, false, context.now_ms);
    return audience;
  });
  second.scheduler.run_due();
  CHECK(desk.state(broadcast) == "planning");
  CHECK(desk.deliveries(broadcast).size() == 1'000);
  desk.time.advance(kLeaseMs);
  second.scheduler.run_due();
  CHECK(desk.state(broadcast) == "sending");
  CHECK(desk.counts(broadcast) == std::map<std::string, std::int64_t>{{"planned", 2'500}});
}

TEST_CASE("a slice that was planned before neither counts again nor moves the cursor back", "[nodes]") {
  NodesDesk desk;
  desk.customers(30);
  const auto broadcast = desk.start_broadcast_to_all();
  desk.in([&](const Context& context) {
    const auto audience = audience_of(context.tx, *storage::get_broadcast(context.tx, context.shop_id(), broadcast));
    const auto plan = [&](std::size_t from, std::size_t count) {
      plan_slice(context.tx, context.shop_id(), broadcast, std::span(audience).subspan(from, count), false, context.now_ms);
      return *storage::get_broadcast(context.tx, context.shop_id(), broadcast);
    };
    CHECK(plan(0, 20).plan_cursor == audience[19]);
    const auto again = plan(0, 10);
    CHECK(again.plan_cursor == audience[19]);
    CHECK(again.audience_count == 20);
    CHECK(plan(15, 15).audience_count == 30);
  });
}

TEST_CASE("two servers on one database send a broadcast over several channels, each message once", "[nodes][concurrent]") {
  NodesDesk desk(3, 300);
  for (std::size_t channel = 0; channel < 3; ++channel) desk.customers(80, channel);
  TestNode first(desk, "first", true), second(desk, "second", true);
  desk.shop.db().set_commit_listener([&](unsigned) {
    first.sender.wake();
    second.sender.wake();
  });
  const auto broadcast = desk.start_broadcast_to_all();
  first.sender.start();
  second.sender.start();
  first.scheduler.start();
  second.scheduler.start();
  REQUIRE(desk.fake.wait_for_accepted(40));
  SECTION("with both to the end") {}
  SECTION("with one of them stopped in the middle") {
    first.sender.stop(kPatience);
    first.node.stop();
  }
  CHECK(NodesDesk::wait_until([&] {
    second.node.beat();
    return desk.state(broadcast) == "done";
  }));
  desk.shop.db().set_commit_listener({});
  for (auto* node : {&first, &second}) {
    node->scheduler.stop();
    node->sender.stop(kPatience);
  }
  CHECK(desk.counts(broadcast) == std::map<std::string, std::int64_t>{{"accepted", 240}});
  CHECK(desk.fake.accepted().size() == 240);
  CHECK(desk.doubled() == 0);
}

TEST_CASE("a server frozen past its lease hands back what it had claimed, and nobody is written to twice", "[nodes][concurrent]") {
  NodesDesk desk(1, 20);
  desk.customers(30);
  TestNode first(desk, "first"), second(desk, "second");
  const auto broadcast = desk.start_broadcast_to_all();
  first.scheduler.run_due();
  first.sender.start();
  REQUIRE(desk.fake.wait_for_accepted(5));
  desk.time.shared_ms += kLeaseMs + 1;
  REQUIRE(second.beat().taken.size() == 1);
  desk.time.own_ms += kLeaseMs + 1;  // only now the first looks at its clock
  second.sender.start();
  CHECK(NodesDesk::wait_until([&] {
    desk.time.advance(50);
    first.sender.wake();
    second.sender.wake();
    return desk.counts(broadcast) == std::map<std::string, std::int64_t>{{"accepted", 30}};
  }));
  first.sender.stop(kPatience);
  second.sender.stop(kPatience);
  CHECK(desk.doubled() == 0);
  // What was being sent at that moment was corrected by its late result; nobody is left out.
  CHECK(desk.fake.accepted().size() == 30);
}

namespace {

HttpAnswer ask(int port, const std::string& path, const std::string& method = "GET", const std::string& body = "",
               const std::string& token = "") {
  HttpCall call;
  call.method = method;
  call.url = "http://127.0.0.1:" + std::to_string(port) + path;
  call.body = body;
  if (!token.empty()) call.headers = {{"x-laoke-webchat-token", token}};
  call.connect_timeout = call.timeout = kPatience;
  return shared_http_client().call(call);
}

Config config_of(const TestDatabase& home, const TempDir& dir, const std::string& role) {
  Config config;
  config.database = config.database_shown = home.url();
  config.data_dir = dir.path().string();
  config.host = "127.0.0.1";
  config.port = 0;
  config.language = "en";
  config.role = role;
  return config;
}

std::string webchat_token(storage::Database& database) {
  return database.read([](storage::Transaction& tx) {
    return nlohmann::json::parse(storage::list_all_channels(tx).at(0).settings).at("token").get<std::string>();
  });
}

}  // namespace

TEST_CASE("a worker takes no callbacks and serves nothing but its health", "[nodes][concurrent]") {
  TestDatabase home;
  TempDir dir;
  ServerApp app(config_of(home, dir, "worker"));
  app.start();
  const auto token = webchat_token(app.database());
  struct Case {
    const char *method, *path;
    int status;
  };
  for (const auto& one : {Case{"POST", "/hooks/webchat", 503}, Case{"GET", "/hooks/webchat", 503}, Case{"GET", "/healthz", 200},
                          Case{"GET", "/readyz", 200}, Case{"GET", "/metrics", 200}, Case{"GET", "/", 404}, Case{"GET", "/api/v1/customers", 404}}) {
    INFO(one.method << " " << one.path);
    CHECK(ask(app.port(), one.path, one.method, one.method[0] == 'P' ? R"({"from":"a","text":"hi"})" : "", token).status == one.status);
  }
  CHECK(ask(app.port(), "/metrics").body.find("laoke_nodes 1") != std::string::npos);
  CHECK(app.stop(kPatience));
}

TEST_CASE("a server for callbacks sends nothing; a worker later sends what it took", "[nodes][concurrent]") {
  TestDatabase home;
  TempDir dir;
  const auto answers = [](storage::Database& database) {
    return database.read([](storage::Transaction& tx) {
      const auto shop = storage::find_shop(tx, "default");
      std::map<std::string, int> states;
      for (const auto& one : storage::list_deliveries(tx, shop->shop_id, "m", 0, "", {}, 100)) ++states[one.state];
      return states;
    });
  };
  std::map<std::string, int> left;
  {
    ServerApp hooks(config_of(home, dir, "hooks"));
    hooks.start();
    const auto token = webchat_token(hooks.database());
    CHECK(ask(hooks.port(), "/hooks/webchat", "POST", R"({"from":"a","text":"STOP"})", token).status == 200);
    CHECK(ask(hooks.port(), "/").status == 200);
    CHECK(hooks.database().read([](storage::Transaction& tx) { return storage::list_channel_leases(tx).size(); }) == 0);
    hooks.stop(kPatience);
    left = answers(hooks.database());
  }
  REQUIRE(left["due"] >= 1);
  CHECK(left.size() == 1);
  ServerApp worker(config_of(home, dir, "worker"));
  worker.start();
  CHECK(NodesDesk::wait_until([&] { return answers(worker.database()) == std::map<std::string, int>{{"accepted", left["due"]}}; }));
  worker.stop(kPatience);
}
