#include <catch2/catch.hpp>
#include <future>
#include <thread>

#include "bot/hooks.h"
#include "bot/http/problem.h"
#include "bot/http/router.h"
#include "bot/http/web_routes.h"
#include "bot/intake.h"
#include "bot/webhooks_out.h"
#include "handlers/broadcasts.h"
#include "storage/webhooks.h"
#include "tests/support/nodes_desk.h"
#include "tests/support/patience.h"

// The database is away for a while: nothing is lost, nothing is doubled, and everything goes on by itself.
using namespace laoke;
using namespace laoke::test;

namespace {

http::Response get(http::Router& router, const std::string& path, const std::string& method = "GET") {
  http::Request request;
  request.method = method;
  request.path = path;
  try {
    return router(request);
  } catch (...) {
    return http::answer_to(std::current_exception());
  }
}

std::string retry_after(const http::Response& response) {
  const auto found = response.headers.find("Retry-After");
  return found == response.headers.end() ? "" : found->second;
}

}  // namespace

TEST_CASE("results that could not be recorded are kept and recorded when the database is back", "[nodes][concurrent]") {
  NodesDesk desk(1, 200);
  desk.customers(60);
  TestNode node(desk, "n", true);
  const auto broadcast = desk.start_broadcast_to_all();
  node.scheduler.run_due();
  node.sender.start();
  REQUIRE(desk.fake.wait_for_accepted(5));
  desk.database.away(true);
  CHECK(NodesDesk::wait_until([&] { return desk.database.refused > 0; }));
  desk.database.away(false);
  CHECK(NodesDesk::wait_until([&] { return desk.state(broadcast) == "done"; }));
  CHECK(desk.counts(broadcast) == std::map<std::string, std::int64_t>{{"accepted", 60}});
  CHECK(desk.fake.accepted().size() == 60);
  CHECK(desk.in_flight() == 0);
  node.sender.stop(kPatience);
}

TEST_CASE("a stop waits for the database while it has time to record what was sent", "[nodes][concurrent]") {
  NodesDesk desk;
  desk.customers(1);
  TestNode node(desk, "n", true);
  desk.fake.answer_after(std::chrono::milliseconds(300));
  const auto broadcast = desk.start_broadcast_to_all();
  node.scheduler.run_due();
  node.sender.start();
  REQUIRE(desk.fake.wait_for_accepted(1));
  desk.database.no_writes = true;
  std::thread back([&] {
    NodesDesk::wait_until([&] { return desk.database.refused >= 2; });
    desk.database.no_writes = false;
  });
  node.sender.stop(kPatience);
  back.join();
  CHECK(desk.counts(broadcast) == std::map<std::string, std::int64_t>{{"accepted", 1}});
  CHECK(desk.in([](const Context& context) { return storage::list_channel_leases(context.tx).at(0).node_id; }).empty());
}

TEST_CASE("the scheduler and the webhooks go on when the database is back", "[nodes][concurrent]") {
  NodesDesk desk;
  desk.customers(3);
  TestNode node(desk, "n", true);
  WebhooksOut webhooks(desk.database, desk.clock, &node.work);
  desk.database.away(true);
  node.scheduler.start();
  webhooks.start();
  CHECK(NodesDesk::wait_until([&] { return desk.database.refused >= 2; }));
  const auto broadcast = desk.start_broadcast_to_all();
  desk.database.away(false);
  CHECK(NodesDesk::wait_until([&] { return desk.state(broadcast) == "sending"; }));
  webhooks.stop();
  node.scheduler.stop();
}

TEST_CASE("readiness goes red with a reason while the database is away, and back by itself", "[nodes]") {
  NodesDesk desk;
  TestNode node(desk, "n");
  Intake intake(desk.database, desk.clock);
  http::Router router;
  Config config;
  http::add_health_routes(router, {desk.database, node.channels, intake, node.sender, desk.clock, config});
  CHECK(get(router, "/readyz").status == 200);
  struct Case {
    storage::StorageFault fault;
    const char* reason;
  };
  for (const auto& one : {Case{storage::StorageFault::kUnavailable, "cannot be reached"}, Case{storage::StorageFault::kDiskFull, "no room"},
                          Case{storage::StorageFault::kReadOnly, "only be read"}, Case{storage::StorageFault::kBusy, "cannot be written"}}) {
    desk.database.fault = one.fault;
    desk.database.no_writes = true;
    const auto red = get(router, "/readyz");
    INFO(red.body);
    CHECK(red.status == 503);
    CHECK(retry_after(red) == "5");
    CHECK(red.body.find(one.reason) != std::string::npos);
    CHECK(get(router, "/healthz").status == 200);
    CHECK(get(router, "/metrics").status == 200);
    desk.database.no_writes = false;
    CHECK(get(router, "/readyz").status == 200);
  }
}

TEST_CASE("a callback that the database cannot take is answered so that the platform sends it again", "[nodes]") {
  NodesDesk desk;
  TestNode node(desk, "n");
  Intake intake(desk.database, desk.clock);
  http::Router router;
  add_hook_routes(router, node.channels, intake, node.sender);
  const auto callback = [&] {
    http::Request request;
    request.method = "POST";
    request.path = "/hooks/bot1";
    request.headers["x-telegram-bot-api-secret-token"] = kHookSecret;
    request.body = R"({"update_id":5,"message":{"message_id":9,"date":1772416800,"from":{"id":42,"is_bot":false,"first_name":"A"},)"
                   R"("chat":{"id":42,"type":"private","first_name":"A"},"text":"hi"}})";
    try {
      const auto response = router(request);
      if (!response.later) return response;
      std::promise<http::Response> answered;
      response.later([&](const http::Response& answer) { answered.set_value(answer); });
      return answered.get_future().get();
    } catch (...) {
      return http::answer_to(std::current_exception());
    }
  };
  desk.database.away(true);
  const auto refused = callback();
  CHECK(refused.status == 503);
  CHECK_FALSE(retry_after(refused).empty());
  desk.database.away(false);
  CHECK(callback().status == 200);
}

TEST_CASE("one server calls the webhooks, another goes on when it is gone", "[nodes]") {
  NodesDesk desk(0);
  TestNode first(desk, "first"), second(desk, "second");
  desk.shop.write([&](storage::Transaction& tx) {
    storage::WebhookEndpoint endpoint;
    endpoint.url = "http://127.0.0.1:1/";  // nobody there: each call is a failure, and counts
    endpoint.secret = new_webhook_secret();
    endpoint.kinds = "[]";
    storage::WebhookCall call;
    call.shop_id = desk.shop.id();
    call.endpoint_id = storage::insert_webhook_endpoint(tx, desk.shop.id(), endpoint);
    call.event_id = tx.next_id();
    call.due_at_ms = desk.clock.now_ms();
    call.body = "{}";
    storage::enqueue_webhook(tx, call);
  });
  WebhooksOut one(desk.database, desk.clock, &first.work), two(desk.database, desk.clock, &second.work);
  CHECK(one.round() == 1);
  desk.clock.advance(3'600'000);
  CHECK(two.round() == 0);
  desk.time.advance(30'000);
  CHECK(two.round() == 1);
}
