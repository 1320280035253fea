#pragma once
#include <yaml-cpp/yaml.h>

#include <map>
#include <string>
#include <vector>

#include "handlers/rules.h"
#include "handlers/undelivered.h"
#include "storage/callbacks.h"
#include "storage/jobs.h"
#include "tests/api/api_desk.h"

// The API's document, and a shop that its examples are about.
namespace laoke::test {

inline const YAML::Node& document() {
  static const YAML::Node root = YAML::LoadFile(LAOKE_SOURCE_DIR "/docs/openapi.yaml");
  return root;
}

struct Operation {
  std::string method, path;  // "GET", "/orders/{id}"
  YAML::Node node;
};

inline std::vector<Operation> operations() {
  std::vector<Operation> all;
  for (const auto& path : document()["paths"])
    for (const auto& entry : path.second) {
      auto method = entry.first.as<std::string>();
      for (char& c : method) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
      if (method != "PARAMETERS") all.push_back({method, path.first.as<std::string>(), entry.second});
    }
  return all;
}

inline json json_of(const YAML::Node& node) {
  if (node.IsMap()) {
    json object = json::object();
    for (const auto& entry : node) object[entry.first.as<std::string>()] = json_of(entry.second);
    return object;
  }
  if (node.IsSequence()) {
    json list = json::array();
    for (const auto& entry : node) list.push_back(json_of(entry));
    return list;
  }
  if (!node.IsScalar()) return nullptr;
  if (node.Tag() == "!") return node.Scalar();  // quoted
  const auto value = json::parse(node.Scalar(), nullptr, false);
  return value.is_discarded() ? json(node.Scalar()) : value;
}

inline YAML::Node resolved(const YAML::Node& node) {
  if (!node["$ref"]) return node;
  YAML::Node at = document();
  std::string path = node["$ref"].as<std::string>().substr(2);
  while (!path.empty()) {
    const auto slash = path.find('/');
    at.reset(at[path.substr(0, slash)]);  // an assignment would write into the document
    path = slash == std::string::npos ? "" : path.substr(slash + 1);
  }
  return at;
}

inline int first_success(const Operation& operation) {
  for (const auto& response : operation.node["responses"])
    if (const auto status = response.first.as<std::string>(); status[0] == '2') return std::stoi(status);
  return 0;
}

// A shop in which every example of the document is true: its ids stand for those of the examples.
class ExampleShop {
 public:
  ExampleShop() {
    desk.in([](const Context& context) { install_stock_rules(context); });
    const auto customer = desk.customer("张三", true);
    ids["customers"] = customer;
    ids["other"] = desk.customer("小张");
    ids["contacts"] = made("/customers/" + std::to_string(customer)).at("contacts").at(0).at("id");
    ids["channels"] = desk.channel;
    const auto on_customer = "/customers/" + std::to_string(customer);
    desk.post(on_customer + "/tags", {{"tags", {"VIP"}}});
    desk.post(on_customer + "/phones", {{"phone", "+8613800138000"}});
    desk.ask("PUT", on_customer + "/attributes/skin", {{"value", "油性"}});
    ids["note"] = desk.post(on_customer + "/notes", {{"text", "a"}}).body.at("id");
    ids["address"] = desk.post(on_customer + "/addresses", {{"line", "浙江省杭州市文三路 1 号"}}).body.at("id");
    ids["tags"] = made("/tags").at("items").at(0).at("id");
    ids["segments"] = desk.post("/segments", {{"name", "老客"}, {"query", "has:order"}}).body.at("id");
    ids["products"] = desk.post("/products", {{"name", "精华"}}).body.at("id");
    ids["orders"] = desk.post("/orders", {{"customer_id", customer}, {"items", {{{"product", "精华"}}}}, {"total_minor", 100}}).body.at("id");
    ids["tasks"] = desk.post("/tasks", {{"text", "回访"}}).body.at("id");
    desk.post("/templates", {{"name", "spring"}, {"body", "上新了"}});
    ids["rules"] = made("/rules").at("items").at(0).at("id");
    ids["broadcasts"] = desk.post("/broadcasts", {{"segment", "all"}, {"body", "上新了"}}).body.at("id");
    ids["webhooks"] = desk.post("/webhooks", {{"url", "http://127.0.0.1:9/x"}}).body.at("id");
    desk.in([&](const Context& context) {
      ids["dead-letters"] = storage::insert_dead_letter(context.tx, context.shop_id(), {0, desk.channel, "1", "{}", "why", "open", 1, {}});
      storage::Job job;
      job.shop_id = context.shop_id();
      job.kind = "plan_rule";
      job.data = R"({"rule_id":1,"version":1,"after":0,"planned":0})";
      ids["jobs"] = storage::insert_job(context.tx, job);
    });
    delivery = desk.post(on_customer + "/messages", {{"text", "您好"}}).body.at("key");
  }

  // Brings the things an operation is about into the state it needs.
  void prepare(const std::string& path) {
    const auto order = "/orders/" + std::to_string(ids.at("orders")), broadcast = "/broadcasts/" + std::to_string(ids.at("broadcasts"));
    const auto ends = [&](const char* end) { return path.ends_with(end); };
    if (ends("/deliver") || ends("/complete") || ends("/refund") || ends("/report")) desk.post(order + "/paid");
    if (ends("/deliver") || ends("/complete") || ends("/report"))
      ids["shipment"] = desk.post(order + "/ship", {{"carrier", "顺丰"}, {"tracking_no", "SF1234567890123"}}).body.at("shipments").at(0).at("id");
    if (ends("/complete")) desk.post(order + "/deliver");
    if (ends("/pause") || ends("/resume")) desk.post(broadcast + "/start");
    if (ends("/resume")) desk.post(broadcast + "/pause");
    if (path == "/deliveries/resend" || path == "/deliveries/leave")
      desk.in([&](const Context& context) {
        auto row = *storage::get_delivery(context.tx, context.shop_id(), *storage::delivery_key_from(delivery));
        row.state = "unknown";
        storage::update_delivery(context.tx, context.shop_id(), row);
        note_bad_end(context.tx, context.shop_id(), row, context.now_ms);
      });
    if (ends("/reopen")) desk.post("/tasks/" + std::to_string(ids.at("tasks")) + "/done");
    if (path.starts_with("/merges"))
      ids["merges"] = desk.post("/customers/" + std::to_string(ids.at("customers")) + "/merge", {{"customer_id", ids.at("other")}}).body.at("merge_id");
  }

  std::string filled(std::string path) const {
    const auto collection = path.substr(1, path.find('/', 1) - 1);
    const std::map<std::string, std::string> texts = {{"{tag}", "VIP"}, {"{phone}", "+8613800138000"}, {"{key}", delivery},
                                                      {"{name}", collection == "templates" ? "spring" : "skin"}};
    for (const auto& [hole, text] : texts) replace(path, hole, text);
    if (ids.contains(collection)) replace(path, "{id}", std::to_string(ids.at(collection)));
    for (const auto& [name, id] : ids) replace(path, "{" + name + "}", std::to_string(id));
    return path;
  }

  json filled(json body, const std::string& path) const {
    for (auto& [name, value] : body.items()) {
      if (name == "customer_id") value = ids.at(path.ends_with("/merge") ? "other" : "customers");
      if (name == "contact_id") value = ids.at("contacts");
      if (name == "key" && path.starts_with("/deliveries/")) value = delivery;
    }
    return body;
  }

  ApiDesk desk;
  std::map<std::string, std::int64_t> ids;
  std::string delivery;

 private:
  json made(const std::string& path) { return desk.get(path).body; }
  static void replace(std::string& in, const std::string& what, const std::string& with) {
    if (const auto at = in.find(what); at != std::string::npos) in.replace(at, what.size(), with);
  }
};

}  // namespace laoke::test
