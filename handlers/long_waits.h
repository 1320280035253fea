#pragma once
#include <cstdint>
#include <string>

#include "handlers/context.h"

namespace laoke {

// Retries of our own wait five minutes at most: what waits longer, the platform holds back (a template that it paused, a
// number that it distrusts), and somebody should do something about it.
inline constexpr std::int64_t kLongWaitMs = 3'600'000;

// Tells the owners what the platform said, once a day for each account, in their chats and as a task.
void tell_long_wait(const Context& context, std::int64_t channel_id, const std::string& why);

}  // namespace laoke
