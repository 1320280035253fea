#pragma once
#include <cstdint>

#include "handlers/context.h"

namespace laoke {

// Makes two customers one: contacts with their messages, phones, addresses, tags, attributes, notes, orders with their
// purchases, consents, open tasks and the timeline go to `kept_id`; fields the kept one leaves empty are filled; who
// opted out stays out; what waits to be sent goes on. Where both have a value the kept one's stands and the other's stays
// with the merged row, which is in no search and no segment any more (storage::living_customer() leads from it to the kept
// one). Tells customer.merged. Returns the merge's id. Throws Refusal having changed nothing: the same, staff, merged
// already.
std::int64_t merge_customers(const Context& context, std::int64_t kept_id, std::int64_t merged_id);

// Takes a merge back: what moved goes home, with what its contacts wrote since; what the kept one got since stays
// there; who left marketing since has left it in both. Throws Refusal having changed nothing: unknown, undone already, or
// a later merge of one of them stands.
void undo_merge(const Context& context, std::int64_t merge_id);

}  // namespace laoke
