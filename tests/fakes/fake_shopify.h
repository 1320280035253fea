#pragma once
#include <map>
#include <set>

#include "tests/fakes/fake_shop_server.h"

namespace laoke::test {

// A store on Shopify: the Admin API's GraphQL for the shop and its webhook subscriptions, its orders by REST, and signed deliveries. Refuses a
// wrong token, http addresses, unknown topics and a second subscription of one topic to one address, and drops a
// subscription after 8 deliveries in a row that failed.
class FakeShopify {
 public:
  FakeShopify();
  nlohmann::json settings() const;  // of an account that talks to this store
  std::string url() const { return server_.url(); }
  std::string secret = "laoke-shopify-client-secret", token = "shpat_fake0000000000000000000000";

  std::set<std::string> topics_to(const std::string& uri) const;
  void drop_subscriptions();  // as after 8 deliveries in a row that failed
  void throttle_next() { server_.fail_next(200, {{"errors", {{{"message", "Throttled"}, {"extensions", {{"code", "THROTTLED"}}}}}}}); }
  FakeShopServer& server() { return server_; }
  // Orders by REST, the oldest change first, so many on a page; a page_info goes with nothing but a limit.
  void put_order(const nlohmann::json& order);
  std::size_t most_on_page = 250;
  std::function<void()> after_page = [] {};  // what happens in the store between two pages
  // One delivery; the status it was answered with. `old_secret`: signed as in the hour after a change.
  int deliver(const std::string& url, const std::string& topic, const std::string& body, const std::string& webhook_id, const std::string& old_secret = "");

 private:
  FakeShopServer::Said answer(const FakeShopServer::Asked& asked);
  FakeShopServer::Said subscribe(const nlohmann::json& variables);
  FakeShopServer::Said orders(const std::map<std::string, std::string>& query);
  mutable std::mutex mutex_;  // guards the next four
  std::map<std::string, std::string> page_ends_;  // by page_info
  std::map<std::string, nlohmann::json> orders_;  // by id
  std::set<std::pair<std::string, std::string>> subscriptions_;
  int failures_in_a_row_ = 0;
  FakeShopServer server_;  // last: its thread uses the others
};

}  // namespace laoke::test
