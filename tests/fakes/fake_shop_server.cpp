#include "tests/fakes/fake_shop_server.h"

#include <httplib.h>

#include "bot/http_client.h"

namespace laoke::test {

FakeShopServer::FakeShopServer(std::function<Said(const Asked&)> answer) : answer_(std::move(answer)), server_(std::make_unique<httplib::Server>()) {
  const auto handler = [this](const httplib::Request& request, httplib::Response& response) {
    std::string path = request.path;
    const auto said = serve({request.method, path, request.get_header_value("Authorization"), request.body, request.get_header_value("X-Shopify-Access-Token"), {request.params.begin(), request.params.end()}});
    response.status = said.status;
    if (said.retry_after_s >= 0) response.set_header("Retry-After", std::to_string(said.retry_after_s));
    if (!said.link.empty()) response.set_header("Link", said.link);
    response.set_content(said.body.dump(), "application/json");
  };
  server_->set_keep_alive_max_count(1);  // or its end waits for connections that others keep
  server_->Get(".*", handler);
  server_->Post(".*", handler);
  server_->Put(".*", handler);
  port_ = server_->bind_to_any_port("127.0.0.1");
  thread_ = std::thread([this] { server_->listen_after_bind(); });
  while (!server_->is_running()) std::this_thread::yield();
}

FakeShopServer::~FakeShopServer() {
  server_->stop();
  thread_.join();
}

FakeShopServer::Said FakeShopServer::serve(const Asked& asked) {
  {
    const std::lock_guard lock(mutex_);
    asked_.push_back(asked);
    if (!failures_.empty()) {
      const auto failure = failures_.front();
      failures_.erase(failures_.begin());
      return failure;
    }
  }
  return answer_(asked);
}

std::string FakeShopServer::url() const { return "http://127.0.0.1:" + std::to_string(port_); }

std::vector<FakeShopServer::Asked> FakeShopServer::asked() const {
  const std::lock_guard lock(mutex_);
  return asked_;
}

void FakeShopServer::fail_next(int status, nlohmann::json body) {
  const std::lock_guard lock(mutex_);
  failures_.push_back({status, std::move(body), status == 429 ? 2 : -1, ""});
}

FakeShopServer::Delivered FakeShopServer::post(const std::string& url, const std::string& body, const std::string& content_type,
                                               const std::vector<std::pair<std::string, std::string>>& headers) {
  HttpCall call;
  call.url = url;
  call.body = body;
  call.content_type = content_type;
  call.headers = headers;
  HttpClient client;  // a connection of its own, as the shop system opens one
  const auto answer = client.call(call);
  return {answer.status, answer.body};
}

}  // namespace laoke::test
