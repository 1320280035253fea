#pragma once
#include <map>

#include "tests/fakes/fake_shop_server.h"

namespace laoke::test {

// A WooCommerce shop: its webhooks by REST (Basic auth), the unsigned ping of a saved one, and signed deliveries. A ping that
// is not answered with exactly 200 leaves the webhook disabled; so do more than 5 failures in a row.
class FakeWooCommerce {
 public:
  struct Webhook {
    std::string topic, delivery_url, secret, status;
    int failures = 0;
  };
  FakeWooCommerce();
  nlohmann::json settings(const std::string& secret = "laoke-woo-secret") const;
  std::string url() const { return server_.url(); }
  std::map<int, Webhook> webhooks() const;
  void disable(int id);
  FakeShopServer& server() { return server_; }
  void put_order(const nlohmann::json& order);
  std::function<void()> after_page = [] {};  // what happens in the shop between two pages
  // Delivers to every active webhook of the topic; the last status, 0 when none was sent. All within one second share
  // their delivery id.
  int deliver(const std::string& topic, const std::string& body);

 private:
  FakeShopServer::Said answer(const FakeShopServer::Asked& asked);
  FakeShopServer::Said save(int id, const nlohmann::json& body);
  nlohmann::json shown(int id, const Webhook& webhook) const;
  FakeShopServer::Said orders(const std::map<std::string, std::string>& query);
  mutable std::mutex mutex_;  // guards the next three
  std::map<std::int64_t, nlohmann::json> orders_;
  std::map<int, Webhook> webhooks_;
  int next_id_ = 12;
  FakeShopServer server_;  // last: its thread uses the others
};

}  // namespace laoke::test
