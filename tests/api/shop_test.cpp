#include <catch2/catch.hpp>

#include "handlers/rules.h"
#include "handlers/template_library.h"
#include "storage/callbacks.h"
#include "storage/jobs.h"
#include "storage/staff.h"
#include "tests/api/api_desk.h"

using namespace laoke;
using test::ApiDesk;
using test::json;

namespace {

std::string id_of(const ApiDesk::Answer& answer) {
  INFO(answer.text);
  REQUIRE(answer.body.contains("id"));
  return answer.body.at("id").dump();
}

}  // namespace

TEST_CASE("a key may do what its role may", "[api]") {
  ApiDesk desk;
  const auto id = std::to_string(desk.customer("张三"));
  const auto [method, path, viewer, operator_, owner] = GENERATE(table<std::string, std::string, int, int, int>({
      {"GET", "/customers", 200, 200, 200},
      {"GET", "/webhooks", 200, 200, 200},
      {"POST", "/customers", 403, 422, 422},
      {"POST", "/segments/preview", 403, 422, 422},
      {"PATCH", "/shop", 403, 403, 200},
      {"POST", "/rules", 403, 403, 422},
      {"POST", "/webhooks", 403, 403, 422},
      {"POST", "/broadcasts/1/start", 403, 403, 404},
      {"POST", "/broadcasts/1/resume", 403, 403, 404},
      {"POST", "/broadcasts/1/pause", 403, 404, 404},
      {"POST", "/channels/1/off", 403, 403, 404},
      {"POST", "/orders/1/cancel", 403, 404, 404},
      {"POST", "/orders/1/refund", 403, 403, 404},
      {"POST", "/customers/1/merge", 403, 403, 404},
      {"POST", "/merges/1/undo", 403, 403, 404},
  }));
  INFO(method << " " << path);
  const std::vector<std::pair<http::Role, int>> rows = {
      {http::Role::kViewer, viewer}, {http::Role::kOperator, operator_}, {http::Role::kOwner, owner}};
  for (const auto& [role, status] : rows) {
    desk.role = role;
    CHECK(desk.ask(method, path, method == "GET" ? json() : json::object()).status == status);
  }
  CHECK(desk.ask(method, path, nullptr, {{"Authorization", "Bearer lk_nobody"}}).status == 401);
}

TEST_CASE("the same Idempotency-Key makes one order", "[api]") {
  ApiDesk desk;
  const json body = {{"customer_id", desk.customer("张三")}, {"items", {{{"product", "面膜"}, {"quantity", 2}}}}, {"total_minor", 19'800}};
  const auto first = desk.ask("POST", "/orders", body, {{"Idempotency-Key", "a1"}});
  const auto again = desk.ask("POST", "/orders", body, {{"Idempotency-Key", "a1"}});
  CHECK(first.status == 201);
  CHECK(again.status == 201);
  CHECK(first.text == again.text);
  CHECK(again.headers.at("idempotency-replayed") == "true");
  CHECK(desk.get("/orders").body.at("items").size() == 1);
  auto other = body;
  other["total_minor"] = 1;
  CHECK(desk.ask("POST", "/orders", other, {{"Idempotency-Key", "a1"}}).status == 422);
  // What was refused left nothing behind: the corrected request may use its key.
  CHECK(desk.ask("POST", "/orders", {{"customer_id", 1}}, {{"Idempotency-Key", "b2"}}).status == 422);
  CHECK(desk.ask("POST", "/orders", body, {{"Idempotency-Key", "b2"}}).status == 201);
}

TEST_CASE("an order goes its way and no other", "[api]") {
  ApiDesk desk;
  const auto made = desk.post("/orders", {{"customer_id", desk.customer("张三")}, {"items", {{{"product", "面膜"}, {"quantity", 2}, {"unit_price_minor", 9'900}}}}});
  REQUIRE(made.status == 201);
  CHECK(made.body.at("total_minor") == 19'800);
  CHECK(made.body.at("currency") == "CNY");
  CHECK(made.body.at("number") == 1001);
  const std::string order = "/orders/" + id_of(made);
  CHECK(desk.post(order + "/paid").body.at("state") == "paid");
  CHECK(desk.post(order + "/paid").status == 422);
  const auto shipped = desk.post(order + "/ship", {{"carrier", "顺丰"}, {"tracking_no", "SF1234567890123"}});
  REQUIRE(shipped.status == 200);
  CHECK(shipped.body.at("state") == "shipped");
  CHECK(shipped.body.at("shipments").at(0).at("carrier") == "sf");
  const auto parcel = order + "/shipments/" + shipped.body.at("shipments").at(0).at("id").dump() + "/report";
  CHECK(desk.post(parcel, {{"state", "in_transit"}}).body.at("shipments").at(0).at("state") == "in_transit");
  CHECK(desk.post(order + "/shipments/1/report", {{"state", "in_transit"}}).status == 404);
  CHECK(desk.post(order + "/deliver").body.at("state") == "delivered");
  CHECK(desk.post(order + "/complete").body.at("state") == "completed");
  CHECK(desk.post(order + "/refund", {{"reason", "broken"}}).body.at("state") == "refunded");
  const auto refused = desk.post(order + "/ship", {{"tracking_no", "SF9876543210987"}});
  CHECK(refused.status == 422);
  CHECK(refused.body.at("type").get<std::string>().starts_with("urn:laoke:problem:"));
  CHECK(desk.get("/orders?state=refunded").body.at("items").size() == 1);
  CHECK(desk.get("/orders?state=paid").body.at("items").empty());
}

TEST_CASE("an order that cannot be is refused line by line", "[api]") {
  ApiDesk desk;
  const auto refused = desk.post("/orders", {{"customer_id", "x"}, {"items", {{{"product", " "}, {"quantity", 0}}, 7}}, {"state", "shipped"}});
  CHECK(refused.status == 422);
  std::set<std::string> pointers;
  for (const auto& error : refused.body.at("errors")) pointers.insert(error.at("pointer"));
  CHECK(pointers == std::set<std::string>{"/customer_id", "/items/0/product", "/items/0/quantity", "/items/1", "/items/1/product", "/state"});
}

TEST_CASE("tags, segments, products, tasks and templates are kept, changed and removed", "[api]") {
  ApiDesk desk;
  const auto customer = desk.customer("张三");
  const auto tag = "/tags/" + id_of(desk.post("/tags", {{"name", "油性"}, {"group", "肤质"}}));
  desk.post("/tags", {{"name", "干性"}});
  CHECK(desk.ask("PATCH", tag, {{"name", "干性"}}).status == 409);
  CHECK(desk.ask("PATCH", tag, {{"name", "油性皮肤"}}).body.at("group") == "肤质");
  CHECK(desk.ask("DELETE", tag).status == 204);
  CHECK(desk.get(tag).status == 404);

  const auto segment = "/segments/" + id_of(desk.post("/segments", {{"name", "新客"}, {"query", "no:order"}}));
  CHECK(desk.post("/segments", {{"name", "新客"}, {"query", "all"}}).status == 409);
  CHECK(desk.ask("PATCH", segment, {{"query", "spent<<5"}}).status == 422);
  CHECK(desk.ask("PATCH", segment, {{"query", "all"}}).body.at("query") == "all");
  const auto preview = desk.post("/segments/preview", {{"query", "@新客"}}).body;
  CHECK(preview.at("count") == 1);
  CHECK(preview.at("first").at(0).at("name") == "张三");
  CHECK(desk.ask("DELETE", segment).status == 204);

  const auto product = "/products/" + id_of(desk.post("/products", {{"name", "面膜"}, {"price_minor", 9'900}, {"usage_days", 30}}));
  CHECK(desk.post("/products", {{"name", "面膜"}}).status == 422);
  CHECK(desk.ask("PATCH", product, {{"price_minor", nullptr}}).body.at("price_minor").is_null());
  CHECK(desk.get("/products?search=mianmo").body.at("items").size() == 1);

  const auto task = "/tasks/" + id_of(desk.post("/tasks", {{"text", "回访"}, {"customer_id", customer}}));
  CHECK(desk.post("/tasks", {{"text", "x"}, {"customer_id", 1}}).status == 422);
  CHECK(desk.get("/tasks").body.at("items").size() == 1);
  CHECK(desk.post(task + "/done").body.at("state") == "done");
  CHECK(desk.get("/tasks").body.at("items").empty());
  CHECK(desk.post(task + "/reopen").body.at("state") == "open");
  CHECK(desk.post(task + "/cancel").body.at("state") == "cancelled");

  CHECK(desk.post("/templates", {{"name", "hi"}, {"body", "{{nobody.knows}}"}}).status == 422);
  CHECK(desk.post("/templates", {{"name", "hi"}, {"body", "{{customer.name}}您好"}}).body.at("version") == 1);
  const auto shown = desk.post("/templates/preview", {{"template", "hi"}, {"customer_id", customer}}).body;
  CHECK(shown.at("text") == "张三您好");
  CHECK(shown.at("length") == 4);
  CHECK(desk.post("/templates/preview", {{"customer_id", customer}}).status == 422);
  CHECK(desk.get("/templates/hi").body.at("items").size() == 1);
  CHECK(desk.post("/templates/hi/retire", {{"language", "zh-CN"}}).status == 204);
  CHECK(desk.get("/templates/none").status == 404);
}

TEST_CASE("a broadcast is drafted with what it would do, started, paused and cancelled", "[api]") {
  ApiDesk desk;
  desk.customer("张三", true);
  const auto draft = desk.post("/broadcasts", {{"segment", "all"}, {"body", "上新了"}});
  REQUIRE(draft.status == 201);
  CHECK(draft.body.at("state") == "draft");
  CHECK(draft.body.at("preview").at("audience") == 1);
  CHECK(draft.body.at("preview").at("rendered") == "上新了");
  const auto broadcast = "/broadcasts/" + id_of(draft);
  CHECK(desk.post(broadcast + "/pause").status == 422);
  CHECK(desk.post(broadcast + "/start").body.at("state") == "planning");
  CHECK(desk.post(broadcast + "/pause").body.at("state") == "paused");
  CHECK(desk.post(broadcast + "/resume").body.at("state") == "planning");
  CHECK(desk.post(broadcast + "/cancel").body.at("state") == "cancelled");
  CHECK(desk.get(broadcast).body.at("counts").is_array());
  CHECK(desk.get("/deliveries?broadcast_id=" + id_of(draft)).body.at("items").empty());
  CHECK(desk.post("/broadcasts", {{"segment", "all"}}).status == 422);
  CHECK(desk.post("/broadcasts", {{"segment", "tga:x"}, {"body", "a"}}).status == 422);
}

TEST_CASE("a rule is read, changed, switched and reset", "[api]") {
  ApiDesk desk;
  desk.in([](const Context& context) {
    load_stock_templates(context);
    install_stock_rules(context);
  });
  auto rules = desk.get("/rules").body.at("items");
  REQUIRE(rules.size() > 5);
  const auto unpaid = std::find_if(rules.begin(), rules.end(), [](const json& rule) { return rule.at("name") == "unpaid"; });
  REQUIRE(unpaid != rules.end());
  const auto path = "/rules/" + unpaid->at("id").dump();
  CHECK(desk.post(path + "/off").body.at("enabled") == false);
  CHECK(desk.post(path + "/on").body.at("enabled") == true);
  auto definition = unpaid->at("definition");
  definition["steps"][0]["offset"] = "later";
  const auto refused = desk.ask("PUT", path, definition);
  CHECK(refused.status == 422);
  CHECK_THAT(refused.body.at("detail").get<std::string>(), Catch::Contains("steps[0].offset"));
  definition["steps"][0]["offset"] = "+3h";
  definition["steps"][0]["template"] = "unpayd_1";
  const auto no_template = desk.ask("PUT", path, definition);
  CHECK(no_template.status == 422);
  CHECK_THAT(no_template.body.at("detail").get<std::string>(), Catch::Contains("steps[0].template") && Catch::Contains("unpaid_1"));
  definition["steps"][0]["template"] = "unpaid_1";
  CHECK(desk.ask("PUT", path, definition).body.at("stock") == false);
  CHECK(desk.post(path + "/reset").body.at("definition") == unpaid->at("definition"));
  CHECK(desk.get("/rules/1").status == 404);
  CHECK(desk.get("/forecast?days=3").body.at("days").is_array());
  const auto customer = desk.customer("张三");
  desk.post("/orders", {{"customer_id", customer}, {"items", {{{"product", "面膜"}}}}, {"total_minor", 100}});
  CHECK_FALSE(desk.get("/customers/" + std::to_string(customer) + "/reminders").body.at("items").empty());
}

TEST_CASE("a channel's secrets never leave the server", "[api]") {
  ApiDesk desk;
  desk.customer("张三", true);
  const auto list = desk.get("/channels");
  CHECK(list.text.find("SECRET") == std::string::npos);
  CHECK(list.body.at("items").at(0).at("settings").at("token") == "***");
  CHECK(list.body.at("items").at(0).at("settings").at("api_base") == "http://127.0.0.1:9");
  const auto path = "/channels/" + std::to_string(desk.channel);
  CHECK(desk.post(path + "/off").body.at("state") == "off");
  CHECK(desk.post(path + "/on").body.at("state") == "on");
}

TEST_CASE("the shop's settings are changed only to what is allowed", "[api]") {
  ApiDesk desk;
  const auto changed = desk.ask("PATCH", "/shop", {{"name", "小店"}, {"settings", {{"quiet_from", "22:00"}, {"marketing_per_week", 3}, {"ask_consent", true}}}});
  CHECK(changed.status == 200);
  CHECK(desk.get("/shop").body.at("settings").at("quiet_from") == "22:00");
  CHECK(desk.get("/shop").body.at("settings").at("marketing_per_week") == 3);
  const auto refused = desk.ask("PATCH", "/shop", {{"time_zone", "Mars/Base"}, {"currency", "XYZ"}, {"settings", {{"quiet_from", "25:00"}, {"nonsense", 1}}}});
  CHECK(refused.status == 422);
  CHECK(refused.body.at("errors").size() == 4);
  CHECK(desk.get("/shop").body.at("time_zone") == "Asia/Shanghai");
}

TEST_CASE("a dead letter is replayed or dismissed once", "[api]") {
  ApiDesk desk;
  const auto put = [&](const char* key) {
    return desk.in([&](const Context& context) {
      storage::DeadLetter letter;
      letter.channel_id = 3;
      letter.event_key = key;
      letter.body = "{}";
      letter.error = "broken";
      letter.received_at_ms = context.now_ms;
      return std::to_string(storage::insert_dead_letter(context.tx, context.shop_id(), letter));
    });
  };
  const auto first = put("1"), second = put("2");
  desk.replay = [](std::int64_t, std::string& error) { return error = "still broken", false; };
  const auto failed = desk.post("/dead-letters/" + first + "/replay");
  CHECK(failed.status == 422);
  CHECK(failed.body.at("detail") == "still broken");
  desk.replay = [&](std::int64_t id, std::string&) {
    desk.in([&](const Context& context) { storage::settle_dead_letter(context.tx, context.shop_id(), id, "replayed", context.now_ms); });
    return true;
  };
  CHECK(desk.post("/dead-letters/" + first + "/replay").body.at("state") == "replayed");
  CHECK(desk.post("/dead-letters/" + first + "/replay").status == 409);
  CHECK(desk.post("/dead-letters/" + second + "/dismiss").body.at("state") == "dismissed");
  CHECK(desk.post("/dead-letters/" + second + "/dismiss").status == 409);
  CHECK(desk.get("/dead-letters?state=open").body.at("items").empty());
  CHECK(desk.get("/dead-letters").body.at("items").size() == 2);
}

TEST_CASE("nobody sees another shop's things", "[api]") {
  ApiDesk desk;
  const auto id = desk.customer("张三");
  const auto key = desk.shop.write([&](storage::Transaction& tx) {
    auto other = *storage::get_shop(tx, desk.shop.id());
    other.slug = "other";
    return http::create_key(tx, storage::insert_shop(tx, other), "k", http::Role::kOwner, test::kMonday10).key;
  });
  const std::map<std::string, std::string> as_other = {{"Authorization", "Bearer " + key}};
  CHECK(desk.ask("GET", "/customers", nullptr, as_other).body.at("items").empty());
  CHECK(desk.ask("GET", "/customers/" + std::to_string(id), nullptr, as_other).status == 404);
  CHECK(desk.ask("POST", "/orders", {{"customer_id", id}, {"total_minor", 1}}, as_other).status == 422);
}
