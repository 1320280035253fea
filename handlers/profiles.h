#pragma once
#include "handlers/context.h"
#include "handlers/contacts.h"

// Names that a platform tells only when asked (InboundEvent::names_on_request): an errand asks, a kProfile event answers.
namespace laoke {

// A nameless contact is asked about again so long after its last message: people allow it later, platforms fail.
inline constexpr std::int64_t kAskProfileAgainMs = 24 * 3'600'000;

// Queues the question for a contact without a name: when it is new, and when it comes back after kAskProfileAgainMs.
// `resolved` as before this event.
void ask_profile(const Context& context, const ResolvedContact& resolved);

}  // namespace laoke
