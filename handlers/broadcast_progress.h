#pragma once
#include <cstdint>

#include "handlers/context.h"
#include "storage/broadcasts.h"

namespace laoke {

// A progress message in the chat of the person who started a broadcast: sent once, then edited in place every few
// seconds until the broadcast is done, where the platform can edit; elsewhere a last one says how it ended.

// Shows the progress of `broadcast` in the chat of the staff member who acts; nothing when the program or an API key
// started it.
void watch_progress(const Context& context, storage::Broadcast& broadcast);
// Whether some progress message is older than its broadcast's state.
bool progress_due(storage::Transaction& tx, std::int64_t now_ms);
// Brings every watched progress message up to date.
void show_progress(storage::Transaction& tx, std::int64_t now_ms);

}  // namespace laoke
