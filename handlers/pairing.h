#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "handlers/context.h"
#include "storage/staff.h"

// Pairing a staff member's chat by a one-time code. The code is made and hashed (SHA-256, hex) by the caller; only the
// hash is ever stored.
namespace laoke {

// No letter or digit that is mistaken for another: 31^8 codes.
inline constexpr std::string_view kPairingAlphabet = "ABCDEFGHJKMNPQRSTUVWXYZ23456789";
inline constexpr std::size_t kPairingCodeLength = 8;
inline constexpr std::int64_t kPairingOpenMs = 24 * 60 * 60 * 1000;
inline constexpr int kPairingFailures = 5;  // wrong codes of one contact before it is locked
inline constexpr std::int64_t kPairingLockMs = 15 * 60 * 1000;

// A code as people type it ("abcd-2345", "ＡＢＣＤ２３４５") in the form that is hashed; nothing when it cannot be one.
std::optional<std::string> pairing_code_in(std::string_view typed);

// Opens a code for the person; it replaces the one before.
void open_pairing(const Context& context, std::int64_t staff_id, std::string_view code_hash);

enum class PairingOutcome { kPaired, kWrong, kExpired, kLocked };
struct Pairing {
  PairingOutcome outcome = PairingOutcome::kWrong;
  std::optional<storage::Staff> staff;  // kPaired
  std::int64_t locked_until_ms = 0;     // kLocked
};
// Tries a code for the contact. Paired: the code is used up, the contact's customer counts as staff and is in no
// segment. Wrong and expired ones are counted; after kPairingFailures the contact is locked, whatever it sends then.
Pairing try_pairing(const Context& context, std::int64_t contact_id, std::int64_t customer_id,
                    std::string_view code_hash);

// Takes the contact's commands away; its customer counts as a customer again when no other contact of theirs is paired.
bool end_pairing(const Context& context, std::int64_t contact_id);

}  // namespace laoke
