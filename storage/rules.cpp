#include "storage/rules.h"

#include <algorithm>

namespace laoke::storage {
namespace {

#define RULE_COLUMNS "rule_id, name, version, enabled, stock, trigger_on, definition, updated_at_ms"
constexpr Sql kRulesInsert{"rules.insert",
                           "INSERT INTO rules (shop_id, " RULE_COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"};
constexpr Sql kRulesUpdate{
    "rules.update",
    "UPDATE rules SET name = $3, version = version + 1, enabled = $4, stock = $5, trigger_on = $6, "
    "definition = $7, updated_at_ms = $8 WHERE shop_id = $1 AND rule_id = $2 RETURNING version"};
constexpr Sql kRulesDelete{"rules.delete", "DELETE FROM rules WHERE shop_id = $1 AND rule_id = $2"};
constexpr Sql kRulesGet{"rules.get", "SELECT " RULE_COLUMNS " FROM rules WHERE shop_id = $1 AND rule_id = $2"};
constexpr Sql kRulesFind{"rules.find", "SELECT " RULE_COLUMNS " FROM rules WHERE shop_id = $1 AND name = $2"};
constexpr Sql kRulesList{"rules.list", "SELECT " RULE_COLUMNS " FROM rules WHERE shop_id = $1 ORDER BY rule_id"};
constexpr Sql kRulesEnabled{"rules.enabled", "SELECT " RULE_COLUMNS " FROM rules WHERE shop_id = $1 AND enabled = 1 ORDER BY rule_id"};
#undef RULE_COLUMNS
constexpr const Sql* kRulesStatements[] = {&kRulesInsert, &kRulesUpdate, &kRulesDelete, &kRulesGet,
                                           &kRulesFind,   &kRulesList,   &kRulesEnabled};

RuleRow rule_of(const Row& row) {
  return {row.integer(0), row.string(1), row.integer(2), row.yes(3), row.yes(4), row.string(5), row.string(6), row.integer(7)};
}

// `shared`: kept by the transaction too.
std::shared_ptr<const std::vector<RuleRow>> enabled_rules(Transaction& tx, std::int64_t shop_id) {
  if (auto kept = tx.kept<std::vector<RuleRow>>(kRulesEnabled, shop_id)) return kept;
  auto rules = std::make_shared<std::vector<RuleRow>>();
  tx.query(kRulesEnabled, {shop_id}, [&](const Row& row) { rules->push_back(rule_of(row)); });
  tx.keep(kRulesEnabled, shop_id, rules);
  return rules;
}

}  // namespace

std::int64_t insert_rule(Transaction& tx, std::int64_t shop_id, const RuleRow& rule) {
  if (find_rule(tx, shop_id, rule.name)) throw StorageError(StorageFault::kConstraint, "rule '" + rule.name + "' exists already");
  const std::int64_t id = tx.next_id();
  tx.forget_kept();
  tx.submit(kRulesInsert, {shop_id, id, rule.name, rule.version, rule.enabled, rule.stock, rule.trigger_on,
                           rule.definition, rule.updated_at_ms});
  return id;
}

std::int64_t update_rule(Transaction& tx, std::int64_t shop_id, const RuleRow& rule) {
  std::int64_t version = 0;
  tx.forget_kept();
  tx.query(kRulesUpdate,
           {shop_id, rule.rule_id, rule.name, rule.enabled, rule.stock, rule.trigger_on, rule.definition,
            rule.updated_at_ms},
           [&](const Row& row) { version = row.integer(0); });
  return version;
}

bool delete_rule(Transaction& tx, std::int64_t shop_id, std::int64_t rule_id) {
  tx.forget_kept();
  return tx.execute(kRulesDelete, {shop_id, rule_id}) > 0;
}

std::optional<RuleRow> get_rule(Transaction& tx, std::int64_t shop_id, std::int64_t rule_id) {
  std::optional<RuleRow> rule;
  tx.query(kRulesGet, {shop_id, rule_id}, [&](const Row& row) { rule = rule_of(row); });
  return rule;
}

std::optional<RuleRow> find_rule(Transaction& tx, std::int64_t shop_id, std::string_view name) {
  std::optional<RuleRow> rule;
  tx.query(kRulesFind, {shop_id, name}, [&](const Row& row) { rule = rule_of(row); });
  return rule;
}

std::vector<RuleRow> list_rules(Transaction& tx, std::int64_t shop_id) {
  std::vector<RuleRow> rules;
  tx.query(kRulesList, {shop_id}, [&](const Row& row) { rules.push_back(rule_of(row)); });
  return rules;
}

std::vector<RuleRow> rules_woken_by(Transaction& tx, std::int64_t shop_id, std::span<const std::string_view> triggers) {
  std::vector<RuleRow> woken;
  const auto enabled = enabled_rules(tx, shop_id);
  for (const RuleRow& rule : *enabled)
    if (std::find(triggers.begin(), triggers.end(), rule.trigger_on) != triggers.end()) woken.push_back(rule);
  return woken;
}

std::span<const Sql* const> rule_statements() {
  return kRulesStatements;
}

}  // namespace laoke::storage
