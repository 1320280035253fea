#include <CLI/App.hpp>

#include "bot/commands/demo_shop.h"
#include "bot/commands/printing.h"
#include "bot/commands/running.h"
#include "bot/commands/subcommands.h"
#include "handlers/calendar.h"
#include "handlers/imports/customers.h"
#include "handlers/imports/orders_import.h"
#include "handlers/imports/products_import.h"
#include "handlers/segments.h"
#include "storage/channels.h"
#include "storage/contacts.h"
#include "storage/customers.h"

// laoke demo load: a sample shop to try everything on.
namespace laoke::commands {
namespace {

constexpr int kLookedAt = 100;

bool has_customers_of_its_own(const Context& context) {
  for (const auto& customer : storage::list_customers(context.tx, context.shop_id(), 0, kLookedAt))
    if (!customer.external_id.starts_with(kDemoMark)) return true;
  return false;
}

using RowFn = RowOutcome (*)(const Context&, const ImportRow&);

std::size_t load(Desk& desk, const std::string& csv, std::span<const ImportColumn> columns, RowFn row) {
  ImportFile file(csv, columns);
  ImportOptions options;
  options.now_ms = desk.now_ms();
  const auto result = run_import(desk.database(), desk.shop(), file, options, row);
  if (!result.rejects.empty()) throw CommandError("demo: " + desk.words(result.rejects.front().reason));
  return result.created;
}

// On the built-in channel, so that `laoke chat --as customer:NAME` speaks as one of them and messages have somewhere to go.
std::int64_t add_contacts(const Context& context) {
  std::int64_t channel_id = 0, added = 0;
  for (const auto& channel : storage::list_channels(context.tx, context.shop_id()))
    if (channel.kind == "webchat" && channel_id == 0) channel_id = channel.channel_id;
  for (int i = 0; channel_id != 0 && i < demo_customers(); ++i) {
    const auto name = demo_customer_name(context.shop, i);
    const auto customer = storage::find_customer_by_external_id(context.tx, context.shop_id(), demo_customer_key(i));
    if (!customer || storage::find_contact_by_address(context.tx, context.shop_id(), channel_id, name)) continue;
    storage::Contact contact;
    contact.channel_id = channel_id;
    contact.external_id = contact.display_name = name;
    contact.customer_id = storage::living_customer(context.tx, context.shop_id(), customer->customer_id);
    contact.first_seen_ms = contact.last_in_ms = context.now_ms - (i % 30 + 1) * kDayMs;
    storage::insert_contact(context.tx, context.shop_id(), contact);
    storage::set_last_in(context.tx, context.shop_id(), contact.customer_id, contact.last_in_ms);
    ++added;
  }
  return added;
}

std::int64_t add_segments(const Context& context) {
  std::int64_t added = 0;
  for (const auto& segment : demo_segments(context.shop)) {
    if (find_saved_segment(context, segment.name)) continue;
    save_segment(context, segment.name, segment.query);
    ++added;
  }
  return added;
}

int demo_load(Shell& shell, bool force) {
  Desk desk(shell);
  if (!force && desk.read([](const Context& context) { return has_customers_of_its_own(context); }))
    refuse(desk.language(), {"店铺 '" + desk.shop().slug + "' 已有真实客户，示例不会混进去；要混请加 --force，或用 --shop 另开一家店",
                             "shop '" + desk.shop().slug + "' has customers of its own; the sample is not mixed in unless you add --force, or take another shop with --shop"});
  const auto files = demo_files(desk.shop(), desk.now_ms());
  nlohmann::ordered_json added;
  added["products"] = load(desk, files.products, product_columns(), import_product);
  added["customers"] = load(desk, files.customers, customer_columns(), import_customer);
  added["orders"] = load(desk, files.orders, order_columns(), import_order);
  added["contacts"] = desk.write([](const Context& context) { return add_contacts(context); });
  added["segments"] = desk.write([](const Context& context) { return add_segments(context); });
  if (shell.json) {
    print_json(shell, added);
    return 0;
  }
  const auto count = [&](const char* what) { return added[what].dump(); };
  shell.out << desk.words({"示例店新增：客户 " + count("customers") + "，商品 " + count("products") + "，订单 " + count("orders") + "，分组 " + count("segments"),
                           "sample added: " + count("customers") + " customers, " + count("products") + " products, " + count("orders") + " orders, " + count("segments") + " segments"})
            << "\n"
            << desk.words({"试试：laoke forecast、laoke segment preview '末单>45d'、laoke chat --as customer:" + demo_customer_name(desk.shop(), 0),
                           "try: laoke forecast, laoke segment preview 'last_order>45d', laoke chat --as \"customer:" + demo_customer_name(desk.shop(), 0) + "\""})
            << "\n";
  return 0;
}

}  // namespace

void add_demo(CLI::App& root, Shell& shell, int& exit_code) {
  auto force = std::make_shared<bool>(false);
  auto* group = add_group(root, "demo", {"示例店铺", "A sample shop"});
  auto* load = group->add_subcommand("load", help({"装入示例客户、商品和订单", "Load sample customers, products and orders"}));
  load->add_flag("--force", *force, help({"店里已有客户也装", "also into a shop with customers"}));
  does(load, shell, exit_code, [&shell, force] { return demo_load(shell, *force); });
}

}  // namespace laoke::commands
