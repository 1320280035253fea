#pragma once
#include <cstdint>
#include <string_view>

#include "handlers/context.h"

namespace laoke {

enum class ConsentWish { kNone, kOptOut, kOptIn };

// What a whole message of a customer says about marketing: 退订, 退訂, TD, T, STOP, unsubscribe, … or 订阅, START, …,
// whatever the letter case, width, script, blanks, punctuation and emoji around it. A longer sentence with such a word in it is no
// wish, and
// "/start" (what a chat begins with on Telegram) is none either.
ConsentWish consent_wish(std::string_view message);

// Both note the change with its evidence (what was written, by whom) and tell it (customer.opted_out,
// customer.opted_in) and answer whether something changed. The second time they do nothing, but keep the customer's own
// word. The actor of the context is its source. opt_in() of one who never left notes that they agreed.
bool opt_out(const Context& context, std::int64_t customer_id, std::string_view evidence);
bool opt_in(const Context& context, std::int64_t customer_id, std::string_view evidence);
// Whether their newest word on marketing is a yes.
bool has_agreed(const Context& context, std::int64_t customer_id);
// They have not agreed after all; nobody is opted out by it.
void take_consent_back(const Context& context, std::int64_t customer_id, std::string_view evidence);
// Whether the newest word on marketing is a no of this source ("customer", "staff", "import", …: source_of()).
bool left_by(const Context& context, std::int64_t customer_id, std::string_view source);

}  // namespace laoke
