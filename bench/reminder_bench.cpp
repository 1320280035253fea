// A tick of the reminder queue: 10,000 due among 3,000,000, the clustered queue (rows deleted as they fire) against the
// usual table (rows marked in place, found by an index on their time), both writing the same ledger row; then an empty
// tick, and the whole of firing a reminder in a small shop and in a large one.
//   reminder_bench [rows, default 3000000] [customers of the large shop, default 1000000]
#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "handlers/calendar.h"
#include "handlers/reminders.h"
#include "handlers/rules.h"
#include "storage/customers.h"
#include "storage/ledger.h"
#include "storage/reminders.h"
#include "storage/shops.h"

using namespace laoke;
using storage::Reminder;
using storage::Transaction;

namespace {

constexpr std::int64_t kNow = 1'772'416'800'000;
constexpr int kDue = 10'000, kSlice = 1000, kRounds = 3;  // kSlice: rows a transaction, the same for both
constexpr const char* kPayload = R"({"template":"unpaid_1","order_id":77})";

double ms_of(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// The same rows in every run, in an order that has nothing to do with their times, as customers buy.
std::int64_t mixed(std::int64_t value) {
  auto x = static_cast<std::uint64_t>(value) * 0x9e3779b97f4a7c15ULL;
  x ^= x >> 31;
  return static_cast<std::int64_t>(x >> 1);
}

struct Folder {
  std::filesystem::path path = std::filesystem::temp_directory_path() / ("reminder_bench." + std::to_string(getpid()));
  Folder() { std::filesystem::create_directories(path); }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string file(const char* name) const { return (path / name).string(); }
};

std::unique_ptr<storage::Database> open(const Folder& folder, const char* name) {
  storage::DatabaseOptions options;
  options.url = "sqlite:" + folder.file(name);
  return storage::open_database(options);
}

std::int64_t make_shop(storage::Database& database) {
  return database.write([](Transaction& tx) {
    storage::Shop shop;
    shop.slug = "default";
    shop.name = "bench";
    shop.time_zone = "Asia/Shanghai";
    shop.language = "zh-CN";
    shop.currency = "CNY";
    shop.country = "CN";
    shop.settings = "{}";
    return storage::insert_shop(tx, shop);
  });
}

// Row i of the trial: the first kDue of a shuffled order are due within the hour before round r, the rest a day ahead.
struct Rows {
  std::int64_t count;
  // Rounds need fresh due rows: round r's fall due in its own hour.
  std::int64_t due(std::int64_t i) const {
    const std::int64_t place = mixed(i) % count;
    if (place < kDue * kRounds) return kNow + (place / kDue) * kHourMs + place % kDue * 300;
    return kNow + 30 * kDayMs + place * 7;
  }
};
std::int64_t round_now(int round) { return kNow + round * kHourMs + kHourMs - 1; }

void fill_clustered(storage::Database& database, std::int64_t shop_id, const Rows& rows) {
  std::vector<std::pair<std::int64_t, std::int64_t>> order;
  for (std::int64_t i = 0; i < rows.count; ++i) order.push_back({rows.due(i), i});
  std::sort(order.begin(), order.end());
  for (std::size_t at = 0; at < order.size(); at += 50'000)
    database.write([&](Transaction& tx) {
      for (std::size_t i = at; i < std::min(order.size(), at + 50'000); ++i)
        storage::put_reminder(tx, {order[i].first, shop_id, 7, order[i].second, "order:" + std::to_string(order[i].second) + "#1", 1, kNow});
    });
}

int tick_clustered(storage::Database& database, std::int64_t now_ms) {
  int fired = 0;
  for (;;) {
    const int taken = database.write([&](Transaction& tx) {
      const auto due = storage::take_due_reminders(tx, now_ms, kSlice);
      for (const Reminder& r : due) {
        storage::Delivery delivery;
        delivery.key = {"r", r.rule_id, r.customer_id, r.cause};
        delivery.klass = "notice";
        delivery.due_at_ms = r.due_at_ms;
        delivery.expires_at_ms = r.due_at_ms + kDayMs;
        delivery.payload = kPayload;
        (void)storage::plan_delivery(tx, r.shop_id, delivery, storage::SendLane::kFast);
      }
      return static_cast<int>(due.size());
    });
    fired += taken;
    if (taken < kSlice) return fired;
  }
}

class InPlace {
 public:
  InPlace(const std::string& file, std::int64_t shop_id, const Rows& rows) : database_(file, SQLite::OPEN_READWRITE), shop_id_(shop_id) {
    database_.exec("PRAGMA synchronous=FULL");
    database_.exec("PRAGMA cache_size=-16384");
    database_.exec("CREATE TABLE marked (id INTEGER PRIMARY KEY, shop_id, rule_id, customer_id, cause TEXT, due_at_ms, state, version, base)");
    SQLite::Transaction transaction(database_);
    SQLite::Statement insert(database_, "INSERT INTO marked VALUES (NULL, ?, 7, ?, ?, ?, 0, 1, 0)");
    for (std::int64_t i = 0; i < rows.count; ++i) {
      insert.bind(1, shop_id);
      insert.bind(2, i);
      insert.bind(3, "order:" + std::to_string(i) + "#1");
      insert.bind(4, rows.due(i));
      insert.exec();
      insert.reset();
    }
    transaction.commit();
    database_.exec("CREATE INDEX marked_due ON marked (due_at_ms)");
  }

  int tick(std::int64_t now_ms) {
    SQLite::Statement pick(database_, "SELECT id, customer_id, cause, due_at_ms FROM marked WHERE due_at_ms <= ? AND state = 0 ORDER BY due_at_ms LIMIT 1000");
    SQLite::Statement mark(database_, "UPDATE marked SET state = 1 WHERE id = ?");
    SQLite::Statement ledger(database_,
                             "INSERT INTO deliveries (shop_id, source, source_id, customer_id, cause, state, reason, class, contact_id, due_at_ms, "
                             "expires_at_ms, attempts, payload, platform_message_id, updated_at_ms) "
                             "VALUES (?, 'r', 8, ?, ?, 'due', '', 'notice', 0, ?, ?, 0, ?, '', 0) ON CONFLICT DO NOTHING");
    SQLite::Statement queue(database_, "INSERT INTO send_queue (channel_id, lane, due_at_ms, shop_id, source, source_id, customer_id, cause) "
                                       "VALUES (0, 0, ?, ?, 'r', 8, ?, ?) ON CONFLICT DO NOTHING");
    int fired = 0;
    for (int taken = kSlice; taken == kSlice;) {
      SQLite::Transaction transaction(database_, SQLite::TransactionBehavior::IMMEDIATE);
      std::vector<std::tuple<std::int64_t, std::int64_t, std::string, std::int64_t>> due;
      pick.bind(1, now_ms);
      while (pick.executeStep()) due.emplace_back(pick.getColumn(0), pick.getColumn(1), pick.getColumn(2).getString(), pick.getColumn(3));
      pick.reset();
      for (const auto& [id, customer, cause, at] : due) {
        ledger.bind(1, shop_id_), ledger.bind(2, customer), ledger.bind(3, cause), ledger.bind(4, at), ledger.bind(5, at + kDayMs);
        ledger.bind(6, kPayload);
        ledger.exec(), ledger.reset();
        queue.bind(1, at), queue.bind(2, shop_id_), queue.bind(3, customer), queue.bind(4, cause);
        queue.exec(), queue.reset();
        mark.bind(1, id);
        mark.exec(), mark.reset();
      }
      transaction.commit();
      taken = static_cast<int>(due.size());
      fired += taken;
    }
    return fired;
  }

 private:
  SQLite::Database database_;
  std::int64_t shop_id_;
};

// The whole of firing (judging included) for kDue customers whose birthday is today, in a shop of `customers`.
double fire_us(const Folder& folder, const char* name, std::int64_t customers) {
  const auto database = open(folder, name);
  const auto shop_id = make_shop(*database);
  const auto rule = database->write([&](Transaction& tx) {
    const auto shop = *storage::get_shop(tx, shop_id);
    const Context context{tx, shop, kNow, {}};
    install_stock_rules(context);
    return require_rule(context, "birthday");
  });
  const std::int64_t midnight = start_of_day(kNow, "Asia/Shanghai"), every = customers / kDue;
  for (std::int64_t at = 0; at < customers; at += 10'000)
    database->write([&](Transaction& tx) {
      for (std::int64_t i = at; i < std::min(customers, at + 10'000); ++i) {
        const bool today = i % every == 0;
        storage::Customer customer;
        customer.name = "c" + std::to_string(i);
        customer.birthday = today ? "1990-03-02" : "1990-09-02";
        const auto id = storage::insert_customer(tx, shop_id, customer);
        const std::int64_t base = today ? midnight : midnight + 184 * kDayMs;
        storage::put_reminder(tx, {base + 10 * kHourMs, shop_id, rule.row.rule_id, id, "birthday:2026#1", rule.row.version, base});
      }
    });
  FireResult fired;
  const double ms = ms_of([&] { fired = fire_due(*database, kNow, 1'000'000); });
  if (fired.planned != kDue) std::printf("  UNEXPECTED: %d planned of %d taken\n", fired.planned, fired.taken);
  return ms * 1000 / kDue;
}

}  // namespace

int main(int argc, char** argv) {
  const Rows rows{argc > 1 ? std::atoll(argv[1]) : 3'000'000};
  const std::int64_t large = argc > 2 ? std::atoll(argv[2]) : 1'000'000;
  const Folder folder;
  const auto clustered = open(folder, "clustered.db");
  const auto shop_id = make_shop(*clustered);
  fill_clustered(*clustered, shop_id, rows);
  make_shop(*open(folder, "marked.db"));
  InPlace in_place(folder.file("marked.db"), shop_id, rows);

  std::vector<double> ours, theirs, ratios;
  for (int round = 0; round < kRounds; ++round) {
    int a = 0, b = 0;
    ours.push_back(ms_of([&] { a = tick_clustered(*clustered, round_now(round)); }));
    theirs.push_back(ms_of([&] { b = in_place.tick(round_now(round)); }));
    ratios.push_back(ours.back() / theirs.back());
    std::printf("round %d: %d due, clustered %.1f ms; %d due, marked in place %.1f ms; ratio %.3f\n", round + 1, a, ours.back(), b, theirs.back(), ratios.back());
  }
  std::printf("10,000 due among %lld: clustered %.1f ms, in place %.1f ms, ratio %.3f (goal <= 0.10)\n", static_cast<long long>(rows.count),
              median(ours), median(theirs), median(ratios));
  std::vector<double> empty;
  for (int i = 0; i < 200; ++i) empty.push_back(ms_of([&] { fire_due(*clustered, round_now(kRounds - 1), 1000); }));
  std::printf("empty tick: %.4f ms (goal <= 0.1)\n", median(empty));

  std::vector<double> small, big;
  for (int round = 0; round < kRounds; ++round) {
    small.push_back(fire_us(folder, ("small" + std::to_string(round) + ".db").c_str(), kDue));
    if (round == 0 || large <= 100'000) big.push_back(fire_us(folder, ("large" + std::to_string(round) + ".db").c_str(), large));
  }
  std::printf("whole firing, us per due reminder: %.1f with %d customers, %.1f with %lld; ratio %.2f (goal <= 1.3)\n", median(small), kDue,
              median(big), static_cast<long long>(large), median(big) / median(small));
  return 0;
}
