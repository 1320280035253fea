#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "storage/database.h"

// A shop of any size with everything a seller has after a year, the same at every making, and the people its next
// broadcast would go to: what a move to another engine must not change.
namespace laoke::bench {

// Into an empty database: customers with a contact, five tags each, birthdays, a third with an order, one in thirty opted
// out, a broadcast under way and a cancelled one.
void fill_large_shop(storage::Database& database, std::int64_t customers);

// Makes, starts and plans a broadcast to the segment, as the scheduler does, and reads back whom the ledger holds for it.
struct Planned {
  std::int64_t broadcast_id = 0;
  std::vector<std::int64_t> customers;  // ascending
};
Planned plan_next_broadcast(storage::Database& database, const std::string& segment);

// What the next broadcasts are tried with: everybody, and segments over tags, orders, birthdays and consent.
const std::vector<std::string>& tried_segments();

// "" when both are the same people, else how many and the first who is in one alone.
std::string difference(const std::vector<std::int64_t>& before, const std::vector<std::int64_t>& after);

// 16 hex digits that stand for these people in this order.
std::string fingerprint(const std::vector<std::int64_t>& customers);

}  // namespace laoke::bench
