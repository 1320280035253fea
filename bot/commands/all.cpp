#include "bot/commands/chat_command.h"
#include "bot/commands/command.h"
#include "bot/commands/serve.h"

namespace laoke::commands {

// The list of subcommands. A new one adds its line here and its own file.
const std::vector<Adder>& all() {
  static const std::vector<Adder> adders = {
      add_serve,
      add_chat,
  };
  return adders;
}

}  // namespace laoke::commands
