#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bot/commands/command.h"
#include "handlers/context.h"
#include "handlers/said.h"

// What the subcommands share: how their work is run and in which language they speak.
namespace laoke::commands {

// The shop a command works on, and the moment it was started.
class Desk {
 public:
  explicit Desk(const Shell& shell);

  storage::Database& database() { return *open_.database; }
  const storage::Shop& shop() const { return open_.shop; }
  const Config& config() const { return open_.config; }
  const std::string& language() const { return open_.config.language; }
  std::int64_t now_ms() const { return now_ms_; }
  const std::string& words(const Said& said) const { return said.in(language()); }
  // A moment as a person reads it, in the shop's zone; "-" for 0.
  std::string date_time(std::int64_t utc_ms) const;

  // One snapshot, or one unit of work; `fn(const Context&)`.
  template <class F>
  auto read(F&& fn) {
    return database().read([&](storage::Transaction& tx) { return fn(Context{tx, shop(), now_ms_}); });
  }
  template <class F>
  auto write(F&& fn) {
    return database().write([&](storage::Transaction& tx) { return fn(Context{tx, shop(), now_ms_}); }, storage::of_shop(shop().shop_id));
  }

 private:
  OpenShop open_;
  std::int64_t now_ms_;
};

// Makes `run` the work of `command`; what it answers is the exit code. A Refusal becomes a CommandError in the program's
// language.
void does(CLI::App* command, Shell& shell, int& exit_code, std::function<int()> run);
// A command that is nothing without one of its subcommands.
CLI::App* add_group(CLI::App& root, const std::string& name, const Said& help);
// Help in the language of this system: it is printed before any configuration is read.
const std::string& help(const Said& said);

[[noreturn]] void refuse(const std::string& language, const Said& said);
// "; did you mean 'x'?" for the nearest of `known`, "" when nothing is near.
Said did_you_mean(std::string_view typed, const std::vector<std::string>& known);
// "key=value" cut in two; refuses a text without '='. A value "@FILE" is what the file holds, so that no secret has to be
// typed where others can read it.
std::pair<std::string, std::string> key_and_value(const std::string& language, const std::string& typed);

// Makes the errors of the command line one line that names the nearest command or option.
void add_failure_words(CLI::App& root, Shell& shell, int& exit_code);

}  // namespace laoke::commands
