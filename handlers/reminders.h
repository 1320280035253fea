#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "handlers/happened.h"
#include "handlers/said.h"
#include "storage/database.h"

// Reminders from the event that plans them to the ledger row that sends them. The queue holds one pending step per
// chain; nothing in it is hunted down when a customer pays or a rule changes: each row is judged when it falls due.
namespace laoke {

// Queues what the shop's rules ask for after this event; called by happened(). An import plans nothing that would
// have been due before now.
void plan_reminders(const Context& context, const ShopEvent& event, std::int64_t event_id);

struct FireResult {
  int taken = 0;    // rows that fell due
  int planned = 0;  // deliveries and tasks made
  int broken = 0;   // rows that could not be judged and were given up (a fault of ours: log it)
  bool more = false;  // `limit` was reached
  std::optional<std::int64_t> next_due_ms;  // the first row left; none when the queue is empty
};
// Turns due rows of all shops into deliveries and tasks, in slices of at most kFireSlice rows to a transaction. A row
// that fires leaves the queue in the transaction that writes its ledger row, whose key makes a second one impossible.
inline constexpr int kFireSlice = 500;  // a tick of the scheduler; 16 us a row, on a busy machine 35: under 20 ms of the writer
FireResult fire_due(storage::Database& database, std::int64_t now_ms, int limit);

// What waits for one customer, the earliest first: worked out from the facts and looked up by key, so that the queue
// needs no index by customer.
struct PendingReminder {
  std::int64_t rule_id = 0, due_at_ms = 0;
  std::string rule_name, template_name, cause;
  Said title;
};
std::vector<PendingReminder> pending_reminders(const Context& context, std::int64_t customer_id);

}  // namespace laoke
