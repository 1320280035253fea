// Requests that no decent program makes: each gets an answer that says what is wrong, and none is a fault of ours.
#include <catch2/catch.hpp>
#include <limits>

#include "tests/api/example_shop.h"

using namespace laoke;
using namespace laoke::test;

namespace {

const std::vector<json>& odd_values() {
  static const std::vector<json> all = {
      nullptr, "", " ", "0", "-1", std::string(2'100, 'x'), std::string("a\0b", 3), "👍\u202e<b>{{customer.name}}", true, -1, 0, 1.5, 1e300,
      std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::uint64_t>::max(),
      json::array(), json::array({nullptr, 1}), json::object(), {{"a", {{"b", json::array({json::object()})}}}}};
  return all;
}

// An answer, and where it is a refusal one that a program and a person can read.
void check_answered(const ApiDesk::Answer& answer) {
  CHECK(answer.status >= 200);
  CHECK(answer.status < 500);
  if (answer.status < 400) return;
  CHECK(answer.headers.at("content-type") == "application/problem+json");
  REQUIRE(answer.body.is_object());
  CHECK(answer.body.value("status", 0) == answer.status);
  CHECK_FALSE(answer.body.value("type", "").empty());
  CHECK_FALSE(answer.body.value("title", "").empty());
}

struct Asked {
  Operation operation;
  std::string path;
  json body;  // null: takes none
};

Asked example_of(const Operation& operation, ExampleShop& shop) {
  shop.prepare(operation.path);
  Asked asked{operation, shop.filled(operation.path), nullptr};
  if (const auto request = operation.node["requestBody"])
    asked.body = shop.filled(json_of(request["content"]["application/json"]["example"]), operation.path);
  return asked;
}

}  // namespace

TEST_CASE("whatever stands in a field of a request, the answer says what is wrong with it", "[api][openapi]") {
  for (const auto& operation : operations()) {
    if (!operation.node["requestBody"]) continue;
    ExampleShop shop;
    const auto asked = example_of(operation, shop);
    const json fields = asked.body.flatten();
    for (const auto& [pointer, was] : fields.items())
      for (const auto& value : odd_values()) {
        json body = asked.body;
        body[json::json_pointer(pointer)] = value;
        INFO(operation.method << " " << asked.path << " " << body.dump().substr(0, 300));
        const auto answer = shop.desk.ask(operation.method, asked.path, body);
        INFO(answer.text.substr(0, 300));
        check_answered(answer);
      }
  }
}

TEST_CASE("a body that is no object, and a field nobody knows, are refused by every route that takes one", "[api][openapi]") {
  ExampleShop shop;
  for (const auto& operation : operations()) {
    if (operation.method == "GET" || operation.method == "DELETE") continue;
    INFO(operation.method << " " << operation.path);
    const auto path = shop.filled(operation.path);
    for (const char* body : {"7", "\"text\"", "[]", "null", "{\"nobody_knows_this\": 1}", "{", "{}garbage", "\xff"}) {
      INFO(body);
      const auto answer = shop.desk.ask_text(operation.method, path, body);
      CHECK(answer.status >= 400);
      check_answered(answer);
    }
  }
}

TEST_CASE("ids and names in a path that are none are not there", "[api][openapi]") {
  ExampleShop shop;
  for (const auto& operation : operations()) {
    if (operation.path.find('{') == std::string::npos) continue;
    json body = nullptr;
    if (const auto request = operation.node["requestBody"])
      body = shop.filled(json_of(request["content"]["application/json"]["example"]), operation.path);
    for (const char* odd : {"0", "-1", "1.5", "abc", "9223372036854775807", "9223372036854775808", "%00", "%F0%9F", "%2e%2e%2f", "%E8%80%81%E5%AE%A2", "a:b:c:d"}) {
      std::string path = operation.path;
      for (auto at = path.find('{'); at != std::string::npos; at = path.find('{', at)) path.replace(at, path.find('}', at) + 1 - at, odd);
      INFO(operation.method << " " << path);
      const auto answer = shop.desk.ask(operation.method, path, body);
      INFO(answer.text.substr(0, 300));
      check_answered(answer);
      CHECK(answer.status >= 400);
    }
  }
}

TEST_CASE("query arguments that are none are refused by the route that reads them", "[api][openapi]") {
  ExampleShop shop;
  for (const auto& operation : operations()) {
    if (operation.method != "GET") continue;
    const auto path = shop.filled(operation.path);
    CHECK(shop.desk.get(path + "?nobody_knows_this=1").status == 400);
    for (const auto& parameter : operation.node["parameters"]) {
      const auto full = resolved(parameter);
      if (full["in"].as<std::string>() != "query") continue;
      const auto name = full["name"].as<std::string>();
      for (const char* odd : {"-1", "0", "9223372036854775807", "9223372036854775808", "1e9", "%00", "%F0%9F", "a%20OR%201", "(((((((((((", "%22"}) {
        INFO(operation.path << "?" << name << "=" << odd);
        const auto answer = shop.desk.get(path + "?" + name + "=" + odd);
        INFO(answer.text.substr(0, 300));
        check_answered(answer);
      }
    }
  }
}

TEST_CASE("no route answers without a key, with another shop's things, or to a role below its own", "[api][openapi]") {
  ExampleShop shop;
  auto& desk = shop.desk;
  const auto other_key = desk.shop.write([&](storage::Transaction& tx) {
    auto other = *storage::get_shop(tx, desk.shop.id());
    other.slug = "other";
    return http::create_key(tx, storage::insert_shop(tx, other), "k", http::Role::kOwner, kMonday10).key;
  });
  for (const auto& operation : operations()) {
    INFO(operation.method << " " << operation.path);
    const auto path = shop.filled(operation.path);
    const json body = operation.method == "GET" ? json() : json::object();
    for (const char* key : {"", "Bearer", "Bearer ", "Bearer lk_0", "Basic YTpi", "lk_nobody"}) {
      const auto answer = desk.ask(operation.method, path, body, {{"Authorization", key}});
      CHECK(answer.status == 401);
      CHECK(answer.headers.contains("www-authenticate"));
    }
    if (operation.method != "GET") {
      desk.role = http::Role::kViewer;
      CHECK(desk.ask(operation.method, path, body).status == 403);
      desk.role = http::Role::kOwner;
    }
    // What the path names is not there for another shop. The names of an attribute or template say nothing by themselves.
    if (operation.path.find("{id}") == std::string::npos) continue;
    const auto seen = desk.ask(operation.method, path, operation.node["requestBody"] ? example_of(operation, shop).body : json(),
                               {{"Authorization", "Bearer " + other_key}});
    INFO(seen.text);
    CHECK(seen.status == 404);
  }
}
