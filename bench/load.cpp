// Callbacks for whoever listens: a closed loop over kept connections, or a steady rate. Prints one line of JSON, with the
// answers of each connection, so that one that a server starves is seen.
//   load PORT PATH [--secret S] [--connections 32] [--seconds 4] [--requests N] [--first N] [--chats 20000] [--rate N]
#include "bench/load.h"

#include <CLI/CLI.hpp>

using namespace laoke::bench;

namespace {

void print(const LoadResult& r) {
  std::printf("{\"answered\":%lld,\"refused\":%lld,\"seconds\":%.3f,\"per_second\":%.1f,\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"p999_ms\":%.3f,\"by_connection\":[",
              static_cast<long long>(r.answered), static_cast<long long>(r.refused), r.seconds, r.per_second(), r.p50_ms, r.p99_ms, r.p999_ms);
  for (std::size_t i = 0; i < r.by_connection.size(); ++i)
    std::printf("%s%lld", i == 0 ? "" : ",", static_cast<long long>(r.by_connection[i]));
  std::printf("]}\n");
}

}  // namespace

int main(int argc, char** argv) {
  LoadPlan plan;
  plan.seconds = 4;
  CLI::App app("Telegram callbacks against a server on this machine");
  app.add_option("port", plan.port, "of the server, on 127.0.0.1")->required()->check(CLI::Range(1, 65535));
  app.add_option("path", plan.path, "of the hook")->required();
  app.add_option("--secret", plan.secret, "sent as X-Telegram-Bot-Api-Secret-Token");
  app.add_option("--connections", plan.connections, "")->check(CLI::Range(1, 4096));
  app.add_option("--seconds", plan.seconds, "")->check(CLI::Range(0.01, 86'400.0));
  app.add_option("--requests", plan.requests, "stop after so many; 0 any number");
  app.add_option("--first", plan.first, "number of the first update; the same number again is a repeated callback");
  app.add_option("--chats", plan.chats, "people who write")->check(CLI::Range(1, 1'000'000));
  app.add_option("--rate", plan.rate, "requests a second in all; 0 as fast as answers come")->check(CLI::NonNegativeNumber);
  CLI11_PARSE(app, argc, argv);
  ::signal(SIGTERM, [](int) { load::stopped = 1; });
  const LoadResult result = load::Generator(plan).run();
  print(result);
  return result.refused == 0 && result.answered > 0 ? 0 : 3;
}
