#pragma once
#include <cstdint>

#include "handlers/context.h"

namespace laoke {

// After a merge, or one that was taken back, moved contacts and orders: what still waits to be sent to `from_id` goes on
// under `to_id` where its contact or its order is now `to_id`'s, and everything of a record that was merged away does. What
// is being sent, or may have arrived, stays. A broadcast has a row for each record: one that waits for a record merged away
// goes to `to_id` unless that has a row of its own, and one that already reached `from_id` is not sent to `to_id` as well.
void carry_waiting_messages(const Context& context, std::int64_t from_id, std::int64_t to_id);

}  // namespace laoke
