#include <catch2/catch.hpp>
#include <future>

#include "bot/http_client.h"
#include "tests/fakes/raw_server.h"

using namespace laoke;
using namespace std::chrono_literals;
using test::http_answer;
using test::RawServer;
using Write = std::function<void(const std::string&)>;

namespace {

HttpCall call_to(const std::string& url) {
  HttpCall call;
  call.url = url;
  call.body = R"({"text":"在吗"})";
  return call;
}

}  // namespace

TEST_CASE("a call carries method, path, headers and body, and brings the answer back", "[http_client]") {
  std::string seen;
  RawServer server([&](const std::string& request, const Write& write) {
    seen = request;
    write(http_answer(429, "wait", "Retry-After: 7\r\n"));
    return true;
  });
  HttpClient client;
  HttpCall call = call_to(server.url() + "/bot1:abc/send?a=b%20c");
  call.headers = {{"X-Key", "one"}};
  const HttpAnswer answer = client.call(call);
  CHECK(answer.fault == HttpFault::kNone);
  CHECK(answer.status == 429);
  CHECK(answer.body == "wait");
  CHECK(answer.headers.at("retry-after") == "7");
  CHECK(answer.problem.empty());
  CHECK(seen.starts_with("POST /bot1:abc/send?a=b%20c HTTP/1.1\r\n"));
  CHECK(seen.find("Content-Type: application/json\r\n") != std::string::npos);
  CHECK(seen.find("X-Key: one\r\n") != std::string::npos);
  CHECK(seen.ends_with("\r\n\r\n" + call.body));
}

TEST_CASE("calls to one host share a connection", "[http_client]") {
  RawServer server([](const std::string&, const Write& write) {
    write(http_answer(200, "ok"));
    return true;
  });
  HttpClient client;
  for (int i = 0; i < 20; ++i) REQUIRE(client.call(call_to(server.url())).status == 200);
  CHECK(server.connections() == 1);
}

TEST_CASE("a connection the host closed while idle is replaced, and nothing is lost", "[http_client]") {
  RawServer server([](const std::string&, const Write& write) {
    write(http_answer(200, "ok"));  // says keep-alive and closes all the same
    return false;
  });
  HttpClient client;
  for (int i = 0; i < 5; ++i) {
    REQUIRE(client.call(call_to(server.url())).fault == HttpFault::kNone);
    while (server.closed() == i) std::this_thread::yield();
  }
  CHECK(server.connections() == 5);
}

TEST_CASE("what went wrong tells whether the request can have had an effect", "[http_client]") {
  struct Row {
    const char* says;
    const char* written;
    HttpFault fault;
    int status;
  };
  const Row row = GENERATE(values<Row>({
      {"closed without a word", "", HttpFault::kNoAnswer, 0},
      {"closed within the status line", "HTTP/1.", HttpFault::kNoAnswer, 0},
      {"closed within the body", "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{\"ok\":", HttpFault::kCutAnswer, 200},
      {"no HTTP at all", "SSH-2.0-OpenSSH_9\r\n\r\n", HttpFault::kNoAnswer, 0},
  }));
  DYNAMIC_SECTION(row.says) {
    RawServer server([&](const std::string&, const Write& write) {
      write(row.written);
      return false;
    });
    HttpClient client;
    const HttpAnswer answer = client.call(call_to(server.url() + "/bot77:SECRET/x"));
    CHECK(answer.fault == row.fault);
    CHECK(answer.status == row.status);
    CHECK(answer.problem.find(server.url()) != std::string::npos);
    CHECK(answer.problem.find("SECRET") == std::string::npos);
  }
}

TEST_CASE("a host nobody listens on was sent nothing", "[http_client]") {
  std::string url;
  {
    RawServer gone([](const std::string&, const Write&) { return false; });
    url = gone.url();
  }
  HttpClient client;
  const HttpAnswer answer = client.call(call_to(url + "/bot77:SECRET/x"));
  CHECK(answer.fault == HttpFault::kNotSent);
  CHECK(answer.problem == "no connection to " + url);
}

TEST_CASE("a TLS call to a host that speaks no TLS was sent nothing", "[http_client]") {
  RawServer server([](const std::string&, const Write&) { return false; });
  HttpClient client;
  HttpCall call = call_to("https" + server.url().substr(4));
  call.connect_timeout = call.timeout = 1s;
  CHECK(client.call(call).fault == HttpFault::kNotSent);
}

TEST_CASE("an answer that does not come in time leaves the outcome open", "[http_client]") {
  std::promise<void> release;
  auto released = release.get_future().share();
  RawServer server([&](const std::string&, const Write&) {
    released.wait();
    return false;
  });
  HttpClient client;
  HttpCall call = call_to(server.url());
  call.timeout = 500ms;
  CHECK(client.call(call).fault == HttpFault::kNoAnswer);
  release.set_value();
}

TEST_CASE("an answer larger than allowed is not read on", "[http_client]") {
  RawServer server([](const std::string&, const Write& write) {
    write(http_answer(200, std::string(1001, 'x')));
    return true;
  });
  HttpClient client;
  HttpCall call = call_to(server.url());
  call.answer_limit_bytes = 1001;
  CHECK(client.call(call).body.size() == 1001);
  call.answer_limit_bytes = 1000;
  const HttpAnswer answer = client.call(call);
  CHECK(answer.fault == HttpFault::kCutAnswer);
  CHECK(answer.status == 200);
}

TEST_CASE("a waiting call ends at once when it is cancelled", "[http_client]") {
  std::promise<void> arrived;
  RawServer server([&](const std::string&, const Write&) {
    arrived.set_value();
    return true;
  });
  HttpClient client;
  HttpCancel cancel;
  HttpCall call = call_to(server.url());
  call.cancel = &cancel;
  auto answer = std::async(std::launch::async, [&] { return client.call(call); });
  arrived.get_future().wait();
  cancel.cancel();
  REQUIRE(answer.wait_for(25s) == std::future_status::ready);
  CHECK(answer.get().fault == HttpFault::kCancelled);

  SECTION("and a cancelled one does not even begin, until it is reset") {
    CHECK(client.call(call).fault == HttpFault::kCancelled);
    CHECK(server.connections() == 1);
    cancel.reset();
    CHECK_FALSE(cancel.cancelled());
  }
}

TEST_CASE("many threads call at once and each gets its own answer", "[http_client]") {
  RawServer first([](const std::string& request, const Write& write) {
    write(http_answer(200, request.substr(request.find("\r\n\r\n") + 4), "Connection: close\r\n"));
    return false;
  });
  HttpClient client;
  std::vector<std::thread> threads;
  std::atomic<int> right{0};
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&, i] {
      HttpCall call = call_to(first.url());
      call.body = "call " + std::to_string(i);
      for (int n = 0; n < 10; ++n)
        if (client.call(call).body == call.body) ++right;
    });
  for (auto& thread : threads) thread.join();
  CHECK(right == 80);
}

TEST_CASE("only clean web addresses are called", "[http_client]") {
  const auto [url, good] = GENERATE(table<std::string, bool>({
      {"https://api.telegram.org", true},
      {"http://127.0.0.1:8081/x?y=z#part", true},
      {"http://[::1]:8081/x", true},
      {"https://shop.example.com", true},
      {"", false},
      {"api.telegram.org", false},
      {"ftp://api.telegram.org", false},
      {"https://", false},
      {"https://:80/", false},
      {"https:///x", false},
      {"https://user:word@host/", false},
      {"https://host:99999/", false},
      {"https://host:999999999999999999/", false},
      {"https://host:8o/", false},
      {"https://host/a b", false},
      {"https://host/\r\nX: y", false},
  }));
  INFO(url);
  CHECK(is_http_url(url) == good);
  if (!good) CHECK_THROWS_AS(HttpClient().call(call_to(url)), std::invalid_argument);
}

TEST_CASE("a header cannot smuggle in another", "[http_client]") {
  HttpCall call = call_to("http://127.0.0.1:1/");
  call.headers = {{"X-Key", "one\r\nX-Other: two"}};
  CHECK_THROWS_AS(HttpClient().call(call), std::invalid_argument);
}
