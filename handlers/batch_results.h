#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "handlers/context.h"
#include "handlers/outside_events.h"
#include "storage/batch_jobs.h"

// What a platform says, later, of a whole call for many (docs/adr/0021). It names nobody: a failed call failed for all of its
// members, counts of one that went out are kept as counts, and no row is moved on a guess.
namespace laoke {

// Takes the platform's word on the call with this id, once, and tells the seller of a failure or of people left out. The
// call's own answer may still be to come.
void take_batch_result(const Context& context, std::int64_t channel_id, const std::string& platform_message_id, const BatchResult& result);

// These members of an accepted call are in the ledger now: what was said of it before counts for them too. Widens what is
// known of `job`'s members; its channel, id, broadcast and range are set.
void note_batch_members(storage::Transaction& tx, std::int64_t shop_id, const storage::BatchJob& job);

// What the platform told of a broadcast's calls, added up; none: of no call yet.
struct BatchTotals {
  std::int64_t calls = 0, failed_calls = 0;
  std::int64_t addressed = 0, kept = 0, sent = 0, errors = 0;  // of those that went out
  bool all_told = false;
};
std::optional<BatchTotals> batch_totals(const Context& context, std::int64_t broadcast_id);

}  // namespace laoke
