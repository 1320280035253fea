#include "bot/commands/chat_command.h"
#include "bot/commands/command.h"
#include "bot/commands/running.h"
#include "bot/commands/serve.h"
#include "bot/commands/subcommands.h"

namespace laoke::commands {

// The list of subcommands. A new one adds its line here and its own file.
const std::vector<Adder>& all() {
  static const std::vector<Adder> adders = {
      add_serve,   add_chat,      add_shop,  add_channel,  add_staff,  add_key,     add_import,  add_export,
      add_segment, add_broadcast, add_undelivered, add_why,   add_forecast, add_backup, add_restore, add_migrate, add_dead_letters,
      add_doctor,  add_demo,
      add_failure_words,
  };
  return adders;
}

}  // namespace laoke::commands
