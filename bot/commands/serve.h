#pragma once
#include "bot/commands/command.h"

namespace laoke::commands {

// laoke serve: runs the shop until SIGINT or SIGTERM, then stops within 10 seconds.
void add_serve(CLI::App& root, Shell& shell, int& exit_code);

}  // namespace laoke::commands
