#include "storage/segment_lists.h"

#include <catch2/catch.hpp>

#include "handlers/segments.h"
#include "storage/segment_sql.h"
#include "tests/support/segment_shop.h"

using namespace laoke;

namespace {

constexpr std::int64_t kOneDayMs = 86'400'000;
constexpr int kCustomers = 240;

// Every customer i: rare with i % 8 == 0, often with i % 3 == 0, seldom with i % 40 == 1; their newest order some days ago,
// none with i % 20 == 19; those with i % 48 == 0 are staff and those with i % 80 == 0 merged away.
struct Crowd {
  explicit Crowd(int apart = 1) {
    int counts[3] = {};
    shop.write([&](storage::Transaction& tx) {
      for (int i = 1; i <= kCustomers; ++i) {
        const std::string id = std::to_string(i * apart), standing = i % 80 == 0 ? "2" : i % 48 == 0 ? "1" : "0";
        const std::string order = i % 20 == 19 ? "NULL" : std::to_string(test::kMonday10 - (i * 7 % (kCustomers + 1)) * kOneDayMs);
        run(tx, "INSERT INTO customer_facts (shop_id, customer_id, standing, opted_out, stage, grade, created_at_ms, last_order_ms, "
                "order_count, spent_minor) VALUES ($1, " + id + ", " + standing + ", 0, '', '', 0, " + order + ", 1, 100)");
        const bool has[] = {i % 8 == 0, i % 3 == 0, i % 40 == 1};
        for (int tag = 0; tag < 3; ++tag) {
          if (!has[tag]) continue;
          ++counts[tag];
          run(tx, "INSERT INTO customer_tags VALUES ($1, " + std::to_string(tag + 1) + ", " + id + ", 0)");
        }
      }
      const char* names[] = {"rare", "often", "seldom"};
      for (int tag = 0; tag < 3; ++tag)
        run(tx, "INSERT INTO tags VALUES ($1, " + std::to_string(tag + 1) + ", '" + names[tag] + "', '', " + std::to_string(counts[tag]) + ", 0)");
    });
  }
  void run(storage::Transaction& tx, const std::string& sql) {
    const storage::Param params[] = {shop.id()};
    tx.execute_built(sql, params);
  }
  struct Answer {
    std::optional<std::int64_t> listed;
    std::int64_t counted, audience;
  };
  Answer ask(const std::string& segment) {
    return shop.write([&](storage::Transaction& tx) {
      const auto row = *storage::get_shop(tx, shop.id());
      const auto query = shop_segment(Context{tx, row, test::kMonday10}, segment);
      return Answer{storage::count_by_lists(tx, row, query, test::kMonday10), storage::count_audience(tx, row, query, test::kMonday10),
                    static_cast<std::int64_t>(storage::audience_ids(tx, row, query, test::kMonday10).size())};
    });
  }
  test::TestShop shop;
};

Crowd& crowd(bool far_apart = false) {
  static Crowd one, sparse{100'000};
  return far_apart ? sparse : one;
}

}  // namespace

TEST_CASE("a count by lists is the count by looking at each customer", "[segment][lists]") {
  const std::string segment = GENERATE(
      "tag:rare", "tag:often", "tag:rare -tag:seldom", "tag:rare tag:often", "tag:often tag:rare -tag:seldom", "tag:rare -tag:rare",
      "tag:rare -tag:没有的", "tag:often last_order<30d", "tag:often last_order<=30d", "tag:often last_order>200d",
      "tag:often last_order>=200d", "tag:often last_order>20d", "tag:often last_order>=1d", "tag:often -last_order<30d",
      "tag:often last_order:today", "tag:often last_order:this-month", "tag:often last_order<2026-02-20", "tag:often last_order<=2026-02-20",
      "tag:often last_order>2026-02-20", "tag:often last_order>=2026-02-20", "tag:often last_order:2026-02-20",
      "tag:often -tag:rare last_order>30d last_order<60d", "tag:often -last_order:30d -tag:seldom", "tag:rare last_order<12h");
  CAPTURE(segment);
  const auto answer = crowd().ask(segment);
  REQUIRE(answer.listed);
  CHECK(*answer.listed == answer.audience);
  CHECK(answer.counted == answer.audience);
  // The same customers with ids that lie far apart.
  CHECK(crowd(true).ask(segment).listed == answer.audience);
}

TEST_CASE("staff and merged records are in no list", "[segment][lists]") {
  // 30 of 240; of them 48, 96, 144 and 192 are staff, 80, 160 and 240 merged away.
  CHECK(crowd().ask("tag:rare").listed == 30 - 7);
}

TEST_CASE("what lists cannot say, or could say only at length, is looked up", "[segment][lists]") {
  const std::string segment = GENERATE("all", "last_order>30d", "-tag:rare", "tag:没有的", "tag:rare spent>=1", "tag:rare or tag:often",
                                       "tag:rare (tag:often or tag:seldom)", "-(tag:rare tag:often)", "tag:seldom last_order>10d -last_order>100d",
                                       "tag:seldom -tag:often", "tag:seldom -last_order<200d", "tag:rare has:order");
  CAPTURE(segment);
  const auto answer = crowd().ask(segment);
  CHECK_FALSE(answer.listed);
  CHECK(answer.counted == answer.audience);
}

TEST_CASE("another shop's tags and orders are in no list", "[segment][lists]") {
  Crowd own;
  const auto before = own.ask("tag:often last_order>20d");
  own.shop.write([&](storage::Transaction& tx) {
    own.run(tx, "INSERT INTO customer_facts (shop_id, customer_id, standing, opted_out, stage, grade, created_at_ms, last_order_ms, "
                "order_count, spent_minor) SELECT $1 + 1, customer_id, 1, 0, '', '', 0, 1, 1, 1 FROM customer_facts WHERE shop_id = $1");
    own.run(tx, "INSERT INTO customer_tags SELECT $1 + 1, 1, customer_id, 0 FROM customer_facts WHERE shop_id = $1");
  });
  CHECK(own.ask("tag:often last_order>20d").listed == before.listed);
}
