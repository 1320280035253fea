#include "tests/fakes/fake_shopify.h"

#include <algorithm>

#include "handlers/crypto.h"

namespace laoke::test {
namespace {

using nlohmann::json;

const std::set<std::string> kShopifyTopics{"ORDERS_CREATE",    "ORDERS_PAID",      "ORDERS_UPDATED",   "ORDERS_CANCELLED", "FULFILLMENTS_CREATE", "FULFILLMENTS_UPDATE", "REFUNDS_CREATE",
                                           "CHECKOUTS_CREATE", "CHECKOUTS_UPDATE", "CUSTOMERS_CREATE", "CUSTOMERS_UPDATE", "APP_UNINSTALLED",     "PRODUCTS_UPDATE"};
constexpr int kDropsAfter = 8;  // failures in a row, shops sheet 0

json created(const std::string& error) {
  json errors = json::array();
  if (!error.empty()) errors.push_back({{"field", {"webhookSubscription"}}, {"message", error}});
  return {{"data", {{"webhookSubscriptionCreate", {{"userErrors", errors}}}}}};
}

}  // namespace

FakeShopify::FakeShopify() : server_([this](const FakeShopServer::Asked& asked) { return answer(asked); }) {}

json FakeShopify::settings() const { return {{"secret", secret}, {"shop", "laoke.myshopify.com"}, {"token", token}, {"api_base", url()}}; }

FakeShopServer::Said FakeShopify::answer(const FakeShopServer::Asked& asked) {
  if (asked.header_token != token) return {401, {{"errors", "[API] Invalid API key or access token (unrecognized login or wrong password)"}}};
  if (asked.method == "GET" && asked.path == "/admin/api/2026-01/orders.json") {
    const auto said = orders(asked.query);
    after_page();
    return said;
  }
  if (asked.method != "POST" || asked.path != "/admin/api/2026-01/graphql.json") return {404, {{"errors", "Not Found"}}};
  const json body = json::parse(asked.body, nullptr, false);
  if (!body.is_object() || !body.contains("query")) return {400, {{"errors", {{"query", "Required parameter missing or invalid"}}}}};
  const std::string query = body["query"];
  if (query.find("webhookSubscriptionCreate") != std::string::npos) return subscribe(body["variables"]);
  const std::lock_guard lock(mutex_);
  json nodes = json::array();
  for (const auto& [topic, uri] : subscriptions_) nodes.push_back({{"topic", topic}, {"uri", uri}});
  return {200, {{"data", {{"shop", {{"name", "老客小店"}, {"myshopifyDomain", "laoke.myshopify.com"}, {"currencyCode", "CNY"}}}, {"webhookSubscriptions", {{"nodes", nodes}}}}}}};
}

void FakeShopify::put_order(const json& order) {
  const std::lock_guard lock(mutex_);
  orders_[order.at("id").dump()] = order;
}

// A page_info names where the next page begins: behind this change.
FakeShopServer::Said FakeShopify::orders(const std::map<std::string, std::string>& query) {
  const auto value = [&](const char* name) { return query.contains(name) ? query.at(name) : std::string(); };
  const std::string token = value("page_info");
  if (!token.empty() && query.size() > (query.contains("limit") ? 2U : 1U)) return {400, {{"errors", "Invalid Parameter(s): only limit goes with page_info"}}};
  if (token.empty() && (value("status") != "any" || value("order") != "updated_at asc")) return {400, {{"errors", "Invalid Parameter(s)"}}};
  const std::size_t limit = std::min<std::size_t>(most_on_page, value("limit").empty() ? 50 : std::stoul(value("limit")));
  const std::lock_guard lock(mutex_);
  if (!token.empty() && !page_ends_.contains(token)) return {400, {{"errors", "Invalid value for page_info"}}};
  const std::string behind = token.empty() ? value("updated_at_min") : page_ends_.at(token);
  std::map<std::string, json> by_change;  // all times of a test have one zone
  for (const auto& [id, order] : orders_)
    if (const std::string key = order.at("updated_at").get<std::string>() + "|" + id; token.empty() ? key >= behind : key > behind) by_change[key] = order;
  json list = json::array();
  std::string last;
  for (const auto& [key, order] : by_change) {
    if (list.size() == limit) break;
    list.push_back(order);
    last = key;
  }
  FakeShopServer::Said said{200, {{"orders", list}}};
  const std::string here = url() + "/admin/api/2026-01/orders.json?limit=" + std::to_string(limit);
  if (list.size() == by_change.size()) return said;
  const std::string next = "eyJkaX" + std::to_string(page_ends_.size());
  page_ends_[next] = last;
  said.link = "<" + here + "&page_info=before>; rel=\"previous\", <" + here + "&page_info=" + next + ">; rel=\"next\"";
  return said;
}

FakeShopServer::Said FakeShopify::subscribe(const json& variables) {
  const std::string topic = variables.value("topic", ""), uri = variables["to"].value("uri", "");
  if (!kShopifyTopics.contains(topic)) return {200, {{"errors", {{{"message", "Variable $topic of type WebhookSubscriptionTopic! was provided invalid value"}}}}}};
  if (!uri.starts_with("https://")) return {200, created("Address protocol http:// is not supported")};
  const std::lock_guard lock(mutex_);
  if (!subscriptions_.insert({topic, uri}).second) return {200, created("Address for this topic has already been taken")};
  return {200, created("")};
}

void FakeShopify::drop_subscriptions() {
  const std::lock_guard lock(mutex_);
  subscriptions_.clear();
}

std::set<std::string> FakeShopify::topics_to(const std::string& uri) const {
  const std::lock_guard lock(mutex_);
  std::set<std::string> topics;
  for (const auto& [topic, to] : subscriptions_)
    if (to == uri) topics.insert(topic);
  return topics;
}

int FakeShopify::deliver(const std::string& url, const std::string& topic, const std::string& body, const std::string& webhook_id, const std::string& old_secret) {
  const auto signature = crypto::base64(crypto::hmac_sha256(old_secret.empty() ? secret : old_secret, body));
  const auto answer = FakeShopServer::post(url, body, "application/json",
                                           {{"X-Shopify-Topic", topic}, {"X-Shopify-Shop-Domain", "laoke.myshopify.com"}, {"X-Shopify-API-Version", "2026-01"},
                                            {"X-Shopify-Hmac-Sha256", signature}, {"X-Shopify-Webhook-Id", webhook_id}, {"X-Shopify-Event-Id", "event-1"},
                                            {"X-Shopify-Triggered-At", "2026-01-03T02:15:00Z"}});
  const std::lock_guard lock(mutex_);
  const bool good = answer.status >= 200 && answer.status < 300;
  failures_in_a_row_ = good ? 0 : failures_in_a_row_ + 1;
  if (failures_in_a_row_ >= kDropsAfter) std::erase_if(subscriptions_, [&](const auto& one) { return one.second == url; });
  return answer.status;
}

}  // namespace laoke::test
