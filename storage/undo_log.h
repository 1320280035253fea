#pragma once
#include "storage/staff.h"

namespace laoke::storage {

// What the person changed after that entry and took back since, newest first, at most 100.
std::vector<UndoEntry> undone_after(Transaction& tx, std::int64_t shop_id, std::int64_t staff_id, std::int64_t undo_id);

}  // namespace laoke::storage
