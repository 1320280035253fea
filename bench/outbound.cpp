// Our side of side_by_side.sh's outbound part: broadcasts through the sender with write-back, on a channel without a rate,
// against a Telegram in another process. Prints one line of JSON a round.
//   outbound http://127.0.0.1:PORT [messages a round, default 20000] [rounds, default 1]
#include <cstdlib>

#include "bench/broadcast_shop.h"

using namespace laoke::bench;

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "outbound API_BASE [messages] [rounds]\n");
    return 2;
  }
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const int messages = argc > 2 ? std::atoi(argv[2]) : 20'000, rounds = argc > 3 ? std::atoi(argv[3]) : 1;
  const Folder folder("outbound");
  BroadcastShop shop(folder.url("shop.db"));
  shop.add_customers(shop.add_channel("unlimited", argv[1]), messages, "fast");
  for (int round = 0; round < rounds; ++round) {
    const SendingRun run = send_broadcast(shop, "fast", messages);
    std::printf("{\"per_second\":%.1f,\"cpu_us\":%.1f,\"rss_mib\":%.1f,\"peak_mib\":%.1f}\n", run.per_second, run.cpu_us, resident_mib(), peak_mib());
  }
  return 0;
}
