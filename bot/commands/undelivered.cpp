#include "handlers/undelivered.h"

#include <CLI/App.hpp>

#include "bot/commands/printing.h"
#include "bot/commands/running.h"
#include "bot/commands/subcommands.h"
#include "handlers/reasons.h"
#include "storage/customers.h"

// laoke undelivered: sends of which nobody knows whether they arrived, and what a person decides about them.
namespace laoke::commands {
namespace {

constexpr int kMostShown = 200;

std::string name_of_customer(const Context& context, std::int64_t customer_id) {
  const auto customer = storage::get_customer(context.tx, context.shop_id(), customer_id);
  return customer ? customer->name : "#" + std::to_string(customer_id);
}

int list(Shell& shell) {
  Desk desk(shell);
  auto document = nlohmann::ordered_json::array();
  Table table({desk.words({"编号", "number"}), desk.words({"时间", "when"}), desk.words({"客户", "customer"}), desk.words({"消息", "message"}),
               desk.words({"原因", "reason"})});
  desk.read([&](const Context& context) {
    for (const auto& [number, at_ms, delivery] : undecided(context, kMostShown)) {
      const auto key = storage::to_text(delivery.key), name = name_of_customer(context, delivery.key.customer_id);
      document.push_back({{"number", number}, {"delivery", key}, {"customer_id", delivery.key.customer_id}, {"customer", name},
                          {"class", delivery.klass}, {"reason", delivery.reason}, {"at_ms", at_ms}, {"expires_at_ms", delivery.expires_at_ms}});
      table.add({std::to_string(number), desk.date_time(at_ms), name, key, std::string(reasons::words(delivery.reason, desk.language()))});
    }
  });
  if (shell.json)
    print_json(shell, document);
  else if (table.empty())
    shell.out << desk.words({"没有不知下落的消息", "every message's outcome is known"}) << "\n";
  else
    table.print(shell.out);
  return 0;
}

// `numbers` empty: all of the list but those that are too late.
int decide(Shell& shell, const std::vector<std::int64_t>& numbers, bool all, bool resend) {
  Desk desk(shell);
  if (numbers.empty() == !all)
    refuse(desk.language(), {"请写编号，或 --all（laoke undelivered list 列出编号）", "give numbers, or --all (laoke undelivered list shows the numbers)"});
  struct Done {
    std::int64_t count = 0, late = 0;
  };
  const auto done = desk.write([&](const Context& context) {
    Done result;
    std::vector<Undelivered> meant;
    if (all) meant = undecided(context, kMostShown);
    for (const auto number : numbers) meant.push_back(require_undelivered(context, number));
    for (const auto& one : meant) {
      const bool late = all && resend && one.delivery.expires_at_ms <= context.now_ms;
      if (late) {
        ++result.late;
        continue;
      }
      resend ? send_again(context, one.delivery) : leave_it(context, one.delivery);
      ++result.count;
    }
    return result;
  });
  if (shell.json)
    print_json(shell, {{resend ? "resent" : "left", done.count}, {"too_late", done.late}});
  else
    shell.out << done.count << (resend ? desk.words({" 条会再发一次", " will be sent once more"}) : desk.words({" 条不再发", " are left as they are"}))
              << (done.late > 0 ? desk.words({"，已过期 ", ", too late: "}) + std::to_string(done.late) : "") << "\n";
  return 0;
}

}  // namespace

void add_undelivered(CLI::App& root, Shell& shell, int& exit_code) {
  auto numbers = std::make_shared<std::vector<std::int64_t>>();
  auto all = std::make_shared<bool>(false);
  auto* group = add_group(root, "undelivered", {"不知是否送达的消息", "Messages of which nobody knows whether they arrived"});
  does(group->add_subcommand("list", help({"列出", "List them"})), shell, exit_code, [&shell] { return list(shell); });
  const auto decision = [&](const char* name, const Said& said, bool resend) {
    auto* command = group->add_subcommand(name, help(said));
    command->add_option("numbers", *numbers, help({"编号", "their numbers"}));
    command->add_flag("--all", *all, help({"列表里的全部", "all that are listed"}));
    does(command, shell, exit_code, [&shell, numbers, all, resend] { return decide(shell, *numbers, *all, resend); });
  };
  decision("resend", {"再发一次（可能送达两次）", "Send them once more (they may arrive twice)"}, true);
  decision("leave", {"不再发", "Leave them"}, false);
}

}  // namespace laoke::commands
