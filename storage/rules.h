#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "storage/database.h"

// Reminder rules as stored: the definition is JSON (handlers/rule_format.h reads it).
namespace laoke::storage {

struct RuleRow {
  std::int64_t rule_id = 0;
  std::string name;
  std::int64_t version = 1;  // reminders carry it; one of an older version never fires
  bool enabled = false;
  bool stock = false;        // came with the program and was not edited
  std::string trigger_on;    // "order.placed", "birthday", "lapsed", …
  std::string definition;
  std::int64_t updated_at_ms = 0;
};

// Stores a new rule under a new id and returns the id. The name must be free (else StorageError kConstraint).
std::int64_t insert_rule(Transaction& tx, std::int64_t shop_id, const RuleRow& rule);
// Writes name, enabled, stock, trigger and definition, raises the version by one and returns it; 0 when there is no such
// rule. Every reminder planned before is dead from here on.
std::int64_t update_rule(Transaction& tx, std::int64_t shop_id, const RuleRow& rule);
bool delete_rule(Transaction& tx, std::int64_t shop_id, std::int64_t rule_id);
std::optional<RuleRow> get_rule(Transaction& tx, std::int64_t shop_id, std::int64_t rule_id);
std::optional<RuleRow> find_rule(Transaction& tx, std::int64_t shop_id, std::string_view name);
std::vector<RuleRow> list_rules(Transaction& tx, std::int64_t shop_id);  // by id
// Enabled rules that one of the triggers wakes, by id. Asked for every event of the shop: a writing transaction reads the
// few rows of this shop once.
std::vector<RuleRow> rules_woken_by(Transaction& tx, std::int64_t shop_id, std::span<const std::string_view> triggers);

}  // namespace laoke::storage
