#include "bot/log.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/support/temp_dir.h"

using namespace laoke;

namespace {
constexpr std::int64_t kAt = 1'772'416'800'007;  // 2026-03-02T02:00:00.007Z
}

TEST_CASE("a line of text says when, how grave, what, and its fields", "[http]") {
  CHECK(log::line(log::Format::kText, kAt, log::Level::kInfo, "delivery.sent",
                  {{"channel", "小店 1"}, {"count", 3}, {"late", false}, {"share", 0.5}, {"id", std::int64_t{1} << 40}, {"none", ""}}) ==
        "2026-03-02T02:00:00.007Z info delivery.sent channel=\"小店 1\" count=3 late=no share=0.5 id=1099511627776 none=\"\"");
}

TEST_CASE("a line of JSON holds the same", "[http]") {
  const auto line = log::line(log::Format::kJson, kAt, log::Level::kError, "store.failed", {{"count", 3}, {"late", true}, {"why", "x"}});
  CHECK(line == R"({"time":"2026-03-02T02:00:00.007Z","level":"error","event":"store.failed","count":3,"late":true,"why":"x"})");
}

TEST_CASE("no field can forge a second line or flood the log", "[http]") {
  for (const auto format : {log::Format::kText, log::Format::kJson}) {
    const auto line = log::line(format, kAt, log::Level::kInfo, "x", {{"name", "a\n2026 error \x1b[2J\"b\\"}, {"bad", "\xff\xfe"}});
    CHECK(line.find('\n') == std::string::npos);
    CHECK(line.find('\x1b') == std::string::npos);
    const std::string flood(100'000, 'x');
    CHECK(log::line(format, kAt, log::Level::kInfo, "x", {{"name", flood}}).size() < 400);
  }
  std::string chinese;
  for (int i = 0; i < 200; ++i) chinese += "客";
  const auto cut = nlohmann::json::parse(log::line(log::Format::kJson, kAt, log::Level::kInfo, "x", {{"name", chinese}}));
  CHECK(cut["name"].get<std::string>().size() == 66 * 3 + 3);  // whole characters, and the sign that it was cut
}

TEST_CASE("only what is grave enough is written", "[http]") {
  test::TempDir dir;
  log::start({log::Level::kWarning, log::Format::kText, dir.file("laoke.log")});
  log::info("quiet");
  log::warning("heard", {{"count", 1}});
  log::start({log::Level::kWarning, log::Format::kText, ""});
  std::ifstream file(dir.file("laoke.log"));
  std::string line, more;
  std::getline(file, line);
  CHECK_THAT(line, Catch::EndsWith(" warning heard count=1"));
  CHECK_FALSE(std::getline(file, more));
  const log::Options folder{log::Level::kInfo, log::Format::kText, dir.path().string()};
  CHECK_THROWS_WITH(log::start(folder), Catch::Contains("'" + folder.file + "' cannot be opened"));
  CHECK_THROWS_WITH(log::level_from("loud"), Catch::Contains("debug, info, warning, error"));
}
