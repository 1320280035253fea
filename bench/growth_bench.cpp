// How the cost of one callback, of one due reminder and of one planned recipient grows with the shop: the same work in
// shops of different size, in interleaved rounds, and the memory it takes. Every customer wrote once before.
//   growth_bench [--customers 10000,100000,1000000] [--rounds 3] [--seconds 4] [--database URL with {} for the size]
#include <CLI/CLI.hpp>
#include <set>

#include "bench/load.h"
#include "bench/shop_server.h"
#include "handlers/broadcasts.h"
#include "handlers/calendar.h"
#include "handlers/inbound.h"
#include "handlers/reminders.h"
#include "handlers/rules.h"
#include "storage/contacts.h"
#include "storage/customers.h"
#include "storage/reminders.h"

using namespace laoke;
using namespace laoke::bench;
using storage::Transaction;

namespace {

constexpr std::int64_t kDueReminders = 10'000, kSlice = 1'000;
constexpr std::int64_t kBirthdayMorning = 1'772'416'800'000;  // 2 March 2026, 10:00 in Shanghai
constexpr int kConnections = 32, kMostRounds = 3;             // a round a birthday: 2026, 2025, 2024

struct Cost {
  double us = 0, cpu_us = 0;
};
struct Costs {
  std::vector<double> us, cpu_us;
  void add(Cost cost) { us.push_back(cost.us), cpu_us.push_back(cost.cpu_us); }
};

Cost cost_of(std::int64_t count, const std::function<void()>& work) {
  const double cpu = processor_seconds(), seconds = seconds_of(work);
  return {seconds * 1e6 / static_cast<double>(count), (processor_seconds() - cpu) * 1e6 / static_cast<double>(count)};
}

InboundEvent first_words(std::int64_t chat, std::int64_t now_ms) {
  InboundEvent event;
  event.kind = InboundKind::kText;
  event.key = "first:" + std::to_string(chat);
  event.external_id = std::to_string(chat);
  event.at_ms = now_ms;
  event.display_name = "陈晓梅";  // as the load's own updates say, or each would rename its sender
  event.username = "chenxiaomei";
  event.language = "zh-hans";
  event.text = "你好，请问面膜还有货吗？";
  event.platform_message_id = "1";
  return event;
}

class Shop {
 public:
  Shop(const std::string& url, std::int64_t customers) : customers_(customers), server_(options(url)) {
    const double seconds = seconds_of([&] { fill(); });
    std::printf("%8lld customers made in %.0f s\n", static_cast<long long>(customers), seconds);
    warm_up();
  }
  std::int64_t customers() const { return customers_; }

  Cost callbacks(double seconds) {
    LoadPlan plan{server_.server.port(), "/hooks/bot", kSecret, kConnections, seconds, 0, next_, static_cast<int>(customers_)};
    const double cpu = processor_seconds();
    const FileTraffic before = file_traffic();
    const LoadResult result = Load(plan).wait();
    const FileTraffic after = file_traffic();
    next_ += result.answered + kConnections;
    if (result.refused > 0) throw std::runtime_error("callbacks were refused");
    p99_ms.push_back(result.p99_ms);
    const auto count = static_cast<double>(std::max<std::int64_t>(result.answered, 1));
    read_kib.push_back((after.read_kib - before.read_kib) / count);
    written_kib.push_back((after.written_kib - before.written_kib) / count);
    return {result.seconds * 1e6 / count, (processor_seconds() - cpu) * 1e6 / count};
  }

  Cost due_reminders(int round) {
    const std::int64_t now_ms = kBirthdayMorning - round * 365 * kDayMs;
    const std::int64_t due = queue_birthdays(2026 - round, now_ms);
    FireResult fired;
    const Cost cost = cost_of(due, [&] { fired = fire_due(*server_.database, now_ms, 1'000'000); });
    if (fired.planned != due) std::printf("  UNEXPECTED: %d planned of %lld due\n", fired.planned, static_cast<long long>(due));
    return cost;
  }

  // As many broadcasts as make some 100,000 recipients, or one.
  Cost planned_recipients() {
    const std::int64_t times = std::max<std::int64_t>(1, 100'000 / customers_);
    Cost cost;
    memory_mib.push_back(growth_mib([&] {
      cost = cost_of(times * customers_, [&] {
        for (std::int64_t i = 0; i < times; ++i) plan_broadcast();
      });
    }));
    return cost;
  }

  std::vector<double> p99_ms, read_kib, written_kib, memory_mib;  // read and written: a callback, files of this process

 private:
  static storage::DatabaseOptions options(const std::string& url) {
    storage::DatabaseOptions options;
    options.url = url;
    return options;
  }
  template <class Work>
  auto write(Work&& work, storage::Lane lane = storage::Lane::kInteractive) {
    return server_.database->write([&](Transaction& tx) {
      const auto row = *storage::get_shop(tx, server_.shop_id);
      return work(Context{tx, row, server_.clock.now_ms()});
    }, lane);
  }

  // A part of them, spread evenly, has its birthday on 2 March.
  void fill() {
    const std::int64_t every = std::max<std::int64_t>(1, customers_ / kDueReminders);
    for (std::int64_t at = 0; at < customers_; at += kSlice)
      write([&](const Context& context) {
        for (std::int64_t i = at; i < std::min(customers_, at + kSlice); ++i) {
          take_event(context, server_.channel_id, first_words(kFirstChat + i, context.now_ms));
          if (i % every == 0) give_birthday(context, kFirstChat + i);
        }
        return 0;
      });
  }
  void give_birthday(const Context& context, std::int64_t chat) {
    const auto contact = storage::find_contact_by_address(context.tx, server_.shop_id, server_.channel_id, std::to_string(chat));
    auto customer = storage::get_customer(context.tx, server_.shop_id, contact->customer_id);
    customer->birthday = "1990-03-02";
    storage::update_customer(context.tx, server_.shop_id, *customer);
    celebrating_.insert(customer->customer_id);  // a set: the closure may run twice
  }
  void warm_up() {
    const Cost ignored = callbacks(2);
    static_cast<void>(ignored);
    p99_ms.clear(), read_kib.clear(), written_kib.clear();
  }
  std::int64_t queue_birthdays(int year, std::int64_t now_ms) {
    const auto rule = write([&](const Context& context) { return require_rule(context, "birthday"); });
    const std::int64_t midnight = start_of_day(now_ms, "Asia/Shanghai");
    const std::string cause = "birthday:" + std::to_string(year) + "#1";
    server_.database->write([&](Transaction& tx) {
      for (const std::int64_t id : celebrating_)
        storage::put_reminder(tx, {now_ms, server_.shop_id, rule.row.rule_id, id, cause, rule.row.version, midnight});
    });
    return static_cast<std::int64_t>(celebrating_.size());
  }
  void plan_broadcast() {
    const auto id = write([&](const Context& context) {
      BroadcastDraft draft;
      draft.segment = "all";
      draft.body = "春季上新";
      return start_broadcast(context, create_broadcast(context, draft).broadcast_id).broadcast_id;
    });
    const auto audience = server_.database->read([&](Transaction& tx) {
      return audience_of(tx, *storage::get_broadcast(tx, server_.shop_id, id));
    });
    for (std::size_t at = 0; at < audience.size(); at += kSlice)
      server_.database->write([&](Transaction& tx) {
        const auto slice = std::span(audience).subspan(at, std::min<std::size_t>(kSlice, audience.size() - at));
        return plan_slice(tx, server_.shop_id, id, slice, at + kSlice >= audience.size(), server_.clock.now_ms());
      }, storage::Lane::kBulk);
  }

  const std::int64_t customers_;
  ShopServer server_;
  std::set<std::int64_t> celebrating_;
  std::int64_t next_ = 0;
};

std::string url_for(const std::string& pattern, const Folder& folder, std::int64_t customers) {
  if (pattern.empty()) return folder.url(std::to_string(customers) + ".db");
  std::string url = pattern;
  return url.replace(url.find("{}"), 2, std::to_string(customers));
}

void print(const char* what, const std::vector<std::unique_ptr<Shop>>& shops, std::vector<Costs>& costs) {
  std::printf("\n%s\n", what);
  for (std::size_t i = 0; i < shops.size(); ++i)
    std::printf("  %8lld customers  %8.1f us   %8.1f us processor   ratio to the smallest %.2f   of processor %.2f\n",
                static_cast<long long>(shops[i]->customers()), median(costs[i].us), median(costs[i].cpu_us),
                median(costs[i].us) / median(costs[0].us), median(costs[i].cpu_us) / median(costs[0].cpu_us));
}

}  // namespace

int main(int argc, char** argv) {
  be_the_load(argc, argv);
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  std::vector<std::int64_t> sizes = {10'000, 100'000, 1'000'000};
  std::string database;
  int rounds = kMostRounds;
  double seconds = 4;
  CLI::App app("cost of one callback, due reminder and planned recipient by the size of the shop");
  app.add_option("--customers", sizes, "sizes, smallest first")->delimiter(',')->check(CLI::Range(1'000, 1'000'000));
  app.add_option("--rounds", rounds, "")->check(CLI::Range(1, kMostRounds));
  app.add_option("--seconds", seconds, "of callbacks a round")->check(CLI::Range(0.1, 600.0));
  app.add_option("--database", database, "empty databases, {} stands for the size; default: SQLite in TMPDIR")
      ->check([](const std::string& url) { return url.find("{}") == std::string::npos ? std::string("has no {} for the size") : std::string(); });
  CLI11_PARSE(app, argc, argv);
  const Folder folder("growth_bench");
  std::vector<std::unique_ptr<Shop>> shops;
  for (const auto customers : sizes) shops.push_back(std::make_unique<Shop>(url_for(database, folder, customers), customers));

  std::vector<Costs> callbacks(sizes.size()), reminders(sizes.size()), recipients(sizes.size());
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < shops.size(); ++i) callbacks[i].add(shops[i]->callbacks(seconds));
    for (std::size_t i = 0; i < shops.size(); ++i) reminders[i].add(shops[i]->due_reminders(round));
    for (std::size_t i = 0; i < shops.size(); ++i) recipients[i].add(shops[i]->planned_recipients());
    std::fprintf(stderr, "round %d of %d\n", round + 1, rounds);
  }
  print("a callback, 32 connections (goal: ratio <= 1.3)", shops, callbacks);
  for (const auto& shop : shops)
    std::printf("  %8lld customers  p99 %.1f ms   files: %.1f KiB read, %.1f KiB written a callback\n",
                static_cast<long long>(shop->customers()), median(shop->p99_ms), median(shop->read_kib), median(shop->written_kib));
  print("a due reminder, 10,000 due (goal: ratio <= 1.3)", shops, reminders);
  print("a planned recipient of a broadcast to all (goal: ratio <= 1.3)", shops, recipients);
  for (const auto& shop : shops)
    std::printf("  %8lld customers  memory grew %.1f MiB while planning\n", static_cast<long long>(shop->customers()),
                *std::max_element(shop->memory_mib.begin(), shop->memory_mib.end()));
  return 0;
}
