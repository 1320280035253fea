#include <catch2/catch.hpp>
#include <set>

#include "tests/api/example_shop.h"

using namespace laoke;
using namespace laoke::test;

TEST_CASE("the API document describes every route there is and no other", "[api][openapi]") {
  ApiDesk desk;
  std::set<std::string> described, served;
  for (const auto& operation : operations()) described.insert(operation.method + " /api/v1" + operation.path);
  for (const auto& route : desk.router.routes()) {
    std::string pattern = route.pattern;
    if (const auto at = pattern.find("...}"); at != std::string::npos) pattern.erase(at, 3);
    served.insert(route.method + " " + pattern);
  }
  CHECK(described == served);
  CHECK(document()["openapi"].as<std::string>().starts_with("3.1"));
  CHECK(document()["servers"][0]["url"].as<std::string>() == "/api/v1");
  CHECK(document()["security"][0]["key"]);
}

TEST_CASE("every operation says what it does, what it answers and how it refuses", "[api][openapi]") {
  std::set<std::string> names;
  for (const auto& operation : operations()) {
    INFO(operation.method << " " << operation.path);
    CHECK_FALSE(operation.node["summary"].as<std::string>("").empty());
    CHECK(names.insert(operation.node["operationId"].as<std::string>("")).second);
    CHECK(first_success(operation) != 0);
    for (const auto& response : operation.node["responses"]) {
      const auto described = resolved(response.second);
      CHECK(described["description"]);
      const auto status = response.first.as<std::string>();
      if (status[0] == '2' && status != "204") CHECK(described["content"]["application/json"]["schema"]);
      if (status[0] == '2') continue;
      CHECK(described["content"]["application/problem+json"]["schema"]["$ref"].as<std::string>() == "#/components/schemas/Problem");
    }
    for (const char* status : {"401", "403", "503"}) CHECK(operation.node["responses"][status]);
  }
}

TEST_CASE("what a path names is described as its parameter", "[api][openapi]") {
  for (const auto& operation : operations()) {
    INFO(operation.method << " " << operation.path);
    std::set<std::string> named, described;
    for (std::size_t at = 0; (at = operation.path.find('{', at)) != std::string::npos; ++at)
      named.insert(operation.path.substr(at + 1, operation.path.find('}', at) - at - 1));
    for (const auto& parameter : operation.node["parameters"]) {
      const auto full = resolved(parameter);
      if (full["in"].as<std::string>() == "path") described.insert(full["name"].as<std::string>());
    }
    CHECK(named == described);
  }
}

TEST_CASE("the document's examples get the documented answer from a real server", "[api][openapi]") {
  for (const auto& operation : operations()) {
    INFO(operation.method << " " << operation.path);
    ExampleShop shop;
    shop.prepare(operation.path);
    json body = nullptr;
    if (const auto request = operation.node["requestBody"]) {
      const auto content = request["content"]["application/json"];
      REQUIRE(content["example"]);
      body = shop.filled(json_of(content["example"]), operation.path);
    }
    std::string query;
    for (const auto& parameter : operation.node["parameters"])
      if (const auto full = resolved(parameter); full["in"].as<std::string>() == "query" && full["example"]) {
        auto value = full["example"].as<std::string>();
        if (full["name"].as<std::string>() == "customer_id") value = std::to_string(shop.ids.at("customers"));
        query += (query.empty() ? "?" : "&") + full["name"].as<std::string>() + "=" + value;
      }
    const auto answer = shop.desk.ask(operation.method, shop.filled(operation.path) + query, body);
    INFO(answer.text);
    CHECK(answer.status == first_success(operation));
    // What is answered is described: every field of the answer stands in its schema.
    const auto success = resolved(operation.node["responses"][std::to_string(answer.status)]);
    if (answer.status == 204 || !success["content"]) continue;
    const auto schema = resolved(success["content"]["application/json"]["schema"]);
    for (const auto& [field, value] : answer.body.items()) {
      INFO("field " << field);
      CHECK(schema["properties"][field]);
    }
    if (!answer.body.contains("items") || answer.body.at("items").empty() || !schema["properties"]["items"]["items"]) continue;
    const auto row = resolved(schema["properties"]["items"]["items"]);
    if (!row["properties"]) continue;
    for (const auto& [field, value] : answer.body.at("items").at(0).items()) {
      INFO("field of a row " << field);
      CHECK(row["properties"][field]);
    }
  }
}
