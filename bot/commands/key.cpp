#include <CLI/App.hpp>

#include "bot/commands/printing.h"
#include "bot/commands/running.h"
#include "bot/commands/subcommands.h"
#include "bot/http/keys.h"
#include "storage/api_keys.h"

// laoke key: keys of the HTTP API and the web page.
namespace laoke::commands {
namespace {

struct KeyOptions {
  std::string name, role = "operator";
};

int key_add(Shell& shell, const KeyOptions& options) {
  Desk desk(shell);
  const auto role = http::role_from(options.role);
  if (!role) {
    const Said near = did_you_mean(options.role, {"owner", "operator", "viewer"});
    refuse(desk.language(), {"--role '" + options.role + "'：可以是 owner、operator、viewer" + near.zh,
                             "--role '" + options.role + "': allowed are owner, operator, viewer" + near.en});
  }
  const auto made = desk.write([&](const Context& context) {
    return http::create_key(context.tx, context.shop_id(), options.name, *role, context.now_ms);
  });
  if (shell.json) {
    print_json(shell, {{"key_id", made.key_id}, {"name", options.name}, {"role", options.role}, {"key", made.key}});
    return 0;
  }
  shell.out << made.key << "\n";
  shell.err << desk.words({"请现在保存，不会再显示。用法：Authorization: Bearer 密钥",
                           "save it now, it is not shown again. Use it as: Authorization: Bearer KEY"}) << "\n";
  return 0;
}

int key_list(Shell& shell) {
  Desk desk(shell);
  auto document = nlohmann::ordered_json::array();
  Table table({"id", desk.words({"名称", "name"}), desk.words({"角色", "role"}), desk.words({"开头", "begins"}),
               desk.words({"创建", "created"}), desk.words({"最近使用", "last used"}), desk.words({"状态", "state"})});
  for (const auto& key :
       desk.read([&](const Context& context) { return storage::list_api_keys(context.tx, context.shop_id()); })) {
    document.push_back({{"key_id", key.key_id}, {"name", key.name}, {"role", key.role}, {"prefix", key.prefix},
                        {"created_at_ms", key.created_at_ms}, {"last_used_ms", key.last_used_ms.value_or(0)},
                        {"revoked", key.revoked_at_ms.has_value()}});
    table.add({std::to_string(key.key_id), key.name, key.role, key.prefix + "…", desk.date_time(key.created_at_ms),
               desk.date_time(key.last_used_ms.value_or(0)),
               key.revoked_at_ms ? desk.words({"已吊销", "revoked"}) : desk.words({"有效", "good"})});
  }
  if (shell.json)
    print_json(shell, document);
  else if (table.empty())
    shell.out << desk.words({"还没有密钥：laoke key add 名称", "no keys yet: laoke key add NAME"}) << "\n";
  else
    table.print(shell.out);
  return 0;
}

// By id, the first letters of the key, or the name when one key has it.
storage::ApiKey meant(const Desk& desk, const std::vector<storage::ApiKey>& keys, const std::string& typed) {
  std::vector<storage::ApiKey> found;
  for (const auto& key : keys)
    if (!key.revoked_at_ms && (std::to_string(key.key_id) == typed || key.prefix == typed || key.name == typed))
      found.push_back(key);
  if (found.size() == 1) return found.front();
  if (found.empty())
    refuse(desk.language(), {"没有有效的密钥 '" + typed + "'（laoke key list 列出全部）",
                             "there is no good key '" + typed + "' (laoke key list shows all)"});
  refuse(desk.language(), {"有几个密钥叫 '" + typed + "'，请用编号", "several keys are called '" + typed + "'; use the id"});
}

int key_revoke(Shell& shell, const std::string& typed) {
  Desk desk(shell);
  const auto key = desk.write([&](const Context& context) {
    auto one = meant(desk, storage::list_api_keys(context.tx, context.shop_id()), typed);
    storage::revoke_api_key(context.tx, context.shop_id(), one.key_id, context.now_ms);
    return one;
  });
  if (shell.json)
    print_json(shell, {{"revoked", key.key_id}, {"name", key.name}});
  else
    shell.out << desk.words({"已吊销密钥 " + key.name, "key " + key.name + " is revoked"}) << "\n";
  return 0;
}

}  // namespace

void add_key(CLI::App& root, Shell& shell, int& exit_code) {
  auto options = std::make_shared<KeyOptions>();
  auto* group = add_group(root, "key", {"接口密钥", "Keys of the HTTP API"});
  auto* add = group->add_subcommand("add", help({"创建密钥（只显示一次）", "Make a key; it is shown once"}));
  add->add_option("name", options->name, help({"用途", "what it is for"}))->required();
  add->add_option("--role", options->role, help({"owner、operator 或 viewer", "owner, operator or viewer"}))->capture_default_str();
  does(add, shell, exit_code, [&shell, options] { return key_add(shell, *options); });
  does(group->add_subcommand("list", help({"列出密钥", "List the keys"})), shell, exit_code,
       [&shell] { return key_list(shell); });
  auto* revoke = group->add_subcommand("revoke", help({"吊销密钥", "Make a key worthless"}));
  revoke->add_option("key", options->name, help({"编号、开头几位或名称", "its id, first letters or name"}))->required();
  does(revoke, shell, exit_code, [&shell, options] { return key_revoke(shell, options->name); });
}

}  // namespace laoke::commands
