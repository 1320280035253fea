// Sending: a broadcast through the sender (ledger, policy, text, write-back) against a bare loop with the same client, the
// same threads and the same bytes, in interleaved rounds; then the pace of a channel that allows 25 a second.
//   sender_bench [messages a round, default 20000] [seconds of pacing, default 20] [rounds, default 3]
#include <atomic>
#include <cstdlib>
#include <thread>

#include <nlohmann/json.hpp>

#include "bench/broadcast_shop.h"
#include "bench/fake_platform.h"
#include "bot/channel_host.h"
#include "bot/http_client.h"
#include "bot/sender.h"

using namespace laoke;
using namespace laoke::bench;

namespace {

constexpr std::size_t kThreads = 8;  // as bot/send_lane.cpp for a channel without a rate

SendingRun bare_loop(const std::string& api_base, int messages) {
  const std::string body = nlohmann::json{{"chat_id", 1'000'000}, {"text", kBroadcastText}}.dump();
  return timed_sending(messages, [&] {
    std::atomic<int> left = messages;
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < kThreads; ++i)
      threads.emplace_back([&] {
        while (left.fetch_sub(1) > 0) {
          HttpCall call;
          call.url = api_base + "/bot7700112233:bench/sendMessage";
          call.body = body;
          const auto answer = shared_http_client().call(call);
          if (answer.status != 200) std::fprintf(stderr, "the platform answered %d %s\n", answer.status, answer.problem.c_str());
        }
      });
    for (auto& thread : threads) thread.join();
  });
}

void pacing(BroadcastShop& shop, FakePlatform& platform, int seconds) {
  const int rate = 25, messages = rate * seconds;
  const auto channel = shop.add_channel("telegram", platform.url());
  shop.add_customers(channel, messages, "paced");
  platform.arrivals_us();
  const auto id = shop.plan("paced");
  ChannelHost channels(*shop.database);
  channels.refresh();
  Sender sender(*shop.database, channels, shop.clock, "bench");
  sender.start();
  while (shop.accepted(id) < messages) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  sender.stop(std::chrono::seconds(5));
  const auto at = platform.arrivals_us();
  std::size_t most = 0;
  for (std::size_t first = 0, last = 0; last < at.size(); ++last) {
    while (at[last] - at[first] >= 1'000'000) ++first;
    most = std::max(most, last - first + 1);
  }
  const double real = static_cast<double>(at.size() - 1) / (static_cast<double>(at.back() - at.front()) / 1e6);
  std::printf("a channel of %d a second: %.2f a second over %zu messages, %.1f %% of its rate (goal 98 to 100); at most %zu in any second (goal %d)\n",
              rate, real, at.size(), real * 100 / rate, most, rate);
}

}  // namespace

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const int messages = argc > 1 ? std::atoi(argv[1]) : 20'000, seconds = argc > 2 ? std::atoi(argv[2]) : 20;
  const int rounds = argc > 3 ? std::atoi(argv[3]) : 3;
  const Folder folder("sender_bench");
  FakePlatform platform;
  BroadcastShop shop(folder.url("shop.db"));
  shop.add_customers(shop.add_channel("unlimited", platform.url()), messages, "fast");
  std::vector<double> ratios, cpu_ratios;
  for (int round = 1; round <= rounds; ++round) {
    const SendingRun bare = bare_loop(platform.url(), messages), ours = send_broadcast(shop, "fast", messages);
    ratios.push_back(ours.per_second / bare.per_second);
    cpu_ratios.push_back(ours.cpu_us / bare.cpu_us);
    std::printf("round %d: bare client loop %.0f /s (%.0f us processor a message, the platform's share included), sender with write-back %.0f /s (%.0f us)\n",
                round, bare.per_second, bare.cpu_us, ours.per_second, ours.cpu_us);
  }
  std::printf("sender / bare loop %.2f (goal >= 0.85), processor %.1f times, %zu connections in all\n", median(ratios), median(cpu_ratios),
              platform.connections());
  if (seconds > 0) pacing(shop, platform, seconds);
  return 0;
}
