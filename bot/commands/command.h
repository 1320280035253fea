#pragma once
#include <CLI/App.hpp>
#include <iosfwd>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "bot/config.h"
#include "storage/database.h"
#include "storage/shops.h"

namespace laoke::commands {

// What every subcommand gets.
struct Shell {
  Flags flags;        // what was given on the command line for bot/config.h
  bool json = false;  // --json: one JSON document on `out`
  std::istream& in;
  std::ostream& out;  // what was asked for
  std::ostream& err;  // progress and problems

  Config config() const { return load_config(flags); }
};

// The database and the shop a command works on.
struct OpenShop {
  Config config;
  std::unique_ptr<storage::Database> database;
  storage::Shop shop;
};
// Opens (and on the first use creates) them. Throws with what to do; an unknown --shop names those there are.
OpenShop open_shop(const Shell& shell);

// A problem the user can solve: printed as one line, exit code 1.
class CommandError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

// One line a subcommand: adds it to `root`; its callback runs it. The exit code goes into `exit_code`.
using Adder = void (*)(CLI::App& root, Shell& shell, int& exit_code);
const std::vector<Adder>& all();  // bot/commands/all.cpp

}  // namespace laoke::commands
