#pragma once
#include "bot/commands/command.h"

namespace laoke::commands {

// laoke chat [--as seller|customer:NAME]
void add_chat(CLI::App& root, Shell& shell, int& exit_code);

}  // namespace laoke::commands
