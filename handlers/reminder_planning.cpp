#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "handlers/calendar.h"
#include "handlers/reminder_judge.h"
#include "handlers/reminder_backfill.h"
#include "handlers/reminders.h"
#include "storage/rhythm.h"

namespace laoke {
namespace {

constexpr int kMostEventsLookedAt = 200;  // per customer and rule, for what is still pending

// Events that change the facts some rules count from. The event's own name always wakes rules too.
struct Waking {
  std::string_view event;
  std::array<std::string_view, 3> also;
};
constexpr Waking kWaking[] = {
    {"order.placed", {"lapsed"}},
    {"order.paid", {"lapsed", "running_out"}},
    {"order.delivered", {"running_out", "care_due"}},
    {"order.cancelled", {"lapsed", "running_out"}},
    {"order.refunded", {"lapsed", "running_out"}},
    {"order.reverted", {"lapsed", "running_out"}},
    // Every parcel of an order is announced, not only the one that moved it to shipped.
    {"shipment.created", {"order.shipped"}},
    {"customer.created", {"birthday"}},
    {"customer.updated", {"birthday"}},
    {"customer.merged", {"birthday", "lapsed", "running_out"}},
};

std::vector<std::string_view> woken_by(std::string_view kind) {
  std::vector<std::string_view> triggers{kind};
  for (const Waking& waking : kWaking)
    if (waking.event == kind)
      for (const auto also : waking.also)
        if (!also.empty()) triggers.push_back(also);
  return triggers;
}

std::int64_t number_in(const nlohmann::json& data, const char* name) {
  const auto it = data.find(name);
  return it != data.end() && it->is_number_integer() ? it->get<std::int64_t>() : 0;
}

// Whom an event's reminder goes to, and what makes it unique.
struct Addressed {
  std::int64_t customer_id = 0;
  std::string cause;
};
Addressed addressed(const ShopEvent& event, std::int64_t event_id) {
  if (event.kind == "customer.referred") {
    // The one who brought the friend is thanked, once for each friend.
    const std::int64_t referrer = number_in(event.data, "referrer_id"), friend_id = number_in(event.data, "friend_id");
    if (referrer != 0) return {referrer, "friend:" + std::to_string(event.customer_id)};
    if (friend_id != 0) return {event.customer_id, "friend:" + std::to_string(friend_id)};
  }
  std::string cause = event.cause.empty() ? "event:" + std::to_string(event_id) : event.cause;
  const std::int64_t shipment_id = number_in(event.data, "shipment_id");
  if (shipment_id != 0 && !event.cause.empty()) cause += "/shipment:" + std::to_string(shipment_id);
  if (const auto checkout_id = number_in(event.data, "checkout_id")) cause += "/checkout:" + std::to_string(checkout_id);
  return {event.customer_id, std::move(cause)};
}

// Reads a customer when the first rule asks: most events wake several rules for the same one.
class PersonOnce {
 public:
  explicit PersonOnce(const Context& context) : context_(context) {}
  // Borrowed until the next call; nullptr when there is no such customer any more.
  const Person* get(std::int64_t customer_id) {
    if (customer_id_ != customer_id) {
      person_ = load_person(context_, customer_id);
      customer_id_ = customer_id;
    }
    return person_ ? &*person_ : nullptr;
  }

 private:
  const Context& context_;
  std::int64_t customer_id_ = 0;
  std::optional<Person> person_;
};

void plan_from_event(const Context& context, const Rule& rule, const ShopEvent& event, std::int64_t event_id, PersonOnce& people) {
  const Addressed to = addressed(event, event_id);
  const Person* person = people.get(to.customer_id);
  if (person == nullptr) return;
  const bool import = context.actor.kind == Actor::Kind::kImport;
  const Chain chain{to.cause, event.at_ms != 0 ? event.at_ms : context.now_ms};
  plan_chain(context, rule, *person, chain, import ? Lateness::kNothingPast : Lateness::kUntilExpired);
}

// A newer order moves the date: the row of the older one is known by its key and goes.
void forget_older(const Context& context, const Rule& rule, const Person& person, std::int64_t order_id) {
  for (const Chain& chain : chains_without_order(context, *rule.definition, person, order_id))
    for (std::size_t step = 0; step < rule.definition->steps.size(); ++step)
      storage::remove_reminder(context.tx, reminder_of(context, rule, person, chain, step));
}

void plan_from_facts(const Context& context, const Rule& rule, const ShopEvent& event, PersonOnce& people) {
  const Person* person = people.get(event.customer_id);
  if (person == nullptr) return;
  const std::int64_t order_id = id_in_cause(event.cause, "order").value_or(0);
  if (order_id != 0) forget_older(context, rule, *person, order_id);
  plan_facts(context, rule, *person, {order_id, 0});
}

// Chains of a rule with an event, from the customer's timeline.
std::vector<Chain> chains_from_timeline(const Context& context, const RuleDefinition& rule, std::int64_t customer_id) {
  std::int64_t reach_ms = 2 * kDayMs;  // a clock in an offset may add up to a day, zones another
  for (const auto& step : rule.steps) reach_ms = std::max(reach_ms, step.offset.shift_ms + 2 * kDayMs);
  std::vector<Chain> chains;
  for (const auto kind : {std::string_view(rule.event), std::string_view(rule.event == "order.shipped" ? "shipment.created" : "")}) {
    if (kind.empty()) continue;
    for (const auto& row : storage::timeline_since(context.tx, context.shop_id(), customer_id, kind, context.now_ms - reach_ms, 0, kMostEventsLookedAt)) {
      ShopEvent event;
      event.kind = kind;
      event.customer_id = customer_id;
      event.data = nlohmann::json::parse(row.data, nullptr, false);
      if (!event.data.is_object()) continue;
      // happened() does not keep the cause; an order's events are told by their order_id.
      if (const auto order_id = number_in(event.data, "order_id")) event.cause = "order:" + std::to_string(order_id);
      if (const auto task_id = number_in(event.data, "task_id")) event.cause = "task:" + std::to_string(task_id);
      const Addressed to = addressed(event, row.event_id);
      if (to.customer_id == customer_id) chains.push_back({to.cause, row.at_ms});
    }
  }
  return chains;
}

std::vector<Chain> all_chains(const Context& context, const RuleDefinition& rule, const Person& person) {
  return rule.trigger == TriggerKind::kEvent ? chains_from_timeline(context, rule, person.customer.customer_id)
                                             : chains_from_facts(context, rule, person, {});
}

}  // namespace

void plan_reminders(const Context& context, const ShopEvent& event, std::int64_t event_id) {
  PersonOnce people(context);
  for (auto& row : storage::rules_woken_by(context.tx, context.shop_id(), woken_by(event.kind))) {
    const auto rule = rule_of(std::move(row));
    if (!rule) continue;
    if (rule->definition->trigger == TriggerKind::kEvent)
      plan_from_event(context, *rule, event, event_id, people);
    else
      plan_from_facts(context, *rule, event, people);
  }
}

int plan_existing(const Context& context, const Rule& rule, std::int64_t customer_id) {
  const auto person = load_person(context, customer_id);
  if (!person) return 0;
  if (rule.definition->trigger != TriggerKind::kEvent) return plan_facts(context, rule, *person, {});
  int planned = 0;
  for (const Chain& chain : chains_from_timeline(context, *rule.definition, customer_id))
    if (!chain_ended(context, *rule.definition, *person, chain))
      planned += plan_chain(context, rule, *person, chain, Lateness::kNothingPast) == Planned::kAdded ? 1 : 0;
  return planned;
}

std::vector<PendingReminder> pending_reminders(const Context& context, std::int64_t customer_id) {
  std::vector<PendingReminder> pending;
  const auto person = load_person(context, customer_id);
  if (!person) return pending;
  for (auto& row : storage::list_rules(context.tx, context.shop_id())) {
    if (!row.enabled) continue;
    const auto rule = rule_of(std::move(row));
    if (!rule) continue;
    const RuleDefinition& definition = *rule->definition;
    for (const Chain& chain : all_chains(context, definition, *person)) {
      if (chain_ended(context, definition, *person, chain)) continue;
      for (std::size_t step = 0; step < definition.steps.size(); ++step) {
        const auto key = reminder_of(context, *rule, *person, chain, step);
        const auto found = storage::get_reminder(context.tx, key);
        if (found && found->rule_version == rule->row.version)
          pending.push_back({rule->row.rule_id, key.due_at_ms, definition.name, definition.steps[step].template_name, key.cause, definition.title});
      }
    }
  }
  std::sort(pending.begin(), pending.end(), [](const auto& a, const auto& b) { return a.due_at_ms < b.due_at_ms; });
  // An event and its parcel may lead to the same row.
  pending.erase(std::unique(pending.begin(), pending.end(),
                            [](const auto& a, const auto& b) { return a.rule_id == b.rule_id && a.cause == b.cause; }),
                pending.end());
  return pending;
}

}  // namespace laoke
