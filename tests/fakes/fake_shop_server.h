#pragma once
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

namespace httplib {
class Server;
struct Request;
struct Response;
}  // namespace httplib

namespace laoke::test {

// An HTTP server on loopback that the fakes of shop systems stand on. Every member may be called from any thread.
class FakeShopServer {
 public:
  struct Asked {
    std::string method, path, authorization, body;
    std::string header_token;  // X-Shopify-Access-Token
    std::map<std::string, std::string> query = {};
  };
  struct Said {
    int status = 200;
    nlohmann::json body;
    int retry_after_s = -1;
    std::string link = {};
  };
  explicit FakeShopServer(std::function<Said(const Asked&)> answer);
  ~FakeShopServer();
  FakeShopServer(const FakeShopServer&) = delete;
  FakeShopServer& operator=(const FakeShopServer&) = delete;

  std::string url() const;
  std::vector<Asked> asked() const;
  void fail_next(int status, nlohmann::json body = nullptr);  // the next request, whatever it is

  struct Delivered {
    int status = 0;  // 0: no answer
    std::string body;
  };
  static Delivered post(const std::string& url, const std::string& body, const std::string& content_type,
                        const std::vector<std::pair<std::string, std::string>>& headers);

 private:
  Said serve(const Asked& asked);
  std::function<Said(const Asked&)> answer_;
  mutable std::mutex mutex_;  // guards the next three
  std::vector<Asked> asked_;
  std::vector<Said> failures_;
  int port_ = 0;
  std::unique_ptr<httplib::Server> server_;
  std::thread thread_;
};

}  // namespace laoke::test
