#include "bot/commands/running.h"

#include <CLI/CLI.hpp>
#include <fstream>
#include <sstream>

#include "bot/clock.h"
#include "handlers/calendar.h"
#include "handlers/refusal.h"
#include "handlers/text.h"

namespace laoke::commands {
namespace {

std::vector<std::string> names_of_commands(const CLI::App* app) {
  std::vector<std::string> names;
  for (const auto* command : app->get_subcommands([](const CLI::App*) { return true; })) names.push_back(command->get_name());
  return names;
}

std::vector<std::string> names_of_options(const CLI::App* app) {
  std::vector<std::string> names;
  for (; app != nullptr; app = app->get_parent())
    for (const auto* option : app->get_options())
      for (const auto& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

std::string list_of(const std::vector<std::string>& names) {
  std::string list;
  for (const auto& name : names) list += (list.empty() ? "" : ", ") + name;
  return list;
}

// The command that was being read when it failed.
const CLI::App* deepest(const CLI::App* app) {
  while (!app->get_subcommands().empty()) app = app->get_subcommands().front();
  return app;
}

std::string full_name(const CLI::App* app) {
  const auto* parent = app->get_parent();
  return parent == nullptr ? "laoke" : full_name(parent) + " " + app->get_name();
}

std::string first_line(std::string text) {
  return text.substr(0, text.find('\n'));
}

Said unknown_word(const CLI::App* at, const std::string& typed) {
  const bool option = typed.front() == '-';
  const std::string word = typed.substr(0, option ? typed.find('=') : std::string::npos);
  const auto known = option ? names_of_options(at) : names_of_commands(at);
  const Said near = did_you_mean(word, known);
  const Said kind = option ? Said{"选项", "option"} : known.empty() ? Said{"参数", "argument"} : Said{"命令", "command"};
  const std::string allowed = !option && near.en.empty() ? list_of(known) : "";
  return {"没有" + kind.zh + " '" + word + "'" + near.zh + (allowed.empty() ? "" : "；可以用：" + allowed),
          "there is no " + kind.en + " '" + word + "'" + near.en + (allowed.empty() ? "" : "; there are: " + allowed)};
}

// What the library says of a value or of one that is missing, as a sentence.
Said library_words(const CLI::Error& error) {
  const std::string text = first_line(error.what());
  const auto named = [&](std::string_view mark) { return text.substr(text.find(mark) + mark.size()); };
  if (error.get_name() == "ConversionError" && text.find(" = ") != std::string::npos)
    return {"“" + named(" = ") + "”不是数字", "'" + named(" = ") + "' is no number"};
  constexpr std::string_view kRequired = " is required";
  if (error.get_name() == "RequiredError" && text.ends_with(kRequired))
    return {"缺少 " + text.substr(0, text.size() - kRequired.size()), text};
  return {text, text};
}

std::string failure_words(const CLI::App* root, const CLI::Error& error) {
  const auto* at = deepest(root);
  const auto left = root->remaining(true);
  const auto commands = names_of_commands(at);
  Said said = library_words(error);
  if (!left.empty() && !left.front().empty())
    said = unknown_word(at, left.front());
  else if (!commands.empty())
    said = {"还要写上要做什么：" + list_of(commands), "say what to do: " + list_of(commands)};
  const auto& text = help(said);
  return "laoke: " + text + help({"（见 ", " (see "}) + full_name(at) + help({" --help）\n", " --help)\n"});
}

std::string file_text(const std::string& language, const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) refuse(language, {"读不了文件 " + path, "cannot read the file " + path});
  std::ostringstream text;
  text << file.rdbuf();
  return std::string(trim(text.str()));
}

}  // namespace

Desk::Desk(const Shell& shell) : open_(open_shop(shell)), now_ms_(SystemClock().now_ms()) {}

std::string Desk::date_time(std::int64_t utc_ms) const {
  return utc_ms == 0 ? "-" : format_date_time(utc_ms, shop().time_zone, language(), now_ms_);
}

void does(CLI::App* command, Shell& shell, int& exit_code, std::function<int()> run) {
  command->callback([&shell, &exit_code, run = std::move(run)] {
    try {
      exit_code = run();
    } catch (const Refusal& refusal) {
      throw CommandError(refusal.text(shell.config().language));
    }
  });
}

CLI::App* add_group(CLI::App& root, const std::string& name, const Said& said) {
  auto* group = root.add_subcommand(name, help(said));
  group->require_subcommand(1);
  return group;
}

const std::string& help(const Said& said) {
  static const std::string language = system_language(process_environment);
  return said.in(language);
}

void refuse(const std::string& language, const Said& said) { throw CommandError(said.in(language)); }

Said did_you_mean(std::string_view typed, const std::vector<std::string>& known) {
  const auto near = nearest(typed, known);
  if (near.empty()) return {};
  return {"；是不是 '" + near.front() + "'?", "; did you mean '" + near.front() + "'?"};
}

std::pair<std::string, std::string> key_and_value(const std::string& language, const std::string& typed) {
  const auto cut = typed.find('=');
  if (cut == std::string::npos || cut == 0)
    refuse(language, {"'" + typed + "' 应写成 名称=值", "'" + typed + "' has to be written as name=value"});
  std::string value = typed.substr(cut + 1);
  if (value.size() > 1 && value.front() == '@') value = file_text(language, value.substr(1));
  return {typed.substr(0, cut), value};
}

void add_failure_words(CLI::App& root, Shell&, int&) { root.failure_message(failure_words); }

}  // namespace laoke::commands
