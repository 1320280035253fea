#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "storage/database.h"

// A moment's rows in the ledger: they wait for a member of the staff and are sent by nobody here.
namespace laoke::storage {

// Customers with an active contact on this channel whose address begins so, rising. `prefix` is ASCII and not empty.
std::vector<std::int64_t> customers_addressed(Transaction& tx, std::int64_t shop_id, std::int64_t channel_id, std::string_view prefix);

// Moves every row of a broadcast from one state and reason to another; how many.
std::int64_t move_broadcast_rows(Transaction& tx, std::int64_t shop_id, std::int64_t broadcast_id, std::string_view from_state,
                                 std::string_view from_reason, std::string_view state, std::string_view reason, std::int64_t now_ms);

}  // namespace laoke::storage
