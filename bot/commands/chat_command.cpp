#include "bot/commands/chat_command.h"

#include "bot/commands/chat.h"
#include "bot/commands/running.h"

namespace laoke::commands {

void add_chat(CLI::App& root, Shell& shell, int& exit_code) {
  auto* command = root.add_subcommand("chat", help({"在这个终端里和机器人聊天，扮演店主或顾客", "Talk to the bot in this terminal, as the seller or as a customer"}));
  auto as = std::make_shared<std::string>("seller");
  command->add_option("--as", *as, help({"seller（店主），或 customer:名字（顾客）", "seller, or customer:NAME"}))->capture_default_str();
  command->callback([&shell, &exit_code, as] { exit_code = run_chat(shell.config(), *as); });
}

}  // namespace laoke::commands
