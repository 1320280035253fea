#include "tests/faults/books.h"

#include <catch2/catch.hpp>

using namespace laoke::faults;

namespace {

Audit one(const Entry& entry, Settled settled = Settled::kYes) { return audit({&entry, 1}, settled); }

}  // namespace

TEST_CASE("a ledger that tells what the platform took balances", "[faults]") {
  const std::vector<Entry> entries = {
      {"a", "accepted", "", 1},
      {"b", "delivered", "", 1},
      {"c", "dropped", "opted_out", 0},
      {"d", "cancelled", "broadcast_cancelled", 0},
      {"e", "unknown", "stopped_while_sending", 1, true},
      {"f", "unknown", "stopped_while_sending", 0, true},
      {"g", "unknown", "no_answer", 1, false, true},
      {"h", "accepted", "", 2, true, false, true},  // its rule says so
  };
  const auto result = audit(entries, Settled::kYes);
  CHECK(result.balanced());
  CHECK(result.recipients == 8);
  CHECK(result.accepted == 5);
  CHECK(result.unknown == 3);
}

TEST_CASE("whoever was skipped or written to twice is found", "[faults]") {
  struct Row {
    Entry entry;
    Settled settled;
    int skipped, doubled;
    const char* says;
  };
  const Row rows[] = {
      {{"a", "accepted", "", 0}, Settled::kYes, 1, 0, "never took it"},
      {{"a", "read", "", 0}, Settled::kNo, 1, 0, "never took it"},
      {{"a", "", "not planned", 0}, Settled::kYes, 1, 0, "still waits"},
      {{"a", "planned", "", 0}, Settled::kYes, 1, 0, "still waits"},
      {{"a", "deferred", "retry", 0}, Settled::kYes, 1, 0, "still waits"},
      {{"a", "sending", "", 1}, Settled::kYes, 1, 0, "still waits"},
      {{"a", "accepted", "", 2}, Settled::kYes, 0, 1, "2 times"},
      {{"a", "unknown", "no_answer", 2, true, true}, Settled::kYes, 0, 1, "2 times"},
      {{"a", "accepted", "", 3, true, true, true}, Settled::kYes, 0, 1, "3 times"},
      {{"a", "accepted", "", 2, false, false, true}, Settled::kYes, 0, 1, "2 times"},  // it may repeat, but had no cause
      {{"a", "unknown", "no_answer", 1}, Settled::kYes, 0, 0, "nothing happened to it"},
      {{"a", "failed", "rejected", 1}, Settled::kYes, 0, 0, "yet the platform took it"},
      {{"a", "cancelled", "broadcast_cancelled", 1}, Settled::kYes, 0, 0, "yet the platform took it"},
      {{"a", "dropped", "", 0}, Settled::kYes, 0, 0, "no reason"},
      {{"a", "planned", "", 1}, Settled::kNo, 0, 0, "yet the platform took it"},
      {{"a", "deferred", "retry", 1}, Settled::kNo, 0, 0, "yet the platform took it"},
      {{"a", "unknown", "no_answer", 1, false, true, false, true}, Settled::kYes, 0, 0, "would have recognised"},
      {{"a", "due", "", 1, false, false, false, true}, Settled::kNo, 0, 0, "yet the platform took it"},  // under a key, but it had no cause
      {{"a", "accepted", "", 2, true, true, false, true}, Settled::kYes, 0, 1, "2 times"},
  };
  for (const auto& row : rows) {
    INFO(row.entry.state << " taken " << row.entry.accepted);
    const auto result = one(row.entry, row.settled);
    CHECK_FALSE(result.balanced());
    CHECK(result.skipped == row.skipped);
    CHECK(result.doubled == row.doubled);
    REQUIRE(result.complaints.size() == 1);
    CHECK_THAT(result.complaints[0], Catch::Contains(row.says));
  }
}

TEST_CASE("what waits while a broadcast is under way is no fault", "[faults]") {
  for (const char* state : {"planned", "due", "deferred", "sending"}) CHECK(one({"a", state, "retry", 0}, Settled::kNo).balanced());
  CHECK(one({"a", "sending", "", 1}, Settled::kNo).balanced());
  // Under a key it waits to be asked about again.
  CHECK(one({"a", "deferred", "no_answer", 1, false, true, false, true}, Settled::kNo).balanced());
  CHECK(one({"a", "due", "", 1, true, false, false, true}, Settled::kNo).balanced());
}

TEST_CASE("audits add up, and the list of complaints stays readable", "[faults]") {
  Audit all;
  for (int i = 0; i < 30; ++i) all.add(one({"a", "accepted", "", 0}));
  CHECK(all.skipped == 30);
  CHECK(all.complaints.size() == kMostComplaints);
  CHECK_FALSE(all.balanced());
}

TEST_CASE("counts that differ from the rows are named", "[faults]") {
  const Counts rows{{{"accepted", ""}, 7}, {{"unknown", "no_answer"}, 1}};
  CHECK(compare_counts(rows, rows).empty());
  CHECK(compare_counts({{{"accepted", ""}, 7}, {{"unknown", "no_answer"}, 1}, {{"planned", ""}, 0}}, rows).empty());
  CHECK(compare_counts({{{"accepted", ""}, 8}}, rows) ==
        "accepted is shown as 8, the rows are 7; unknown/no_answer is shown as 0, the rows are 1");
}
