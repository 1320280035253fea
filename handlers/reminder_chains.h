#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "handlers/context.h"
#include "handlers/rule_format.h"
#include "storage/customers.h"
#include "storage/reminders.h"
#include "storage/rules.h"

// From a customer's facts to the moments a rule counts from. A chain is one cause with the steps of one rule.
namespace laoke {

struct Chain {
  std::string cause;          // "order:77", "birthday:2026", "lapsed:1772416800000", "product:12/order:77", "event:501"
  std::int64_t base_ms = 0;
};

// "order:77" and 0 -> "order:77#1": the cause of one step, unique with rule and customer.
std::string step_cause(std::string_view chain_cause, std::size_t step);
struct StepRef {
  std::string chain_cause;
  std::size_t step = 0;
};
std::optional<StepRef> parse_step_cause(std::string_view cause);
// The number behind "order:" in "product:12/order:77": 77.
std::optional<std::int64_t> id_in_cause(std::string_view cause, std::string_view name);

// A rule as stored together with what it says.
struct Rule {
  storage::RuleRow row;
  std::shared_ptr<const RuleDefinition> definition;  // of the parsed rules all threads share
};
// nullopt when the stored text is no rule.
std::optional<Rule> rule_of(storage::RuleRow row);

struct Person {
  storage::Customer customer;
  storage::CustomerFacts facts;
  std::string zone;  // theirs, or the shop's
};
// The customer, or whom they were merged into; nullopt for staff and when nobody is left.
std::optional<Person> load_person(const Context& context, std::int64_t customer_id);

// Narrows what is looked at; 0 means everything.
struct ChainHint {
  std::int64_t order_id = 0, product_id = 0;
};
// The chains the customer's facts give this rule now, the earliest occurrence first (a birthday: last year's, this
// year's and next year's). None for rules with an event: those hang on the timeline.
std::vector<Chain> chains_from_facts(const Context& context, const RuleDefinition& rule, const Person& person, const ChainHint& hint);
// What the facts would give had this order not been made.
std::vector<Chain> chains_without_order(const Context& context, const RuleDefinition& rule, const Person& person, std::int64_t order_id);

// The row of one step.
storage::Reminder reminder_of(const Context& context, const Rule& rule, const Person& person, const Chain& chain, std::size_t step);
// Whether times already past are left out (imports, facts) or still worth sending until they expire (what just happened).
enum class Lateness { kNothingPast, kUntilExpired };
enum class Planned { kNothing, kAlready, kAdded };
// Queues the first step of the chain that is still to come.
Planned plan_chain(const Context& context, const Rule& rule, const Person& person, const Chain& chain, Lateness lateness);
// Queues the first chain that has a step to come (birthdays), or every one of them. How many rows are new.
int plan_facts(const Context& context, const Rule& rule, const Person& person, const ChainHint& hint);

}  // namespace laoke
