#include "bot/channels/shopify/shopify.h"

#include <algorithm>
#include <stdexcept>

#include "bot/channels/shopify/shopify_parse.h"
#include "bot/channels/shops/catch_up.h"
#include "bot/channels/shops/shop_api.h"
#include "bot/channels/shops/shop_fields.h"

namespace laoke::channels {
namespace shopify {
namespace {

using nlohmann::json;
using namespace shops;

constexpr std::size_t kLeastSecret = 8;
constexpr int kOrdersRead = 100;                         // a page; 250 are the most, and a large order has 60 kB
constexpr std::size_t kLongestOrdersBytes = 16 << 20;

// What connect() subscribes to: the name in GraphQL and as the webhook's header writes it. The privacy topics belong to
// the app's settings, not to a subscription.
constexpr std::string_view kWanted[] = {"ORDERS_CREATE",      "ORDERS_PAID",         "ORDERS_UPDATED",   "ORDERS_CANCELLED", "FULFILLMENTS_CREATE", "FULFILLMENTS_UPDATE",
                                        "REFUNDS_CREATE",     "CHECKOUTS_CREATE",    "CHECKOUTS_UPDATE", "CUSTOMERS_CREATE", "CUSTOMERS_UPDATE",    "APP_UNINSTALLED"};

std::vector<SettingSpec> specs() {
  return {
      {"secret", true, true, "the app's client secret (or the one shown under Settings > Notifications > Webhooks); after a change both, by a comma", ""},
      {"shop", false, false, "the store's address: name.myshopify.com; other stores' webhooks are ignored", ""},
      {"token", false, true, "Admin API access token (shpat_…): Laoke then subscribes to the webhooks by itself", ""},
      {"api_version", false, false, "version of the Admin API", "2026-01"},
      {"api_base", false, false, "address of the Admin API; https:// and the shop when not set", ""},
      catch_up_spec(),
  };
}

struct Settings {
  std::vector<std::string> secrets;
  std::string shop, token, api_url;  // api_url "" while it cannot be called
  std::chrono::minutes catch_up{0};
};

void check_shop(const std::string& shop) {
  const bool plain = shop.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-.") == std::string::npos;
  if (!shop.empty() && (!plain || !shop.ends_with(".myshopify.com"))) wrong_setting("shopify", "shop", "'" + shop + "'", "name.myshopify.com");
}

Settings settings_from(const json& settings) {
  const auto all = specs();
  const auto text = [&](const char* name) { return setting_of(settings, all, "shopify", name); };
  Settings read;
  read.secrets = secrets_of(text("secret"));
  if (read.secrets.empty() || std::ranges::any_of(read.secrets, [](const auto& one) { return one.size() < kLeastSecret; }))
    wrong_setting("shopify", "secret", "too short", "what Shopify shows, at least 8 letters each");
  read.shop = text("shop");
  check_shop(read.shop);
  read.token = text("token");
  if (!read.token.empty() && read.shop.empty()) wrong_setting("shopify", "shop", "missing", "set beside the token: name.myshopify.com");
  const std::string version = text("api_version");
  if (version.size() != 7 || version.find_first_not_of("0123456789-") != std::string::npos) wrong_setting("shopify", "api_version", "'" + version + "'", "a version such as 2026-01");
  std::string base = text("api_base");
  if (base.empty() && !read.shop.empty()) base = "https://" + read.shop;
  if (!base.empty() && !read.token.empty()) read.api_url = address_setting(base, "shopify", "api_base") + "/admin/api/" + version;
  read.catch_up = catch_up_every("shopify", text("catch_up_minutes"));
  return read;
}

class Shopify final : public Channel {
 public:
  explicit Shopify(Settings settings) : settings_(std::move(settings)), catch_up_(settings_.catch_up) {}

  std::string_view kind() const override { return "shopify"; }
  const Traits& traits() const override { return traits_; }
  bool authentic(const RawRequest& request) const override {
    return signed_by_one(settings_.secrets, request.body, header_of(request, "x-shopify-hmac-sha256"));
  }
  std::vector<InboundEvent> parse(const RawRequest& request) const override { return shopify::parse(request, settings_.shop); }
  SendOutcome send(const Outgoing&) override { return takes_no_messages(); }
  void connect(const std::string& public_hook_url) override;
  std::vector<ProbeLine> probe() override;
  bool polls() const override { return !settings_.api_url.empty() && catch_up_.on(); }
  Polled poll(const std::string& cursor, std::chrono::milliseconds wait) override;
  void interrupt() override { catch_up_.interrupt(); }

 private:
  ReadPage orders_since(std::int64_t since_ms, bool first);
  ApiAnswer graphql(const std::string& query, const json& variables) const;
  // Topics that lead to `url`; "" every one.
  std::vector<std::string> subscribed(const ApiAnswer& answer, const std::string& url) const;
  void subscribe(std::string_view topic, const std::string& url) const;

  const Settings settings_;
  Traits traits_;
  CatchUp catch_up_;
  // The thread that connects and polls:
  std::string hook_url_, next_page_;
};

// GraphQL answers 200 around its errors: errors[] (THROTTLED passes), userErrors[] stay (sheet 1.3).
std::string errors_in(const json& body) {
  if (!body.is_object()) return "the answer is no JSON: is this the Admin API?";
  for (const auto& error : list_of(body, "errors")) return text_of(error, "message").empty() ? "refused" : text_of(error, "message");
  if (const std::string words = text_of(body, "errors"); !words.empty()) return words;
  for (const auto& [name, result] : object_of(body, "data").items())
    for (const auto& error : list_of(result, "userErrors")) return text_of(error, "message");
  return "";
}

ApiAnswer Shopify::graphql(const std::string& query, const json& variables) const {
  HttpCall call;
  call.url = settings_.api_url + "/graphql.json";
  call.body = json{{"query", query}, {"variables", variables}}.dump();
  call.headers = {{"X-Shopify-Access-Token", settings_.token}};
  ApiAnswer answer = ask_api(call);
  if (answer.ok()) answer.problem = errors_in(answer.body);
  return answer;
}

constexpr const char* kState = "{ shop { name myshopifyDomain currencyCode } webhookSubscriptions(first: 250) { nodes { topic uri } } }";

std::vector<std::string> Shopify::subscribed(const ApiAnswer& answer, const std::string& url) const {
  std::vector<std::string> topics;
  for (const auto& node : list_of(object_of(object_of(answer.body, "data"), "webhookSubscriptions"), "nodes"))
    if (url.empty() || text_of(node, "uri") == url) topics.push_back(text_of(node, "topic"));
  return topics;
}

void Shopify::subscribe(std::string_view topic, const std::string& url) const {
  const auto answer = graphql(
      "mutation($topic: WebhookSubscriptionTopic!, $to: WebhookSubscriptionInput!) { webhookSubscriptionCreate(topic: $topic, webhookSubscription: $to) "
      "{ userErrors { field message } } }",
      {{"topic", topic}, {"to", {{"uri", url}, {"format", "JSON"}}}});
  if (!answer.ok())
    throw std::runtime_error("shopify: subscribing to " + std::string(topic) + " failed: " + answer.problem +
                             "; check the app's scopes (read_orders, read_fulfillments, read_customers)");
}

void Shopify::connect(const std::string& public_hook_url) {
  if (settings_.api_url.empty()) return;
  hook_url_ = public_hook_url;
  if (!public_hook_url.starts_with("https://"))
    throw std::runtime_error("shopify: webhooks need a public https address; set public_url");
  const auto state = graphql(kState, json::object());
  if (!state.ok()) throw std::runtime_error("shopify: reading the subscriptions failed: " + state.problem);
  const auto there = subscribed(state, public_hook_url);
  for (const auto topic : kWanted)
    if (std::ranges::find(there, topic) == there.end()) subscribe(topic, public_hook_url);
}

// REST gives an order as the webhooks do. Pages go on by their link, so an order that changes meanwhile is not skipped.
ReadPage Shopify::orders_since(std::int64_t since_ms, bool first) {
  HttpCall call;
  call.method = "GET";
  call.url = settings_.api_url + "/orders.json?limit=" + std::to_string(kOrdersRead);
  call.url += first ? "&status=any&order=updated_at%20asc&updated_at_min=" + iso_time(since_ms) + "Z" : "&page_info=" + next_page_;
  call.headers = {{"X-Shopify-Access-Token", settings_.token}};
  call.answer_limit_bytes = kLongestOrdersBytes;
  call.cancel = &catch_up_.cancel();
  ReadPage page;
  page.answer = ask_api(call);
  if (!page.answer.ok()) return page;
  if (!page.answer.body.is_object() || !page.answer.body.contains("orders")) page.answer.problem = "the answer holds no orders: is this the Admin API?";
  for (const auto& order : list_of(page.answer.body, "orders")) {
    page.orders.push_back(order.dump(-1, ' ', false, json::error_handler_t::replace));
    page.seen_ms = std::max(page.seen_ms, time_of(text_of(order, "updated_at")));
  }
  next_page_ = page.answer.next_page;
  page.last = next_page_.empty();
  return page;
}

Polled Shopify::poll(const std::string& cursor, std::chrono::milliseconds wait) {
  return catch_up_.poll(cursor, wait,
                        {[this] { connect(hook_url_); },  // Shopify removes a subscription that failed eight times
                         [this](std::int64_t since_ms, bool first) { return orders_since(since_ms, first); },
                         [this](const std::string& order) { return shopify::parse({"POST", order, {}, {}}, settings_.shop); }});
}

std::vector<ProbeLine> Shopify::probe() {
  if (settings_.api_url.empty())
    return {{true, "no token is set: the secret shows itself with the first webhook; send a test notification from the store"}};
  const auto state = graphql(kState, json::object());
  if (!state.ok()) return {{false, "Shopify: " + state.problem + "; copy token and shop again from the app's page"}};
  const json& shop = object_of(object_of(state.body, "data"), "shop");
  std::vector<ProbeLine> lines{{true, "token is valid: " + text_of(shop, "name") + " (" + text_of(shop, "myshopifyDomain") + ", " + text_of(shop, "currencyCode") + ")"}};
  const auto there = subscribed(state, "");
  const auto found = std::ranges::count_if(kWanted, [&](auto topic) { return std::ranges::find(there, topic) != there.end(); });
  lines.push_back({true, std::to_string(found) + " of " + std::to_string(std::size(kWanted)) + " webhook topics are subscribed; the server adds the rest when it starts"});
  return lines;
}

std::unique_ptr<Channel> make(const Account& account) { return std::make_unique<Shopify>(settings_from(account.settings)); }

}  // namespace
}  // namespace shopify

Kind shopify_kind() { return {"shopify", shopify::specs(), shopify::make, Purpose::kShopSystem}; }

}  // namespace laoke::channels
