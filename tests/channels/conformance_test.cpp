#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include "tests/channels/conformance/rows.h"

using namespace laoke;
using namespace laoke::test::conformance;

namespace {

constexpr const char* kTableFile = LAOKE_SOURCE_DIR "/docs/channels/conformance.md";

std::string read_table_file() {
  std::stringstream text;
  text << std::ifstream(kTableFile).rdbuf();
  return text.str();
}

std::string table_page(const std::string& table) {
  return "# What every channel is held to\n\n"
         "Written by the conformance suite (`tests/support/conformance.h`) from what it sees of each adapter against "
         "its fake\n"
         "platform; the test fails when this page says something else. \"none\" is what the platform does not have, "
         "and why.\n\n" +
         table;
}

}  // namespace

TEST_CASE("every chat platform is in the conformance table once", "[conformance]") {
  std::set<std::string> rows, kinds;
  for (const auto& row : all_rows()) CHECK(rows.insert(row.kind).second);
  for (const auto& kind : channels::kinds())
    if (kind.purpose == channels::Purpose::kChat) kinds.emplace(kind.name);
  CHECK(rows == kinds);
}

TEST_CASE("every platform meets every demand, and the page says how", "[conformance]") {
  const auto page = table_page(table_of(all_rows()));
  if (std::getenv("LAOKE_WRITE_DOCS") != nullptr) std::ofstream(kTableFile) << page;
  INFO("LAOKE_WRITE_DOCS=1 laoke_tests \"[conformance]\" writes the page anew");
  CHECK(read_table_file() == page);
}

TEST_CASE("a row that leaves a cell out is found", "[conformance]") {
  Row row = telegram_row();
  row.contact_busy = None{};
  CHECK_THROWS_WITH(table_of({row}), Catch::Contains("empty cell"));
}
