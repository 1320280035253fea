#include "bot/http/router.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "bot/http/problem.h"
#include "storage/database.h"

using namespace laoke::http;

namespace {

Handler says(std::string name) {
  return [name](const Request& request) {
    std::string body = name;
    for (const auto& [key, value] : request.parameters) body += " " + key + "=" + value;
    return Response{200, "text/plain", body};
  };
}

Router shop_routes() {
  Router router;
  router.add("GET", "/", says("page"));
  router.add("GET", "/api/v1/orders", says("list"));
  router.add("POST", "/api/v1/orders", says("create"));
  router.add("GET", "/api/v1/orders/{id}", says("order"));
  router.add("POST", "/api/v1/orders/{id}/paid", says("paid"));
  router.add("GET", "/api/v1/orders/open", says("open"));
  router.add("POST", "/api/v1/segments/preview", says("preview"));
  router.add("GET", "/api/v1/segments/{name}/members/{page}", says("members"));
  router.add("GET", "/console/{file...}", says("file"));
  return router;
}

}  // namespace

TEST_CASE("a path finds its handler and parameters", "[http]") {
  const Router router = shop_routes();
  const auto [method, path, status, body] = GENERATE(table<std::string, std::string, int, std::string>({
      {"GET", "/", 200, "page"},
      {"GET", "/api/v1/orders", 200, "list"},
      {"POST", "/api/v1/orders", 200, "create"},
      {"HEAD", "/api/v1/orders", 200, "list"},
      {"GET", "/api/v1/orders/77", 200, "order id=77"},
      {"GET", "/api/v1/orders/open", 200, "open"},
      {"POST", "/api/v1/orders/open/paid", 200, "paid id=open"},
      {"GET", "/api/v1/segments/preview/members/2", 200, "members name=preview page=2"},
      {"GET", "/console/css/site.css", 200, "file file=css/site.css"},
      {"GET", "/console/", 200, "file file="},
      {"GET", "/console", 404, ""},
      {"GET", "/api/v1/orders/", 404, ""},
      {"GET", "/api/v1/orders//paid", 404, ""},
      {"GET", "/api/v1/orders/77/paid/now", 404, ""},
      {"GET", "", 404, ""},
      {"GET", "api", 404, ""},
      {"DELETE", "/api/v1/orders", 405, ""},
      {"GET", "/api/v1/orders/77/paid", 405, ""},
  }));
  DYNAMIC_SECTION(method << " " << path) {
    Request request;
    request.method = method;
    request.path = path;
    const Response response = router(request);
    CHECK(response.status == status);
    if (status == 200) CHECK(response.body == body);
    if (status == 405) CHECK_FALSE(response.headers.at("Allow").empty());
  }
}

TEST_CASE("a route exists once and is listed", "[http]") {
  Router router = shop_routes();
  CHECK_THROWS_AS(router.add("GET", "/api/v1/orders", says("x")), std::logic_error);
  CHECK_THROWS_AS(router.add("GET", "api", says("x")), std::logic_error);
  CHECK(router.routes().size() == 9);
  CHECK(router.routes()[4].pattern == "/api/v1/orders/{id}/paid");
}

TEST_CASE("a refusal says in one shape what is wrong and where", "[http]") {
  const Response response = unprocessable("the order is not complete", {{"/items/0/quantity", "1 or more"}, {"/customer_id", "is missing"}});
  CHECK(response.status == 422);
  CHECK(response.content_type == "application/problem+json");
  const auto body = nlohmann::json::parse(response.body);
  CHECK(body == nlohmann::json::parse(R"({"type":"about:blank","title":"Unprocessable Content","status":422,
      "detail":"the order is not complete","errors":[{"pointer":"/items/0/quantity","detail":"1 or more"},
      {"pointer":"/customer_id","detail":"is missing"}]})"));
  CHECK(nlohmann::json::parse(problem(422, "x", {}, "idempotency-key-reused").body)["type"] == "urn:laoke:problem:idempotency-key-reused");
  CHECK(nlohmann::json::parse(bad_request("\xff\xfe").body)["status"] == 400);  // bytes that are no text
}

TEST_CASE("what was thrown decides the answer, and only a Problem is quoted", "[http]") {
  using laoke::storage::StorageError;
  using laoke::storage::StorageFault;
  struct Row {
    const char* says;
    std::exception_ptr thrown;
    int status;
    bool retry;
  };
  const Row row = GENERATE(values<Row>({
      {"a problem", std::make_exception_ptr(Problem(409, "secret word")), 409, false},
      {"a full disk", std::make_exception_ptr(StorageError(StorageFault::kDiskFull, "secret word")), 503, true},
      {"a busy database", std::make_exception_ptr(StorageError(StorageFault::kBusy, "secret word")), 503, true},
      {"an absent database", std::make_exception_ptr(StorageError(StorageFault::kUnavailable, "secret word")), 503, true},
      {"a broken database", std::make_exception_ptr(StorageError(StorageFault::kCorrupt, "secret word")), 500, false},
      {"anything", std::make_exception_ptr(std::runtime_error("secret word")), 500, false},
      {"no exception at all", std::make_exception_ptr(7), 500, false},
  }));
  DYNAMIC_SECTION(row.says) {
    const Response response = answer_to(row.thrown);
    CHECK(response.status == row.status);
    CHECK(response.headers.contains("Retry-After") == row.retry);
    CHECK((response.body.find("secret word") != std::string::npos) == (row.status == 409));
  }
}
