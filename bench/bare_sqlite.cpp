// A yardstick: SQLite by itself, synchronous=FULL, writing what a callback leaves behind (its number, its contact, its
// message), `batch` callbacks a commit. No HTTP, no JSON. Prints one line of JSON.
//   bare_sqlite FILE [batch, default 32] [seconds, default 4]
#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <cstdlib>

#include "bench/figures.h"

using namespace laoke::bench;

namespace {

constexpr int kChats = 20'000;
constexpr std::int64_t kNow = 1'790'000'000'000;

class Store {
 public:
  explicit Store(const std::string& file) : database_(file, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE), tables_(make(database_)) {}
  void take(std::int64_t number) {
    update_.bind(1, number), update_.bind(2, kNow);
    update_.exec(), update_.reset();
    contact_.bind(1, 1'000'000 + number % kChats), contact_.bind(2, "晓梅 陈"), contact_.bind(3, "chenxiaomei");
    contact_.bind(4, "zh-hans"), contact_.bind(5, kNow);
    contact_.executeStep();
    const std::int64_t contact_id = contact_.getColumn(0).getInt64();
    contact_.reset();
    message_.bind(1, contact_id), message_.bind(2, std::int64_t{48213}), message_.bind(3, text_), message_.bind(4, kNow);
    message_.exec(), message_.reset();
  }
  void begin() { begin_.exec(), begin_.reset(); }
  void commit() { commit_.exec(), commit_.reset(); }

 private:
  static bool make(SQLite::Database& database) {
    for (const char* text : {"PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA cache_size=-65536",
                             "CREATE TABLE updates (update_id INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL)",
                             "CREATE TABLE contacts (contact_id INTEGER PRIMARY KEY, chat_id INTEGER NOT NULL UNIQUE, name TEXT NOT NULL, "
                             "username TEXT NOT NULL, language TEXT NOT NULL, last_in_ms INTEGER NOT NULL)",
                             "CREATE TABLE messages (message_id INTEGER PRIMARY KEY, contact_id INTEGER NOT NULL, platform_message_id INTEGER NOT NULL, "
                             "text TEXT NOT NULL, at_ms INTEGER NOT NULL)"})
      database.exec(text);
    return true;
  }

  SQLite::Database database_;
  [[maybe_unused]] bool tables_;  // made before the statements below are prepared
  const std::string text_ = std::string(200, 'x') + "老板在吗？上次那款玫瑰精油面膜用完了，想再买两盒，今天下单的话什么时候能发货？";
  SQLite::Statement begin_{database_, "BEGIN IMMEDIATE"}, commit_{database_, "COMMIT"};
  SQLite::Statement update_{database_, "INSERT INTO updates VALUES (?, ?) ON CONFLICT DO NOTHING"};
  SQLite::Statement contact_{database_,
                             "INSERT INTO contacts (chat_id, name, username, language, last_in_ms) VALUES (?, ?, ?, ?, ?) "
                             "ON CONFLICT (chat_id) DO UPDATE SET name = excluded.name, username = excluded.username, "
                             "language = excluded.language, last_in_ms = excluded.last_in_ms RETURNING contact_id"};
  SQLite::Statement message_{database_, "INSERT INTO messages (contact_id, platform_message_id, text, at_ms) VALUES (?, ?, ?, ?)"};
};

double quantile(std::vector<double>& values, double part) {
  std::sort(values.begin(), values.end());
  return values.empty() ? 0 : values[static_cast<std::size_t>(part * static_cast<double>(values.size() - 1))];
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "bare_sqlite FILE [batch] [seconds]\n");
    return 2;
  }
  const int batch = argc > 2 ? std::max(1, std::atoi(argv[2])) : 32;
  const double seconds = argc > 3 ? std::atof(argv[3]) : 4;
  Store store(argv[1]);
  std::vector<double> times;
  std::int64_t rows = 0;
  const double cpu = processor_seconds();
  double spent = 0;
  while (spent < seconds) {
    const double took = seconds_of([&] {
      store.begin();
      for (int i = 0; i < batch; ++i) store.take(rows++);
      store.commit();
    });
    spent += took;
    times.push_back(took * 1000);
  }
  const double used = processor_seconds() - cpu, p50 = quantile(times, 0.5), p99 = quantile(times, 0.99);
  std::printf("{\"answered\":%lld,\"seconds\":%.3f,\"per_second\":%.1f,\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"cpu_us\":%.1f,\"rss_mib\":%.1f}\n",
              static_cast<long long>(rows), spent, static_cast<double>(rows) / spent, p50, p99, used * 1e6 / static_cast<double>(rows), resident_mib());
  return 0;
}
