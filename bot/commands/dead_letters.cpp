#include <CLI/App.hpp>

#include "bot/channel_host.h"
#include "bot/clock.h"
#include "bot/commands/printing.h"
#include "bot/commands/running.h"
#include "bot/commands/subcommands.h"
#include "bot/intake.h"
#include "storage/callbacks.h"

// laoke dead-letters: callbacks that came in and could not be worked off.
namespace laoke::commands {
namespace {

constexpr int kShown = 50;

storage::DeadLetter known(Desk& desk, std::int64_t id) {
  const auto letter = desk.read([&](const Context& context) { return storage::get_dead_letter(context.tx, context.shop_id(), id); });
  if (!letter)
    refuse(desk.language(), {"没有搁置的回调 " + std::to_string(id) + "（laoke dead-letters list 列出全部）", "there is no dead letter " + std::to_string(id) + " (laoke dead-letters list shows all)"});
  return *letter;
}

int dead_letters_list(Shell& shell, bool every_state) {
  Desk desk(shell);
  auto document = nlohmann::ordered_json::array();
  Table table({desk.words({"编号", "id"}), desk.words({"收到", "received"}), desk.words({"状态", "state"}), desk.words({"出了什么错", "what went wrong"})});
  for (const auto& letter : desk.read([&](const Context& context) {
         return storage::list_dead_letters(context.tx, context.shop_id(), every_state ? "" : "open", 0, kShown);
       })) {
    document.push_back({{"dead_letter_id", letter.dead_letter_id}, {"channel_id", letter.channel_id}, {"state", letter.state},
                        {"error", letter.error}, {"received_at_ms", letter.received_at_ms}});
    table.add({std::to_string(letter.dead_letter_id), desk.date_time(letter.received_at_ms), letter.state, letter.error});
  }
  if (shell.json)
    print_json(shell, document);
  else if (table.empty())
    shell.out << desk.words({"没有搁置的回调", "no dead letters"}) << "\n";
  else
    table.print(shell.out);
  return 0;
}

int replay(Shell& shell, std::int64_t id) {
  Desk desk(shell);
  const auto letter = known(desk, id);
  ChannelHost host(desk.database());
  host.refresh();
  const auto live = host.by_id(letter.channel_id);
  if (!live || !live->channel)
    refuse(desk.language(), {"它的渠道已不在或设置有误，无法重放", "its channel is gone or its settings are wrong: it cannot be replayed"});
  const SystemClock clock;
  std::string error;
  const bool done = Intake(desk.database(), clock).replay(*live, id, error);
  if (shell.json)
    print_json(shell, {{"dead_letter_id", id}, {"replayed", done}, {"error", error}});
  else
    shell.out << (done ? desk.words({"已重放", "replayed"}) : desk.words({"还是不行：", "it still fails: "}) + error) << "\n";
  return done ? 0 : 1;
}

int dismiss(Shell& shell, std::int64_t id) {
  Desk desk(shell);
  known(desk, id);
  desk.write([&](const Context& context) { storage::settle_dead_letter(context.tx, context.shop_id(), id, "dismissed", context.now_ms); });
  if (shell.json)
    print_json(shell, {{"dead_letter_id", id}, {"state", "dismissed"}});
  else
    shell.out << desk.words({"已忽略", "dismissed"}) << "\n";
  return 0;
}

}  // namespace

void add_dead_letters(CLI::App& root, Shell& shell, int& exit_code) {
  auto id = std::make_shared<std::int64_t>(0);
  auto every_state = std::make_shared<bool>(false);
  auto* group = add_group(root, "dead-letters", {"收到了却没能处理的回调", "Callbacks that could not be worked off"});
  auto* list = group->add_subcommand("list", help({"列出", "List them"}));
  list->add_flag("--all", *every_state, help({"也列出已处理的", "also the settled ones"}));
  does(list, shell, exit_code, [&shell, every_state] { return dead_letters_list(shell, *every_state); });
  const auto numbered = [&](const char* name, const Said& said) {
    auto* command = group->add_subcommand(name, help(said));
    command->add_option("id", *id, help({"编号", "its number"}))->required();
    return command;
  };
  does(numbered("replay", {"再处理一次", "Try it again"}), shell, exit_code, [&shell, id] { return replay(shell, *id); });
  does(numbered("dismiss", {"忽略", "Give it up"}), shell, exit_code, [&shell, id] { return dismiss(shell, *id); });
}

}  // namespace laoke::commands
