#pragma once
#include <string_view>

#include "handlers/contacts.h"
#include "handlers/context.h"

// Who a contact is, where a platform tells that only when asked: their name, who they are on other accounts, their tags
// there. An errand asks, a kProfile event answers.
namespace laoke {

inline constexpr std::string_view kProfileErrand = "profile";

// A nameless contact is asked about again so long after its last message: people allow it later, platforms fail.
inline constexpr std::int64_t kAskProfileAgainMs = 24 * 3'600'000;

// Queues the question where the account takes it: about who writes for the first time or comes back, unless the event tells
// who they are, and about who still has no name kAskProfileAgainMs after their last message. `resolved` as before this event.
void ask_profile(const Context& context, const ResolvedContact& resolved, const InboundEvent& event);

// What the platform says of a contact we know, asked or not (kProfile, kTagged): names, tags, and who the person is, which may
// make one customer of two.
void take_profile(const Context& context, const storage::Sender& sender, const InboundEvent& event);

}  // namespace laoke
