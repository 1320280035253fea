#include <CLI/CLI.hpp>

#include "bot/commands/printing.h"
#include "bot/commands/running.h"
#include "bot/commands/subcommands.h"
#include "handlers/segments.h"

// laoke segment: who a query means.
namespace laoke::commands {
namespace {

int segment_preview(Shell& shell, const std::vector<std::string>& words, int shown) {
  Desk desk(shell);
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : " ") + word;
  const auto preview = desk.read([&](const Context& context) { return preview_segment(context, text, shown); });
  if (shell.json) {
    nlohmann::ordered_json document = {{"segment", text}, {"meaning", desk.words(preview.explanation)}, {"count", preview.count}};
    auto& warnings = document["warnings"] = nlohmann::ordered_json::array();
    for (const auto& warning : preview.warnings) warnings.push_back(desk.words(warning));
    auto& first = document["first"] = nlohmann::ordered_json::array();
    for (const auto& customer : preview.first) first.push_back({{"customer_id", customer.customer_id}, {"name", customer.name}});
    print_json(shell, document);
    return 0;
  }
  shell.out << desk.words(preview.explanation) << "\n"
            << desk.words({std::to_string(preview.count) + " 位客户", std::to_string(preview.count) + (preview.count == 1 ? " customer" : " customers")}) << "\n";
  for (const auto& warning : preview.warnings) shell.out << "! " << desk.words(warning) << "\n";
  Table table({desk.words({"编号", "id"}), desk.words({"客户", "customer"})});
  for (const auto& customer : preview.first) table.add({"#" + std::to_string(customer.customer_id), customer.name});
  if (!table.empty()) table.print(shell.out);
  return 0;
}

}  // namespace

void add_segment(CLI::App& root, Shell& shell, int& exit_code) {
  auto words = std::make_shared<std::vector<std::string>>();
  auto shown = std::make_shared<int>(10);
  auto* group = add_group(root, "segment", {"客户分组", "Segments of customers"});
  auto* preview = group->add_subcommand("preview", help({"看一个查询是谁，例如 'tag:油性皮肤 last_order<30d'", "Who a query means, such as 'tag:VIP last_order<30d'"}));
  preview->add_option("text", *words, help({"查询", "the query"}))->required();
  preview->add_option("--first", *shown, help({"列出前几位", "how many to list"}))->check(CLI::Range(0, 1000))->capture_default_str();
  does(preview, shell, exit_code, [&shell, words, shown] { return segment_preview(shell, *words, *shown); });
}

}  // namespace laoke::commands
