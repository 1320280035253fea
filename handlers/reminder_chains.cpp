#include "handlers/reminder_chains.h"

#include <charconv>

#include "handlers/calendar.h"
#include "handlers/repurchase.h"
#include "storage/orders.h"
#include "storage/products.h"
#include "storage/purchases.h"
#include "storage/rhythm.h"

namespace laoke {
namespace {

std::vector<Chain> birthday_chains(const Context& context, const Person& person) {
  const auto month_day = storage::month_day_of(person.customer.birthday);
  if (!month_day) return {};
  const int year = to_local(context.now_ms, person.zone).date.year;
  std::vector<Chain> chains;
  for (const int y : {year - 1, year, year + 1}) {
    const LocalDate date = birthday_in(y, static_cast<int>(*month_day / 100), static_cast<int>(*month_day % 100));
    chains.push_back({"birthday:" + std::to_string(y), at_minute(date, 0, person.zone)});
  }
  return chains;
}

Chain lapsed_chain(const RuleDefinition& rule, std::int64_t last_order_ms) {
  return {"lapsed:" + std::to_string(last_order_ms), last_order_ms + rule.lapsed_days * kDayMs};
}

// `without_order`: an order left out of the customer's past; 0 none.
std::optional<Chain> running_out_chain(const Context& context, const Person& person, std::int64_t product_id, std::int64_t without_order) {
  const auto product = storage::get_product(context.tx, context.shop_id(), product_id);
  if (!product || !product->active) return std::nullopt;
  const std::int64_t customer_id = person.customer.customer_id;
  auto of_product = storage::list_purchases(context.tx, context.shop_id(), customer_id, product_id);
  auto of_family = product->family.empty()
                       ? std::vector<storage::Purchase>{}
                       : storage::list_purchases_of_family(context.tx, context.shop_id(), customer_id, product->family);
  const auto left_out = [&](const storage::Purchase& p) { return p.order_id == without_order; };
  std::erase_if(of_product, left_out);
  std::erase_if(of_family, left_out);
  if (of_product.empty()) return std::nullopt;
  const auto order = storage::get_order(context.tx, context.shop_id(), of_product.back().order_id);
  const auto empty_at = running_out(of_product, of_family, product->usage_days, order ? order->delivered_at_ms : std::nullopt);
  if (!empty_at) return std::nullopt;
  return Chain{"product:" + std::to_string(product_id) + "/order:" + std::to_string(empty_at->order_id), empty_at->at_ms};
}

std::vector<std::int64_t> products_in_question(const Context& context, const Person& person, const ChainHint& hint) {
  if (hint.product_id != 0) return {hint.product_id};
  if (hint.order_id == 0) return storage::products_ordered(context.tx, context.shop_id(), person.customer.customer_id);
  std::vector<std::int64_t> products;
  for (const auto& item : storage::list_order_items(context.tx, context.shop_id(), hint.order_id))
    if (std::find(products.begin(), products.end(), item.product_id) == products.end()) products.push_back(item.product_id);
  return products;
}

std::vector<Chain> running_out_chains(const Context& context, const Person& person, const ChainHint& hint, std::int64_t without_order) {
  std::vector<Chain> chains;
  for (const auto product_id : products_in_question(context, person, hint))
    if (auto chain = running_out_chain(context, person, product_id, without_order)) chains.push_back(std::move(*chain));
  return chains;
}

std::vector<Chain> care_chains(const Context& context, const Person& person, const ChainHint& hint) {
  std::vector<Chain> chains;
  for (const auto& care : storage::care_of_customer(context.tx, context.shop_id(), person.customer.customer_id))
    if (hint.order_id == 0 || hint.order_id == care.order_id)
      chains.push_back({"product:" + std::to_string(care.product_id) + "/order:" + std::to_string(care.order_id),
                        care.delivered_at_ms + care.care_after_days * kDayMs});
  return chains;
}

}  // namespace

std::string step_cause(std::string_view chain_cause, std::size_t step) {
  return std::string(chain_cause) + "#" + std::to_string(step + 1);
}

std::optional<StepRef> parse_step_cause(std::string_view cause) {
  const std::size_t mark = cause.rfind('#');
  if (mark == std::string_view::npos) return std::nullopt;
  std::size_t number = 0;
  const char* end = cause.data() + cause.size();
  const auto [stop, fault] = std::from_chars(cause.data() + mark + 1, end, number);
  if (fault != std::errc{} || stop != end || number == 0) return std::nullopt;
  return StepRef{std::string(cause.substr(0, mark)), number - 1};
}

std::optional<std::int64_t> id_in_cause(std::string_view cause, std::string_view name) {
  while (!cause.empty()) {
    const std::size_t end = std::min(cause.find_first_of("/#"), cause.size());
    const std::string_view part = cause.substr(0, end);
    if (part.size() > name.size() + 1 && part.substr(0, name.size()) == name && part[name.size()] == ':') {
      std::int64_t id = 0;
      const auto [stop, fault] = std::from_chars(part.data() + name.size() + 1, part.data() + part.size(), id);
      if (fault == std::errc{} && stop == part.data() + part.size()) return id;
    }
    cause.remove_prefix(std::min(end + 1, cause.size()));
  }
  return std::nullopt;
}

std::optional<Rule> rule_of(storage::RuleRow row) {
  auto definition = stored_rule(row.definition);
  if (definition == nullptr) return std::nullopt;
  return Rule{std::move(row), std::move(definition)};
}

std::optional<Person> load_person(const Context& context, std::int64_t customer_id) {
  auto both = storage::get_customer_with_facts(context.tx, context.shop_id(), customer_id);
  if (both && both->second.standing == storage::kStandingMerged)
    both = storage::get_customer_with_facts(context.tx, context.shop_id(), storage::living_customer(context.tx, context.shop_id(), customer_id));
  if (!both || both->second.standing != storage::kStandingCustomer) return std::nullopt;
  std::string zone(zone_or(both->first.time_zone, context.shop.time_zone));
  return Person{std::move(both->first), std::move(both->second), std::move(zone)};
}

std::vector<Chain> chains_from_facts(const Context& context, const RuleDefinition& rule, const Person& person, const ChainHint& hint) {
  switch (rule.trigger) {
    case TriggerKind::kBirthday: return birthday_chains(context, person);
    case TriggerKind::kRunningOut: return running_out_chains(context, person, hint, 0);
    case TriggerKind::kCareDue: return care_chains(context, person, hint);
    case TriggerKind::kLapsed:
      if (!person.facts.last_order_ms) return {};
      return {lapsed_chain(rule, *person.facts.last_order_ms)};
    case TriggerKind::kEvent: break;
  }
  return {};
}

std::vector<Chain> chains_without_order(const Context& context, const RuleDefinition& rule, const Person& person, std::int64_t order_id) {
  if (rule.trigger == TriggerKind::kRunningOut) return running_out_chains(context, person, {order_id, 0}, order_id);
  if (rule.trigger != TriggerKind::kLapsed) return {};
  const auto before = storage::last_order_before(context.tx, context.shop_id(), person.customer.customer_id, order_id);
  if (!before) return {};
  return {lapsed_chain(rule, *before)};
}

storage::Reminder reminder_of(const Context& context, const Rule& rule, const Person& person, const Chain& chain, std::size_t step) {
  const RuleDefinition& definition = *rule.definition;
  storage::Reminder reminder;
  reminder.due_at_ms = due_after(chain.base_ms, definition.steps[step].offset, person.zone);
  reminder.shop_id = context.shop_id();
  reminder.rule_id = rule.row.rule_id;
  reminder.customer_id = person.customer.customer_id;
  reminder.cause = step_cause(chain.cause, step);
  reminder.rule_version = rule.row.version;
  reminder.base_at_ms = chain.base_ms;
  return reminder;
}

Planned plan_chain(const Context& context, const Rule& rule, const Person& person, const Chain& chain, Lateness lateness) {
  const RuleDefinition& definition = *rule.definition;
  const std::int64_t grace_ms = lateness == Lateness::kUntilExpired ? definition.expires_ms : 0;
  for (std::size_t step = 0; step < definition.steps.size(); ++step) {
    const auto reminder = reminder_of(context, rule, person, chain, step);
    if (reminder.due_at_ms + grace_ms < context.now_ms) continue;
    return storage::put_reminder(context.tx, reminder) ? Planned::kAdded : Planned::kAlready;
  }
  return Planned::kNothing;
}

int plan_facts(const Context& context, const Rule& rule, const Person& person, const ChainHint& hint) {
  int planned = 0;
  for (const Chain& chain : chains_from_facts(context, *rule.definition, person, hint)) {
    const Planned result = plan_chain(context, rule, person, chain, Lateness::kNothingPast);
    planned += result == Planned::kAdded ? 1 : 0;
    if (result != Planned::kNothing && rule.definition->trigger == TriggerKind::kBirthday) break;  // one pending birthday is enough
  }
  return planned;
}

}  // namespace laoke
