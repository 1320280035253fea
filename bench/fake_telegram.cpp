// The Telegram of side_by_side.sh and soak.sh, in a process of its own: accepts everything until SIGTERM.
//   fake_telegram [PORT]     prints the port it listens on
#include <csignal>
#include <cstdio>

#include "bench/fake_platform.h"

int main(int argc, char** argv) {
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);  // before the platform's thread starts, which inherits it
  laoke::bench::FakePlatform platform(argc > 1 ? std::atoi(argv[1]) : 0);
  std::printf("%d\n", platform.port());
  std::fflush(stdout);
  for (int got = 0; sigwait(&ends, &got) != 0;) {
  }
  return 0;
}
