#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace laoke::test {

// A request as a fake platform sees it. Header names are lower case.
struct FakeRequest {
  std::string method, path, body;
  std::map<std::string, std::string> headers, query;
  std::string header(const std::string& name) const;  // "" when it was not sent
};

struct FakeReply {
  enum class End {
    kAnswer,
    kCut,   // the connection closes without a word
    kHang,  // nothing comes until the server stops
  };
  int status = 200;
  std::string body = "{}";
  std::vector<std::pair<std::string, std::string>> headers = {};
  End end = End::kAnswer;
};

// An HTTP server on a free loopback port for a fake platform: real connections, kept alive as platforms keep them.
class FakeHttp {
 public:
  using Handle = std::function<FakeReply(const FakeRequest&)>;  // called by many threads at once

  explicit FakeHttp(Handle handle);
  ~FakeHttp();
  FakeHttp(const FakeHttp&) = delete;
  FakeHttp& operator=(const FakeHttp&) = delete;

  std::string url() const;
  void stop();   // nobody listens any more
  void start();  // on the same port

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// One callback as a platform sends it.
struct Callback {
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string query = {};  // "a=b&c=d"
};
// The HTTP status, 0 when there was none. `answer`: set to the body that came.
int post_callback(const std::string& hook_url, const Callback& callback, std::string* answer = nullptr);

}  // namespace laoke::test
