#include <CLI/App.hpp>
#include <algorithm>

#include "bot/channels/channel.h"
#include "bot/commands/channel_setup.h"
#include "bot/commands/printing.h"
#include "bot/commands/running.h"
#include "bot/commands/subcommands.h"
#include "handlers/wording.h"
#include "storage/channels.h"

// laoke channel: the shop's accounts on chat platforms.
namespace laoke::commands {
namespace {

using nlohmann::json;

struct ChannelOptions {
  std::string name, kind;
  std::vector<std::string> settings;
  bool yes = false, no_check = false;
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

std::unique_ptr<channels::Channel> made(const storage::ChannelRow& row) {
  const auto* kind = channels::find_kind(row.kind);
  if (kind == nullptr) throw CommandError("channel " + row.name + ": this program has no kind '" + row.kind + "'");
  return kind->make({row.shop_id, row.channel_id, row.name, row.kind, json::parse(row.settings)});
}

storage::ChannelRow known(const Context& context, const std::string& language, const std::string& name) {
  if (auto row = storage::find_channel(context.tx, context.shop_id(), name)) return *row;
  std::vector<std::string> names;
  for (const auto& row : storage::list_channels(context.tx, context.shop_id())) names.push_back(row.name);
  const Said near = did_you_mean(name, names);
  refuse(language, {"没有渠道 '" + name + "'" + near.zh + "（laoke channel list 列出全部）",
                    "there is no channel '" + name + "'" + near.en + " (laoke channel list shows all)"});
}

struct Added {
  const ChannelOptions& options;
  const ChannelSettings& settings;
  const std::vector<channels::ProbeLine>& checked;
};

void print_added(Shell& shell, const Desk& desk, const Added& added) {
  const auto& [options, settings, checked] = added;
  const bool reachable = !desk.config().public_url.empty();
  nlohmann::ordered_json document = {{"name", options.name}, {"kind", options.kind}, {"hook_path", hook_path(desk, options.name)},
                                     {"hook_url", reachable ? hook_url(desk, options.name) : ""}};
  auto& once = document["generated"] = nlohmann::ordered_json::object();
  for (const auto* spec : settings.generated) once[spec->name] = settings.values[spec->name];
  document["checked"] = to_json(checked);
  document["steps"] = setup_steps(desk, options.kind, options.name);
  print_json(shell, document);
}

void say_added(Shell& shell, const Desk& desk, const Added& added) {
  const auto& [options, settings, checked] = added;
  if (shell.json) return print_added(shell, desk, added);
  show_probe(shell.out, checked);
  shell.out << desk.words({"已添加渠道 " + options.name + "（" + options.kind + "）", "channel " + options.name + " (" + options.kind + ") is added"}) << "\n";
  shell.out << desk.words({"平台的回调网址：", "the platform's hook URL: "}) << hook_url(desk, options.name) << "\n";
  if (desk.config().public_url.empty())
    shell.out << desk.words({"还没有设置公网地址：在 laoke.toml 写 public_url = \"https://你的域名\"（或 --public-url、LAOKE_PUBLIC_URL）。能轮询的平台不需要它",
                             "public_url is not set: write public_url = \"https://your.domain\" in laoke.toml (or --public-url, LAOKE_PUBLIC_URL). Platforms that can be polled do without"})
              << "\n";
  for (const auto* spec : settings.generated)
    shell.out << spec->name << " = " << settings.values[spec->name].get<std::string>()
              << desk.words({"  （自动生成，只显示这一次；平台要填时用）", "  (generated, shown this once; for the platform's form if it asks)"}) << "\n";
  const std::string steps = setup_steps(desk, options.kind, options.name);
  if (!steps.empty()) shell.out << say(desk.language(), "channel.steps.title") << "\n" << steps << "\n";
  shell.out << desk.words({"下一步：laoke channel test " + options.name + "，运行中的服务会自动启用它",
                           "next: laoke channel test " + options.name + "; a running server takes it up by itself"}) << "\n";
}

// Asks the platform before anything is saved. What it refuses is saved only when a person wants it so.
std::vector<channels::ProbeLine> checked_by_platform(Shell& shell, const Desk& desk, const ChannelOptions& options, channels::Channel& channel) {
  if (options.no_check) return {};
  auto lines = probed(channel);
  if (all_good(lines)) return lines;
  show_probe(shell.err, lines);
  const bool anyway = !shell.json && person_answers(shell) && ask(shell, desk.words({"平台没有接受，仍然保存吗？", "the platform did not take it; save it all the same?"}));
  if (!anyway)
    refuse(desk.language(), {"平台没有接受这些设置，什么也没有保存；改好再试，或加 --no-check 不检查就保存",
                             "the platform did not take these settings and nothing is saved; set them right, or add --no-check to save without asking it"});
  return lines;
}

void refuse_taken(const Desk& desk, const Context& context, const std::string& name) {
  if (storage::find_channel(context.tx, context.shop_id(), name))
    refuse(desk.language(), {"已经有渠道 '" + name + "'", "there is a channel '" + name + "' already"});
}

int channel_add(Shell& shell, const ChannelOptions& options) {
  Desk desk(shell);
  check_name(desk, options.name);
  const auto& kind = kind_called(desk, options.kind);
  desk.read([&](const Context& context) { refuse_taken(desk, context, options.name); });
  const auto settings = settings_for(shell, desk, kind, options.settings);
  storage::ChannelRow row;
  row.shop_id = desk.shop().shop_id;
  row.name = options.name;
  row.kind = options.kind;
  row.settings = settings.values.dump();
  row.created_at_ms = desk.now_ms();
  const auto checked = checked_by_platform(shell, desk, options, *made(row));  // made() throws what is wrong with a setting
  desk.write([&](const Context& context) {
    refuse_taken(desk, context, row.name);
    storage::insert_channel(context.tx, row);
    storage::bump_config(context.tx, context.shop_id());
  });
  say_added(shell, desk, {options, settings, checked});
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
  const auto lines = probed(*made(row));
  const bool good = all_good(lines);
  if (shell.json) {
    print_json(shell, {{"name", row.name}, {"kind", row.kind}, {"ok", good}, {"hook_path", hook_path(desk, row.name)}, {"lines", to_json(lines)}});
    return good ? 0 : 1;
  }
  show_probe(shell.out, lines);
  if (!desk.config().public_url.empty())
    shell.out << desk.words({"平台的回调网址：", "the platform's hook URL: "}) << hook_url(desk, row.name) << "\n";
  const std::string steps = good ? "" : setup_steps(desk, row.kind, row.name);
  if (!steps.empty()) shell.out << say(desk.language(), "channel.steps.title") << "\n" << steps << "\n";
  return good ? 0 : 1;
}

// "token, secret": what `channel add` asks for.
std::string asked_settings(const channels::Kind& kind) {
  std::string list;
  for (const auto& spec : kind.settings)
    if (spec.required && !spec.generated) list += (list.empty() ? "" : ", ") + spec.name;
  return list;
}

int channel_kinds(Shell& shell) {
  const std::string language = shell.config().language;
  auto document = nlohmann::ordered_json::array();
  for (const auto& group : kind_groups()) {
    Table table({Said{"平台", "kind"}.in(language), Said{"要准备", "asks for"}.in(language), Said{"说明", "guide"}.in(language)});
    for (const auto& kind : channels::kinds()) {
      if (kind.purpose != group.purpose) continue;
      const std::string guide = "docs/channels/" + std::string(kind.name) + (language == "en" ? ".md" : ".zh-CN.md");
      table.add({std::string(kind.name), asked_settings(kind), guide});
      document.push_back({{"kind", kind.name}, {"purpose", group.id}, {"asks_for", asked_settings(kind)}});
    }
    if (shell.json || table.empty()) continue;
    shell.out << group.title.in(language) << "\n";
    table.print(shell.out);
    shell.out << "\n";
  }
  if (shell.json) print_json(shell, document);
  return 0;
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
  add->add_option("--kind", options->kind, help({"平台：telegram、shopify……（laoke channel kinds 列出全部）", "platform: telegram, shopify, … (laoke channel kinds lists them)"}))->required();
  add->add_option("--set", options->settings, help({"设置=值，可多次；值写 @文件 则读文件", "setting=value, repeatable; a value @FILE is read from the file"}))
      ->allow_extra_args(false);
  add->add_flag("--no-check", options->no_check, help({"不向平台核对就保存", "save without asking the platform"}));
  does(add, shell, exit_code, [&shell, options] { return channel_add(shell, *options); });
  auto* set = named("set", {"修改设置，例如换 token", "Change settings, a new token for example"});
  set->add_option("settings", options->settings, help({"设置=值，可多个；值写 @文件 则读文件", "setting=value, several; a value @FILE is read from the file"}))->required();
  does(set, shell, exit_code, [&shell, options] { return channel_set(shell, *options); });
  does(group->add_subcommand("list", help({"列出账号", "List the accounts"})), shell, exit_code, [&shell] { return channel_list(shell); });
  does(group->add_subcommand("kinds", help({"列出能接入的平台", "List the platforms there are"})), shell, exit_code, [&shell] { return channel_kinds(shell); });
  does(named("test", {"真实调用平台检查账号", "Check the account by real calls"}), shell, exit_code, [&shell, options] { return channel_test(shell, *options); });
  does(named("on", {"启用", "Switch on"}), shell, exit_code, [&shell, options] { return channel_switch(shell, *options, "on"); });
  does(named("off", {"停用", "Switch off"}), shell, exit_code, [&shell, options] { return channel_switch(shell, *options, "off"); });
  auto* remove = named("remove", {"移除账号", "Remove an account"});
  remove->add_flag("--yes", options->yes, help({"不询问", "do not ask"}));
  does(remove, shell, exit_code, [&shell, options] { return channel_remove(shell, *options); });
}

}  // namespace laoke::commands
