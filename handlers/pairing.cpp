#include "handlers/pairing.h"

#include <algorithm>

#include "handlers/text.h"
#include "storage/contacts.h"
#include "storage/customers.h"

namespace laoke {
namespace {

Pairing count_failure(const Context& context, std::int64_t contact_id, std::int64_t failures, PairingOutcome outcome) {
  storage::set_pairing_attempts(context.tx, context.shop_id(), contact_id, {failures + 1, context.now_ms});
  return {outcome, std::nullopt, 0};
}

}  // namespace

std::optional<std::string> pairing_code_in(std::string_view typed) {
  if (typed.size() > 60) return std::nullopt;
  std::string code = fold(typed);
  std::erase_if(code, [](char c) { return c == '-' || c == ' '; });
  std::transform(code.begin(), code.end(), code.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  if (code.size() != kPairingCodeLength || code.find_first_not_of(kPairingAlphabet) != std::string::npos)
    return std::nullopt;
  return code;
}

void open_pairing(const Context& context, std::int64_t staff_id, std::string_view code_hash) {
  storage::set_pairing(context.tx, context.shop_id(), staff_id, code_hash, context.now_ms + kPairingOpenMs);
}

Pairing try_pairing(const Context& context, std::int64_t contact_id, std::int64_t customer_id,
                    std::string_view code_hash) {
  auto attempts = storage::pairing_attempts(context.tx, context.shop_id(), contact_id);
  const std::int64_t locked_until_ms = attempts.last_ms + kPairingLockMs;
  if (attempts.failures >= kPairingFailures) {
    if (context.now_ms < locked_until_ms) return {PairingOutcome::kLocked, std::nullopt, locked_until_ms};
    attempts.failures = 0;
  }
  auto staff = storage::find_staff_by_pairing(context.tx, context.shop_id(), code_hash);
  if (!staff) return count_failure(context, contact_id, attempts.failures, PairingOutcome::kWrong);
  if (staff->pairing_expires_ms <= context.now_ms)
    return count_failure(context, contact_id, attempts.failures, PairingOutcome::kExpired);
  storage::pair_contact(context.tx, context.shop_id(), contact_id, staff->staff_id, context.now_ms);
  storage::set_pairing(context.tx, context.shop_id(), staff->staff_id, "", 0);
  storage::set_pairing_attempts(context.tx, context.shop_id(), contact_id, {0, context.now_ms});
  storage::set_standing(context.tx, context.shop_id(), customer_id, storage::kStandingStaff);
  return {PairingOutcome::kPaired, std::move(staff), 0};
}

bool end_pairing(const Context& context, std::int64_t contact_id) {
  const auto contact = storage::get_contact(context.tx, context.shop_id(), contact_id);
  if (!contact || !storage::unpair_contact(context.tx, context.shop_id(), contact_id)) return false;
  for (const auto& other : storage::contacts_of_customer(context.tx, context.shop_id(), contact->customer_id))
    if (storage::staff_contact(context.tx, context.shop_id(), other.contact_id)) return true;
  storage::set_standing(context.tx, context.shop_id(), contact->customer_id, storage::kStandingCustomer);
  return true;
}

}  // namespace laoke
