#include <CLI/App.hpp>

#include "bot/commands/printing.h"
#include "bot/commands/running.h"
#include "bot/commands/subcommands.h"
#include "handlers/pairing.h"
#include "handlers/text.h"
#include "storage/staff.h"

// laoke staff: the people of the shop and the one-time codes by which they make a chat their own.
namespace laoke::commands {
namespace {

const std::vector<std::string> kRoles = {"owner", "operator", "viewer"};
constexpr std::size_t kLongestName = 60;  // code points

struct StaffOptions {
  std::string name, role = "operator";
};

void check(const Desk& desk, const StaffOptions& options) {
  if (trim(options.name).empty() || length_code_points(options.name) > kLongestName)
    refuse(desk.language(), {"名字要有 1 到 60 个字", "a name has 1 to 60 letters"});
  if (std::find(kRoles.begin(), kRoles.end(), options.role) != kRoles.end()) return;
  const Said near = did_you_mean(options.role, kRoles);
  refuse(desk.language(), {"--role '" + options.role + "'：可以是 owner（店主）、operator（店员）、viewer（只看）" + near.zh,
                           "--role '" + options.role + "': allowed are owner, operator, viewer" + near.en});
}

storage::Staff known_person(const Context& context, const std::string& language, const std::string& name) {
  if (auto person = storage::find_staff(context.tx, context.shop_id(), name); person && person->active) return *person;
  std::vector<std::string> names;
  for (const auto& person : storage::list_staff(context.tx, context.shop_id()))
    if (person.active) names.push_back(person.name);
  const Said near = did_you_mean(name, names);
  refuse(language, {"没有店员 '" + name + "'" + near.zh + "（laoke staff list 列出全部）",
                    "there is no staff member '" + name + "'" + near.en + " (laoke staff list shows all)"});
}

// Somebody who left and comes back keeps their row: what they did stays theirs.
std::int64_t hire(const Context& context, const std::string& language, const StaffOptions& options) {
  const std::string name(trim(options.name));
  auto person = storage::find_staff(context.tx, context.shop_id(), name);
  if (person && person->active)
    refuse(language, {"已经有店员 '" + name + "'；要新的配对码请用 laoke staff code " + name,
                      "there is a staff member '" + name + "' already; for a new code use laoke staff code " + name});
  if (!person) {
    storage::Staff hired;
    hired.name = name;
    hired.role = options.role;
    hired.created_at_ms = context.now_ms;
    return storage::insert_staff(context.tx, context.shop_id(), hired);
  }
  person->role = options.role;
  person->active = true;
  storage::update_staff(context.tx, context.shop_id(), *person);
  return person->staff_id;
}

int show_code(Shell& shell, Desk& desk, const std::string& name, const std::string& role, const std::string& code) {
  const std::int64_t until_ms = desk.now_ms() + kPairingOpenMs;
  if (shell.json) {
    print_json(shell, {{"name", name}, {"role", role}, {"pairing_code", code}, {"expires_at_ms", until_ms}});
    return 0;
  }
  shell.out << desk.words({"配对码：", "pairing code: "}) << code << "\n"
            << desk.words({"请 " + name + " 在任一聊天平台把下面这句发给店铺的机器人（" + desk.date_time(until_ms) +
                               " 前有效，只能用一次，不会再显示）：\n  绑定 " + code,
                           name + " sends this to the shop's bot on any chat platform (good once, until " +
                               desk.date_time(until_ms) + ", not shown again):\n  /pair " + code})
            << "\n";
  return 0;
}

int staff_add(Shell& shell, const StaffOptions& options) {
  Desk desk(shell);
  check(desk, options);
  const auto code = desk.write(
      [&](const Context& context) { return issue_code(context, hire(context, desk.language(), options)); });
  return show_code(shell, desk, std::string(trim(options.name)), options.role, code);
}

int staff_code(Shell& shell, const StaffOptions& options) {
  Desk desk(shell);
  storage::Staff person;
  const auto code = desk.write([&](const Context& context) {
    person = known_person(context, desk.language(), options.name);
    return issue_code(context, person.staff_id);
  });
  return show_code(shell, desk, person.name, person.role, code);
}

int staff_list(Shell& shell) {
  Desk desk(shell);
  auto document = nlohmann::ordered_json::array();
  Table table({desk.words({"名字", "name"}), desk.words({"角色", "role"}), desk.words({"已配对的聊天", "paired chats"}),
               desk.words({"配对码有效至", "code open until"})});
  desk.read([&](const Context& context) {
    for (const auto& person : storage::list_staff(context.tx, context.shop_id())) {
      if (!person.active) continue;
      const auto chats = storage::staff_contacts(context.tx, context.shop_id(), person.staff_id).size();
      const bool open = !person.pairing_hash.empty() && person.pairing_expires_ms > context.now_ms;
      document.push_back({{"staff_id", person.staff_id}, {"name", person.name}, {"role", person.role},
                          {"paired_chats", chats}, {"code_expires_at_ms", open ? person.pairing_expires_ms : 0}});
      table.add({person.name, person.role, std::to_string(chats), open ? desk.date_time(person.pairing_expires_ms) : "-"});
    }
  });
  if (shell.json)
    print_json(shell, document);
  else if (table.empty())
    shell.out << desk.words({"还没有店员：laoke staff add 名字 --role owner", "nobody yet: laoke staff add NAME --role owner"}) << "\n";
  else
    table.print(shell.out);
  return 0;
}

int staff_remove(Shell& shell, const StaffOptions& options) {
  Desk desk(shell);
  desk.write([&](const Context& context) {
    auto person = known_person(context, desk.language(), options.name);
    for (const auto& chat : storage::staff_contacts(context.tx, context.shop_id(), person.staff_id))
      end_pairing(context, chat.contact_id);
    storage::set_pairing(context.tx, context.shop_id(), person.staff_id, "", 0);
    person.active = false;
    storage::update_staff(context.tx, context.shop_id(), person);
  });
  if (shell.json)
    print_json(shell, {{"removed", options.name}});
  else
    shell.out << desk.words({"已移除 " + options.name + "，其聊天不再能指挥机器人",
                             options.name + " is removed; their chats no longer command the bot"}) << "\n";
  return 0;
}

}  // namespace

void add_staff(CLI::App& root, Shell& shell, int& exit_code) {
  auto options = std::make_shared<StaffOptions>();
  auto* group = add_group(root, "staff", {"店里的人与配对码", "The people of the shop and their pairing codes"});
  const auto named = [&](const char* name, const Said& said) {
    auto* command = group->add_subcommand(name, help(said));
    command->add_option("name", options->name, help({"名字", "their name"}))->required();
    return command;
  };
  auto* add = named("add", {"添加店员并打印一次性配对码", "Add a person and print a one-time pairing code"});
  add->add_option("--role", options->role, help({"owner、operator 或 viewer", "owner, operator or viewer"}))->capture_default_str();
  does(add, shell, exit_code, [&shell, options] { return staff_add(shell, *options); });
  does(named("code", {"给已有店员一个新配对码", "A new pairing code for a person"}), shell, exit_code,
       [&shell, options] { return staff_code(shell, *options); });
  does(named("remove", {"移除店员", "Remove a person"}), shell, exit_code,
       [&shell, options] { return staff_remove(shell, *options); });
  does(group->add_subcommand("list", help({"列出店员", "List the people"})), shell, exit_code,
       [&shell] { return staff_list(shell); });
}

}  // namespace laoke::commands
