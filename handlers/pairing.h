#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "handlers/context.h"
#include "handlers/inbound_event.h"
#include "storage/contacts.h"
#include "storage/staff.h"

// How a person of the shop makes a chat their own: a one-time code, printed by the command line, sent to the bot. Only
// its hash (SHA-256, hex) is ever stored.
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

// A new code for a person of the shop, such as "K7QM-42XP", good once and for kPairingOpenMs; the code before it is no
// longer good. This is the one time anybody sees it. Refusal when there is no such active person.
std::string issue_code(const Context& context, std::int64_t staff_id);

// What stands for the code in "/pair CODE", "绑定 CODE", "pair CODE" or a bare code; nothing when the text is no attempt
// to pair. A bare text is one only when it has exactly the shape of a code, with its dash, a digit and a letter, so that
// no ordinary word is taken for one.
std::optional<std::string> pairing_attempt_in(std::string_view text);

// Takes the event when it is an attempt to pair: pairs and greets with what to try first, or says why not, in the
// language of the person (the shop's while unknown). False, and nothing done, for any other event.
bool try_pairing(const Context& context, const storage::Sender& sender, const InboundEvent& event,
                 std::int64_t channel_id);

}  // namespace laoke
