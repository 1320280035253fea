#include "bot/channels/woocommerce/woocommerce.h"

#include <algorithm>
#include <stdexcept>

#include "bot/channels/shops/catch_up.h"
#include "bot/channels/shops/shop_api.h"
#include "bot/channels/shops/shop_fields.h"
#include "bot/channels/woocommerce/woocommerce_parse.h"
#include "handlers/crypto.h"

namespace laoke::channels {
namespace woocommerce {
namespace {

using nlohmann::json;
using namespace shops;

constexpr std::size_t kWooOrdersRead = 100;  // the most of a page
constexpr std::size_t kWooLongestOrdersBytes = 16 << 20;

constexpr std::string_view kWanted[] = {"order.created", "order.updated", "order.restored", "customer.created", "customer.updated"};

std::vector<SettingSpec> specs() {
  return {
      {"secret", false, true, "the webhooks' secret: letters and digits only (the shop rewrites & and <)", "", true},
      {"shop_url", false, false, "the shop's address, for the REST keys", ""},
      {"consumer_key", false, true, "REST API key (ck_…) with read/write: Laoke then makes the webhooks by itself", ""},
      {"consumer_secret", false, true, "its secret (cs_…)", ""},
      {"completed_means", false, false, "done or shipped: what the order status 'completed' means in this shop", "done"},
      {"tracking_meta", false, false, "key in meta_data where a plugin keeps tracking numbers", "_wc_shipment_tracking_items"},
      {"tracking_number", false, false, "name of the number in it", "tracking_number"},
      {"tracking_carrier", false, false, "name of the carrier in it", "tracking_provider"},
      catch_up_spec(),
  };
}

struct Settings {
  std::vector<std::string> secrets;
  std::string api, authorization;  // api "" while there are no keys
  ParseSettings parsing;
  std::chrono::minutes catch_up{0};
};

// The key is the secret as WordPress decodes it: a stored "a&amp;b" signs with "a&b" (sheet 2.1).
std::string decoded(std::string text) {
  struct Entity {
    std::string_view written, meant;
  };
  static constexpr Entity kEntities[] = {{"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&#039;", "'"}, {"&#39;", "'"}, {"&amp;", "&"}};
  for (const auto& entity : kEntities)
    for (auto at = text.find(entity.written); at != std::string::npos; at = text.find(entity.written, at + entity.meant.size()))
      text.replace(at, entity.written.size(), entity.meant);
  return text;
}

Settings settings_from(const json& settings) {
  const auto all = specs();
  const auto text = [&](const char* name) { return setting_of(settings, all, "woocommerce", name); };
  Settings read;
  const std::string secret = text("secret");
  if (secret.size() < 8) wrong_setting("woocommerce", "secret", secret.empty() ? "missing" : "too short", "at least 8 letters and digits, the same as in the shop's webhook");
  read.secrets = {secret};
  if (decoded(secret) != secret) read.secrets.push_back(decoded(secret));
  const std::string key = text("consumer_key"), key_secret = text("consumer_secret"), url = text("shop_url");
  if (key.empty() != key_secret.empty()) wrong_setting("woocommerce", key.empty() ? "consumer_key" : "consumer_secret", "missing", "set beside the other one");
  if (!key.empty()) {
    read.api = address_setting(url, "woocommerce", "shop_url") + "/wp-json/wc/v3";
    read.authorization = "Basic " + crypto::base64(key + ":" + key_secret);
  }
  const std::string completed = text("completed_means");
  if (completed != "done" && completed != "shipped") wrong_setting("woocommerce", "completed_means", "'" + completed + "'", "done or shipped");
  read.parsing = {text("tracking_meta"), text("tracking_number"), text("tracking_carrier"), completed == "shipped"};
  read.catch_up = catch_up_every("woocommerce", text("catch_up_minutes"));
  return read;
}

class WooCommerce final : public Channel {
 public:
  explicit WooCommerce(Settings settings) : settings_(std::move(settings)), catch_up_(settings_.catch_up) {}

  std::string_view kind() const override { return "woocommerce"; }
  const Traits& traits() const override { return traits_; }
  // The ping must be answered with exactly 200, else the shop does not switch the webhook on.
  std::optional<HookAnswer> handshake(const RawRequest& request) const override {
    return is_ping(request) ? std::optional(HookAnswer{}) : std::nullopt;
  }
  bool authentic(const RawRequest& request) const override {
    return signed_by_one(settings_.secrets, request.body, header_of(request, "x-wc-webhook-signature"));
  }
  std::vector<InboundEvent> parse(const RawRequest& request) const override { return woocommerce::parse(request, settings_.parsing); }
  SendOutcome send(const Outgoing&) override { return takes_no_messages(); }
  void connect(const std::string& public_hook_url) override;
  std::vector<ProbeLine> probe() override;
  bool polls() const override { return !settings_.api.empty() && catch_up_.on(); }
  Polled poll(const std::string& cursor, std::chrono::milliseconds wait) override;
  void interrupt() override { catch_up_.interrupt(); }

 private:
  ReadPage orders_since(std::int64_t since_ms, bool first);
  ApiAnswer ask(const char* method, const std::string& path, const json& body = json(), HttpCancel* cancel = nullptr) const;
  void settle(const ApiAnswer& all, std::string_view topic, const std::string& url) const;

  const Settings settings_;
  Traits traits_;
  CatchUp catch_up_;
  // The thread that connects and polls:
  std::string hook_url_;
  std::int64_t from_ms_ = 0;
  int page_ = 1;
};

ApiAnswer WooCommerce::ask(const char* method, const std::string& path, const json& body, HttpCancel* cancel) const {
  HttpCall call;
  call.method = method;
  call.url = settings_.api + path;
  if (!body.is_null()) call.body = body.dump();
  call.headers = {{"Authorization", settings_.authorization}};
  call.answer_limit_bytes = kWooLongestOrdersBytes;
  call.cancel = cancel;
  ApiAnswer answer = ask_api(call);
  const std::string words = text_of(answer.body, "message");
  if (!answer.ok() && !words.empty()) answer.problem += ": " + shorten(words, 200);
  return answer;
}

// The webhook of this topic exists, is active and signs with our secret.
void WooCommerce::settle(const ApiAnswer& all, std::string_view topic, const std::string& url) const {
  const json wanted = {{"name", "Laoke " + std::string(topic)}, {"topic", topic}, {"delivery_url", url}, {"secret", settings_.secrets.back()}, {"status", "active"}};
  ApiAnswer done;
  const auto mine = std::find_if(all.body.begin(), all.body.end(), [&](const json& hook) { return text_of(hook, "topic") == topic && text_of(hook, "delivery_url") == url; });
  if (mine == all.body.end())
    done = ask("POST", "/webhooks", wanted);
  else if (text_of(*mine, "status") != "active")
    done = ask("PUT", "/webhooks/" + text_of(*mine, "id"), {{"status", "active"}, {"secret", settings_.secrets.back()}});
  if (!done.ok()) throw std::runtime_error("woocommerce: making the webhook for " + std::string(topic) + " failed: " + done.problem);
}

void WooCommerce::connect(const std::string& public_hook_url) {
  if (settings_.api.empty()) return;
  hook_url_ = public_hook_url;
  if (public_hook_url.empty()) throw std::runtime_error("woocommerce: webhooks need a public address; set public_url");
  const auto all = ask("GET", "/webhooks?per_page=100");
  if (!all.ok()) throw std::runtime_error("woocommerce: reading the webhooks failed: " + all.problem);
  if (!all.body.is_array()) throw std::runtime_error("woocommerce: " + settings_.api + " does not answer like WooCommerce; check shop_url");
  for (const auto topic : kWanted) settle(all, topic, public_hook_url);
}

// The oldest change first, each page from the time of the last one's end: an order that changes meanwhile moves to the
// end, and by page numbers its follower would be skipped. Only many changes of one second need the number.
ReadPage WooCommerce::orders_since(std::int64_t since_ms, bool first) {
  if (first) {
    from_ms_ = since_ms;
    page_ = 1;
  }
  ReadPage page;
  page.answer = ask("GET", "/orders?modified_after=" + iso_time(from_ms_) + "&dates_are_gmt=true&orderby=modified&order=asc&per_page=" +
                               std::to_string(kWooOrdersRead) + "&page=" + std::to_string(page_), json(), &catch_up_.cancel());
  if (page.answer.ok() && !page.answer.body.is_array()) page.answer.problem = settings_.api + " does not answer like WooCommerce; check shop_url";
  if (!page.answer.ok()) return page;
  for (const auto& order : page.answer.body) {
    page.orders.push_back(order.dump(-1, ' ', false, json::error_handler_t::replace));
    page.seen_ms = std::max(page.seen_ms, time_of(text_of(order, "date_modified_gmt")));
  }
  page.last = page.orders.size() < kWooOrdersRead;
  const std::int64_t next_ms = page.seen_ms - 1'000;  // modified_after leaves out what changed in that very second
  page_ = next_ms > from_ms_ ? 1 : page_ + 1;
  from_ms_ = std::max(from_ms_, next_ms);
  return page;
}

Polled WooCommerce::poll(const std::string& cursor, std::chrono::milliseconds wait) {
  return catch_up_.poll(cursor, wait,
                        {[this] { connect(hook_url_); },  // it switches off a webhook that failed six times
                         [this](std::int64_t since_ms, bool first) { return orders_since(since_ms, first); },
                         [this](const std::string& order) { return woocommerce::parse({"POST", order, {}, {}}, settings_.parsing); }});
}

std::vector<ProbeLine> WooCommerce::probe() {
  if (settings_.api.empty()) return {{true, "no REST keys are set: the secret shows itself with the first webhook; save the webhook in the shop to send one"}};
  const auto all = ask("GET", "/webhooks?per_page=100");
  if (!all.ok()) return {{false, "WooCommerce: " + all.problem + "; check shop_url and copy both keys again (WooCommerce > Settings > Advanced > REST API)"}};
  if (!all.body.is_array()) return {{false, settings_.api + " does not answer like WooCommerce: check shop_url"}};
  std::vector<ProbeLine> lines{{true, "keys are valid; " + std::to_string(all.body.size()) + " webhooks are there"}};
  for (const auto& hook : all.body)
    if (text_of(hook, "status") == "disabled")
      lines.push_back({false, "the shop switched off the webhook '" + text_of(hook, "name") + "' after failures; the server switches its own on again when it starts"});
  return lines;
}

std::unique_ptr<Channel> make(const Account& account) { return std::make_unique<WooCommerce>(settings_from(account.settings)); }

}  // namespace
}  // namespace woocommerce

Kind woocommerce_kind() { return {"woocommerce", woocommerce::specs(), woocommerce::make, Purpose::kShopSystem}; }

}  // namespace laoke::channels
