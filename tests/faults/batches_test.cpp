#include "tests/faults/batches.h"

#include <catch2/catch.hpp>

#include "tests/faults/books.h"

using laoke::faults::BatchBook;

TEST_CASE("a batch repeated to the letter under its key is one batch", "[faults]") {
  BatchBook book;
  book.called("k1", "{a}");
  book.took("k1", "b1", {1, 2, 3});
  book.called("k1", "{a}");  // its answer was lost; the platform says that it has it
  book.called("k2", "{b}");  // refused: taken later
  book.called("k2", "{b}");
  book.took("k2", "b1", {4, 5});
  book.called("k3", "{c}");
  book.took("k3", "b2", {1, 2});  // another broadcast to the same people
  CHECK(book.complaints().empty());
  CHECK(book.batches() == 3);
  CHECK(book.repeats() == 2);
}

TEST_CASE("a batch that was never taken counts as none", "[faults]") {
  BatchBook book;
  book.called("k1", "{a}");
  CHECK(book.batches() == 0);
  CHECK(book.complaints().empty());
}

TEST_CASE("batches that would double or hide somebody are found", "[faults]") {
  struct Row {
    const char* says;
    void (*happens)(BatchBook&);
  };
  const Row rows[] = {
      {"without a key", [](BatchBook& book) { book.called("", "{a}"); }},
      {"repeated with another body",
       [](BatchBook& book) {
         book.called("k1", "{a}");
         book.called("k1", "{a }");
       }},
      {"was taken 2 times",
       [](BatchBook& book) {
         book.called("k1", "{a}");
         book.took("k1", "b1", {1});
         book.took("k1", "b1", {});
       }},
      {"in the batches k1 and k2",
       [](BatchBook& book) {
         book.called("k1", "{a}");
         book.took("k1", "b1", {1, 2});
         book.called("k2", "{b}");
         book.took("k2", "b1", {2, 3});
       }},
      {"twice in the batch k1",
       [](BatchBook& book) {
         book.called("k1", "{a}");
         book.took("k1", "b1", {1, 2, 1});
       }},
  };
  for (const auto& row : rows) {
    INFO(row.says);
    BatchBook book;
    row.happens(book);
    REQUIRE(book.complaints().size() == 1);
    CHECK_THAT(book.complaints()[0], Catch::Contains(row.says));
  }
}

TEST_CASE("a book of batches that is wrong throughout stays readable", "[faults]") {
  BatchBook book;
  for (int i = 0; i < 100; ++i) book.called("", "{}");
  CHECK(book.complaints().size() == laoke::faults::kMostComplaints);
}
