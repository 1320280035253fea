#include "bot/commands/serve.h"

#include <pthread.h>
#include <signal.h>

#include <chrono>
#include <ostream>

#include "bot/commands/running.h"
#include "bot/log.h"
#include "bot/server_app.h"

namespace laoke::commands {
namespace {

constexpr std::chrono::milliseconds kStopBudget{8'000};  // service managers kill after 10 s

// Blocked before any thread starts, so that every thread inherits it and sigwait() alone takes the signals.
sigset_t block_stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  return signals;
}

std::string address(const Config& config, int port) { return "http://" + config.host + ":" + std::to_string(port); }

void say_ready(const Shell& shell, const Config& config, int port) {
  if (config.language == "zh-CN")
    shell.err << "老客已就绪：" << address(config, port) << "\n"
              << "  终端聊天：laoke chat\n"
              << "  配对店主：laoke staff add 名字 --role owner，再把配对码发给机器人\n"
              << "  停止：Ctrl-C\n";
  else
    shell.err << "Laoke is ready: " << address(config, port) << "\n"
              << "  chat in the terminal: laoke chat\n"
              << "  pair yourself: laoke staff add NAME --role owner, then send the code to the bot\n"
              << "  stop: Ctrl-C\n";
  shell.err.flush();
}

int serve(Shell& shell) {
  const auto signals = block_stop_signals();
  const auto config = shell.config();
  log::start({config.log_level, config.log_format, config.log_file});
  ServerApp app(config);
  app.start();
  say_ready(shell, config, app.port());
  int signal_number = 0;
  sigwait(&signals, &signal_number);
  shell.err << (config.language == "zh-CN" ? "正在停止…\n" : "stopping…\n");
  app.stop(kStopBudget);
  return 0;
}

}  // namespace

void add_serve(CLI::App& root, Shell& shell, int& exit_code) {
  auto* command = root.add_subcommand("serve", help({"运行店铺：聊天渠道、提醒、群发、接口和网页", "Run the shop: chat channels, reminders, broadcasts, API and web page"}));
  command->callback([&shell, &exit_code] { exit_code = serve(shell); });
}

}  // namespace laoke::commands
