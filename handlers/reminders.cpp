#include "handlers/reminders.h"

#include <map>

#include "handlers/reminder_judge.h"
#include "handlers/tasks.h"
#include "storage/shops.h"

namespace laoke {
namespace {

using storage::Reminder;
using storage::Transaction;
using Verdict = Judgement::Verdict;

// Shops and rules of one slice, each read once.
class Slice {
 public:
  Slice(Transaction& tx, std::int64_t now_ms) : tx_(tx), now_ms_(now_ms) {}

  // True when it made a delivery or a task.
  bool fire(const Reminder& reminder) {
    const auto& shop = shop_of(reminder.shop_id);
    if (!shop) return false;
    const Context context{tx_, *shop, now_ms_, {}};
    const Judgement judgement = judge(context, reminder, rule_of_row(reminder));
    if (judgement.next) storage::put_reminder(tx_, *judgement.next);
    if (judgement.verdict == Verdict::kTask) return make_task(context, reminder, judgement);
    if (judgement.verdict != Verdict::kSend) return false;
    const auto lane = judgement.delivery->klass == "marketing" ? storage::SendLane::kBulk : storage::SendLane::kFast;
    return storage::plan_delivery(tx_, reminder.shop_id, *judgement.delivery, lane);
  }

 private:
  const std::optional<storage::Shop>& shop_of(std::int64_t shop_id) {
    const auto [it, is_new] = shops_.try_emplace(shop_id);
    if (is_new) it->second = storage::get_shop(tx_, shop_id);
    return it->second;
  }
  const std::optional<Rule>& rule_of_row(const Reminder& reminder) {
    const auto [it, is_new] = rules_.try_emplace({reminder.shop_id, reminder.rule_id});
    if (!is_new) return it->second;
    auto row = storage::get_rule(tx_, reminder.shop_id, reminder.rule_id);
    if (row) it->second = rule_of(std::move(*row));
    return it->second;
  }
  static bool make_task(const Context& context, const Reminder& reminder, const Judgement& judgement) {
    TaskDraft draft;
    draft.text = judgement.task_text;
    draft.due_at_ms = reminder.due_at_ms;
    draft.customer_id = judgement.customer_id;
    draft.staff_id = judgement.owner_id;
    draft.source_key = "rule:" + std::to_string(reminder.rule_id) + ":" + std::to_string(judgement.customer_id) + ":" + reminder.cause;
    return add_task(context, draft).has_value();
  }

  Transaction& tx_;
  const std::int64_t now_ms_;
  std::map<std::int64_t, std::optional<storage::Shop>> shops_;
  std::map<std::pair<std::int64_t, std::int64_t>, std::optional<Rule>> rules_;
};

FireResult fire_slice(storage::Database& database, std::int64_t now_ms, int limit) {
  return database.write(
      [&](Transaction& tx) {
        FireResult result;
        Slice slice(tx, now_ms);
        for (const Reminder& reminder : storage::take_due_reminders(tx, now_ms, limit)) {
          ++result.taken;
          result.planned += slice.fire(reminder) ? 1 : 0;
        }
        return result;
      },
      storage::Lane::kBulk);
}

// A row that throws must not stand in front of all others for ever: one at a time, and the one that fails is given up.
FireResult fire_one_by_one(storage::Database& database, std::int64_t now_ms, int limit) {
  FireResult all;
  for (int i = 0; i < limit; ++i) {
    FireResult one;
    try {
      one = fire_slice(database, now_ms, 1);
    } catch (const std::exception& fault) {
      const auto* storage_fault = dynamic_cast<const storage::StorageError*>(&fault);
      if (storage_fault != nullptr && storage_fault->fault() != storage::StorageFault::kConstraint) throw;
      one.taken = static_cast<int>(
          database.write([&](Transaction& tx) { return storage::take_due_reminders(tx, now_ms, 1).size(); }, storage::Lane::kBulk));
      one.broken = one.taken;
    }
    if (one.taken == 0) break;
    all.taken += one.taken;
    all.planned += one.planned;
    all.broken += one.broken;
  }
  return all;
}

FireResult fire_safely(storage::Database& database, std::int64_t now_ms, int limit) {
  try {
    return fire_slice(database, now_ms, limit);
  } catch (const storage::StorageError& fault) {
    if (fault.fault() != storage::StorageFault::kConstraint) throw;  // disk full, busy: the tick is repeated as a whole
  } catch (const std::exception&) {
  }
  return fire_one_by_one(database, now_ms, limit);
}

}  // namespace

FireResult fire_due(storage::Database& database, std::int64_t now_ms, int limit) {
  FireResult all;
  const auto first_due = [&] { return database.read([](Transaction& tx) { return storage::next_reminder_ms(tx); }); };
  for (all.next_due_ms = first_due(); all.next_due_ms && *all.next_due_ms <= now_ms; all.next_due_ms = first_due()) {
    if (all.taken >= limit) {
      all.more = true;
      break;
    }
    const FireResult slice = fire_safely(database, now_ms, std::min(kFireSlice, limit - all.taken));
    all.taken += slice.taken;
    all.planned += slice.planned;
    all.broken += slice.broken;
    if (slice.taken == 0) break;  // another node took them
  }
  return all;
}

}  // namespace laoke
