#pragma once
#include <cstdint>

#include "handlers/context.h"
#include "handlers/segment/error.h"

namespace laoke {

// A broadcast whose audience cannot be read when it is its turn, because a saved segment it names is gone or no longer
// reads: it pauses, and the owners are told why, in their chats and by a task. Resumed, it is planned from where it was.
void pause_unreadable(const Context& context, std::int64_t broadcast_id, const SegmentError& why);

}  // namespace laoke
