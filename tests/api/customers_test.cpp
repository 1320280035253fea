#include <catch2/catch.hpp>

#include "storage/callbacks.h"
#include "storage/ledger.h"
#include "tests/api/api_desk.h"

using namespace laoke;
using test::ApiDesk;
using test::json;

namespace {

std::string at(const std::string& path, std::int64_t id, const std::string& rest = "") {
  return path + "/" + std::to_string(id) + rest;
}

std::vector<std::string> pointers(const json& problem) {
  std::vector<std::string> all;
  for (const auto& error : problem.at("errors")) all.push_back(error.at("pointer"));
  return all;
}

}  // namespace

TEST_CASE("a program notes a customer and reads the whole card back", "[api]") {
  ApiDesk desk;
  const auto made = desk.post("/customers", {{"name", "张三"}, {"phone", "138 0013 8000"}, {"birthday", "1990-03-08"}, {"stage", "老客"}});
  REQUIRE(made.status == 201);
  const auto id = made.body.at("id").get<std::int64_t>();
  CHECK(made.body.at("phones").at(0).at("phone") == "+8613800138000");

  CHECK(desk.post(at("/customers", id, "/tags"), {{"tags", {"肤质/油性皮肤", "VIP"}}}).status == 200);
  CHECK(desk.post(at("/customers", id, "/notes"), {{"text", "喜欢清淡的味道"}}).status == 201);
  CHECK(desk.post(at("/customers", id, "/addresses"), {{"line", "浙江省杭州市西湖区文三路 1 号"}}).status == 201);
  CHECK(desk.ask("PUT", at("/customers", id, "/attributes/score"), {{"value", 42}}).status == 200);
  CHECK(desk.ask("PUT", at("/customers", id, "/attributes/member"), {{"value", true}}).status == 200);
  CHECK(desk.ask("PATCH", at("/customers", id), {{"grade", "A"}, {"email", "z@example.com"}}).status == 200);

  const auto card = desk.get(at("/customers", id)).body;
  CHECK(card.at("name") == "张三");
  CHECK(card.at("grade") == "A");
  CHECK(card.at("birthday") == "1990-03-08");
  CHECK(card.at("tags").size() == 2);
  CHECK(card.at("notes").at(0).at("text") == "喜欢清淡的味道");
  CHECK(card.at("addresses").at(0).at("city") == "杭州");
  CHECK(card.at("attributes").at(0) == json{{"name", "member"}, {"kind", "yesno"}, {"value", "1"}, {"shown", "yes"}});
  CHECK(card.at("attributes").at(1).at("kind") == "number");
  CHECK(desk.get(at("/customers", id, "/timeline")).body.at("items").size() >= 4);

  CHECK(desk.ask("DELETE", at("/customers", id, "/tags/VIP")).status == 204);
  CHECK(desk.ask("DELETE", at("/customers", id, "/phones/+8613800138000")).status == 204);
  CHECK(desk.ask("DELETE", at("/customers", id, "/phones/+8613800138000")).status == 404);
  CHECK(desk.ask("DELETE", at("/customers", id, "/notes/") + card.at("notes").at(0).at("id").dump()).status == 204);
  CHECK(desk.ask("DELETE", at("/customers", id, "/addresses/") + card.at("addresses").at(0).at("id").dump()).status == 204);
  CHECK(desk.ask("DELETE", at("/customers", id, "/attributes/score")).status == 204);
  const auto after = desk.get(at("/customers", id)).body;
  CHECK(after.at("tags").size() == 1);
  for (const char* gone : {"phones", "notes", "addresses"}) CHECK(after.at(gone).empty());
}

TEST_CASE("every field that is wrong is told at once, where it stands", "[api]") {
  ApiDesk desk;
  const auto refused = desk.post("/customers", {{"phone", 138}, {"nmae", "张三"}, {"referrer_id", -1}, {"email", std::string(501, 'x')}});
  CHECK(refused.status == 422);
  CHECK(refused.headers.at("content-type") == "application/problem+json");
  CHECK(pointers(refused.body) == std::vector<std::string>{"/name", "/phone", "/email", "/referrer_id", "/nmae"});
  CHECK(refused.body.at("errors").at(4).at("detail") == "There is no such field. Did you mean name?");
  CHECK(desk.get("/customers").body.at("items").empty());
}

TEST_CASE("a body that cannot be read is refused before anything happens", "[api]") {
  ApiDesk desk;
  const auto [says, body, type, status] = GENERATE(table<const char*, std::string, std::string, int>({
      {"no JSON", "{\"name\":", "application/json", 400},
      {"a list", "[]", "application/json", 422},
      {"another type", "name=a", "application/x-www-form-urlencoded", 415},
      {"nested without end", std::string(100'000, '['), "application/json", 400},
      {"bytes that are no text", "{\"name\":\"\xff\"}", "application/json", 400},
      {"a zero character", "{\"name\":\"a\\u0000b\"}", "application/json", 422},
  }));
  INFO(says);
  CHECK(desk.ask_text("POST", "/customers", body, {{"Content-Type", type}}).status == status);
}

TEST_CASE("a refusal speaks the caller's language and keeps its word for programs", "[api]") {
  ApiDesk desk;
  const auto ask = [&](const char* language) {
    return desk.ask("POST", "/customers", {{"name", "a"}, {"email", "nonsense"}}, {{"Accept-Language", language}});
  };
  const auto english = ask("en-GB,zh;q=0.5"), chinese = ask("zh-TW"), other = ask("fr");
  CHECK(english.status == 422);
  CHECK(english.body.at("type") == "urn:laoke:problem:customer.email");
  CHECK_THAT(english.body.at("detail").get<std::string>(), Catch::Contains("e-mail"));
  CHECK(chinese.body.at("detail") != english.body.at("detail"));
  CHECK(other.body.at("detail") == chinese.body.at("detail"));  // the shop's own
}

TEST_CASE("pages cover everything once and end", "[api]") {
  ApiDesk desk;
  for (int i = 0; i < 5; ++i) desk.customer("客" + std::to_string(i));
  const std::string filter = GENERATE("", "&query=all");
  std::vector<std::string> names;
  std::string cursor;
  for (int pages = 0; pages < 9; ++pages) {
    const auto page = desk.get("/customers?limit=2" + filter + (cursor.empty() ? "" : "&cursor=" + cursor)).body;
    for (const auto& item : page.at("items")) names.push_back(item.at("name"));
    if (page.at("next_cursor").is_null()) break;
    cursor = page.at("next_cursor");
  }
  CHECK(names == std::vector<std::string>{"客0", "客1", "客2", "客3", "客4"});
}

TEST_CASE("query arguments out of their range are refused", "[api]") {
  ApiDesk desk;
  const auto [path, status] = GENERATE(table<std::string, int>({
      {"/customers?limit=200", 200},
      {"/customers?limit=201", 400},
      {"/customers?limit=0", 400},
      {"/customers?limit=many", 400},
      {"/customers?cursor=x", 400},
      {"/customers?querry=all", 400},
      {"/customers?query=all&search=a", 400},
      {"/customers?query=tga:x", 422},
      {"/customers/abc", 404},
      {"/customers/99999999999999999999", 404},
      {"/customers/424242", 404},
      {"/deliveries", 400},
      {"/orders?state=nonsense", 400},
      {"/nothing", 404},
  }));
  INFO(path);
  CHECK(desk.get(path).status == status);
}

TEST_CASE("a customer is found by name, pinyin and segment", "[api]") {
  ApiDesk desk;
  const auto id = desk.customer("张三");
  desk.customer("李四");
  desk.post(at("/customers", id, "/tags"), {{"tags", {"VIP"}}});
  const std::string path = GENERATE("/customers?search=zhangsan", "/customers?search=zs", "/customers?query=tag:VIP");
  const auto found = desk.get(path).body.at("items");
  REQUIRE(found.size() == 1);
  CHECK(found.at(0).at("id") == id);
}

TEST_CASE("two customers become one and two again", "[api]") {
  ApiDesk desk;
  const auto kept = desk.customer("张三"), other = desk.customer("小张");
  const auto merged = desk.post(at("/customers", kept, "/merge"), {{"customer_id", other}});
  REQUIRE(merged.status == 201);
  CHECK(desk.get(at("/customers", other)).status == 404);
  CHECK(desk.post(at("/customers", kept, "/merge"), {{"customer_id", kept}}).status == 422);
  CHECK(desk.post(at("/merges", merged.body.at("merge_id").get<std::int64_t>(), "/undo")).status == 200);
  CHECK(desk.get(at("/customers", other)).status == 200);
  CHECK(desk.post("/merges/424242/undo").status == 404);
}

TEST_CASE("consent is set with its evidence", "[api]") {
  ApiDesk desk;
  const auto id = desk.customer("张三");
  CHECK(desk.post(at("/customers", id, "/consent"), {{"granted", false}}).status == 422);
  CHECK(desk.post(at("/customers", id, "/consent"), {{"granted", false}, {"evidence", "asked by phone"}}).body.at("opted_out") == true);
  const auto back = desk.post(at("/customers", id, "/consent"), {{"granted", true}, {"evidence", "form 7"}}).body;
  CHECK(back.at("opted_out") == false);
  CHECK(back.at("consents").at(0).at("evidence") == "form 7");
  CHECK(back.at("consents").at(0).at("source") == "api");
}

TEST_CASE("a message goes into the ledger once and can be asked for", "[api]") {
  ApiDesk desk;
  const auto nobody = desk.customer("无聊天"), id = desk.customer("张三", true);
  CHECK(desk.post(at("/customers", nobody, "/messages"), {{"text", "您好"}}).status == 422);
  CHECK(desk.post(at("/customers", id, "/messages"), json::object()).status == 422);
  const auto sent = desk.post(at("/customers", id, "/messages"), {{"text", "您好"}});
  REQUIRE(sent.status == 202);
  CHECK(sent.body.at("state") == "due");
  const auto key = sent.body.at("key").get<std::string>();
  CHECK(desk.get("/deliveries/" + key).body.at("customer_id") == id);
  CHECK(desk.get("/deliveries/m:0:1:nothing").status == 404);
  CHECK(desk.get("/deliveries?customer_id=" + std::to_string(id)).body.at("items").size() == 1);
  const auto why = desk.get(at("/customers", id, "/why")).body;
  CHECK(why.at("deliveries").size() == 1);
  CHECK(why.at("now").at(0).at("verdict") == "go");
  desk.post(at("/customers", id, "/consent"), {{"granted", false}, {"evidence", "said so"}});
  const auto now = desk.get(at("/customers", id, "/why")).body.at("now").at(0);
  CHECK(now.at("verdict") == "drop");
  CHECK(now.at("reason") == "opted_out");
  CHECK_FALSE(now.at("words").get<std::string>().empty());
}
