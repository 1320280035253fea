// Counting a segment over many customers: the clustered tags and narrow facts of the shop against the naive schema (tags
// by customer, the wide customer row walked with EXISTS), in one run over the same customers.
//   segment_bench [customers …]    default: 10000 100000 1000000
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "handlers/segments.h"
#include "storage/database.h"

using namespace laoke;
using storage::Param;
using storage::Row;
using storage::Transaction;

namespace {

constexpr std::int64_t kNowMs = 1'772'416'800'000, kDayMs = 86'400'000;
constexpr int kTagsEach = 5, kOtherTags = 200;
constexpr int kRounds = 5;

// The same customers in every run: a fixed mixing of the id.
std::uint64_t mixed(std::uint64_t value, std::uint64_t salt) {
  value += salt * 0x9e3779b97f4a7c15ULL;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ULL;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebULL;
  return value ^ (value >> 31);
}
bool has_a(std::int64_t id) { return mixed(static_cast<std::uint64_t>(id), 1) % 1000 < 150; }
bool has_b(std::int64_t id) { return mixed(static_cast<std::uint64_t>(id), 2) % 1000 < 99; }
std::int64_t other_tag(std::int64_t id, int place) {
  return 10 + (static_cast<std::int64_t>(mixed(static_cast<std::uint64_t>(id), 3) % (kOtherTags / kTagsEach)) + place * (kOtherTags / kTagsEach));
}
std::int64_t last_order(std::int64_t id) {
  return kNowMs - static_cast<std::int64_t>(mixed(static_cast<std::uint64_t>(id), 4) % 365) * kDayMs;
}
std::vector<std::int64_t> tags_of(std::int64_t id) {
  std::vector<std::int64_t> tags;
  if (has_a(id)) tags.push_back(1);
  if (has_b(id)) tags.push_back(2);
  for (int place = 0; static_cast<int>(tags.size()) < kTagsEach; ++place) tags.push_back(other_tag(id, place));
  return tags;
}

constexpr storage::Sql kCustomer{"bench.customer",
                                 "INSERT INTO customers (shop_id, customer_id, name, search_key, email, language, time_zone, birthday, "
                                 "source, external_id, created_at_ms, updated_at_ms) VALUES ($1, $2, $3, '', $4, '', '', '1990-05-06', "
                                 "'import', '', $5, $5)"};
constexpr storage::Sql kFacts{"bench.facts",
                              "INSERT INTO customer_facts (shop_id, customer_id, standing, opted_out, stage, grade, created_at_ms, "
                              "last_order_ms, first_order_ms, order_count, spent_minor, last_in_ms, last_out_ms, birthday_md, owner_id) "
                              "VALUES ($1, $2, 0, 0, $3, 'B', $4, $5, $5, $6, $7, $5, $5, 506, NULL)"};
constexpr storage::Sql kTag{"bench.tag", "INSERT INTO tags VALUES ($1, $2, $3, '', $4, 0)"};
constexpr storage::Sql kCustomerTag{"bench.customer_tag", "INSERT INTO customer_tags VALUES ($1, $2, $3, 0)"};
constexpr storage::Sql kPurchase{"bench.purchase", "INSERT INTO purchases VALUES ($1, $2, $3, $3, 1, 0)"};
constexpr storage::Sql kNaiveCustomer{"bench.naive_customer",
                                      "INSERT INTO naive_customers VALUES ($1, $2, $3, $4, '13800138000', '浙江省杭州市西湖区文三路 100 号', "
                                      "$5, $6, $7, $8, 0, 'import', $9)"};
constexpr storage::Sql kNaiveTag{"bench.naive_tag", "INSERT INTO naive_customer_tags VALUES ($1, $2)"};

void fill(Transaction& tx, std::int64_t shop, std::int64_t customers) {
  std::vector<std::vector<std::int64_t>> members(10 + kOtherTags);
  tx.execute_built("CREATE TABLE naive_customers (id INTEGER PRIMARY KEY, name TEXT, email TEXT, birthday TEXT, phone TEXT, address TEXT, "
                   "last_order_ms BIGINT, orders BIGINT, spent BIGINT, stage TEXT, opted_out BIGINT, source TEXT, notes TEXT)", {});
  tx.execute_built("CREATE TABLE naive_customer_tags (customer_id BIGINT, tag_id BIGINT, PRIMARY KEY (customer_id, tag_id))", {});
  const std::string notes(160, 'n');  // what a seller writes about somebody in time
  for (std::int64_t id = 1; id <= customers; ++id) {
    const std::string name = "customer " + std::to_string(id), email = std::to_string(id) + "@example.com";
    const auto orders = static_cast<std::int64_t>(mixed(static_cast<std::uint64_t>(id), 5) % 12);
    const char* stage = orders > 6 ? "老客" : "新客";
    tx.execute(kCustomer, {shop, id, name, email, kNowMs - 400 * kDayMs});
    tx.execute(kFacts, {shop, id, stage, kNowMs - 400 * kDayMs, last_order(id), orders, orders * 9900});
    tx.execute(kNaiveCustomer, {id, name, email, "1990-05-06", last_order(id), orders, orders * 9900, stage, notes});
    auto tags = tags_of(id);
    std::sort(tags.begin(), tags.end());
    for (const std::int64_t tag : tags) {
      members[static_cast<std::size_t>(tag)].push_back(id);
      tx.execute(kNaiveTag, {id, tag});
    }
  }
  for (std::size_t tag = 1; tag < members.size(); ++tag) {
    const std::string name = tag == 1 ? "A" : tag == 2 ? "B" : "T" + std::to_string(tag);
    tx.execute(kTag, {shop, tag, name, members[tag].size()});
    for (const std::int64_t id : members[tag]) tx.execute(kCustomerTag, {shop, tag, id});
  }
  tx.execute_built("INSERT INTO products (shop_id, product_id, sku, name, search_key, family, currency, care, active, created_at_ms) "
                   "VALUES (" + std::to_string(shop) + ", 1, '', 'soap', '', '', 'CNY', '', 1, 0)", {});
  for (std::int64_t id = 1; id <= customers; ++id)
    if (mixed(static_cast<std::uint64_t>(id), 6) % 10 == 0) tx.execute(kPurchase, {shop, 1, id});
}

// Of this thread's own processor time: the data is in memory, and a busy machine would measure its neighbours otherwise.
double processor_ms() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

double milliseconds(const std::function<void()>& work) {
  const double start = processor_ms();
  work();
  return processor_ms() - start;
}

struct Timed {
  std::vector<double> times;
  double median() {
    std::sort(times.begin(), times.end());
    return times[times.size() / 2];
  }
};

constexpr const char* kNaiveCount =
    "SELECT count(*) FROM naive_customers c WHERE c.last_order_ms < $1 AND EXISTS (SELECT 1 FROM naive_customer_tags t "
    "WHERE t.customer_id = c.id AND t.tag_id = 1) AND NOT EXISTS (SELECT 1 FROM naive_customer_tags t WHERE t.customer_id = c.id "
    "AND t.tag_id = 2)";

void compare(storage::Database& db, std::int64_t customers) {
  Timed ours, naive;
  std::int64_t our_count = 0, naive_count = 0;
  db.read([&](Transaction& tx) {
    const auto shop = *storage::find_shop(tx, "default");
    const Context context{tx, shop, kNowMs};
    for (int round = 0; round <= kRounds; ++round) {
      const double us = milliseconds([&] {
        our_count = storage::count_audience(tx, shop, shop_segment(context, "tag:A -tag:B last_order>30d"), kNowMs);
      });
      const double them = milliseconds([&] {
        const Param params[] = {kNowMs - 30 * kDayMs};
        tx.query_built(kNaiveCount, params, [&](const Row& row) { naive_count = row.integer(0); });
      });
      if (round == 0) continue;  // warms the caches of both
      ours.times.push_back(us);
      naive.times.push_back(them);
    }
  });
  std::printf("%9lld customers: tag:A -tag:B last_order>30d = %lld%s, %.1f ms; naive %.1f ms; ratio %.3f (goal 0.10)\n",
              static_cast<long long>(customers), static_cast<long long>(our_count), our_count == naive_count ? "" : " WRONG",
              ours.median(), naive.median(), ours.median() / naive.median());
}

void previews(storage::Database& db) {
  db.read([&](Transaction& tx) {
    const auto shop = *storage::find_shop(tx, "default");
    const Context context{tx, shop, kNowMs};
    for (const char* text :
         {"all", "tag:A tag:B last_order<30d", "tag:A -tag:B spent>=500", "tag:A stage:老客 last_order<30d", "-tag:A -tag:B last_order<90d",
          "(tag:A or tag:B) last_order<30d", "bought:soap -tag:A orders>=3", "stage:老客 spent>=500 last_order>90d", "tag:A name:77 -tag:B"}) {
      SegmentPreview preview;
      Timed timed;
      for (int round = 0; round < 3; ++round) timed.times.push_back(milliseconds([&] { preview = preview_segment(context, text); }));
      const double one = milliseconds([&] {
        const auto query = shop_segment(context, text);
        for (int i = 0; i < 100; ++i) storage::matches_segment(tx, shop, query, 1 + i, kNowMs);
      });
      std::printf("            preview %-40s %8lld %8.1f ms   one customer %.1f us\n", text, static_cast<long long>(preview.count),
                  timed.median(), one * 10);
    }
  });
}

void measure(std::int64_t customers) {
  const auto folder = std::filesystem::temp_directory_path() / ("laoke-segment-bench-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  {
    storage::DatabaseOptions options;
    options.url = "sqlite:" + (folder / "bench.db").string();
    options.reader_cache_kib = 16 * 1024;  // both schemas get what the writer has
    const auto db = storage::open_database(options);
    db->write([&](Transaction& tx) {
      storage::Shop shop;
      shop.slug = shop.name = "default";
      shop.time_zone = "Asia/Shanghai";
      shop.language = "zh-CN";
      shop.currency = "CNY";
      shop.settings = "{}";
      fill(tx, storage::insert_shop(tx, shop), customers);
    });
    compare(*db, customers);
    previews(*db);
  }
  std::filesystem::remove_all(folder);
}

}  // namespace

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);  // lines appear as they are measured, in a file too
  std::vector<std::int64_t> sizes;
  for (int i = 1; i < argc; ++i) sizes.push_back(std::atoll(argv[i]));
  if (sizes.empty()) sizes = {10'000, 100'000, 1'000'000};
  for (const std::int64_t size : sizes) measure(size);
}
