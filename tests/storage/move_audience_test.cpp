#include <catch2/catch.hpp>
#include <set>

#include "bench/large_shop.h"
#include "storage/move.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_database.h"

// After a move the shop goes on where it was: its next broadcasts go to the same people.

using namespace laoke;

namespace {

constexpr std::int64_t kPeople = 600;

std::unique_ptr<storage::Database> on_sqlite(const test::TempDir& dir) {
  storage::DatabaseOptions options;
  options.url = "sqlite:" + dir.file("shop.db");
  return storage::open_database(options);
}

}  // namespace

TEST_CASE("after a move the next broadcasts go to exactly the same people", "[move]") {
  const test::TempDir dir;
  const test::TestDatabase target;  // SQLite, or PostgreSQL where the tests run on that
  const auto from = on_sqlite(dir), to = storage::open_database(target.options());
  bench::fill_large_shop(*from, kPeople);
  storage::move_database(*from, *to, {});
  std::set<std::string> audiences;
  for (const auto& segment : bench::tried_segments()) {
    INFO(segment);
    const auto before = bench::plan_next_broadcast(*from, segment).customers, after = bench::plan_next_broadcast(*to, segment).customers;
    CHECK_FALSE(before.empty());
    CHECK(bench::difference(before, after) == "");
    audiences.insert(bench::fingerprint(before));
  }
  CHECK(audiences.size() == bench::tried_segments().size());  // segments that tell the people apart
  CHECK(bench::plan_next_broadcast(*to, "all").customers.size() == static_cast<std::size_t>(kPeople));
}

TEST_CASE("a shop that lost one tag on the way would be found out", "[move]") {
  const test::TempDir dir;
  const test::TestDatabase target;
  const auto from = on_sqlite(dir), to = storage::open_database(target.options());
  bench::fill_large_shop(*from, kPeople);
  storage::move_database(*from, *to, {});
  const auto before = bench::plan_next_broadcast(*from, "tag:t3").customers;
  REQUIRE(before.size() > 2);
  to->write([&](storage::Transaction& tx) {
    tx.execute_built("DELETE FROM customer_tags WHERE customer_id = $1", std::vector<storage::Param>{before[1]});
  });
  const auto after = bench::plan_next_broadcast(*to, "tag:t3").customers;
  CHECK(bench::difference(before, after) == std::to_string(before.size()) + " people before and " + std::to_string(before.size() - 1) +
                                                " after; the first difference is customer " + std::to_string(before[1]) + " before and customer " +
                                                std::to_string(before[2]) + " after");
  CHECK(bench::fingerprint(before) != bench::fingerprint(after));
}

TEST_CASE("two lists of people are compared to the last one", "[move]") {
  struct Row {
    std::vector<std::int64_t> before, after;
    const char* says;
  };
  const Row rows[] = {
      {{}, {}, ""},
      {{1, 2, 3}, {1, 2, 3}, ""},
      {{1, 2, 3}, {1, 2}, "3 people before and 2 after; the first difference is customer 3 before and nobody after"},
      {{}, {7}, "0 people before and 1 after; the first difference is nobody before and customer 7 after"},
      {{1, 4}, {1, 5}, "2 people before and 2 after; the first difference is customer 4 before and customer 5 after"},
  };
  for (const auto& row : rows) CHECK(bench::difference(row.before, row.after) == row.says);
}
