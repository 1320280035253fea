#include <CLI/App.hpp>
#include <algorithm>

#include "bot/channels/channel.h"
#include "bot/commands/printing.h"
#include "bot/commands/running.h"
#include "bot/commands/subcommands.h"
#include "handlers/crypto.h"
#include "storage/channels.h"

// laoke channel: the shop's accounts on chat platforms.
namespace laoke::commands {
namespace {

using nlohmann::json;

struct ChannelOptions {
  std::string name, kind;
  std::vector<std::string> settings;
  bool yes = false;
};

constexpr std::size_t kLongestName = 63;

// A channel's name is a part of its hook's URL.
void check_name(const Desk& desk, const std::string& name) {
  const auto fits = [](unsigned char letter) { return std::isalnum(letter) || letter == '-' || letter == '_'; };
  if (!name.empty() && name.size() <= kLongestName && std::all_of(name.begin(), name.end(), fits)) return;
  refuse(desk.language(), {"渠道名 '" + name + "'：1 到 63 个 a-z、A-Z、0-9、-、_（它是回调网址的一部分）",
                           "channel name '" + name + "': 1 to 63 of a-z, A-Z, 0-9, -, _ (it is part of the hook's URL)"});
}

const channels::Kind& kind_called(const Desk& desk, const std::string& name) {
  if (const auto* kind = channels::find_kind(name)) return *kind;
  std::vector<std::string> names;
  std::string list;
  for (const auto& kind : channels::kinds()) {
    names.emplace_back(kind.name);
    list += (list.empty() ? "" : ", ") + names.back();
  }
  const Said near = did_you_mean(name, names);
  refuse(desk.language(), {"没有平台 '" + name + "'" + (near.zh.empty() ? "；可以用：" + list : near.zh),
                           "there is no kind '" + name + "'" + (near.en.empty() ? "; there are: " + list : near.en)});
}

const channels::SettingSpec& spec_called(const Desk& desk, const channels::Kind& kind, const std::string& name) {
  std::vector<std::string> names;
  for (const auto& spec : kind.settings) {
    if (spec.name == name) return spec;
    names.push_back(spec.name);
  }
  std::string list;
  for (const auto& known : names) list += (list.empty() ? "" : ", ") + known;
  const Said near = did_you_mean(name, names);
  refuse(desk.language(), {std::string(kind.name) + " 没有设置 '" + name + "'" + (near.zh.empty() ? "；可以设：" + list : near.zh),
                           std::string(kind.name) + " has no setting '" + name + "'" + (near.en.empty() ? "; there are: " + list : near.en)});
}

struct Settings {
  json values = json::object();
  std::vector<const channels::SettingSpec*> generated;
};

Settings settings_for(const Desk& desk, const channels::Kind& kind, const std::vector<std::string>& typed) {
  Settings settings;
  for (const auto& text : typed) {
    const auto [name, value] = key_and_value(desk.language(), text);
    settings.values[spec_called(desk, kind, name).name] = value;
  }
  std::string missing;
  for (const auto& spec : kind.settings) {
    if (settings.values.contains(spec.name)) continue;
    if (spec.generated) {
      settings.values[spec.name] = crypto::random_token();
      settings.generated.push_back(&spec);
    } else if (spec.required) {
      missing += "\n  --set " + spec.name + "=…  " + spec.help;
    }
  }
  if (!missing.empty())
    refuse(desk.language(), {std::string(kind.name) + " 还需要：" + missing, std::string(kind.name) + " also needs:" + missing});
  return settings;
}

std::unique_ptr<channels::Channel> made(const storage::ChannelRow& row) {
  const auto* kind = channels::find_kind(row.kind);
  if (kind == nullptr) throw CommandError("channel " + row.name + ": this program has no kind '" + row.kind + "'");
  return kind->make({row.shop_id, row.channel_id, row.name, row.kind, json::parse(row.settings)});
}

std::string hook_path(const Desk& desk, const std::string& name) {
  return "/hooks/" + (desk.shop().slug == "default" ? "" : desk.shop().slug + ".") + name;
}

storage::ChannelRow known(const Context& context, const std::string& language, const std::string& name) {
  if (auto row = storage::find_channel(context.tx, context.shop_id(), name)) return *row;
  std::vector<std::string> names;
  for (const auto& row : storage::list_channels(context.tx, context.shop_id())) names.push_back(row.name);
  const Said near = did_you_mean(name, names);
  refuse(language, {"没有渠道 '" + name + "'" + near.zh + "（laoke channel list 列出全部）",
                    "there is no channel '" + name + "'" + near.en + " (laoke channel list shows all)"});
}

void say_added(Shell& shell, const Desk& desk, const ChannelOptions& options, const Settings& settings) {
  const auto& url = desk.config().public_url;
  nlohmann::ordered_json document = {{"name", options.name}, {"kind", options.kind}, {"hook_path", hook_path(desk, options.name)},
                                     {"hook_url", url.empty() ? "" : url + hook_path(desk, options.name)}};
  auto& once = document["generated"] = nlohmann::ordered_json::object();
  for (const auto* spec : settings.generated) once[spec->name] = settings.values[spec->name];
  if (shell.json) return print_json(shell, document);
  shell.out << desk.words({"已添加渠道 " + options.name + "（" + options.kind + "）", "channel " + options.name + " (" + options.kind + ") is added"}) << "\n";
  if (url.empty())
    shell.out << desk.words({"没有设置公网地址（--public-url）：能轮询的平台会自己轮询。平台回调路径：",
                             "no --public-url is set: platforms that can be polled are polled. The hook's path: "})
              << hook_path(desk, options.name) << "\n";
  else
    shell.out << desk.words({"平台的回调网址：", "the platform's hook URL: "}) << url << hook_path(desk, options.name) << "\n";
  for (const auto* spec : settings.generated)
    shell.out << spec->name << " = " << settings.values[spec->name].get<std::string>()
              << desk.words({"  （自动生成，只显示这一次；平台要填时用）", "  (generated, shown this once; for the platform's form if it asks)"}) << "\n";
  shell.out << desk.words({"下一步：laoke channel test " + options.name + "，运行中的服务会自动启用它",
                           "next: laoke channel test " + options.name + "; a running server takes it up by itself"}) << "\n";
}

int channel_add(Shell& shell, const ChannelOptions& options) {
  Desk desk(shell);
  check_name(desk, options.name);
  const auto& kind = kind_called(desk, options.kind);
  const auto settings = settings_for(desk, kind, options.settings);
  storage::ChannelRow row;
  row.shop_id = desk.shop().shop_id;
  row.name = options.name;
  row.kind = options.kind;
  row.settings = settings.values.dump();
  row.created_at_ms = desk.now_ms();
  made(row);  // throws what is wrong with a setting
  desk.write([&](const Context& context) {
    if (storage::find_channel(context.tx, context.shop_id(), row.name))
      refuse(desk.language(), {"已经有渠道 '" + row.name + "'", "there is a channel '" + row.name + "' already"});
    storage::insert_channel(context.tx, row);
    storage::bump_config(context.tx, context.shop_id());
  });
  say_added(shell, desk, options, settings);
  return 0;
}

// A new token, another pace: the account keeps its contacts. What was broken is tried again.
int channel_set(Shell& shell, const ChannelOptions& options) {
  Desk desk(shell);
  desk.write([&](const Context& context) {
    auto row = known(context, desk.language(), options.name);
    const auto& kind = kind_called(desk, row.kind);
    auto values = json::parse(row.settings);
    for (const auto& text : options.settings) {
      const auto [name, value] = key_and_value(desk.language(), text);
      values[spec_called(desk, kind, name).name] = value;
    }
    row.settings = values.dump();
    made(row);  // throws what is wrong with a setting
    storage::update_channel_settings(context.tx, context.shop_id(), row.channel_id, row.settings);
    if (row.state == "broken") storage::set_channel_state(context.tx, context.shop_id(), row.channel_id, "on", "");
  });
  if (shell.json)
    print_json(shell, {{"name", options.name}, {"changed", options.settings.size()}});
  else
    shell.out << desk.words({options.name + " 已修改，运行中的服务会自动采用", options.name + " is changed; a running server takes it up by itself"}) << "\n";
  return 0;
}

struct PurposeWords {
  channels::Purpose purpose;
  std::string_view name;
  Said said;
};
const PurposeWords& purpose_of(std::string_view kind) {
  static const PurposeWords kPurposes[] = {{channels::Purpose::kChat, "chat", {"聊天", "chat"}},
                                           {channels::Purpose::kParcels, "parcels", {"物流", "parcels"}},
                                           {channels::Purpose::kShopSystem, "shop_system", {"店铺系统", "shop system"}}};
  const auto* known = channels::find_kind(kind);
  const auto purpose = known == nullptr ? channels::Purpose::kChat : known->purpose;
  return *std::ranges::find(kPurposes, purpose, &PurposeWords::purpose);
}

int channel_list(Shell& shell) {
  Desk desk(shell);
  auto document = nlohmann::ordered_json::array();
  Table table({desk.words({"渠道", "channel"}), desk.words({"平台", "kind"}), desk.words({"用途", "for"}), desk.words({"状态", "state"}),
               desk.words({"回调路径", "hook"}), desk.words({"说明", "note"})});
  for (const auto& row : desk.read([&](const Context& context) { return storage::list_channels(context.tx, context.shop_id()); })) {
    document.push_back({{"channel_id", row.channel_id}, {"name", row.name}, {"kind", row.kind}, {"purpose", purpose_of(row.kind).name}, {"state", row.state},
                        {"reason", row.state_reason}, {"hook_path", hook_path(desk, row.name)}, {"paused_until_ms", row.paused_until_ms}});
    table.add({row.name, row.kind, desk.words(purpose_of(row.kind).said), row.state, hook_path(desk, row.name), row.state_reason});
  }
  if (shell.json)
    print_json(shell, document);
  else
    table.print(shell.out);
  return 0;
}

int channel_test(Shell& shell, const ChannelOptions& options) {
  Desk desk(shell);
  const auto row = desk.read([&](const Context& context) { return known(context, desk.language(), options.name); });
  const auto lines = made(row)->probe();
  const bool good = std::all_of(lines.begin(), lines.end(), [](const auto& line) { return line.ok; });
  nlohmann::ordered_json document = {{"name", row.name}, {"ok", good}, {"lines", nlohmann::ordered_json::array()}};
  for (const auto& line : lines) {
    document["lines"].push_back({{"ok", line.ok}, {"text", line.text}});
    if (!shell.json) shell.out << (line.ok ? "✓ " : "✗ ") << line.text << "\n";
  }
  if (shell.json) print_json(shell, document);
  return good ? 0 : 1;
}

int channel_switch(Shell& shell, const ChannelOptions& options, const char* state) {
  Desk desk(shell);
  desk.write([&](const Context& context) {
    const auto row = known(context, desk.language(), options.name);
    storage::set_channel_state(context.tx, context.shop_id(), row.channel_id, state, "");
    storage::bump_config(context.tx, context.shop_id());
  });
  const bool on = std::string_view(state) == "on";
  if (shell.json)
    print_json(shell, {{"name", options.name}, {"state", state}});
  else
    shell.out << (on ? desk.words({options.name + " 已启用", options.name + " is on"})
                     : desk.words({options.name + " 已停用：不收不发，待发的消息等它恢复", options.name + " is off: it sends nothing; what waits for it goes on waiting"})) << "\n";
  return 0;
}

int channel_remove(Shell& shell, const ChannelOptions& options) {
  Desk desk(shell);
  desk.read([&](const Context& context) { known(context, desk.language(), options.name); });
  const Said question{"移除渠道 " + options.name + "？它的联系人会留下，但再也联系不上",
                      "remove channel " + options.name + "? Its contacts stay but can no longer be reached"};
  if (!options.yes && !person_answers(shell))
    refuse(desk.language(), {"没有终端可以确认，请加 --yes", "there is no terminal to ask on; add --yes"});
  if (!options.yes && !ask(shell, desk.words(question))) return 0;
  desk.write([&](const Context& context) {
    storage::delete_channel(context.tx, context.shop_id(), known(context, desk.language(), options.name).channel_id);
    storage::bump_config(context.tx, context.shop_id());
  });
  if (shell.json)
    print_json(shell, {{"removed", options.name}});
  else
    shell.out << desk.words({"已移除渠道 " + options.name, "channel " + options.name + " is removed"}) << "\n";
  return 0;
}

}  // namespace

void add_channel(CLI::App& root, Shell& shell, int& exit_code) {
  auto options = std::make_shared<ChannelOptions>();
  auto* group = add_group(root, "channel", {"聊天平台账号", "Accounts on chat platforms"});
  const auto named = [&](const char* name, const Said& said) {
    auto* command = group->add_subcommand(name, help(said));
    command->add_option("name", options->name, help({"渠道名", "the channel's name"}))->required();
    return command;
  };
  auto* add = named("add", {"添加账号", "Add an account"});
  add->add_option("--kind", options->kind, help({"平台：telegram、webchat……", "platform: telegram, webchat, …"}))->required();
  add->add_option("--set", options->settings, help({"设置=值，可多次；值写 @文件 则读文件", "setting=value, repeatable; a value @FILE is read from the file"}))
      ->allow_extra_args(false);
  does(add, shell, exit_code, [&shell, options] { return channel_add(shell, *options); });
  auto* set = named("set", {"修改设置，例如换 token", "Change settings, a new token for example"});
  set->add_option("settings", options->settings, help({"设置=值，可多个；值写 @文件 则读文件", "setting=value, several; a value @FILE is read from the file"}))->required();
  does(set, shell, exit_code, [&shell, options] { return channel_set(shell, *options); });
  does(group->add_subcommand("list", help({"列出账号", "List the accounts"})), shell, exit_code, [&shell] { return channel_list(shell); });
  does(named("test", {"真实调用平台检查账号", "Check the account by real calls"}), shell, exit_code, [&shell, options] { return channel_test(shell, *options); });
  does(named("on", {"启用", "Switch on"}), shell, exit_code, [&shell, options] { return channel_switch(shell, *options, "on"); });
  does(named("off", {"停用", "Switch off"}), shell, exit_code, [&shell, options] { return channel_switch(shell, *options, "off"); });
  auto* remove = named("remove", {"移除账号", "Remove an account"});
  remove->add_flag("--yes", options->yes, help({"不询问", "do not ask"}));
  does(remove, shell, exit_code, [&shell, options] { return channel_remove(shell, *options); });
}

}  // namespace laoke::commands
