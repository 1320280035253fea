#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "handlers/reminder_chains.h"
#include "storage/ledger.h"

// What a due row of the queue comes to. It only reads: firing writes what it says, the forecast counts it.
namespace laoke {

struct Judgement {
  enum class Verdict {
    kSend,   // `delivery`, and `next`
    kTask,   // the owner's task, and `next`
    kSkip,   // this step is not wanted (condition), the chain goes on with `next`
    kMoved,  // what it counts from changed: look again at `next`
    kOver,   // cancelled, out of date, or nobody left to remind; a birthday still has its `next`
  };
  Verdict verdict = Verdict::kOver;
  std::optional<storage::Delivery> delivery;  // kSend
  std::string task_text;                      // kTask
  std::optional<std::int64_t> owner_id;       // kTask
  std::int64_t customer_id = 0;
  std::optional<storage::Reminder> next;
};

// Whether a row of the queue still stands for something under the rule as it is.
bool stands(const storage::RuleRow& rule, const storage::Reminder& reminder);
// `rule` is the row's rule as it is now; nullopt when there is none.
Judgement judge(const Context& context, const storage::Reminder& reminder, const std::optional<Rule>& rule);

// Why a rule's message that waited to be sent (for the morning, a free place, a channel) must not go any more: its rule
// was switched off, or what it was to say is no longer so. A reason of handlers/reasons.h, "" while it may go.
std::string_view overtaken(const Context& context, const storage::Delivery& delivery);

// Whether the chain was ended by one of the rule's cancelling events, or its own event no longer holds.
bool chain_ended(const Context& context, const RuleDefinition& rule, const Person& person, const Chain& chain);

}  // namespace laoke
