#pragma once
#include <cstdint>
#include <string>

#include "handlers/arrivals_ahead.h"
#include "handlers/context.h"
#include "handlers/inbound_event.h"
#include "handlers/refusal.h"

// The heart of the way of one callback: an event of a chat platform takes effect.
namespace laoke {

enum class Taken {
  kDone,
  kDuplicate,  // its key was taken before: nothing changed
};

// Runs inside the callback's transaction. What throws must be rolled back: a Refusal is then answered by
// refuse_event() in a transaction of its own, anything else becomes a dead letter.
Taken take_event(const Context& context, std::int64_t channel_id, const InboundEvent& event);
// The same as one of several, in the order `ahead` was made for.
Taken take_event(const Context& context, std::int64_t channel_id, const InboundEvent& event, ArrivalsAhead& ahead);

// A dead letter is tried again: its key was taken when it died.
void replay_event(const Context& context, std::int64_t channel_id, const InboundEvent& event);

// A command the shop cannot follow: the message is kept, and the refusal is the answer.
Taken refuse_event(const Context& context, std::int64_t channel_id, const InboundEvent& event, const Refusal& refusal);

// A refusal's text begins small, for programs that put it behind a name of their own; a person reads a sentence.
std::string as_sentence(std::string refused);

}  // namespace laoke
