#include <CLI/App.hpp>
#include <algorithm>

#include "bot/commands/checkup.h"
#include "bot/commands/printing.h"
#include "bot/commands/running.h"
#include "bot/commands/subcommands.h"

// laoke doctor: is everything as it should be, and what to do when not.
namespace laoke::commands {
namespace {

constexpr std::pair<Health, const char*> kMarks[] = {{Health::kOk, "✓"}, {Health::kWarning, "!"}, {Health::kProblem, "✗"}};

const char* mark_of(Health health) {
  for (const auto& [of, mark] : kMarks)
    if (of == health) return mark;
  return "";
}

Findings look(const Config& config, bool offline) {
  Findings findings;
  const auto database = open_for_checkup(config, findings);
  check_log_size(config, findings);
  check_disk(config, findings);
  check_permissions(config, findings);
  check_clock(findings);
  check_port(config, findings);
  if (database) check_nodes(*database, findings);
  if (database) check_shops(*database, findings);
  if (database && !offline) check_channels(*database, config, findings);
  return findings;
}

int doctor(Shell& shell, bool offline) {
  const auto config = shell.config();
  const auto findings = look(config, offline);
  const auto count = [&](Health health) {
    return std::count_if(findings.begin(), findings.end(), [health](const Finding& one) { return one.health == health; });
  };
  const auto problems = count(Health::kProblem), warnings = count(Health::kWarning);
  if (shell.json) {
    auto lines = nlohmann::ordered_json::array();
    for (const auto& one : findings)
      lines.push_back({{"health", name_of(one.health)}, {"about", one.about}, {"text", one.text.in(config.language)}});
    print_json(shell, {{"problems", problems}, {"warnings", warnings}, {"lines", lines}});
    return problems > 0 ? 1 : 0;
  }
  for (const auto& one : findings)
    shell.out << mark_of(one.health) << " " << one.about << ": " << one.text.in(config.language) << "\n";
  shell.out << Said{std::to_string(problems) + " 个问题，" + std::to_string(warnings) + " 个提醒",
                    std::to_string(problems) + (problems == 1 ? " problem, " : " problems, ") + std::to_string(warnings) + (warnings == 1 ? " warning" : " warnings")}
                   .in(config.language)
            << "\n";
  return problems > 0 ? 1 : 0;
}

}  // namespace

void add_doctor(CLI::App& root, Shell& shell, int& exit_code) {
  auto offline = std::make_shared<bool>(false);
  auto* command = root.add_subcommand("doctor", help({"检查数据库、磁盘、时钟、端口、渠道", "Check database, disk, clock, port and channels"}));
  command->add_flag("--offline", *offline, help({"不调用聊天平台", "make no calls to chat platforms"}));
  does(command, shell, exit_code, [&shell, offline] { return doctor(shell, *offline); });
}

}  // namespace laoke::commands
