#include "handlers/pairing.h"

#include "handlers/calendar.h"
#include "handlers/crypto.h"
#include "handlers/outbox.h"
#include "handlers/seller/chat.h"
#include "handlers/seller/grammar.h"
#include "handlers/text.h"
#include "handlers/traditional.h"
#include "handlers/wording.h"
#include "storage/staff.h"

namespace laoke {
namespace {

constexpr std::size_t kDashAt = 4;
constexpr std::ptrdiff_t kLongestWordCharacters = 20;  // zero-width ones included
constexpr std::size_t kLongestWordBytes = 64;  // of what stands before a code, full-width letters and quotes included

bool has_digit_and_letter(std::string_view code) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return std::ranges::any_of(code, is_digit) && !std::ranges::all_of(code, is_digit);
}

// Only "K7QM-42XP" itself: eight letters alone are a word.
std::optional<std::string> bare_code(std::string_view text) {
  if (text.size() > 4 * kLongestWordBytes) return std::nullopt;
  const std::string_view trimmed = trim(text);
  if (trimmed.size() > 40) return std::nullopt;
  const std::string shape = seller::half_width(trimmed);
  if (shape.size() != kPairingCodeLength + 1 || shape[kDashAt] != '-') return std::nullopt;
  auto code = pairing_code_in(shape);
  if (!code || !has_digit_and_letter(*code)) return std::nullopt;
  return code;
}

std::string random_letters() {
  static constexpr std::string_view kToken = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-";
  std::string letters;
  while (letters.size() < kPairingCodeLength)
    for (const char c : crypto::random_token()) {
      const auto value = kToken.find(c);
      // Values past the alphabet are thrown away, so that every letter is as likely as the others.
      if (value < kPairingAlphabet.size() && letters.size() < kPairingCodeLength) letters += kPairingAlphabet[value];
    }
  return letters;
}

// One code in eleven has no digit and would look like a word when it is sent bare: draw again.
std::string random_code() {
  std::string code = random_letters();
  while (!has_digit_and_letter(code)) code = random_letters();
  return code;
}

// Folding is dear and every message comes here: most are told apart by the length or the first letter of their first word.
bool may_be_pair_word(std::string_view word) {
  const auto starts_character = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; };
  if (word.empty() || std::ranges::count_if(word, starts_character) > kLongestWordCharacters) return false;
  const auto first = static_cast<unsigned char>(word[0]);
  return first >= 0x80 || first == '/' || first == 'p' || first == 'P';
}

void reply(const Context& context, const storage::Sender& sender, std::int64_t channel_id, std::string text) {
  DirectMessage message;
  message.customer_id = sender.contact.customer_id;
  message.contact_id = sender.contact.contact_id;
  message.channel_id = channel_id;
  message.klass = "reply";
  message.content.text = std::move(text);
  queue_message(context, message);
}

std::string greeting(const Context& context, const storage::Staff& staff) {
  const std::string& language = staff.language.empty() ? context.shop.language : staff.language;
  const auto role = seller::role_named(staff.role);
  return say(language, role == seller::Role::kViewer ? "pairing.done.viewer" : "pairing.done",
             {{"name", staff.name},
              {"shop", context.shop.name},
              {"role", seller::role_words(role, language)}});
}

std::string locked_until(const Context& context, std::int64_t until_ms) {
  const std::string& language = context.shop.language;
  return say(language, "pairing.locked", {{"until", format_date_time(until_ms, context.shop.time_zone, language, context.now_ms)}});
}

std::string answer_to_code(const Context& context, const storage::Sender& sender, std::string_view typed) {
  const auto code = pairing_code_in(typed);
  const auto contact_id = sender.contact.contact_id;
  // Nobody's code has the empty hash: what cannot be a code counts as a wrong one.
  const auto pairing = try_pairing(context, contact_id, sender.contact.customer_id, code ? crypto::sha256_hex(*code) : "");
  const std::string& language = context.shop.language;
  switch (pairing.outcome) {
    case PairingOutcome::kPaired: return greeting(context, *pairing.staff);
    case PairingOutcome::kExpired: return say(language, "pairing.expired");
    case PairingOutcome::kLocked: return locked_until(context, pairing.locked_until_ms);
    case PairingOutcome::kWrong: break;
  }
  const auto failures = storage::pairing_attempts(context.tx, context.shop_id(), contact_id).failures;
  if (failures >= kPairingFailures) return locked_until(context, context.now_ms + kPairingLockMs);
  return say(language, "pairing.wrong", {{"left", kPairingFailures - failures}});
}

}  // namespace

std::string issue_code(const Context& context, std::int64_t staff_id) {
  const auto staff = storage::get_staff(context.tx, context.shop_id(), staff_id);
  if (!staff || !staff->active) throw refusal({"staff.unknown"});
  std::string code = random_code();
  open_pairing(context, staff_id, crypto::sha256_hex(code));
  return code.insert(kDashAt, "-");
}

std::optional<std::string> pairing_attempt_in(std::string_view text) {
  // Every message of a customer comes through here: the whole of a long one is not looked at.
  std::string_view rest = text.substr(0, kLongestWordBytes);
  const std::string first = seller::take_token(rest);
  const std::string word = may_be_pair_word(first) ? word_key(first) : "";
  rest = text.substr(static_cast<std::size_t>(rest.data() - text.data()));
  for (const std::string_view pair : {"/pair", "pair", "绑定", "/绑定"})
    if (word == pair) return shorten(trim(rest), 40);
  return bare_code(text);
}

bool try_pairing(const Context& context, const storage::Sender& sender, const InboundEvent& event,
                 std::int64_t channel_id) {
  if (event.kind != InboundKind::kText) return false;
  const auto code = pairing_attempt_in(event.text);
  if (!code) return false;
  reply(context, sender, channel_id, answer_to_code(context, sender, *code));
  return true;
}

}  // namespace laoke
