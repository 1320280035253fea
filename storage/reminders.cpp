#include "storage/reminders.h"

#include <algorithm>
#include <tuple>

namespace laoke::storage {
namespace {

#define KEY_COLUMNS "due_at_ms, shop_id, rule_id, customer_id, cause"
#define KEY "due_at_ms = $1 AND shop_id = $2 AND rule_id = $3 AND customer_id = $4 AND cause = $5"
constexpr Sql kRemindersPut{"reminders.put",
                            "INSERT INTO reminders (" KEY_COLUMNS
                            ", rule_version, base_at_ms) VALUES ($1, $2, $3, $4, $5, $6, $7) "
                            "ON CONFLICT (" KEY_COLUMNS
                            ") DO UPDATE SET rule_version = excluded.rule_version, base_at_ms = excluded.base_at_ms "
                            "WHERE reminders.rule_version < excluded.rule_version"};
constexpr Sql kRemindersRemove{"reminders.remove", "DELETE FROM reminders WHERE " KEY};
constexpr Sql kRemindersGet{"reminders.get",
                            "SELECT " KEY_COLUMNS ", rule_version, base_at_ms FROM reminders WHERE " KEY};
constexpr Sql kRemindersDue{"reminders.due", "SELECT " KEY_COLUMNS
                                             ", rule_version, base_at_ms FROM reminders WHERE due_at_ms <= $1 "
                                             "ORDER BY due_at_ms, shop_id, rule_id, customer_id, cause LIMIT $2"};
constexpr Sql kRemindersTakeUntil{"reminders.take_until",
                                  "DELETE FROM reminders WHERE (" KEY_COLUMNS ") <= ($1, $2, $3, $4, $5)"};
constexpr Sql kRemindersNext{"reminders.next", "SELECT min(due_at_ms) FROM reminders"};
constexpr Sql kRemindersList{"reminders.list", "SELECT " KEY_COLUMNS
                                               ", rule_version, base_at_ms FROM reminders "
                                               "WHERE (" KEY_COLUMNS
                                               ") > ($1, $2, $3, $4, $5) AND due_at_ms <= $6 AND shop_id = $7 "
                                               "ORDER BY due_at_ms, shop_id, rule_id, customer_id, cause LIMIT $8"};
#undef KEY_COLUMNS
#undef KEY
constexpr const Sql* kRemindersStatements[] = {&kRemindersPut,       &kRemindersRemove, &kRemindersGet, &kRemindersDue,
                                               &kRemindersTakeUntil, &kRemindersNext,   &kRemindersList};

Reminder reminder_of(const Row& row) {
  return {row.integer(0), row.integer(1), row.integer(2), row.integer(3), row.string(4), row.integer(5), row.integer(6)};
}

}  // namespace

bool put_reminder(Transaction& tx, const Reminder& r) {
  const bool added = tx.execute(kRemindersPut, {r.due_at_ms, r.shop_id, r.rule_id, r.customer_id, r.cause,
                                                r.rule_version, r.base_at_ms}) > 0;
  if (added) tx.raise(kReminderWork);
  return added;
}

bool remove_reminder(Transaction& tx, const Reminder& r) {
  return tx.execute(kRemindersRemove, {r.due_at_ms, r.shop_id, r.rule_id, r.customer_id, r.cause}) > 0;
}

std::optional<Reminder> get_reminder(Transaction& tx, const Reminder& key) {
  std::optional<Reminder> found;
  tx.query(kRemindersGet, {key.due_at_ms, key.shop_id, key.rule_id, key.customer_id, key.cause},
           [&](const Row& row) { found = reminder_of(row); });
  return found;
}

std::vector<Reminder> take_due_reminders(Transaction& tx, std::int64_t now_ms, int limit) {
  std::vector<Reminder> due;
  tx.query(kRemindersDue, {now_ms, limit}, [&](const Row& row) { due.push_back(reminder_of(row)); });
  if (due.empty()) return due;
  const Reminder& last = due.back();
  const auto taken =
      tx.execute(kRemindersTakeUntil, {last.due_at_ms, last.shop_id, last.rule_id, last.customer_id, last.cause});
  // Who takes holds every shop, so nobody can have come between. If somebody did, nothing may be lost or taken twice.
  if (taken != static_cast<std::int64_t>(due.size()))
    throw StorageError(StorageFault::kBusy, "reminders: the queue changed while its front was taken; the next tick takes it again");
  return due;
}

std::optional<std::int64_t> next_reminder_ms(Transaction& tx) {
  std::optional<std::int64_t> next;
  tx.query(kRemindersNext, {}, [&](const Row& row) { next = row.maybe_integer(0); });
  return next;
}

std::vector<Reminder> list_reminders(Transaction& tx, std::int64_t shop_id, const Reminder& after, std::int64_t until_ms, int limit) {
  std::vector<Reminder> rows;
  tx.query(kRemindersList,
           {after.due_at_ms, after.shop_id, after.rule_id, after.customer_id, after.cause, until_ms, shop_id, limit},
           [&](const Row& row) { rows.push_back(reminder_of(row)); });
  return rows;
}

std::span<const Sql* const> reminder_statements() {
  return kRemindersStatements;
}

}  // namespace laoke::storage
