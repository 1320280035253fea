#include <atomic>
#include <catch2/catch.hpp>
#include <future>
#include <mutex>

#include "bot/webhooks_out.h"
#include "handlers/crypto.h"
#include "handlers/happened.h"
#include "storage/webhooks.h"
#include "tests/api/api_desk.h"
#include "tests/fakes/raw_server.h"
#include "tests/support/patience.h"

using namespace laoke;
using test::ApiDesk;
using test::json;

namespace {

// A program that is told: keeps what came and answers as the test says.
struct Receiver {
  test::RawServer server{[this](const std::string& request, const auto& write) {
    const std::lock_guard lock(mutex);
    requests.push_back(request);
    write(test::http_answer(status, ""));
    return true;
  }};
  std::mutex mutex;
  std::vector<std::string> requests;
  std::atomic<int> status{200};

  std::size_t count() {
    const std::lock_guard lock(mutex);
    return requests.size();
  }
  std::string last() {
    const std::lock_guard lock(mutex);
    return requests.back();
  }
};

std::string header(const std::string& request, const std::string& name) {
  const auto lower = [](std::string text) {
    for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
  };
  const auto at = lower(request).find("\r\n" + name + ": ");
  if (at == std::string::npos) return "";
  const auto from = at + name.size() + 4;
  return request.substr(from, request.find("\r\n", from) - from);
}

std::string body(const std::string& request) { return request.substr(request.find("\r\n\r\n") + 4); }

struct Fixture {
  ApiDesk desk;
  Receiver receiver;
  WebhooksOut out{desk.shop.db(), desk.clock};
  std::string path, secret;

  explicit Fixture(const json& more = json::object()) {
    json wanted = {{"url", receiver.server.url() + "/told"}};
    wanted.update(more);
    const auto made = desk.post("/webhooks", wanted);
    REQUIRE(made.status == 201);
    path = "/webhooks/" + made.body.at("id").dump();
    secret = made.body.at("secret");
  }
  void tell(const std::string& kind = "order.paid") {
    desk.in([&](const Context& context) { happened(context, {kind, 77, {{"total_minor", 100}}}); });
  }
  std::size_t waiting() {
    return desk.in([&](const Context& context) { return storage::due_webhooks(context.tx, desk.clock.now_ms(), 100).size(); });
  }
};

}  // namespace

TEST_CASE("a signature is what Standard Webhooks says it is", "[api][webhooks]") {
  // The example of the specification's reference libraries (github.com/standard-webhooks/standard-webhooks).
  CHECK(webhook_signature("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1'614'265'330,
                          R"({"test": 2432232314})") == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST_CASE("an endpoint is told what happened, signed with the secret it was shown once", "[api][webhooks]") {
  Fixture on;
  on.tell();
  CHECK(on.out.round() == 1);
  REQUIRE(on.receiver.count() == 1);
  const auto request = on.receiver.last();
  const auto event = json::parse(body(request));
  CHECK(event.at("kind") == "order.paid");
  CHECK(event.at("customer_id") == 77);
  CHECK(event.at("shop") == "default");
  CHECK(event.at("at_ms") == test::kMonday10);
  CHECK(event.at("data").at("total_minor") == 100);
  const auto id = header(request, "webhook-id"), at = header(request, "webhook-timestamp");
  CHECK(id == "evt_" + event.at("id").dump());
  CHECK(at == std::to_string(test::kMonday10 / 1000));
  const auto key = crypto::from_base64(on.secret.substr(6)).value();
  CHECK(key.size() == 32);
  CHECK(header(request, "webhook-signature") == "v1," + crypto::base64(crypto::hmac_sha256(key, id + "." + at + "." + body(request))));
  CHECK(on.out.round() == 0);
  CHECK(on.desk.get(on.path).text.find("whsec_") == std::string::npos);
  CHECK(on.desk.get("/webhooks").text.find("whsec_") == std::string::npos);
}

TEST_CASE("an event is told again after an error, under the same id, until it is taken", "[api][webhooks]") {
  Fixture on;
  on.receiver.status = 500;
  on.tell();
  CHECK(on.out.round() == 1);
  CHECK(on.out.round() == 0);  // not before its time
  on.desk.clock.advance(9'999);
  CHECK(on.out.round() == 0);
  on.desk.clock.advance(1);
  on.receiver.status = 204;
  CHECK(on.out.round() == 1);
  REQUIRE(on.receiver.count() == 2);
  CHECK(header(on.receiver.requests[0], "webhook-id") == header(on.receiver.requests[1], "webhook-id"));
  CHECK(header(on.receiver.requests[0], "webhook-signature") != header(on.receiver.requests[1], "webhook-signature"));
  on.desk.clock.advance(86'400'000);
  CHECK(on.out.round() == 0);
}

TEST_CASE("after a day and a half of failures events are kept for a person, who may have them told again", "[api][webhooks]") {
  Fixture on;
  on.receiver.status = 503;
  on.tell();
  const std::vector<std::int64_t> waits = {10, 60, 300, 1'800, 7'200, 21'600, 86'400};
  for (const auto wait : waits) {
    CHECK(on.out.round() == 1);
    on.desk.clock.advance(wait * 1000);
  }
  on.tell("order.shipped");  // waits behind, and is given up with it
  CHECK(on.out.round() == 1);
  on.desk.clock.advance(30 * 86'400'000LL);
  CHECK(on.out.round() == 0);
  const auto failures = on.desk.get(on.path + "/failures").body.at("items");
  REQUIRE(failures.size() == 2);
  CHECK(failures.at(0).at("event").at("kind") == "order.shipped");
  CHECK(failures.at(1).at("attempts") == 8);
  CHECK(failures.at(1).at("last_error") == "HTTP 503");
  on.receiver.status = 200;
  CHECK(on.desk.post(on.path + "/retry").body.at("queued") == 2);
  CHECK(on.out.round() == 2);
  CHECK(on.desk.get(on.path + "/failures").body.at("items").empty());
}

TEST_CASE("a failing endpoint is asked once while the others are told everything", "[api][webhooks]") {
  Fixture on;
  Receiver broken;
  broken.status = 500;
  on.desk.post("/webhooks", {{"url", broken.server.url() + "/b"}});
  for (int i = 0; i < 5; ++i) on.tell();
  CHECK(on.out.round() == 6);
  CHECK(on.receiver.count() == 5);
  CHECK(broken.count() == 1);
  CHECK(on.waiting() == 0);
}

TEST_CASE("an endpoint whose stored address cannot be called ends nobody else's turn", "[api][webhooks]") {
  Fixture on;
  on.desk.in([&](const Context& context) {
    auto endpoint = storage::list_webhook_endpoints(context.tx, context.shop_id()).at(0);
    endpoint.url = "ftp://elsewhere";  // as a hand in the database may leave it
    return storage::insert_webhook_endpoint(context.tx, context.shop_id(), endpoint);
  });
  on.tell();
  CHECK(on.out.round() == 2);
  CHECK(on.receiver.count() == 1);
  CHECK(on.waiting() == 0);
}

TEST_CASE("an endpoint hears the kinds it asked for, and nothing when it is off or gone", "[api][webhooks]") {
  Fixture on(json{{"kinds", json::array({"order.paid"})}});
  on.tell("order.shipped");
  CHECK(on.waiting() == 0);
  on.tell("order.paid");
  CHECK(on.waiting() == 1);
  SECTION("switched off: what waits is kept, what comes is not queued") {
    CHECK(on.desk.ask("PATCH", on.path, {{"enabled", false}}).status == 200);
    on.tell("order.paid");
    CHECK(on.out.round() == 0);
    CHECK(on.receiver.count() == 0);
    CHECK(on.desk.get(on.path + "/failures").body.at("items").size() == 1);
  }
  SECTION("removed") {
    CHECK(on.desk.ask("DELETE", on.path).status == 204);
    CHECK(on.waiting() == 0);
    CHECK(on.desk.ask("DELETE", on.path).status == 404);
  }
  SECTION("it says that it is gone") {
    on.receiver.status = 410;
    CHECK(on.out.round() == 1);
    CHECK(on.desk.get(on.path).body.at("enabled") == false);
  }
}

TEST_CASE("addresses and kinds that cannot be are refused", "[api][webhooks]") {
  ApiDesk desk;
  const auto [body, pointer] = GENERATE(table<json, std::string>({
      {{{"url", "ftp://a/b"}}, "/url"},
      {{{"url", "http://user:word@a/b"}}, "/url"},
      {{{"url", ""}}, "/url"},
      {{{"url", "https://a/b"}, {"kinds", {"order.paid", "order.eaten"}}}, "/kinds/1"},
      {{{"url", "https://a/b"}, {"kinds", "order.paid"}}, "/kinds"},
      {{{"url", "https://a/b"}, {"secret", "mine"}}, "/secret"},
  }));
  const auto refused = desk.post("/webhooks", body);
  CHECK(refused.status == 422);
  CHECK(refused.body.at("errors").at(0).at("pointer") == pointer);
}

TEST_CASE("the thread tells at once when it is woken and stops while a call hangs", "[api][webhooks]") {
  ApiDesk desk;
  std::promise<void> reached;
  test::RawServer silent([&](const std::string&, const auto&) { return reached.set_value(), true; });
  desk.post("/webhooks", {{"url", silent.url() + "/x"}});
  WebhooksOut out(desk.shop.db(), desk.clock);
  desk.shop.db().set_commit_listener([&](unsigned signals) {
    if (signals & storage::kWebhookWork) out.wake();
  });
  out.start();
  desk.in([](const Context& context) { happened(context, {"order.paid", 7}); });
  REQUIRE(reached.get_future().wait_for(test::kPatience) == std::future_status::ready);
  const auto from = std::chrono::steady_clock::now();
  out.stop();
  CHECK(std::chrono::steady_clock::now() - from < std::chrono::seconds(9));  // the call itself would wait ten
  desk.shop.db().set_commit_listener({});
  // Not known to have arrived: it is told again at the next start.
  CHECK(desk.in([&](const Context& context) { return storage::due_webhooks(context.tx, desk.clock.now_ms(), 9).size(); }) == 1);
}
