#pragma once
#include <cstdint>

#include "storage/database.h"

namespace laoke {

struct HeldBack {
  int broadcasts = 0;  // paused
  int messages = 0;    // "outcome unknown": a person sends them again or leaves them
};

// A backup does not know what went out after it was made. What fell due by `now_ms` may have: broadcasts that were under
// way or should have begun are paused, notices, reminders and replies that are not expired count as unknown. What is due
// later, and what is for staff, goes its way. Before a server works on the restored database.
HeldBack hold_back_after_restore(storage::Database& database, std::int64_t now_ms);

}  // namespace laoke
