#include "handlers/rules.h"

#include <map>
#include <nlohmann/json.hpp>

#include "handlers/listeners.h"
#include "handlers/refusal.h"
#include "handlers/reminder_backfill.h"
#include "handlers/reminder_judge.h"
#include "handlers/segments.h"
#include "handlers/template_library.h"
#include "handlers/text.h"
#include "handlers/traditional.h"
#include "handlers/wording.h"
#include "storage/embedded.h"
#include "storage/reminders.h"
#include "storage/shops.h"

namespace laoke {
namespace {

constexpr std::string_view kStockFolder = "templates/rules/";

const std::map<std::string, std::string>& stock_rules() {
  static const auto rules = [] {
    std::map<std::string, std::string> all;
    for (const auto& file : embedded::embedded_stock()) {
      if (!file.path.starts_with(kStockFolder)) continue;
      const auto rule = parse_rule(file.text);
      if (!rule) throw std::logic_error(file.path + ": " + rule.error().en);
      all.emplace(rule->name, file.text);
    }
    return all;
  }();
  return rules;
}

// A step whose template is not there, or wants what this trigger does not know, would fail for every customer.
void check_templates(const Context& context, const RuleDefinition& rule) {
  if (rule.makes_task) return;
  for (std::size_t i = 0; i < rule.steps.size(); ++i) {
    const auto problem = template_problem_for(context, rule.steps[i].template_name, trigger_name(rule));
    if (!problem) continue;
    const std::string place = "steps[" + std::to_string(i) + "].template";
    throw Refusal("rule.template", place + "：" + say("zh-CN", *problem), place + ": " + say("en", *problem));
  }
}

// The definition, once everything it names exists in this shop.
RuleDefinition checked(const Context& context, std::string_view definition) {
  const auto rule = parse_rule(definition);
  if (!rule) throw Refusal("rule.format", rule.error());
  if (!rule->condition.empty()) {
    try {
      shop_segment(context, rule->condition);
    } catch (const SegmentError& fault) {
      throw Refusal("rule.condition", "condition：" + fault.message("zh-CN"), "condition: " + fault.message("en"));
    }
  }
  check_templates(context, *rule);
  return *rule;
}

[[noreturn]] void refuse_taken(const std::string& name) {
  throw Refusal("rule.exists", "已经有名为“" + name + "”的规则，请换一个名字", "there is a rule named '" + name + "' already; choose another name");
}

RuleChange changed(const Context& context, std::int64_t rule_id) {
  storage::bump_config(context.tx, context.shop_id());
  recheck_listeners(context);
  RuleChange change{require_rule(context, rule_id), 0};
  if (change.rule.row.enabled) change.job_id = start_backfill(context, change.rule);
  return change;
}

// What was due before this change and nobody has taken up yet (a backlog, a node that was down) no job plans anew: it
// goes by the rule as it is from now on, however many changes come before somebody takes it up.
void keep_overdue(const Context& context, const storage::RuleRow& before, std::int64_t version) {
  constexpr int kPage = 500;
  storage::Reminder after;
  for (;;) {
    const auto page = storage::list_reminders(context.tx, context.shop_id(), after, context.now_ms, kPage);
    for (auto reminder : page) {
      if (reminder.rule_id != before.rule_id || !stands(before, reminder)) continue;
      reminder.rule_version = version;
      storage::put_reminder(context.tx, reminder);
    }
    if (page.size() < static_cast<std::size_t>(kPage)) return;
    after = page.back();
  }
}

RuleChange rewrite(const Context& context, storage::RuleRow row, const RuleDefinition& definition, std::string_view text, bool stock) {
  const auto before = row;
  row.name = definition.name;
  row.trigger_on = trigger_name(definition);
  row.definition = text;
  row.stock = stock;
  row.updated_at_ms = context.now_ms;
  keep_overdue(context, before, storage::update_rule(context.tx, context.shop_id(), row));
  return changed(context, row.rule_id);
}

storage::RuleRow new_row(const Context& context, const RuleDefinition& definition, std::string_view text, bool stock) {
  storage::RuleRow row;
  row.name = definition.name;
  row.enabled = definition.enabled;
  row.stock = stock;
  row.trigger_on = trigger_name(definition);
  row.definition = text;
  row.updated_at_ms = context.now_ms;
  return row;
}

bool same_json(const std::string& a, const std::string& b) {
  return a == b || nlohmann::json::parse(a, nullptr, false) == nlohmann::json::parse(b, nullptr, false);
}

// True when the shop's rule of that name changed.
bool install(const Context& context, const std::string& name, const std::string& text) {
  const auto definition = stored_rule(text);
  auto row = storage::find_rule(context.tx, context.shop_id(), name);
  if (!row) {
    const auto id = storage::insert_rule(context.tx, context.shop_id(), new_row(context, *definition, text, true));
    changed(context, id);
    return true;
  }
  if (!row->stock || same_json(row->definition, text)) return false;
  rewrite(context, *row, *definition, text, true);
  return true;
}

}  // namespace

int install_stock_rules(const Context& context) {
  int count = 0;
  for (const auto& [name, text] : stock_rules()) count += install(context, name, text) ? 1 : 0;
  return count;
}

std::vector<Rule> list_rules(const Context& context) {
  std::vector<Rule> rules;
  for (auto& row : storage::list_rules(context.tx, context.shop_id()))
    if (auto rule = rule_of(std::move(row))) rules.push_back(std::move(*rule));
  return rules;
}

Rule require_rule(const Context& context, std::string_view name) {
  std::vector<std::string> names;
  const std::string wanted = word_key(name);
  for (auto& rule : list_rules(context)) {
    for (const auto& known : {rule.row.name, rule.definition->title.zh, rule.definition->title.en}) {
      if (word_key(known) == wanted) return rule;
      names.push_back(known);
    }
  }
  const auto near = nearest(simplified(name), names);
  const std::string shown = shorten(name, 40);
  throw Refusal("rule.unknown", "没有规则“" + shown + "”" + (near.empty() ? "" : "，是不是“" + near.front() + "”？"),
                "there is no rule '" + shown + "'" + (near.empty() ? "" : ", did you mean '" + near.front() + "'?"));
}

Rule require_rule(const Context& context, std::int64_t rule_id) {
  auto row = storage::get_rule(context.tx, context.shop_id(), rule_id);
  if (!row) throw Refusal("rule.unknown", "没有这条规则", "there is no such rule");
  auto rule = rule_of(std::move(*row));
  if (!rule) throw Refusal("rule.format", "这条规则的内容已损坏，请重新保存", "this rule's definition is damaged; save it anew");
  return *rule;
}

RuleChange create_rule(const Context& context, std::string_view definition) {
  const auto rule = checked(context, definition);
  if (storage::find_rule(context.tx, context.shop_id(), rule.name)) refuse_taken(rule.name);
  return changed(context, storage::insert_rule(context.tx, context.shop_id(), new_row(context, rule, definition, false)));
}

RuleChange edit_rule(const Context& context, std::int64_t rule_id, std::string_view definition) {
  const auto row = storage::get_rule(context.tx, context.shop_id(), rule_id);
  if (!row) throw Refusal("rule.unknown", "没有这条规则", "there is no such rule");
  const auto rule = checked(context, definition);
  const auto namesake = storage::find_rule(context.tx, context.shop_id(), rule.name);
  if (namesake && namesake->rule_id != rule_id) refuse_taken(rule.name);
  if (same_json(row->definition, std::string(definition))) return {require_rule(context, rule_id), 0};
  return rewrite(context, *row, rule, definition, false);
}

RuleChange switch_rule(const Context& context, std::int64_t rule_id, bool on) {
  Rule rule = require_rule(context, rule_id);
  if (rule.row.enabled == on) return {std::move(rule), 0};
  rule.row.enabled = on;
  rule.row.updated_at_ms = context.now_ms;
  storage::update_rule(context.tx, context.shop_id(), rule.row);
  return changed(context, rule_id);
}

RuleChange reset_rule(const Context& context, std::int64_t rule_id) {
  const auto row = storage::get_rule(context.tx, context.shop_id(), rule_id);
  if (!row) throw Refusal("rule.unknown", "没有这条规则", "there is no such rule");
  const auto stock = stock_rules().find(row->name);
  if (stock == stock_rules().end())
    throw Refusal("rule.not_stock", "“" + row->name + "”不是自带的规则，没有可恢复的版本", "'" + row->name + "' did not come with the program");
  if (row->stock && same_json(row->definition, stock->second)) return {require_rule(context, rule_id), 0};
  return rewrite(context, *row, *stored_rule(stock->second), stock->second, true);
}

void remove_rule(const Context& context, std::int64_t rule_id) {
  if (!storage::delete_rule(context.tx, context.shop_id(), rule_id)) throw Refusal("rule.unknown", "没有这条规则", "there is no such rule");
  storage::bump_config(context.tx, context.shop_id());
  recheck_listeners(context);
}

}  // namespace laoke
