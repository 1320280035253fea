#include "bot/commands/chat.h"
#include "bot/commands/chat_command.h"

namespace laoke::commands {

void add_chat(CLI::App& root, Shell& shell, int& exit_code) {
  auto* command = root.add_subcommand("chat", "Talk to the bot in this terminal, as the seller or as a customer");
  auto as = std::make_shared<std::string>("seller");
  command->add_option("--as", *as, "seller, or customer:NAME")->capture_default_str();
  command->callback([&shell, &exit_code, as] { exit_code = run_chat(shell.config(), *as); });
}

}  // namespace laoke::commands
