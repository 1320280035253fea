#pragma once
#include <set>
#include <string>
#include <vector>

#include "handlers/context.h"
#include "tests/support/test_shop.h"

namespace laoke::test {

// A shop whose customers differ in everything a segment can ask for. Rows are written as stores leave them.
class SegmentShop {
 public:
  SegmentShop();

  // Names of the audience, in the order of the ids. Holds count, matches and first names against it.
  std::vector<std::string> audience(const std::string& segment, std::int64_t now_ms = kMonday10);
  std::set<std::int64_t> ids(const std::string& segment, std::int64_t now_ms = kMonday10);
  void run(const std::string& sql);  // one statement of test data
  TestShop& shop() { return shop_; }
  template <class F>
  auto with(F&& fn, std::int64_t now_ms = kMonday10) {  // fn(const Context&)
    return shop_.write([&](storage::Transaction& tx) {
      const auto row = storage::get_shop(tx, shop_.id());
      return fn(Context{tx, *row, now_ms});
    });
  }

 private:
  TestShop shop_;
};

}  // namespace laoke::test
