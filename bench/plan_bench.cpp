// Planning a broadcast to everybody: the slices the scheduler writes against a bare insert of as many rows into a table
// without any index, in one run; then callbacks while the scheduler plans against the quiet server; and memory.
//   plan_bench [customers, default 1000000] [rounds, default 3]
#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>


#include "bench/load.h"
#include "bench/shop_server.h"
#include "bot/scheduler.h"
#include "handlers/broadcasts.h"
#include "storage/customers.h"

using namespace laoke;
using namespace laoke::bench;
using storage::Transaction;

namespace {

constexpr std::size_t kSlice = 500;  // as bot/scheduler.cpp
constexpr int kConnections = 16;

void add_customers(ShopServer& shop, std::int64_t customers) {
  for (std::int64_t at = 0; at < customers; at += 20'000)
    shop.database->write([&](Transaction& tx) {
      for (std::int64_t i = at; i < std::min(customers, at + 20'000); ++i) {
        storage::Customer customer;
        customer.name = "customer " + std::to_string(i);
        customer.search_key = "|" + customer.name + "|";
        customer.source = "import";
        storage::insert_customer(tx, shop.shop_id, customer);
      }
    });
}

std::int64_t start(ShopServer& shop, const std::string& name) {
  return shop.database->write([&](Transaction& tx) {
    const auto row = *storage::get_shop(tx, shop.shop_id);
    const Context context{tx, row, shop.clock.now_ms()};
    BroadcastDraft draft;
    draft.name = name;
    draft.segment = "all";
    draft.body = "春季上新";
    const auto made = create_broadcast(context, draft);
    return start_broadcast(context, made.broadcast_id).broadcast_id;
  });
}

std::int64_t planned(ShopServer& shop, std::int64_t broadcast_id) {
  return shop.database->read([&](Transaction& tx) { return storage::get_broadcast(tx, shop.shop_id, broadcast_id)->audience_count; });
}

// What Scheduler::plan() does, without its pauses for others.
double plan_seconds(ShopServer& shop, std::int64_t broadcast_id) {
  return seconds_of([&] {
    const auto audience = shop.database->read([&](Transaction& tx) {
      return audience_of(tx, *storage::get_broadcast(tx, shop.shop_id, broadcast_id));
    });
    for (std::size_t at = 0; at < audience.size(); at += kSlice) {
      const auto slice = std::span(audience).subspan(at, std::min(kSlice, audience.size() - at));
      shop.database->write([&](Transaction& tx) {
        return plan_slice(tx, shop.shop_id, broadcast_id, slice, at + kSlice >= audience.size(), shop.clock.now_ms());
      }, storage::Lane::kBulk);
    }
  });
}

// The same columns and settings of SQLite, no key and no index. `slice` rows a transaction.
double bare_seconds(const Folder& folder, int round, std::int64_t rows, std::int64_t slice) {
  SQLite::Database database((folder.path / ("bare" + std::to_string(round) + "-" + std::to_string(slice) + ".db")).string(),
                            SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  for (const char* text : {"PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA cache_size=-16384"}) database.exec(text);
  database.exec("CREATE TABLE bare (shop_id BIGINT, source TEXT, source_id BIGINT, customer_id BIGINT, cause TEXT, state TEXT, reason TEXT, "
                "class TEXT, contact_id BIGINT, due_at_ms BIGINT, expires_at_ms BIGINT, attempts BIGINT, payload TEXT, "
                "platform_message_id TEXT, updated_at_ms BIGINT)");
  SQLite::Statement insert(database, "INSERT INTO bare VALUES (?, 'b', ?, ?, '', 'planned', '', 'marketing', 0, ?, ?, 0, '', '', ?)");
  return seconds_of([&] {
    for (std::int64_t at = 0; at < rows; at += slice) {
      SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
      for (std::int64_t i = at; i < std::min(rows, at + slice); ++i) {
        insert.bind(1, std::int64_t{1}), insert.bind(2, std::int64_t{77}), insert.bind(3, 1000 + i);
        insert.bind(4, std::int64_t{1'790'000'000'000}), insert.bind(5, std::int64_t{1'790'086'400'000});
        insert.bind(6, std::int64_t{1'790'000'000'000});
        insert.exec(), insert.reset();
      }
      transaction.commit();
    }
  });
}

struct Loaded {
  std::vector<double> p99s, rates;
};

void say(const char* when, const LoadResult& r, Loaded& into) {
  into.p99s.push_back(r.p99_ms), into.rates.push_back(r.per_second());
  std::printf("  ingest %-14s %7.0f /s   p50 %5.2f  p99 %6.2f  p99.9 %6.2f ms   over %.1f s\n", when, r.per_second(), r.p50_ms, r.p99_ms,
              r.p999_ms, r.seconds);
}

// Callbacks for four seconds, then for as long as the scheduler plans.
void beside_callbacks(ShopServer& shop, int round, std::int64_t& next, Loaded& quiet, Loaded& busy) {
  LoadPlan plan{shop.server.port(), "/hooks/bot", kSecret, kConnections, 4, 0, next};
  const auto alone = Load(plan).wait();
  next += alone.answered + kConnections;
  say("quiet", alone, quiet);
  plan.first = next, plan.seconds = 120;
  Scheduler scheduler(*shop.database, shop.clock);
  const auto id = start(shop, "beside " + std::to_string(round));
  Load load(plan);
  const double took = seconds_of([&] { scheduler.run_due(); });
  load.stop();
  const auto during = load.wait();
  next += during.answered + kConnections;
  say("while planning", during, busy);
  std::printf("  the scheduler planned %lld in %.1f s beside them\n", static_cast<long long>(planned(shop, id)), took);
}

}  // namespace

int main(int argc, char** argv) {
  be_the_load(argc, argv);
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const std::int64_t customers = argc > 1 ? std::atoll(argv[1]) : 1'000'000;
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 3;
  const Folder folder("plan_bench");
  storage::DatabaseOptions options;
  options.url = folder.url("shop.db");
  ShopServer shop(options);
  const double filling = seconds_of([&] { add_customers(shop, customers); });
  std::printf("%lld customers added in %.0f s; resident %.1f MiB\n", static_cast<long long>(customers), filling, resident_mib());

  std::vector<double> ours, bare, sliced, of_bare, of_sliced;
  for (int round = 1; round <= rounds; ++round) {
    const auto id = start(shop, "round " + std::to_string(round));
    const double grown = growth_mib([&] { ours.push_back(plan_seconds(shop, id)); });
    bare.push_back(bare_seconds(folder, round, customers, customers));
    sliced.push_back(bare_seconds(folder, round, customers, static_cast<std::int64_t>(kSlice)));
    of_bare.push_back(ours.back() / bare.back()), of_sliced.push_back(ours.back() / sliced.back());
    std::printf("round %d: planned %lld in %.2f s, memory grew %.1f MiB; bare insert %.2f s in one transaction, %.2f s in transactions of %zu\n",
                round, static_cast<long long>(planned(shop, id)), ours.back(), grown, bare.back(), sliced.back(), kSlice);
  }
  std::printf("planning / bare in the same slices %.2f (goal <= 2)   / bare in one transaction %.2f\n", median(of_sliced), median(of_bare));

  std::int64_t next = 0;
  const auto warm = Load({shop.server.port(), "/hooks/bot", kSecret, kConnections, 60, kChats, next}).wait();
  next += warm.answered + kConnections;
  Loaded quiet, busy;
  std::vector<double> ratios;
  for (int round = 1; round <= rounds; ++round) {
    std::printf("round %d, %d connections\n", round, kConnections);
    const double grown = growth_mib([&] { beside_callbacks(shop, round, next, quiet, busy); });
    ratios.push_back(busy.p99s.back() / quiet.p99s.back());
    std::printf("  memory grew %.1f MiB\n", grown);
  }
  std::printf("p99 of ingest while planning %.2f ms, quiet %.2f ms: ratio %.2f (goal <= 1.5)\n", median(busy.p99s), median(quiet.p99s), median(ratios));
  return 0;
}
