#include <CLI/App.hpp>
#include <algorithm>
#include <map>

#include "bot/clock.h"
#include "bot/commands/printing.h"
#include "bot/commands/running.h"
#include "bot/commands/shop_fields.h"
#include "bot/commands/subcommands.h"
#include "bot/default_shop.h"
#include "handlers/shop_settings.h"

// laoke shop: the shops of this database and what they may set.
namespace laoke::commands {
namespace {

struct ShopOptions {
  std::string slug;
  std::vector<std::string> settings;
};

nlohmann::ordered_json as_json(const storage::Shop& shop) {
  return {{"shop", shop.slug}, {"name", shop.name}, {"time_zone", shop.time_zone}, {"language", shop.language},
          {"currency", shop.currency}, {"country", shop.country},
          {"settings", nlohmann::ordered_json::parse(to_json_text(settings_of(shop)))}};
}

void print_shop(Shell& shell, const storage::Shop& shop) {
  const auto document = as_json(shop);  // items() keeps a reference to it
  if (shell.json) return print_json(shell, document);
  Table table({"", ""});
  for (const auto& [name, value] : document.items())
    if (name != "settings") table.add({name, value.get<std::string>()});
  for (const auto& [name, value] : document["settings"].items())
    table.add({name, value.is_string() ? value.get<std::string>() : value.is_boolean() ? (value.get<bool>() ? "yes" : "no") : value.dump()});
  table.print(shell.out);
}

void check_slug(const Desk& desk, const std::string& slug) {
  const auto fits = [](char letter) { return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter == '-'; };
  if (!slug.empty() && slug.size() <= 63 && slug.front() != '-' && std::all_of(slug.begin(), slug.end(), fits)) return;
  refuse(desk.language(), {"店铺短名 '" + slug + "'：1 到 63 个 a-z、0-9 和 -，不以 - 开头",
                           "short name '" + slug + "': 1 to 63 of a-z, 0-9 and -, not beginning with -"});
}

int shop_add(Shell& shell, const ShopOptions& options) {
  Desk desk(shell);
  check_slug(desk, options.slug);
  storage::Shop shop = desk.shop();  // zone, language, currency and country as the shop at hand, unless said otherwise
  shop.slug = shop.name = options.slug;
  shop.settings = to_json_text(ShopSettings{});
  shop.config_version = 0;
  shop.created_at_ms = desk.now_ms();
  for (const auto& typed : options.settings) set_shop_field(shop, desk.language(), typed);
  desk.write([&](const Context& context) {
    if (storage::find_shop(context.tx, shop.slug))
      refuse(desk.language(), {"已经有店铺 '" + shop.slug + "'", "there is a shop '" + shop.slug + "' already"});
    create_shop(context.tx, shop, context.now_ms);
  });
  if (!shell.json)
    shell.out << desk.words({"已开店 " + shop.slug + "；之后的命令加 --shop " + shop.slug, "shop " + shop.slug + " is open; commands for it take --shop " + shop.slug}) << "\n";
  print_shop(shell, shop);
  return 0;
}

int shop_list(Shell& shell) {
  Desk desk(shell);
  auto document = nlohmann::ordered_json::array();
  Table table({desk.words({"短名", "shop"}), desk.words({"店名", "name"}), desk.words({"时区", "time zone"}),
               desk.words({"语言", "language"}), desk.words({"货币", "currency"}), desk.words({"国家", "country"})});
  for (const auto& shop : desk.read([](const Context& context) { return storage::list_shops(context.tx); })) {
    document.push_back(as_json(shop));
    table.add({shop.slug, shop.name, shop.time_zone, shop.language, shop.currency, shop.country});
  }
  if (shell.json)
    print_json(shell, document);
  else
    table.print(shell.out);
  return 0;
}

int shop_set(Shell& shell, const ShopOptions& options) {
  Desk desk(shell);
  const auto shop = desk.write([&](const Context& context) {
    auto changed = storage::get_shop(context.tx, context.shop_id()).value_or(desk.shop());
    for (const auto& typed : options.settings) set_shop_field(changed, desk.language(), typed);
    storage::update_shop(context.tx, changed);
    storage::bump_config(context.tx, context.shop_id());
    return changed;
  });
  print_shop(shell, shop);
  return 0;
}

}  // namespace

void add_shop(CLI::App& root, Shell& shell, int& exit_code) {
  auto options = std::make_shared<ShopOptions>();
  auto* group = add_group(root, "shop", {"店铺与它的设置", "Shops and their settings"});
  auto* add = group->add_subcommand("add", help({"开一家新店", "Open another shop"}));
  add->add_option("slug", options->slug, help({"短名", "short name"}))->required();
  add->add_option("settings", options->settings, help({"设置=值，例如 time_zone=Asia/Shanghai", "setting=value, such as time_zone=Asia/Shanghai"}));
  does(add, shell, exit_code, [&shell, options] { return shop_add(shell, *options); });
  does(group->add_subcommand("list", help({"列出店铺", "List the shops"})), shell, exit_code, [&shell] { return shop_list(shell); });
  auto* set = group->add_subcommand("set", help({"改设置，例如 quiet_from=22:00", "Change settings, such as quiet_from=22:00"}));
  set->add_option("settings", options->settings, help({"设置=值", "setting=value"}))->required();
  does(set, shell, exit_code, [&shell, options] { return shop_set(shell, *options); });
}

}  // namespace laoke::commands
