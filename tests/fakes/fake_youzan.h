#pragma once
#include "tests/fakes/fake_shop_server.h"

namespace laoke::test {

// Youzan: the token endpoint, which refuses wrong keys inside a 200, and signed pushes, which it takes for done only when
// the answer is 200 and says success.
class FakeYouzan {
 public:
  FakeYouzan();
  nlohmann::json settings() const;
  std::string url() const { return server_.url(); }
  FakeShopServer& server() { return server_; }
  struct Pushed {
    int status = 0;
    bool done = false;  // else it would come again
  };
  // `message` goes URL-encoded, as trade messages do.
  Pushed push(const std::string& url, const std::string& type, const nlohmann::json& message, const std::string& msg_id, bool right_sign = true) const;

 private:
  FakeShopServer::Said answer(const FakeShopServer::Asked& asked) const;
  FakeShopServer server_;
};

}  // namespace laoke::test
