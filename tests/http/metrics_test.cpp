#include "bot/metrics.h"

#include <catch2/catch.hpp>
#include <thread>

using namespace laoke::metrics;

TEST_CASE("numbers are told as Prometheus reads them", "[http]") {
  Registry registry;
  registry.counter("laoke_callbacks_total", "Callbacks taken", {{"channel", "小店\"1\"\n"}}).add(3);
  registry.counter("laoke_callbacks_total", "Callbacks taken", {{"channel", "tg"}}).add();
  registry.gauge("laoke_queue", "Waiting").set(-2);
  registry.ask("laoke_open", "Connections", [] { return 2.5; });
  Histogram& time = registry.histogram("laoke_request_seconds", "Time", {{"route", "/"}});
  time.observe_micros(400);
  time.observe_micros(500);
  time.observe_micros(501);
  time.observe_micros(99'000'000);

  const std::string text = registry.text();
  CHECK_THAT(text, Catch::Contains("# HELP laoke_callbacks_total Callbacks taken\n# TYPE laoke_callbacks_total counter\n"
                                   "laoke_callbacks_total{channel=\"tg\"} 1\n"
                                   "laoke_callbacks_total{channel=\"小店\\\"1\\\"\\n\"} 3\n"));
  CHECK_THAT(text, Catch::Contains("laoke_queue -2\n"));
  CHECK_THAT(text, Catch::Contains("# TYPE laoke_open gauge\nlaoke_open 2.5\n"));
  CHECK_THAT(text, Catch::Contains("laoke_request_seconds_bucket{route=\"/\",le=\"0.0005\"} 2\n"));
  CHECK_THAT(text, Catch::Contains("laoke_request_seconds_bucket{route=\"/\",le=\"0.001\"} 3\n"));
  CHECK_THAT(text, Catch::Contains("laoke_request_seconds_bucket{route=\"/\",le=\"30\"} 3\n"));
  CHECK_THAT(text, Catch::Contains("laoke_request_seconds_bucket{route=\"/\",le=\"+Inf\"} 4\n"));
  CHECK_THAT(text, Catch::Contains("laoke_request_seconds_count{route=\"/\"} 4\n"));
  CHECK(time.count() == 4);
}

TEST_CASE("a metric keeps its type and its name is one Prometheus takes", "[http]") {
  Registry registry;
  Counter& one = registry.counter("laoke_a", "a");
  CHECK(&registry.counter("laoke_a", "a") == &one);
  CHECK_THROWS_AS(registry.gauge("laoke_a", "a"), std::logic_error);
  CHECK_THROWS_AS(registry.counter("laoke-a", "a"), std::logic_error);
  CHECK_THROWS_AS(registry.counter("", "a"), std::logic_error);
  CHECK_THROWS_AS(registry.counter("1a", "a"), std::logic_error);
}

TEST_CASE("counting from many threads loses nothing", "[http][concurrent]") {
  Registry registry;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int k = 0; k < 10'000; ++k) registry.counter("laoke_a", "a").add();
      registry.histogram("laoke_b", "b").observe_micros(1);
      (void)registry.text();
    });
  for (auto& thread : threads) thread.join();
  CHECK(registry.counter("laoke_a", "a").value() == 40'000);
  CHECK(registry.histogram("laoke_b", "b").count() == 4);
}
