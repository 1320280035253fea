#include "handlers/after_restore.h"

#include <algorithm>
#include <limits>

#include "handlers/broadcasts.h"
#include "handlers/reasons.h"
#include "handlers/reminders.h"
#include "handlers/undelivered.h"
#include "storage/channels.h"
#include "storage/ledger.h"
#include "storage/shops.h"

namespace laoke {
namespace {

using storage::Transaction;

constexpr int kFiredAtOnce = 10'000, kAllDue = std::numeric_limits<int>::max();

int pause_broadcasts(Transaction& tx, const storage::Shop& shop, std::int64_t now_ms) {
  int paused = 0;
  for (const char* state : {"scheduled", "planning", "sending"})
    for (const auto& broadcast : storage::broadcasts_in_state(tx, state, now_ms)) {
      if (broadcast.shop_id != shop.shop_id) continue;
      pause_broadcast(Context{tx, shop, now_ms}, broadcast.broadcast_id);
      ++paused;
    }
  return paused;
}

bool may_have_gone(const storage::Delivery& row, std::int64_t now_ms) {
  const bool waited = row.state == "due" || row.state == "deferred";
  return waited && row.key.source != "b" && row.klass != "staff" && (row.expires_at_ms == 0 || row.expires_at_ms > now_ms);
}

int hold_front(Transaction& tx, std::int64_t channel_id, std::int64_t now_ms) {
  int held = 0;
  for (const auto lane : {storage::SendLane::kFast, storage::SendLane::kBulk})
    for (const auto& queued : storage::due_rows(tx, channel_id, lane, now_ms, kAllDue)) {
      auto row = storage::get_delivery(tx, queued.shop_id, queued.key);
      if (!row || !may_have_gone(*row, now_ms)) continue;
      storage::dequeue(tx, queued);
      if (row->klass == "marketing") storage::add_marketing_sent(tx, queued.shop_id, row->key, row->due_at_ms);
      row->state = "unknown";
      row->reason = reasons::kStopped;
      row->attempts = std::max<std::int64_t>(row->attempts, 1);
      row->updated_at_ms = now_ms;
      storage::update_delivery(tx, queued.shop_id, *row);
      note_bad_end(tx, queued.shop_id, *row, now_ms);
      ++held;
    }
  return held;
}

}  // namespace

HeldBack hold_back_after_restore(storage::Database& database, std::int64_t now_ms) {
  while (fire_due(database, now_ms, kFiredAtOnce).more) {
  }
  return database.write([&](Transaction& tx) {
    HeldBack held;
    for (const auto& shop : storage::list_shops(tx)) held.broadcasts += pause_broadcasts(tx, shop, now_ms);
    held.messages += hold_front(tx, 0, now_ms);
    for (const auto& channel : storage::list_all_channels(tx)) held.messages += hold_front(tx, channel.channel_id, now_ms);
    return held;
  });
}

}  // namespace laoke
