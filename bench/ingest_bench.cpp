// Callbacks in: durable ingest against the same server only parsing and against one transaction per request, in
// interleaved rounds of one run.
//   ingest_bench [seconds a round, default 4] [connections, default 32] [rounds, default 3]
#include "bench/load.h"
#include "bench/shop_server.h"

using namespace laoke;
using namespace laoke::bench;

namespace {

struct Variant {
  const char* name;
  ShopServer& shop;
  std::string path;
  std::int64_t next = 0;  // number of its next update
  std::vector<double> rates = {}, p50s = {}, p99s = {}, cpu_us = {};

  LoadResult run(int connections, double seconds, std::int64_t requests) {
    LoadPlan plan{shop.server.port(), path, kSecret, connections, seconds, requests, next};
    const LoadResult result = Load(plan).wait();
    next += result.answered + connections;
    return result;
  }
  void round(int connections, double seconds) {
    const double before = processor_seconds();
    const LoadResult r = run(connections, seconds, 0);
    const double cpu = (processor_seconds() - before) * 1e6 / static_cast<double>(std::max<std::int64_t>(r.answered, 1));
    rates.push_back(r.per_second());
    p50s.push_back(r.p50_ms), p99s.push_back(r.p99_ms), cpu_us.push_back(cpu);
    std::printf("  %-28s %8.0f /s   p50 %6.2f  p99 %6.2f ms   %5.0f us processor   refused %lld   a connection got %lld..%lld%s\n", name,
                r.per_second(), r.p50_ms, r.p99_ms, cpu, static_cast<long long>(r.refused), static_cast<long long>(r.least),
                static_cast<long long>(r.most), r.least == 0 ? "   STARVED" : "");
  }
};

std::int64_t messages(ShopServer& shop) {
  std::int64_t count = 0;
  shop.database->read([&](storage::Transaction& tx) {
    tx.query_built("SELECT count(*) FROM messages", {}, [&](const storage::Row& row) { count = row.integer(0); });
  });
  return count;
}

}  // namespace

int main(int argc, char** argv) {
  be_the_load(argc, argv);
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const double seconds = argc > 1 ? std::atof(argv[1]) : 4;
  const int connections = argc > 2 ? std::atoi(argv[2]) : 32, rounds = argc > 3 ? std::atoi(argv[3]) : 3;
  const Folder folder("ingest_bench");
  storage::DatabaseOptions grouped, single;
  grouped.url = folder.url("grouped.db");
  single.url = folder.url("single.db");
  single.group_commit = false;
  ShopServer group(grouped), alone(single);
  Variant parse{"a parse only", group, "/hooks/bot/parsed"};
  Variant durable{"b durable, group commit", group, "/hooks/bot"};
  Variant each{"c durable, one transaction", alone, "/hooks/bot/alone"};

  for (Variant* variant : {&durable, &each}) {
    const LoadResult first = variant->run(connections, 120, kChats);
    std::printf("%s: the first message of %d customers: %.0f /s, p99 %.2f ms\n", variant->name, kChats, first.per_second(), first.p99_ms);
  }
  for (int round = 1; round <= rounds; ++round) {
    std::printf("round %d, %d connections, %.0f s each\n", round, connections, seconds);
    for (Variant* variant : {&parse, &durable, &each}) variant->round(connections, seconds);
  }
  std::printf("medians\n");
  for (const Variant* v : {&parse, &durable, &each})
    std::printf("  %-28s %8.0f /s   p50 %6.2f  p99 %6.2f ms   %5.0f us processor\n", v->name, median(v->rates), median(v->p50s), median(v->p99s),
                median(v->cpu_us));
  std::vector<double> of_parse, of_each;
  for (std::size_t i = 0; i < durable.rates.size(); ++i) {
    of_parse.push_back(durable.rates[i] / parse.rates[i]);
    of_each.push_back(durable.rates[i] / each.rates[i]);
  }
  std::printf("b/a %.2f (goal >= 0.40)   b/c %.1f (goal >= 4)   messages kept %lld\n", median(of_parse), median(of_each),
              static_cast<long long>(messages(group)));
  return 0;
}
