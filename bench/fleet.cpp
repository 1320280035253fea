// A broadcast planned and sent by one server and by several on one database: messages a second from "yes" to the last
// outcome written, the most memory any server held. Three channels without a rate, so that the servers have something to
// share; the platform is a fake in this process.
//   fleet --database postgresql://… [--customers 1000000] [--nodes 1,3] [--rounds 1]
// On SQLite only --nodes 1. The database must be empty: each round leaves its broadcast behind.
#include <sys/wait.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <fstream>

#include "bench/broadcast_shop.h"
#include "bench/fake_platform.h"
#include "bot/server_app.h"
#include "handlers/broadcasts.h"
#include "handlers/shop_settings.h"
#include "storage/shops.h"

using namespace laoke;
using namespace laoke::bench;

namespace {

constexpr int kChannels = 3;

// A server as a process of its own, in a folder of its own, until it is told to end.
int serve(const std::string& url, const std::string& folder) {
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  Config config;
  config.database = config.database_shown = url;
  config.data_dir = folder;
  config.host = "127.0.0.1";
  config.port = 0;
  config.language = "en";
  config.role = "worker";
  config.log_level = log::Level::kError;
  ServerApp app(config);
  app.start();
  for (int got = 0; sigwait(&ends, &got) != 0;) {
  }
  return app.stop(std::chrono::seconds(10)) ? 0 : 1;
}

struct Node {
  pid_t pid = -1;
  double peak_mib() const {
    std::ifstream status("/proc/" + std::to_string(pid) + "/status");
    for (std::string line; std::getline(status, line);)
      if (line.starts_with("VmHWM:")) return std::atof(line.c_str() + 6) / 1024;
    return 0;
  }
};

std::vector<Node> start_nodes(int count, const std::string& program, const std::string& url, const Folder& folder) {
  std::vector<Node> nodes;
  for (int i = 0; i < count; ++i) {
    const std::string place = (folder.path / ("node" + std::to_string(i))).string();
    std::filesystem::create_directories(place);
    const pid_t pid = ::fork();
    if (pid == 0) {
      ::execl(program.c_str(), program.c_str(), "--serve", place.c_str(), "--database", url.c_str(), static_cast<char*>(nullptr));
      ::_exit(127);
    }
    nodes.push_back({pid});
  }
  return nodes;
}

void end(const std::vector<Node>& nodes) {
  for (const auto& node : nodes) ::kill(node.pid, SIGTERM);
  for (const auto& node : nodes) ::waitpid(node.pid, nullptr, 0);
}

std::int64_t start_to_all(BroadcastShop& shop) {
  SystemClock clock;
  return shop.database->write([&](storage::Transaction& tx) {
    const auto row = *storage::get_shop(tx, shop.shop_id);
    const Context context{tx, row, clock.now_ms()};
    BroadcastDraft draft;
    draft.segment = "source:fleet";
    draft.body = kBroadcastText;
    return start_broadcast(context, create_broadcast(context, draft).broadcast_id).broadcast_id;
  });
}

struct Run {
  double planned_s = 0, per_second = 0, peak_mib = 0;
};

Run run(BroadcastShop& shop, const std::vector<Node>& nodes, int customers) {
  Run result;
  const double all_s = seconds_of([&] {
    const auto id = start_to_all(shop);
    const auto state = [&] {
      return shop.database->read([&](storage::Transaction& tx) { return storage::get_broadcast(tx, shop.shop_id, id)->state; });
    };
    result.planned_s = seconds_of([&] {
      for (auto now = state(); now == "planning" || now == "scheduled"; now = state()) std::this_thread::sleep_for(std::chrono::milliseconds(50));
    });
    while (shop.accepted(id) < customers) std::this_thread::sleep_for(std::chrono::milliseconds(100));
  });
  result.per_second = customers / all_s;
  for (const auto& node : nodes) result.peak_mib = std::max(result.peak_mib, node.peak_mib());
  return result;
}

void without_quiet_hours(BroadcastShop& shop) {
  shop.database->write([&](storage::Transaction& tx) {
    auto row = *storage::get_shop(tx, shop.shop_id);
    auto settings = settings_of(row);
    settings.quiet_from = settings.quiet_to = "00:00";
    row.settings = to_json_text(settings);
    storage::update_shop(tx, row);
  });
}

}  // namespace

int main(int argc, char** argv) {
  std::string url, place;
  int customers = 1'000'000, rounds = 1;
  std::vector<int> counts{1, 3};
  CLI::App app("A broadcast by one server and by several on one database");
  app.add_option("--database", url, "")->required();
  app.add_option("--customers", customers, "")->check(CLI::Range(kChannels, 10'000'000));
  app.add_option("--nodes", counts, "how many servers, one run each")->delimiter(',')->check(CLI::Range(1, 16));
  app.add_option("--rounds", rounds, "")->check(CLI::Range(1, 20));
  app.add_option("--serve", place, "be one of the servers, with this folder");
  CLI11_PARSE(app, argc, argv);
  if (!place.empty()) return serve(url, place);

  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const Folder folder("fleet");
  FakePlatform platform;
  BroadcastShop shop(url);
  without_quiet_hours(shop);
  const std::string api = "http://127.0.0.1:" + std::to_string(platform.port());
  for (int i = 0; i < kChannels; ++i) {
    const auto channel = shop.add_channel("unlimited", api, "account" + std::to_string(i));
    shop.add_customers(channel, customers / kChannels + (i < customers % kChannels), "fleet");
  }
  const std::string program = std::filesystem::read_symlink("/proc/self/exe").string();
  for (int round = 1; round <= rounds; ++round)
    for (const int count : counts) {
      const auto nodes = start_nodes(count, program, url, folder);
      std::this_thread::sleep_for(std::chrono::seconds(12));  // until the leases of the run before are over
      const Run one = run(shop, nodes, customers);
      std::printf("round %d, %d server%s: %d customers planned in %.1f s, %.0f messages a second over all, at most %.1f MiB in a server\n", round,
                  count, count == 1 ? "" : "s", customers, one.planned_s, one.per_second, one.peak_mib);
      end(nodes);
    }
  return 0;
}
