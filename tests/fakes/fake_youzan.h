#pragma once
#include "tests/fakes/fake_shop_server.h"

namespace laoke::test {

// Youzan: the token endpoint, which refuses wrong keys inside a 200, its trades by API, and signed pushes, which it takes for done only when
// the answer is 200 and says success.
class FakeYouzan {
 public:
  FakeYouzan();
  nlohmann::json settings() const;
  std::string url() const { return server_.url(); }
  FakeShopServer& server() { return server_; }
  // {"full_order_info": …, "delivery_order": …}; a list holds the first of them alone.
  void put_trade(const nlohmann::json& trade);
  void end_token();  // the next call with the token of now is refused
  std::function<void()> after_page = [] {};  // what happens in the shop between two pages
  struct Pushed {
    int status = 0;
    bool done = false;  // else it would come again
  };
  // `message` goes URL-encoded, as trade messages do.
  Pushed push(const std::string& url, const std::string& type, const nlohmann::json& message, const std::string& msg_id, bool right_sign = true) const;

 private:
  FakeShopServer::Said answer(const FakeShopServer::Asked& asked);
  FakeShopServer::Said sold(const nlohmann::json& asked);
  mutable std::mutex mutex_;  // guards the next two
  std::map<std::string, nlohmann::json> trades_;  // by tid
  int token_ = 1;
  FakeShopServer server_;  // last: its thread uses the others
};

}  // namespace laoke::test
