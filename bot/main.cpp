#include <CLI/CLI.hpp>
#include <iostream>

#include "bot/commands/command.h"
#include "bot/commands/running.h"
#include "handlers/refusal.h"

namespace {

using namespace laoke;

// One flag for each setting of bot/config.h; every subcommand takes them, before or after its name.
void add_config_flags(CLI::App& app, commands::Shell& shell) {
  for (const auto& setting : config_settings())
    app.add_option_function<std::string>(
           std::string(setting.flag),
           [&shell, name = std::string(setting.name)](const std::string& value) { shell.flags[name] = value; },
           commands::help({std::string(setting.help_zh) + "（" + std::string(setting.env) + "）",
                           std::string(setting.help_en) + " (" + std::string(setting.env) + ")"}))
        ->type_name("TEXT");
  app.add_option_function<std::string>(
         "--config", [&shell](const std::string& file) { shell.flags["config"] = file; },
         commands::help({"改读这个设置文件，不读 laoke.toml（LAOKE_CONFIG）", "the settings file to read instead of laoke.toml (LAOKE_CONFIG)"}))
      ->type_name("FILE");
  app.add_flag("--json", shell.json, commands::help({"输出 JSON", "Print JSON"}));
}

}  // namespace

int main(int argc, char** argv) {
  commands::Shell shell{{}, false, std::cin, std::cout, std::cerr};
  int exit_code = 0;
  CLI::App app{commands::help({"老客 Laoke：在聊天里做生意，记住每位客户，让他们再来", "Laoke (老客): sell by chat, remember every customer, bring them back"})};
  app.set_version_flag("--version", "laoke " LAOKE_VERSION);
  app.require_subcommand(1);
  app.fallthrough();
  add_config_flags(app, shell);
  for (const auto add : commands::all()) add(app, shell, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 1;  // help and version are no errors
  } catch (const std::exception& error) {
    std::cerr << "laoke: " << error.what() << "\n";
    return 1;
  }
  return exit_code;
}
