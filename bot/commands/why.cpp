#include <CLI/App.hpp>

#include "bot/commands/printing.h"
#include "bot/commands/running.h"
#include "bot/commands/subcommands.h"
#include "handlers/customers.h"
#include "handlers/names.h"
#include "handlers/reasons.h"
#include "handlers/tried.h"
#include "handlers/rules.h"
#include "storage/broadcasts.h"
#include "storage/ledger.h"
#include "storage/rules.h"

// laoke why: what a customer was sent or not, and which rule decided.
namespace laoke::commands {
namespace {

constexpr int kChoices = 8, kBroadcastsLookedAt = 200;

struct Sources {
  std::map<std::int64_t, std::string> broadcasts, rules;
};

Sources sources(const Context& context, const std::string& language) {
  Sources all;
  for (const auto& broadcast : storage::list_broadcasts(context.tx, context.shop_id(), 0, kBroadcastsLookedAt))
    all.broadcasts[broadcast.broadcast_id] = broadcast.name;
  for (const auto& rule : list_rules(context))
    all.rules[rule.row.rule_id] = rule.definition ? rule.definition->title.in(language) : rule.row.name;
  return all;
}

std::vector<std::int64_t> ids_of(const std::map<std::int64_t, std::string>& named) {
  std::vector<std::int64_t> ids;
  for (const auto& [id, name] : named) ids.push_back(id);
  return ids;
}

storage::FoundCustomer meant(const Context& context, const std::string& language, const std::string& typed) {
  const auto found = search_customers(context, typed, kChoices);
  if (found.size() == 1 || (!found.empty() && folded(found[0].name) == folded(typed) &&
                            (found.size() == 1 || folded(found[1].name) != folded(typed))))
    return found.front();
  std::string list;
  for (const auto& one : found.empty() ? nearest_customers(context, typed) : found)
    list += (list.empty() ? "" : ", ") + one.name + " (#" + std::to_string(one.customer_id) + ")";
  if (found.empty())
    refuse(language, {"没有客户 '" + typed + "'" + (list.empty() ? "" : "；相近的：" + list), "there is no customer '" + typed + "'" + (list.empty() ? "" : "; near: " + list)});
  refuse(language, {"'" + typed + "' 可能是几位客户，请用编号：" + list, "'" + typed + "' may be several customers, use the number: " + list});
}

std::string name_of(const storage::Delivery& delivery, const Sources& all, const std::string& language) {
  const auto named = [&](const std::map<std::int64_t, std::string>& names) {
    const auto found = names.find(delivery.key.source_id);
    return found == names.end() ? std::to_string(delivery.key.source_id) : found->second;
  };
  if (delivery.key.source == "b") return Said{"群发：", "broadcast: "}.in(language) + named(all.broadcasts);
  if (delivery.key.source == "r") return Said{"提醒：", "reminder: "}.in(language) + named(all.rules);
  return Said{"单独的消息", "a message"}.in(language);
}

int why(Shell& shell, const std::string& typed, int limit) {
  Desk desk(shell);
  const auto& language = desk.language();
  Sources all;
  storage::FoundCustomer customer;
  std::vector<std::string> tried;
  const auto deliveries = desk.read([&](const Context& context) {
    customer = meant(context, language, typed);
    all = sources(context, language);
    auto rows = storage::deliveries_of_customer(context.tx, context.shop_id(), customer.customer_id, ids_of(all.broadcasts), ids_of(all.rules), limit);
    for (const auto& row : rows) tried.push_back(tried_words(context, row, language));
    return rows;
  });
  nlohmann::ordered_json document = {{"customer_id", customer.customer_id}, {"name", customer.name}, {"deliveries", nlohmann::ordered_json::array()}};
  Table table({desk.words({"时间", "when"}), desk.words({"什么", "what"}), desk.words({"状态", "state"}), desk.words({"原因", "reason"}),
               desk.words({"下次尝试", "next try"})});
  for (std::size_t i = 0; i < deliveries.size(); ++i) {
    const auto& delivery = deliveries[i];
    std::string reason = delivery.reason.empty() ? "" : reasons::words(delivery.reason, language);
    if (!tried[i].empty()) reason += (reason.empty() ? "" : " · ") + Said{"之前试过：", "tried before: "}.in(language) + tried[i];
    const bool open = delivery.state == "deferred" || delivery.state == "due" || delivery.state == "planned";
    document["deliveries"].push_back({{"delivery", storage::to_text(delivery.key)}, {"what", name_of(delivery, all, language)}, {"state", delivery.state},
                                      {"reason", delivery.reason}, {"words", reason}, {"due_at_ms", delivery.due_at_ms}, {"updated_at_ms", delivery.updated_at_ms}});
    table.add({desk.date_time(delivery.updated_at_ms), name_of(delivery, all, language), reasons::state_words(delivery.state, language), reason,
               open ? desk.date_time(delivery.due_at_ms) : ""});
  }
  if (shell.json) {
    print_json(shell, document);
    return 0;
  }
  shell.out << customer.name << " (#" << customer.customer_id << ")\n";
  if (table.empty())
    shell.out << desk.words({"还没有给这位客户发过或计划过消息", "nothing was sent or planned for this customer yet"}) << "\n";
  else
    table.print(shell.out);
  return 0;
}

}  // namespace

void add_why(CLI::App& root, Shell& shell, int& exit_code) {
  auto typed = std::make_shared<std::string>();
  auto limit = std::make_shared<int>(20);
  auto* command = root.add_subcommand("why", help({"给这位客户发了什么、没发什么，为什么", "What a customer was sent or not, and why"}));
  command->add_option("customer", *typed, help({"名字、拼音、电话或 #编号", "name, pinyin, phone or #id"}))->required();
  command->add_option("--limit", *limit, help({"最多几条", "at most so many"}))->capture_default_str();
  does(command, shell, exit_code, [&shell, typed, limit] { return why(shell, *typed, *limit); });
}

}  // namespace laoke::commands
