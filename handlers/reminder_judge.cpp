#include "handlers/reminder_judge.h"

#include "handlers/reasons.h"
#include "handlers/reminder_payload.h"
#include "handlers/segments.h"
#include "handlers/text.h"
#include "storage/orders.h"
#include "storage/rhythm.h"
#include "storage/rules.h"

namespace laoke {
namespace {

using storage::Order;
using storage::Reminder;
using Verdict = Judgement::Verdict;

constexpr std::size_t kLongestNameInTask = 100;  // with the rule's title far below what a task may hold

struct Stamp {
  std::string_view kind;
  std::optional<std::int64_t> Order::*at_ms;
};
constexpr Stamp kStamps[] = {
    {"order.placed", &Order::placed_at_ms},       {"order.paid", &Order::paid_at_ms},           {"order.shipped", &Order::shipped_at_ms},
    {"order.delivered", &Order::delivered_at_ms}, {"order.completed", &Order::completed_at_ms}, {"order.cancelled", &Order::cancelled_at_ms},
    {"order.refunded", &Order::refunded_at_ms},   {"shipment.created", &Order::shipped_at_ms},
};

// nullopt: the kind says nothing about an order.
std::optional<bool> order_says(const Order& order, std::string_view kind) {
  for (const Stamp& stamp : kStamps)
    if (stamp.kind == kind) return (order.*stamp.at_ms).has_value();
  return std::nullopt;
}

bool on_timeline(const Context& context, const Person& person, const std::string& kind, const Chain& chain, std::int64_t after_event_id) {
  return !storage::timeline_since(context.tx, context.shop_id(), person.customer.customer_id, kind, chain.base_ms, after_event_id, 1).empty();
}

// What an order says of itself is truer than the timeline: an undone payment is still told there.
bool order_chain_ended(const Context& context, const RuleDefinition& rule, const Person& person, const Chain& chain, std::int64_t order_id) {
  const auto order = storage::get_order(context.tx, context.shop_id(), order_id);
  if (!order) return true;
  if (rule.trigger == TriggerKind::kEvent && !order_says(*order, rule.event).value_or(true)) return true;
  for (const auto& kind : rule.cancelled_by) {
    const auto said = order_says(*order, kind);
    if (said.value_or(false) || (!said && on_timeline(context, person, kind, chain, 0))) return true;
  }
  return false;
}

std::string text_language(const Context& context, const RuleDefinition& rule) {
  if (rule.language == "customer") return "";
  return rule.language == "shop" ? context.shop.language : rule.language;
}

storage::Delivery delivery_of(const Context& context, const Rule& rule, const Reminder& reminder, std::int64_t customer_id, std::size_t step) {
  const RuleDefinition& definition = *rule.definition;
  ReminderPayload payload;
  payload.template_name = definition.steps[step].template_name;
  payload.order_id = id_in_cause(reminder.cause, "order").value_or(0);
  payload.shipment_id = id_in_cause(reminder.cause, "shipment").value_or(0);
  payload.product_id = id_in_cause(reminder.cause, "product").value_or(0);
  payload.friend_id = id_in_cause(reminder.cause, "friend").value_or(0);
  payload.checkout_id = id_in_cause(reminder.cause, "checkout").value_or(0);
  payload.language = text_language(context, definition);
  payload.passes_quiet_hours = definition.passes_quiet_hours;
  payload.resend_unknown = definition.resend_unknown;
  payload.base_at_ms = reminder.base_at_ms;
  storage::Delivery delivery;
  delivery.key = {"r", rule.row.rule_id, customer_id, reminder.cause};
  delivery.klass = definition.klass;
  delivery.due_at_ms = reminder.due_at_ms;
  delivery.expires_at_ms = reminder.due_at_ms + definition.expires_ms;
  delivery.payload = to_json_text(payload);
  delivery.updated_at_ms = context.now_ms;
  return delivery;
}

bool condition_holds(const Context& context, const RuleDefinition& rule, const Person& person) {
  if (rule.condition.empty()) return true;
  try {
    return storage::matches_segment(context.tx, context.shop, shop_segment(context, rule.condition), person.customer.customer_id,
                                    context.now_ms);
  } catch (const SegmentError&) {
    return false;  // it named a saved segment that was deleted: better silent than sent to everybody
  }
}

// What is told of an order is told to whoever it is of by now: a merge may have been taken back since.
std::int64_t addressee(const Context& context, const RuleDefinition& rule, std::int64_t customer_id, std::string_view chain_cause) {
  const auto order_id = rule.trigger == TriggerKind::kEvent ? id_in_cause(chain_cause, "order") : std::nullopt;
  const auto order = order_id ? storage::get_order(context.tx, context.shop_id(), *order_id) : std::nullopt;
  return order ? order->customer_id : customer_id;
}

// The chain the row belongs to as the facts give it now; nullopt when they no longer do.
std::optional<Chain> chain_now(const Context& context, const Rule& rule, const Person& person, const Reminder& reminder, const std::string& cause) {
  if (rule.definition->trigger == TriggerKind::kEvent) return Chain{cause, reminder.base_at_ms};
  const ChainHint hint{id_in_cause(cause, "order").value_or(0), id_in_cause(cause, "product").value_or(0)};
  for (auto& chain : chains_from_facts(context, *rule.definition, person, hint))
    if (chain.cause == cause) return std::move(chain);
  return std::nullopt;
}

// What stands in the queue after this step: the chain's next one, or next year's birthday.
std::optional<Reminder> following(const Context& context, const Rule& rule, const Person& person, const Chain& chain, std::size_t step) {
  if (step + 1 < rule.definition->steps.size()) return reminder_of(context, rule, person, chain, step + 1);
  if (rule.definition->trigger != TriggerKind::kBirthday) return std::nullopt;
  for (const auto& later : chains_from_facts(context, *rule.definition, person, {}))
    if (later.base_ms > chain.base_ms) return reminder_of(context, rule, person, later, 0);
  return std::nullopt;
}

}  // namespace

// Rows of an older version stand for nothing, with one exception: what was due before the newest change and had not been
// taken up by then (a backlog, a node that was down) no job plans anew. It goes by the rule as it is now.
bool stands(const storage::RuleRow& rule, const Reminder& reminder) {
  if (!rule.enabled) return false;
  if (reminder.rule_version == rule.version) return true;
  return reminder.rule_version == rule.version - 1 && reminder.due_at_ms < rule.updated_at_ms;
}

bool chain_ended(const Context& context, const RuleDefinition& rule, const Person& person, const Chain& chain) {
  if (const auto order_id = id_in_cause(chain.cause, "order")) return order_chain_ended(context, rule, person, chain, *order_id);
  for (const auto& kind : rule.cancelled_by)
    if (on_timeline(context, person, kind, chain, 0)) return true;
  const auto event_id = id_in_cause(chain.cause, "event");
  return rule.restart && event_id && on_timeline(context, person, rule.event, chain, *event_id);
}

Judgement judge(const Context& context, const Reminder& reminder, const std::optional<Rule>& rule) {
  Judgement judgement;
  if (!rule || !stands(rule->row, reminder)) return judgement;
  const auto ref = parse_step_cause(reminder.cause);
  if (!ref || ref->step >= rule->definition->steps.size()) return judgement;
  const auto person = load_person(context, addressee(context, *rule->definition, reminder.customer_id, ref->chain_cause));
  if (!person) return judgement;
  const auto chain = chain_now(context, *rule, *person, reminder, ref->chain_cause);
  if (!chain || chain_ended(context, *rule->definition, *person, *chain)) return judgement;

  judgement.customer_id = person->customer.customer_id;
  // What just happened keeps the moment it was planned for; what hangs on facts moves with them.
  const auto as_it_is_now = reminder_of(context, *rule, *person, *chain, ref->step);
  if (rule->definition->trigger != TriggerKind::kEvent && as_it_is_now.due_at_ms > context.now_ms) {
    judgement.verdict = Verdict::kMoved;
    judgement.next = as_it_is_now;
    return judgement;
  }
  judgement.next = following(context, *rule, *person, *chain, ref->step);
  // The date was moved to before now, too long ago to speak of: this row stands for a day that no longer is one.
  const bool long_past = as_it_is_now.due_at_ms + rule->definition->expires_ms <= context.now_ms;
  if (as_it_is_now.due_at_ms < reminder.due_at_ms && long_past) return judgement;
  if (!condition_holds(context, *rule->definition, *person)) {
    judgement.verdict = Verdict::kSkip;
  } else if (rule->definition->makes_task) {
    judgement.verdict = Verdict::kTask;
    judgement.task_text = rule->definition->title.in(context.shop.language) + (person->customer.name.empty() ? "" : " · " + shorten(person->customer.name, kLongestNameInTask));
    judgement.owner_id = person->facts.owner_id;
  } else {
    judgement.verdict = Verdict::kSend;
    judgement.delivery = delivery_of(context, *rule, reminder, judgement.customer_id, ref->step);
  }
  return judgement;
}

std::string_view overtaken(const Context& context, const storage::Delivery& delivery) {
  auto row = storage::get_rule(context.tx, context.shop_id(), delivery.key.source_id);
  if (!row || !row->enabled) return reasons::kRuleChanged;
  const auto rule = rule_of(std::move(*row));
  const auto ref = parse_step_cause(delivery.key.cause);
  if (!rule || !ref) return reasons::kRuleChanged;
  const auto person = load_person(context, addressee(context, *rule->definition, delivery.key.customer_id, ref->chain_cause));
  if (!person || person->customer.customer_id != delivery.key.customer_id) return reasons::kNoLongerDue;
  Reminder reminder;
  const auto base_ms = reminder_payload_from(delivery.payload).base_at_ms;
  reminder.base_at_ms = base_ms != 0 ? base_ms : context.now_ms;
  const auto chain = chain_now(context, *rule, *person, reminder, ref->chain_cause);
  return !chain || chain_ended(context, *rule->definition, *person, *chain) ? reasons::kNoLongerDue : std::string_view();
}

}  // namespace laoke
