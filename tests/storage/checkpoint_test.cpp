#include <atomic>
#include <catch2/catch.hpp>
#include <filesystem>
#include <future>
#include <thread>

#include "storage/callbacks.h"
#include "storage/sqlite_checkpointer.h"
#include "tests/support/test_shop.h"

using namespace laoke;
using storage::Transaction;

namespace {

constexpr std::uintmax_t kMebibyte = 1 << 20;

std::string file_of(const test::TestShop& shop) { return shop.url().substr(std::string("sqlite:").size()); }

std::uintmax_t log_bytes(const test::TestShop& shop) { return std::filesystem::file_size(file_of(shop) + "-wal"); }

// `count` rows of twenty kilobytes, 20 a commit.
void keep(test::TestShop& shop, int count) {
  const std::string body(20'000, 'x');
  for (int i = 0; i < count; i += 20)
    shop.write([&](Transaction& tx) {
      for (int k = 0; k < 20; ++k) storage::insert_dead_letter(tx, shop.id(), {0, 7, std::to_string(i + k), body, "", "", 0, {}});
    });
}

std::int64_t kept(test::TestShop& shop) {
  return shop.read([&](Transaction& tx) { return storage::count_dead_letters(tx, shop.id(), "open"); });
}

}  // namespace

TEST_CASE("the log stays small while writing never pauses, and nothing is missing", "[storage][sqlite][concurrent]") {
  test::TestShop shop;
  int rows = 0;
  std::uintmax_t written = 0;
  while (written < 400 * kMebibyte && (rows == 0 || log_bytes(shop) > written / 2)) {
    keep(shop, 200);
    rows += 200, written += 200 * 20'000;
  }
  CHECK(log_bytes(shop) > kMebibyte);
  CHECK(log_bytes(shop) <= written / 2);
  CHECK(kept(shop) == rows);
  CHECK(shop.db().check().empty());
}

TEST_CASE("a reader that stays keeps the log and hinders nobody", "[storage][sqlite][concurrent]") {
  test::TestShop shop;
  keep(shop, 100);
  std::promise<void> inside, release;
  auto released = release.get_future();
  auto reader = std::async(std::launch::async, [&] {
    return shop.read([&](Transaction& tx) {
      const auto before = storage::count_dead_letters(tx, shop.id(), "open");
      inside.set_value();
      released.wait();
      return std::pair(before, storage::count_dead_letters(tx, shop.id(), "open"));
    });
  });
  inside.get_future().wait();
  keep(shop, 1'500);
  CHECK(log_bytes(shop) > 16 * kMebibyte);  // it holds what the reader does not know yet
  CHECK(kept(shop) == 1'600);
  release.set_value();
  CHECK(reader.get() == std::pair<std::int64_t, std::int64_t>(100, 100));
  const auto full = log_bytes(shop);
  keep(shop, 1'000);  // the file keeps its size, but is used from its beginning again
  CHECK(log_bytes(shop) < full + 16 * kMebibyte);
  CHECK(shop.db().check().empty());
}

TEST_CASE("the writer is asked to finish a pass only behind one, and once for each", "[storage][sqlite][concurrent]") {
  test::TestShop shop;
  keep(shop, 20);
  storage::SqliteCheckpointer checkpointer(file_of(shop));
  CHECK_FALSE(checkpointer.committed(10));
  CHECK_FALSE(checkpointer.committed(20'000));  // a pass begins
  int asked = 0, told = 20'000;
  while (!checkpointer.committed(told)) std::this_thread::yield();  // it has ended
  for (int pages = told; pages < told + 900; ++pages) asked += checkpointer.committed(pages);
  CHECK(asked == 0);
  CHECK_FALSE(checkpointer.committed(told + 1'100));  // the next pass
  while (!checkpointer.committed(told + 1'100)) std::this_thread::yield();
  CHECK_FALSE(checkpointer.committed(30));  // the log began anew
}
