#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "handlers/context.h"
#include "handlers/reminder_chains.h"

// A shop's reminder rules. Which stock rules a new shop starts with on: all that answer what a customer did (enquiry,
// order, payment, parcel, delivery, care, referral), the birthday wish and the running-out notice, which reach one
// customer at a time and only when the shop knows the date; and the owner's task. Off: the win-back, which on its first
// day speaks to everybody who stayed away, so a seller switches it on and sees how many that are.
namespace laoke {

// Gives the shop the stock rules it lacks and brings those nobody edited to the program's version. A rule that was
// switched stays switched. How many changed; the second run changes nothing. Reminders of changed rules are planned
// anew (handlers/reminder_backfill.h).
int install_stock_rules(const Context& context);

std::vector<Rule> list_rules(const Context& context);  // by id
// By its name or title in either language. Refusal names the nearest.
Rule require_rule(const Context& context, std::string_view name);
Rule require_rule(const Context& context, std::int64_t rule_id);

// What a change led to: reminders planned before never fire, and those of existing customers are planned anew by a job.
struct RuleChange {
  Rule rule;
  std::int64_t job_id = 0;  // 0: nothing to plan, the rule is off or did not change
};
// Refusal for a definition that is wrong (with its place in the JSON), a condition or template that is, or a name taken.
RuleChange create_rule(const Context& context, std::string_view definition);
RuleChange edit_rule(const Context& context, std::int64_t rule_id, std::string_view definition);
RuleChange switch_rule(const Context& context, std::int64_t rule_id, bool on);
// Back to the program's definition; Refusal for a rule that is not of the stock.
RuleChange reset_rule(const Context& context, std::int64_t rule_id);
void remove_rule(const Context& context, std::int64_t rule_id);

}  // namespace laoke
