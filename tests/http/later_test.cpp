#include <catch2/catch.hpp>
#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>

#include "bot/http/server.h"
#include "tests/support/patience.h"
#include "tests/support/raw_http.h"

using namespace laoke::http;
using laoke::test::RawHttp;
using laoke::test::get;
using laoke::test::post;
using namespace std::chrono_literals;

namespace {

Response plain(std::string body, int status = 200) { return {status, "text/plain", std::move(body)}; }

// Answers nothing by itself: each request waits in here until the test replies.
class Desk {
 public:
  struct Owed {
    std::string body;
    Reply reply;
  };

  Response operator()(Request& request) {
    Response response;
    response.later = [this, body = request.body](const Reply& reply) {
      const std::lock_guard lock(mutex_);
      owed_.push_back({body, reply});
      came_.notify_all();
    };
    return response;
  }
  // Once `count` requests wait.
  std::vector<Owed> take(std::size_t count) {
    std::unique_lock lock(mutex_);
    REQUIRE(came_.wait_for(lock, laoke::test::kPatience, [&] { return owed_.size() >= count; }));
    return std::exchange(owed_, {});
  }
  std::size_t waiting() {
    const std::lock_guard lock(mutex_);
    return owed_.size();
  }

 private:
  std::mutex mutex_;
  std::condition_variable came_;
  std::vector<Owed> owed_;
};

struct RunningDesk {
  explicit RunningDesk(ServerOptions options = {}) : server(settled(options), [this](Request& request) { return desk(request); }) {
    server.start();
  }
  static ServerOptions settled(ServerOptions options) {
    options.port = 0;
    return options;
  }
  int port() const { return server.port(); }
  Desk desk;
  Server server;
};

}  // namespace

TEST_CASE("requests that are answered later hold no thread", "[http][concurrent]") {
  ServerOptions options;
  options.hook_threads = 1;
  RunningDesk running(options);
  constexpr std::size_t kClients = 24;
  std::vector<std::unique_ptr<RawHttp>> clients;
  for (std::size_t i = 0; i < kClients; ++i) clients.push_back(std::make_unique<RawHttp>(running.port()));
  for (int round = 0; round < 3; ++round) {  // a connection goes on after its answer
    for (std::size_t i = 0; i < kClients; ++i) clients[i]->send(post("/hooks/telegram", "from " + std::to_string(i)));
    auto owed = running.desk.take(kClients);
    std::thread([&] {
      for (auto& one : owed) one.reply(plain("to " + one.body));
    }).join();
    for (std::size_t i = 0; i < kClients; ++i) {
      const auto answer = clients[i]->answer();
      CHECK(answer.status == 200);
      CHECK(answer.body == "to from " + std::to_string(i));
    }
  }
  CHECK(running.server.counts().open == kClients);
}

TEST_CASE("an answer that comes later arrives as it was given", "[http]") {
  RunningDesk running;
  struct Row {
    const char* says;
    Response answer;
    const char* line;
    const char* header;
  };
  const Row row = GENERATE(values<Row>({
      {"a text", plain("好"), "HTTP/1.1 200 OK\r\n", "Content-Type: text/plain\r\n"},
      {"nothing", plain(""), "HTTP/1.1 200 OK\r\n", "Content-Length: 0\r\n"},
      {"a refusal with its headers", {503, "application/json", "{}", {{"Retry-After", "7"}}}, "HTTP/1.1 503 ", "Retry-After: 7\r\n"},
  }));
  DYNAMIC_SECTION(row.says) {
    RawHttp client(running.port());
    client.send(post("/hooks/telegram", "x"));
    running.desk.take(1)[0].reply(row.answer);
    const auto answer = client.answer();
    CHECK(answer.status == row.answer.status);
    CHECK(answer.body == row.answer.body);
    CHECK(answer.head.starts_with(row.line));
    CHECK((answer.head + "\r\n").find(row.header) != std::string::npos);
    client.send(post("/hooks/telegram", "again"));
    CHECK(running.desk.take(1)[0].body == "again");
  }
}

TEST_CASE("requests sent ahead wait for the answer before theirs", "[http]") {
  RunningDesk running;
  RawHttp client(running.port());
  client.send(post("/hooks/telegram", "one") + post("/hooks/telegram", "two") + post("/hooks/telegram", "three"));
  for (const char* body : {"one", "two", "three"}) {
    auto owed = running.desk.take(1);
    REQUIRE(owed.size() == 1);
    CHECK(owed[0].body == body);
    CHECK(running.desk.waiting() == 0);
    owed[0].reply(plain(body));
    CHECK(client.answer().body == body);
  }
}

TEST_CASE("a request that asks to close is closed after its late answer, also behind a chunked body", "[http]") {
  RunningDesk running;
  const auto sent = GENERATE(as<std::string>(), "POST /hooks/x HTTP/1.1\r\nConnection: close\r\nContent-Length: 1\r\n\r\na",
                             "POST /hooks/x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\nPOST /more");
  DYNAMIC_SECTION(sent) {
    RawHttp client(running.port());
    client.send(sent);
    running.desk.take(1)[0].reply(plain("done"));
    const auto answer = client.answer();
    CHECK(answer.body == "done");
    CHECK(answer.head.find("Connection: close") != std::string::npos);
    CHECK(client.closed());
  }
}

TEST_CASE("only the first reply counts, and one nobody gives closes the connection", "[http]") {
  RunningDesk running;
  RawHttp answered(running.port()), forgotten(running.port());
  answered.send(post("/hooks/x", "a"));
  {
    const auto owed = running.desk.take(1);
    owed[0].reply(plain("first"));
    owed[0].reply(plain("second"));
  }
  CHECK(answered.answer().body == "first");
  CHECK(answered.answer(100ms).status == 0);
  forgotten.send(post("/hooks/x", "b"));
  running.desk.take(1).clear();
  CHECK(forgotten.closed());
}

TEST_CASE("what is thrown instead of a late answer is told to the listener and not to the caller", "[http]") {
  std::string heard;
  ServerOptions options;
  options.port = 0;
  Server server(
      options,
      [](Request&) {
        Response response;
        response.later = [](const Reply&) { throw std::runtime_error("password is 1234"); };
        return response;
      },
      [&](const std::string& method, const std::string& path, const std::string& what) { heard = method + " " + path + " " + what; });
  server.start();
  RawHttp client(server.port());
  const auto answer = client.ask(post("/hooks/x", "a"));
  CHECK(answer.status == 500);
  CHECK((answer.head + answer.body).find("1234") == std::string::npos);
  CHECK(heard == "POST /hooks/x password is 1234");
  CHECK(client.ask(post("/hooks/x", "b")).status == 500);
}

TEST_CASE("a stop waits for the answers that are still owed", "[http][concurrent]") {
  auto running = std::make_unique<RunningDesk>();
  const bool in_time = GENERATE(true, false);
  DYNAMIC_SECTION((in_time ? "in time" : "after the budget is used up")) {
    RawHttp client(running->port());
    client.send(post("/hooks/x", "a"));
    auto owed = running->desk.take(1);
    auto stopped = std::async(std::launch::async, [&] { return running->server.stop(in_time ? laoke::test::kPatience : 10ms); });
    if (in_time)
      CHECK(stopped.wait_for(100ms) == std::future_status::timeout);
    else
      CHECK(client.closed());
    owed[0].reply(plain("at last"));
    CHECK(stopped.get() == in_time);
    CHECK(client.answer().body == (in_time ? "at last" : ""));
    running.reset();  // a reply kept longer than its server does no harm
    owed[0].reply(plain("too late"));
  }
}
