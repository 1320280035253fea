#include "bot/http/server.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <future>
#include <thread>

#include "bot/http/problem.h"
#include "tests/support/patience.h"
#include "tests/support/raw_http.h"

using namespace laoke::http;
using laoke::test::RawHttp;
using laoke::test::get;
using laoke::test::kPatience;
using laoke::test::post;
using namespace std::chrono_literals;

namespace {

ServerOptions any_port() {
  ServerOptions options;
  options.port = 0;
  return options;
}

Response text(std::string body) { return {200, "text/plain", std::move(body)}; }

// Says what it understood.
Response echo(Request& request) {
  return text(request.method + " " + request.path + " [" + std::string(request.argument("q")) + "] " + request.body);
}

struct Running {
  explicit Running(Dispatch dispatch = echo, ServerOptions options = any_port(), FailureListener listener = {})
      : server(options, std::move(dispatch), std::move(listener)) {
    server.start();
  }
  int port() const { return server.port(); }
  Server server;
};

}  // namespace

TEST_CASE("a request arrives as it was sent and its answer goes back", "[http]") {
  Running running;
  RawHttp client(running.port());
  struct Row {
    const char* says;
    std::string sent;
    const char* body;
  };
  const Row row = GENERATE(values<Row>({
      {"a page", get("/a/b?q=1&q=2"), "GET /a/b [1] "},
      {"escapes in path and query", get("/%E8%80%81%E5%AE%A2?q=%E5%A5%BD+x"), "GET /老客 [好 x] "},
      {"a body", post("/x", "{\"a\":1}"), "POST /x [] {\"a\":1}"},
      {"a form is left as it is", "POST /x HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\n\r\na=1",
       "POST /x [] a=1"},
      {"a multipart body is left as it is",
       "POST /x HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 5\r\n\r\n--b--", "POST /x [] --b--"},
      {"a post without a length has no body", "POST /start HTTP/1.1\r\nHost: a\r\n\r\n", "POST /start [] "},
      {"a chunked body", "PUT /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", "PUT /x [] abcde"},
      {"a deletion with a body", "DELETE /x HTTP/1.1\r\nContent-Length: 2\r\n\r\nab", "DELETE /x [] ab"},
      {"a range is not ours to cut", "GET /x HTTP/1.1\r\nRange: bytes=0-1\r\n\r\n", "GET /x [] "},
  }));
  DYNAMIC_SECTION(row.says) {
    const auto answer = client.ask(row.sent);
    CHECK(answer.status == 200);
    CHECK(answer.body == row.body);
  }
}

TEST_CASE("many requests share one connection, also when sent ahead", "[http]") {
  Running running;
  RawHttp client(running.port());
  client.send(post("/1", "one") + get("/2") + post("/hooks/telegram", "three") + get("/4"));
  CHECK(client.answer().body == "POST /1 [] one");
  CHECK(client.answer().body == "GET /2 [] ");
  CHECK(client.answer().body == "POST /hooks/telegram [] three");
  CHECK(client.answer().body == "GET /4 [] ");
  for (int i = 0; i < 1200; ++i) REQUIRE(client.ask(get("/again")).status == 200);
  CHECK(running.server.counts().connections == 1);
  CHECK(running.server.counts().requests == 1204);
}

TEST_CASE("what cannot be a request is refused and nothing after it is read", "[http]") {
  std::atomic<int> served = 0;
  Running running([&](Request& request) { return ++served, echo(request); });
  RawHttp client(running.port());
  const std::string smuggled = get("/smuggled");
  struct Row {
    const char* says;
    int status;
    std::string sent;
  };
  const Row row = GENERATE(values<Row>({
      {"a length over the limit", 413, "POST /x HTTP/1.1\r\nContent-Length: 1048577\r\n\r\n"},
      {"a length no machine holds", 413, "POST /x HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\n"},
      {"a negative length", 400, "POST /x HTTP/1.1\r\nContent-Length: -1\r\n\r\n"},
      {"two lengths", 400, "POST /x HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"},
      {"a length beside chunks", 400, "POST /x HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {"an encoding that is not ours", 501, "POST /x HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"},
      {"a compressed body", 415, "POST /x HTTP/1.1\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nab"},
      {"chunks on a GET", 400, "GET /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {"a line that is no request", 400, "hello there\r\n\r\n"},
      {"a header that is too large", 431, "GET /x HTTP/1.1\r\nX: " + std::string(40'000, 'x') + "\r\n\r\n"},
      {"headers without an end", 431, "GET /x HTTP/1.1\r\nX: " + std::string(60'000, 'x')},
  }));
  DYNAMIC_SECTION(row.says) {
    client.send(row.sent + smuggled);
    const auto answer = client.answer();
    CHECK(answer.status == row.status);
    CHECK_THAT(answer.head, Catch::Contains("application/problem+json"));
    CHECK(client.closed());
    CHECK(served == 0);
  }
}

TEST_CASE("a GET's body is not taken for the next request", "[http]") {
  std::atomic<int> served = 0;
  Running running([&](Request& request) { return ++served, echo(request); });
  RawHttp client(running.port());
  const std::string smuggled = get("/smuggled");
  client.send("GET /x HTTP/1.1\r\nContent-Length: " + std::to_string(smuggled.size()) + "\r\n\r\n" + smuggled);
  CHECK(client.answer().status == 200);
  CHECK(client.closed());
  CHECK(served == 1);
}

TEST_CASE("an endless chunked body is cut at the limit and costs no memory", "[http]") {
  std::atomic<int> served = 0;
  Running running([&](Request& request) { return ++served, echo(request); });
  RawHttp client(running.port());
  client.send("POST /hooks/telegram HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n");
  const std::string chunk = "10000\r\n" + std::string(0x10000, 'x') + "\r\n";
  const long before = laoke::test::resident_kib();
  int sent = 0;
  while (sent < 2048 && client.send(chunk)) ++sent;  // 128 MB, were it taken
  CHECK(sent < 2048);
  CHECK(laoke::test::resident_kib() - before < 8 * 1024);
  CHECK(served == 0);
}

TEST_CASE("a chunked body just over the limit is answered 413, one just at it is taken", "[http]") {
  ServerOptions options = any_port();
  options.body_limit_bytes = 16;
  Running running(echo, options);
  RawHttp client(running.port());
  const std::string head = "POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
  SECTION("at the limit") {
    CHECK(client.ask(head + "10\r\n0123456789abcdef\r\n0\r\n\r\n").body == "POST /x [] 0123456789abcdef");
  }
  SECTION("over the limit") {
    client.send(head + "11\r\n0123456789abcdefg\r\n0\r\n\r\n" + get("/smuggled"));
    const auto answer = client.answer();
    CHECK(answer.status == 413);
    CHECK_THAT(answer.head, Catch::Contains("Connection: close"));
    CHECK(client.closed());
  }
}

TEST_CASE("callbacks have a limit of their own, the API and pages keep theirs", "[http]") {
  ServerOptions options = any_port();
  options.body_limit_bytes = 4;
  options.hook_body_limit_bytes = 8;
  Running running(echo, options);
  struct Row {
    const char *path, *body;
    int status;
  };
  const Row row = GENERATE(values<Row>({{"/api/v1/orders", "1234", 200},
                                        {"/api/v1/orders", "12345", 413},
                                        {"/hooks", "12345", 413},
                                        {"/hooks/telegram", "12345678", 200},
                                        {"/hooks/telegram", "123456789", 413}}));
  RawHttp whole(running.port());
  CHECK(whole.ask(post(row.path, row.body)).status == row.status);
  RawHttp pieces(running.port());
  char length[16];
  std::snprintf(length, sizeof length, "%zx", std::string_view(row.body).size());
  pieces.send("POST " + std::string(row.path) + " HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + length + "\r\n" + row.body + "\r\n0\r\n\r\n");
  CHECK(pieces.answer().status == row.status);
}

TEST_CASE("slow headers delay nobody", "[http]") {
  ServerOptions options = any_port();
  options.hook_threads = 2;
  options.header_timeout = 10min;  // were they waited for, nothing would be answered in a test's time
  Running running(echo, options);
  std::vector<std::unique_ptr<RawHttp>> slow;
  for (int i = 0; i < 40; ++i) {
    slow.push_back(std::make_unique<RawHttp>(running.port()));
    slow.back()->send("POST /hooks/telegram HTTP/1.1\r\nX-Dri");
  }
  RawHttp quick(running.port());
  CHECK(quick.ask(post("/hooks/telegram", "now")).status == 200);
  slow[0]->send("bble: yes\r\nContent-Length: 4\r\n\r\nslow");
  CHECK(slow[0]->answer().body == "POST /hooks/telegram [] slow");
}

TEST_CASE("a slow header is given up", "[http]") {
  ServerOptions options = any_port();
  options.header_timeout = 300ms;
  Running running(echo, options);
  RawHttp slow(running.port());
  slow.send("POST /hooks/telegram HTTP/1.1\r\nX-Dri");
  CHECK(slow.answer().status == 408);
  CHECK(slow.closed());
}

TEST_CASE("a body that does not arrive is given up", "[http]") {
  ServerOptions options = any_port();
  options.body_timeout = 200ms;
  Running running(echo, options);
  RawHttp client(running.port());
  CHECK(client.ask("POST /x HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc").status == 400);
  CHECK(client.closed());
}

TEST_CASE("idle connections take no thread: every connection is served", "[http][concurrent]") {
  ServerOptions options = any_port();
  options.hook_threads = 4;
  options.idle_timeout = 10min;
  Running running(echo, options);
  std::vector<std::unique_ptr<RawHttp>> idle;
  for (int i = 0; i < 64; ++i) {
    idle.push_back(std::make_unique<RawHttp>(running.port()));
    REQUIRE(idle.back()->ask(post("/hooks/telegram", "x")).status == 200);
  }
  RawHttp another(running.port());
  CHECK(another.ask(post("/hooks/telegram", "x")).status == 200);
  int served = 0;
  for (auto& client : idle) served += client->ask(post("/hooks/telegram", "again")).status == 200;
  CHECK(served == 64);
  CHECK(running.server.counts().open == 65);
}

TEST_CASE("many busy connections share few threads and none starves", "[http][concurrent]") {
  ServerOptions options = any_port();
  options.hook_threads = 3;
  Running running(echo, options);
  constexpr int kClients = 24, kEach = 20;
  std::atomic<int> served = 0;
  std::vector<std::thread> clients;
  for (int i = 0; i < kClients; ++i)
    clients.emplace_back([&] {
      RawHttp client(running.port());
      for (int k = 0; k < kEach; ++k) served += client.ask(post("/hooks/telegram", "x")).status == 200;
    });
  for (auto& client : clients) client.join();
  CHECK(served == kClients * kEach);
}

TEST_CASE("pages that take long do not hold up callbacks", "[http][concurrent]") {
  ServerOptions options = any_port();
  options.web_threads = 2;
  options.stream_limit = 1;
  std::promise<void> release;
  auto released = release.get_future().share();
  Running running(
      [&](Request& request) {
        if (request.path == "/slow") released.wait();
        return echo(request);
      },
      options);
  std::vector<std::unique_ptr<RawHttp>> pages;
  for (int i = 0; i < 8; ++i) {
    pages.push_back(std::make_unique<RawHttp>(running.port()));
    pages.back()->send(get("/slow"));
  }
  RawHttp platform(running.port());
  CHECK(platform.ask(post("/hooks/telegram", "x")).status == 200);
  release.set_value();
  for (auto& page : pages) CHECK(page->answer().status == 200);
}

TEST_CASE("what a handler throws is told to the listener and not to the caller", "[http]") {
  std::string heard;
  Running running([](Request&) -> Response { throw std::runtime_error("password is 1234"); }, any_port(),
                  [&](const std::string& method, const std::string& path, const std::string& what) {
                    heard = method + " " + path + " " + what;
                  });
  RawHttp client(running.port());
  const auto answer = client.ask(get("/x"));
  CHECK(answer.status == 500);
  CHECK((answer.head + answer.body).find("1234") == std::string::npos);
  CHECK(heard == "GET /x password is 1234");
  CHECK(client.ask(get("/x")).status == 500);  // the connection goes on
}

TEST_CASE("a port that is taken is named with what to do", "[http]") {
  Running first;
  ServerOptions options;
  options.port = first.port();
  Server second(options, echo);
  CHECK_THROWS_WITH(second.start(), Catch::Contains("127.0.0.1:" + std::to_string(first.port())) &&
                                        Catch::Contains("another program") && Catch::Contains("--listen"));
  options.host = "192.0.2.1";
  options.port = 8080;
  Server third(options, echo);
  CHECK_THROWS_AS(third.start(), CannotListen);
}

TEST_CASE("a stop lets the running request finish and closes the idle", "[http][concurrent]") {
  std::promise<void> inside, release;
  auto released = release.get_future().share();
  auto running = std::make_unique<Running>([&](Request& request) {
    if (request.path == "/slow") {
      inside.set_value();
      released.wait();
    }
    return echo(request);
  });
  RawHttp busy(running->port()), idle(running->port());
  REQUIRE(idle.ask(get("/x")).status == 200);
  busy.send(get("/slow"));
  inside.get_future().wait();
  auto stopped = std::async(std::launch::async, [&] { return running->server.stop(kPatience); });
  CHECK(idle.closed());
  CHECK_THROWS(RawHttp(running->port()));
  release.set_value();
  CHECK(busy.answer().body == "GET /slow [] ");
  CHECK(stopped.get());
}

TEST_CASE("a peer that does not read is cut when the stop's budget is used up", "[http]") {
  ServerOptions options = any_port();
  options.write_timeout = 10min;
  std::promise<void> inside;
  Running running([&](Request&) { return inside.set_value(), text(std::string(64 << 20, 'x')); }, options);
  RawHttp client(running.port());
  client.send(get("/large"));
  inside.get_future().wait();
  const auto start = std::chrono::steady_clock::now();
  CHECK_FALSE(running.server.stop(100ms));
  CHECK(std::chrono::steady_clock::now() - start < kPatience);
}

TEST_CASE("a stream sends at once, ends with its peer and with the server", "[http][concurrent]") {
  ServerOptions options = any_port();
  options.stream_limit = 2;
  std::atomic<int> ended = 0;
  Running running(
      [&](Request&) {
        Response response{200, "text/event-stream"};
        response.stream = [&](Stream& stream) {
          stream.write("data: 1\n\n");
          while (stream.open()) std::this_thread::sleep_for(10ms);
          ++ended;
        };
        return response;
      },
      options);
  RawHttp second(running.port());
  {
    RawHttp first(running.port());
    first.send(get("/events"));
    second.send(get("/events"));
    CHECK_FALSE(first.until("data: 1\n\n").empty());
    CHECK_FALSE(second.until("data: 1\n\n").empty());
    RawHttp third(running.port());
    const auto refused = third.ask(get("/events"));
    CHECK(refused.status == 503);
    CHECK_THAT(refused.head, Catch::Contains("Retry-After: 10"));
  }
  while (ended < 1) std::this_thread::yield();  // the first client left
  running.server.stop(kPatience);
  CHECK(ended == 2);
}
