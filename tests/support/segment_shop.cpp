#include "tests/support/segment_shop.h"

#include <catch2/catch.hpp>

#include "handlers/segments.h"

namespace laoke::test {
namespace {

constexpr std::int64_t kDayMs = 86'400'000;
std::string ago(int days) { return std::to_string(kMonday10 - days * kDayMs); }

// id, name, then facts: opted_out, stage, grade, created, last order, first order, orders, spent, last in, last out,
// birthday, owner. 9 is staff, 10 was merged away.
struct SamplePerson {
  int id;
  const char *name, *email, *language, *birthday, *source;
  int referrer;
  const char* facts;
};

const std::vector<SamplePerson>& people() {
  static const std::vector<SamplePerson> list = {
      {1, "安安", "an@example.com", "", "1990-03-05", "fair", 0,
       "0, '老客', 'A', {400}, {10}, {390}, 5, 120000, {1}, {2}, 305, 70"},
      {2, "Bea", "", "en", "--02-29", "", 1, "0, '新客', 'B', {20}, {20}, {20}, 1, 9900, {30}, {20}, 229, 71"},
      {3, "陈晨", "", "zh-CN", "1985-03-31", "展会", 0, "1, '老客', 'A', {300}, {100}, {200}, 3, 50000, NULL, {16}, 331, NULL"},
      {4, "Dora 50%", "d@x.org", "en-GB", "", "", 2, "0, '潜客', '', {5}, NULL, NULL, 0, 0, {5}, NULL, NULL, NULL"},
      {5, "恩_恩", "", "", "2000-12-31", "", 0, "0, '流失', 'C', {800}, {700}, {750}, 2, 49999, {700}, {13}, 1231, 70"},
      {6, "冯凤", "", "", "--01-01", "", 0, "0, '新客', 'C', {0}, {0}, {0}, 1, 100, {0}, {0}, 101, NULL"},
      {9, "店员", "", "", "", "", 0, "0, '老客', 'A', {400}, {10}, {390}, 5, 120000, {1}, {2}, 305, 70"},
      {10, "旧档", "", "", "", "", 0, "0, '老客', 'A', {400}, {10}, {390}, 5, 120000, {1}, {2}, 305, 70"},
  };
  return list;
}

std::string with_times(std::string text) {
  for (auto open = text.find('{'); open != std::string::npos; open = text.find('{')) {
    const auto close = text.find('}', open);
    text.replace(open, close - open + 1, ago(std::stoi(text.substr(open + 1, close - open - 1))));
  }
  return text;
}

}  // namespace

SegmentShop::SegmentShop() {
  for (const SamplePerson& one : people()) {
    const std::string id = std::to_string(one.id), q = "', '";
    const int standing = one.id == 9 ? 1 : one.id == 10 ? 2 : 0;
    run("INSERT INTO customers (shop_id, customer_id, name, search_key, email, language, time_zone, birthday, source, referrer_id, "
        "external_id, merged_into, created_at_ms, updated_at_ms) VALUES ($1, " + id + ", '" + one.name + "', '', '" + one.email + q +
        one.language + "', '', '" + one.birthday + q + one.source + "', " + (one.referrer ? std::to_string(one.referrer) : "NULL") +
        ", '', NULL, 0, 0)");
    run("INSERT INTO customer_facts (shop_id, customer_id, standing, opted_out, stage, grade, created_at_ms, last_order_ms, "
        "first_order_ms, order_count, spent_minor, last_in_ms, last_out_ms, birthday_md, owner_id) VALUES ($1, " + id + ", " +
        std::to_string(standing) + ", " + with_times(one.facts) + ")");
  }
  for (const char* sql : {
           "INSERT INTO tags SELECT $1, 1, 'VIP', '', 4, 0",
           "INSERT INTO tags SELECT $1, 2, '油性', '肤质', 5, 0",
           "INSERT INTO tags SELECT $1, 3, '过敏', '肤质', 2, 0",
           "INSERT INTO customer_tags (shop_id, tag_id, customer_id, added_at_ms) VALUES ($1,1,1,0), ($1,1,2,0), ($1,1,3,0), ($1,1,9,0), "
           "($1,2,1,0), ($1,2,4,0), ($1,2,5,0), ($1,2,9,0), ($1,2,10,0), ($1,3,1,0), ($1,3,5,0)",
           "INSERT INTO phones VALUES ($1, 1, '+8613800138000', '', 0), ($1, 2, '+447700900123', '', 0)",
           "INSERT INTO addresses VALUES ($1, 1, 1, '', '', '浙江省', '杭州市', '', '', 'CN', 1, 0), "
           "($1, 2, 3, '', '', '浙江省', '宁波市', '', '', 'CN', 1, 0), ($1, 3, 2, '', '', 'Kent', 'Dover', '', '', 'GB', 1, 0)",
           "INSERT INTO notes VALUES ($1, 1, 5, 'x', NULL, 0)",
           "INSERT INTO staff VALUES ($1, 70, '小美', 'owner', '', 1, '', 0, 0), ($1, 71, 'Tom', 'operator', '', 1, '', 0, 0)",
           "INSERT INTO channels VALUES ($1, 1, 'main', 'telegram', '{}', 'on', '', '', 0, 0), ($1, 2, '公众号一', 'wechat', '{}', 'on', '', '', 0, 0)",
           "INSERT INTO contacts VALUES ($1, 1, 1, 'a', 1, 'active', '', '', '', 0, -1, 0, 0, 0, ''), "
           "($1, 2, 2, 'b', 2, 'blocked', '', '', '', 0, -1, 0, 0, 0, '')",
           "INSERT INTO products (shop_id, product_id, sku, name, search_key, family, currency, care, active, created_at_ms) VALUES "
           "($1, 1, 'M1', '补水面膜', '', '护肤', 'CNY', '', 1, 0), ($1, 2, 'M2', '美白面膜', '', '护肤', 'CNY', '', 1, 0), "
           "($1, 3, 'S1', '精华', '', '', 'CNY', '', 1, 0), ($1, 4, 'S2', '眼部精华', '', '', 'CNY', '', 1, 0)",
           "INSERT INTO purchases VALUES ($1, 1, 1, 11, 1, 0), ($1, 1, 1, 12, 1, 0), ($1, 2, 3, 13, 1, 0), ($1, 3, 1, 11, 1, 0), "
           "($1, 4, 2, 14, 1, 0), ($1, 1, 9, 15, 1, 0)",
           "INSERT INTO orders (shop_id, order_id, number, customer_id, state, currency, total_minor, recipient, phone, address, note, "
           "source, external_id, created_at_ms, version) VALUES ($1, 11, 1001, 1, 'completed', 'CNY', 0, '', '', '', '', '', '', 0, 1), "
           "($1, 12, 1002, 1, 'placed', 'CNY', 0, '', '', '', '', '', '', 0, 1), ($1, 13, 1003, 3, 'placed', 'CNY', 0, '', '', '', '', '', '', 0, 1)",
           "INSERT INTO attributes VALUES ($1, 'skin', 1, 'text', 'Dry', NULL, 0), ($1, 'skin', 2, 'text', 'oily', NULL, 0), "
           "($1, 'size', 1, 'number', '42', 42, 0), ($1, 'size', 2, 'text', '42', NULL, 0), ($1, 'size', 3, 'number', '40.5', 40.5, 0), "
           "($1, 'trial', 1, 'yesno', '1', 1, 0), ($1, 'trial', 3, 'yesno', '0', 0, 0), "
           "($1, 'due', 1, 'date', '2026-03-02', 1772409600000, 0), ($1, 'due', 3, 'date', '2026-02-20', 1771545600000, 0), "
           "($1, 'due', 5, 'date', '2026-04-01', 1775001600000, 0)",
       })
    run(sql);
}

void SegmentShop::run(const std::string& sql) {
  shop_.write([&](storage::Transaction& tx) {
    const storage::Param params[] = {shop_.id()};
    tx.execute_built(sql, params);
  });
}

std::vector<std::string> SegmentShop::audience(const std::string& segment, std::int64_t now_ms) {
  return with(
      [&](const Context& context) {
        const auto query = shop_segment(context, segment);
        const auto audience = storage::audience_ids(context.tx, context.shop, query, now_ms);
        const auto first = storage::first_customers(context.tx, context.shop, query, now_ms, 100);
        CHECK(storage::count_audience(context.tx, context.shop, query, now_ms) == static_cast<std::int64_t>(audience.size()));
        std::vector<std::string> names;
        std::vector<std::int64_t> first_ids, matching;
        for (const auto& customer : first) {
          names.push_back(customer.name);
          first_ids.push_back(customer.customer_id);
        }
        for (const SamplePerson& one : people())
          if (storage::matches_segment(context.tx, context.shop, query, one.id, now_ms)) matching.push_back(one.id);
        CHECK(first_ids == audience);
        CHECK(matching == audience);
        return names;
      },
      now_ms);
}

std::set<std::int64_t> SegmentShop::ids(const std::string& segment, std::int64_t now_ms) {
  return with(
      [&](const Context& context) {
        const auto audience = storage::audience_ids(context.tx, context.shop, shop_segment(context, segment), now_ms);
        return std::set<std::int64_t>(audience.begin(), audience.end());
      },
      now_ms);
}

}  // namespace laoke::test
