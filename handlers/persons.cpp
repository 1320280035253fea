#include "handlers/persons.h"

#include "handlers/customers.h"
#include "handlers/merge.h"
#include "handlers/phone_numbers.h"
#include "storage/customers.h"
#include "storage/merges.h"
#include "storage/persons.h"

namespace laoke {
namespace {

constexpr std::string_view kPhonePrefix = "tel:";
constexpr std::size_t kLongestPersonId = 200;  // longer ones are no id of a platform

std::optional<std::int64_t> living_owner(const Context& context, const std::string& id) {
  const auto known = storage::customer_of_person(context.tx, context.shop_id(), id);
  return known ? std::optional(storage::living_customer(context.tx, context.shop_id(), *known)) : std::nullopt;
}

void note(const Context& context, std::int64_t customer_id, const std::string& id) {
  storage::set_person(context.tx, context.shop_id(), id, customer_id, context.now_ms);
  if (id.starts_with(kPhonePrefix)) add_customer_phone(context, customer_id, id.substr(kPhonePrefix.size()));
}

// A person's word on these two stands.
bool decided_before(const Context& context, std::int64_t one, std::int64_t other) {
  const auto state = storage::suggestion_state(context.tx, context.shop_id(), one, other);
  return state && *state != "open";
}

bool merge_into(const Context& context, std::int64_t kept_id, std::int64_t merged_id) {
  if (decided_before(context, kept_id, merged_id)) return false;
  for (const auto id : {kept_id, merged_id}) {
    const auto facts = storage::get_facts(context.tx, context.shop_id(), id);
    if (!facts || facts->standing != storage::kStandingCustomer) return false;
  }
  // Kept as a suggestion too, so that taking the merge back is remembered.
  storage::suggest_merge(context.tx, context.shop_id(), kept_id, merged_id, "person", context.now_ms);
  merge_customers(context, kept_id, merged_id);
  return true;
}

}  // namespace

std::vector<std::string> person_ids(const Context& context, const InboundEvent& event, std::string_view known_phone) {
  std::vector<std::string> ids;
  if (!event.person_id.empty() && event.person_id.size() <= kLongestPersonId && !event.person_id.starts_with(kPhonePrefix))
    ids.push_back(event.person_id);
  if (event.phone.empty() || event.phone == known_phone) return ids;
  if (const auto phone = phone_from(event.phone, context.shop.country)) ids.push_back(std::string(kPhonePrefix) + *phone);
  return ids;
}

std::optional<std::int64_t> customer_of_persons(const Context& context, const std::vector<std::string>& ids) {
  for (const auto& id : ids) {
    const auto owner = living_owner(context, id);
    const auto facts = owner ? storage::get_facts(context.tx, context.shop_id(), *owner) : std::nullopt;
    if (facts && facts->standing == storage::kStandingCustomer) return owner;
  }
  return std::nullopt;
}

Joined join_persons(const Context& context, std::int64_t customer_id, const std::vector<std::string>& ids) {
  Joined joined;
  for (const auto& id : ids) {
    const auto known = storage::customer_of_person(context.tx, context.shop_id(), id);
    if (known == customer_id) continue;
    const auto owner = known ? living_owner(context, id) : std::nullopt;
    if (!owner) {
      note(context, customer_id, id);
    } else if (*owner != customer_id) {
      const bool merged = merge_into(context, *owner, customer_id);
      if (merged) customer_id = *owner;
      joined.merged = joined.merged || merged;
      joined.settled = joined.settled && merged;
    }
  }
  return joined;
}

}  // namespace laoke
