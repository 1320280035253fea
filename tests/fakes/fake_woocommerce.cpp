#include "tests/fakes/fake_woocommerce.h"

#include <algorithm>

#include "handlers/crypto.h"

namespace laoke::test {
namespace {

using nlohmann::json;

constexpr const char* kWooKey = "ck_fake";
constexpr const char* kWooKeySecret = "cs_fake";
constexpr int kDisabledAfter = 5;  // more failures in a row than this, shops sheet 2.1
const std::string kWooPath = "/wp-json/wc/v3/webhooks";

}  // namespace

FakeWooCommerce::FakeWooCommerce() : server_([this](const FakeShopServer::Asked& asked) { return answer(asked); }) {}

json FakeWooCommerce::settings(const std::string& secret) const {
  return {{"secret", secret}, {"shop_url", url()}, {"consumer_key", kWooKey}, {"consumer_secret", kWooKeySecret}};
}

json FakeWooCommerce::shown(int id, const Webhook& webhook) const {
  return {{"id", id}, {"name", "Laoke " + webhook.topic}, {"status", webhook.status}, {"topic", webhook.topic}, {"delivery_url", webhook.delivery_url}};
}

FakeShopServer::Said FakeWooCommerce::answer(const FakeShopServer::Asked& asked) {
  if (asked.authorization != "Basic " + crypto::base64(std::string(kWooKey) + ":" + kWooKeySecret))
    return {401, {{"code", "woocommerce_rest_cannot_view"}, {"message", "Sorry, you cannot list resources."}}};
  if (asked.method == "GET" && asked.path == kWooPath) {
    const std::lock_guard lock(mutex_);
    json list = json::array();
    for (const auto& [id, webhook] : webhooks_) list.push_back(shown(id, webhook));
    return {200, list};
  }
  if (asked.method == "GET" && asked.path == "/wp-json/wc/v3/orders") {
    const auto said = orders(asked.query);
    after_page();
    return said;
  }
  const json body = json::parse(asked.body, nullptr, false);
  if (!body.is_object()) return {400, {{"code", "rest_invalid_json"}, {"message", "Invalid JSON body passed."}}};
  if (asked.method == "POST" && asked.path == kWooPath) {
    if (!body.contains("delivery_url") || !body.contains("topic")) return {400, {{"code", "rest_missing_callback_param"}, {"message", "Missing parameter(s)"}}};
    mutex_.lock();
    const int id = next_id_++;
    mutex_.unlock();
    return save(id, body);
  }
  if (asked.method == "PUT" && asked.path.starts_with(kWooPath + "/")) return save(std::stoi(asked.path.substr(kWooPath.size() + 1)), body);
  return {404, {{"code", "rest_no_route"}, {"message", "No route was found matching the URL and request method."}}};
}

void FakeWooCommerce::put_order(const json& order) {
  const std::lock_guard lock(mutex_);
  orders_[order.at("id").get<std::int64_t>()] = order;
}

// modified_after leaves out what changed in that very second.
FakeShopServer::Said FakeWooCommerce::orders(const std::map<std::string, std::string>& query) {
  const auto value = [&](const char* name) { return query.contains(name) ? query.at(name) : std::string(); };
  if (value("dates_are_gmt") != "true" || value("orderby") != "modified" || value("order") != "asc" || value("modified_after").size() != 19)
    return {400, {{"code", "rest_invalid_param"}, {"message", "Invalid parameter(s)."}}};
  const std::size_t per_page = std::stoul(value("per_page")), page = std::stoul(value("page"));
  if (per_page > 100 || page < 1) return {400, {{"code", "rest_invalid_param"}, {"message", "Invalid parameter(s): per_page"}}};
  const std::lock_guard lock(mutex_);
  std::vector<json> found;
  for (const auto& [id, order] : orders_)
    if (order.at("date_modified_gmt").get<std::string>() > value("modified_after")) found.push_back(order);
  std::ranges::stable_sort(found, {}, [](const json& order) { return order.at("date_modified_gmt").get<std::string>(); });
  json list = json::array();
  for (std::size_t i = (page - 1) * per_page; i < found.size() && list.size() < per_page; ++i) list.push_back(found[i]);
  return {200, list};
}

FakeShopServer::Said FakeWooCommerce::save(int id, const json& body) {
  Webhook saved;
  {
    const std::lock_guard lock(mutex_);
    Webhook& webhook = webhooks_[id];
    webhook.topic = body.value("topic", webhook.topic);
    webhook.delivery_url = body.value("delivery_url", webhook.delivery_url);
    webhook.secret = body.value("secret", webhook.secret);
    webhook.status = body.value("status", "disabled");
    webhook.failures = 0;
    saved = webhook;
  }
  const auto ping = FakeShopServer::post(saved.delivery_url, "webhook_id=" + std::to_string(id), "application/x-www-form-urlencoded", {});
  const std::lock_guard lock(mutex_);
  if (ping.status != 200) webhooks_[id].status = "disabled";
  return {201, shown(id, webhooks_[id])};
}

std::map<int, FakeWooCommerce::Webhook> FakeWooCommerce::webhooks() const {
  const std::lock_guard lock(mutex_);
  return webhooks_;
}

void FakeWooCommerce::disable(int id) {
  const std::lock_guard lock(mutex_);
  webhooks_.at(id).status = "disabled";
}

int FakeWooCommerce::deliver(const std::string& topic, const std::string& body) {
  int status = 0;
  for (const auto& [id, webhook] : webhooks()) {
    if (webhook.topic != topic || webhook.status != "active") continue;
    const std::size_t dot = topic.find('.');
    status = FakeShopServer::post(webhook.delivery_url, body, "application/json",
                                  {{"X-WC-Webhook-Source", url() + "/"}, {"X-WC-Webhook-Topic", topic}, {"X-WC-Webhook-Resource", topic.substr(0, dot)},
                                   {"X-WC-Webhook-Event", topic.substr(dot + 1)}, {"X-WC-Webhook-Signature", crypto::base64(crypto::hmac_sha256(webhook.secret, body))},
                                   {"X-WC-Webhook-ID", std::to_string(id)}, {"X-WC-Webhook-Delivery-ID", "the-same-second"}})
                 .status;
    const bool good = (status >= 200 && status < 300) || status == 301 || status == 302;
    const std::lock_guard lock(mutex_);
    Webhook& kept = webhooks_[id];
    kept.failures = good ? 0 : kept.failures + 1;
    if (kept.failures > kDisabledAfter) kept.status = "disabled";
  }
  return status;
}

}  // namespace laoke::test
