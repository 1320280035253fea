#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/database.h"

// The queue of due reminders, stored in the order of its due times: a tick reads its front and costs what is due,
// whatever lies behind. A row is a call to look, not a promise to send: what is true is decided when it fires.
namespace laoke::storage {

struct Reminder {
  std::int64_t due_at_ms = 0, shop_id = 0, rule_id = 0, customer_id = 0;
  std::string cause;               // "order:77#1"
  std::int64_t rule_version = 0;
  std::int64_t base_at_ms = 0;     // what the rule's offsets count from

  bool operator==(const Reminder&) const = default;
};

// Stores the row; one with this key that an older version of the rule left is taken over. True when the queue holds a
// row it did not hold before.
bool put_reminder(Transaction& tx, const Reminder& reminder);
// True when it was there.
bool remove_reminder(Transaction& tx, const Reminder& reminder);
// The row with this key.
std::optional<Reminder> get_reminder(Transaction& tx, const Reminder& key);
// Takes at most `limit` rows due at `now_ms` off the front, in order. The caller writes for every shop (Scope::kEveryShop).
std::vector<Reminder> take_due_reminders(Transaction& tx, std::int64_t now_ms, int limit);
// When the first row is due; none when the queue is empty.
std::optional<std::int64_t> next_reminder_ms(Transaction& tx);
// A page of one shop's rows due until `until_ms`, after the row `after` (a default one: from the front).
std::vector<Reminder> list_reminders(Transaction& tx, std::int64_t shop_id, const Reminder& after, std::int64_t until_ms, int limit);

}  // namespace laoke::storage
