#pragma once
#include "bot/commands/command.h"

// The subcommands of the program but for serve; each is one file of its name.
namespace laoke::commands {

void add_backup(CLI::App& root, Shell& shell, int& exit_code);
void add_broadcast(CLI::App& root, Shell& shell, int& exit_code);
void add_channel(CLI::App& root, Shell& shell, int& exit_code);
void add_dead_letters(CLI::App& root, Shell& shell, int& exit_code);
void add_demo(CLI::App& root, Shell& shell, int& exit_code);
void add_doctor(CLI::App& root, Shell& shell, int& exit_code);
void add_export(CLI::App& root, Shell& shell, int& exit_code);
void add_forecast(CLI::App& root, Shell& shell, int& exit_code);
void add_import(CLI::App& root, Shell& shell, int& exit_code);
void add_key(CLI::App& root, Shell& shell, int& exit_code);
void add_migrate(CLI::App& root, Shell& shell, int& exit_code);
void add_restore(CLI::App& root, Shell& shell, int& exit_code);
void add_segment(CLI::App& root, Shell& shell, int& exit_code);
void add_shop(CLI::App& root, Shell& shell, int& exit_code);
void add_staff(CLI::App& root, Shell& shell, int& exit_code);
void add_undelivered(CLI::App& root, Shell& shell, int& exit_code);
void add_why(CLI::App& root, Shell& shell, int& exit_code);

}  // namespace laoke::commands
