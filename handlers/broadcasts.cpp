#include "handlers/broadcasts.h"

#include <algorithm>
#include <utility>

#include "handlers/broadcast_progress.h"
#include "handlers/calendar.h"
#include "handlers/dispatch.h"
#include "handlers/happened.h"
#include "handlers/moments.h"
#include "handlers/reasons.h"
#include "handlers/recurrence.h"
#include "handlers/refusal.h"
#include "handlers/undelivered.h"
#include "storage/shops.h"

namespace laoke {
namespace {

using storage::Broadcast;

constexpr std::string_view kOpenStates[] = {"planned", "due", "deferred", "sending"};

bool is_open(std::string_view state) {
  return std::find(std::begin(kOpenStates), std::end(kOpenStates), state) != std::end(kOpenStates);
}

// What a broadcast may do next; the only place that knows.
struct Move {
  std::string_view verb_zh, verb_en;
  std::vector<std::string_view> from;
};
const Move kStart{"开始", "start", {"draft"}};
const Move kPause{"暂停", "pause", {"scheduled", "planning", "sending"}};
const Move kResume{"继续", "resume", {"paused"}};
const Move kCancel{"取消", "cancel", {"draft", "scheduled", "planning", "sending", "paused"}};

std::string state_zh(std::string_view state) {
  static const std::map<std::string_view, std::string> kNames = {
      {"draft", "草稿"}, {"scheduled", "已定时"}, {"planning", "正在准备"}, {"sending", "正在发送"},
      {"paused", "已暂停"}, {"done", "已完成"}, {"cancelled", "已取消"}};
  const auto found = kNames.find(state);
  return found == kNames.end() ? std::string(state) : found->second;
}

std::string joined(const std::vector<std::string_view>& states, bool zh) {
  std::string text;
  for (const auto state : states) text += (text.empty() ? "" : zh ? "、" : ", ") + (zh ? state_zh(state) : std::string(state));
  return text;
}

Broadcast must_get(const Context& context, std::int64_t broadcast_id) {
  if (auto broadcast = storage::get_broadcast(context.tx, context.shop_id(), broadcast_id)) return *broadcast;
  throw Refusal("broadcast.not_found", "没有编号为 " + std::to_string(broadcast_id) + " 的群发",
                "there is no broadcast " + std::to_string(broadcast_id));
}

Broadcast must_be_in(const Context& context, std::int64_t broadcast_id, const Move& move) {
  auto broadcast = must_get(context, broadcast_id);
  if (std::find(move.from.begin(), move.from.end(), broadcast.state) == move.from.end())
    throw Refusal("broadcast.state",
                  "这条群发" + state_zh(broadcast.state) + "，不能" + std::string(move.verb_zh) + "（只有" + joined(move.from, true) + "的可以）",
                  "this broadcast is " + broadcast.state + ": only one that is " + joined(move.from, false) + " can " +
                      std::string(move.verb_en));
  return broadcast;
}

void begin_planning(const Context& context, Broadcast& broadcast) {
  broadcast.state = "planning";
  broadcast.started_at_ms = context.now_ms;
  storage::update_broadcast(context.tx, broadcast);
  happened(context, {"broadcast.started", 0, {{"broadcast_id", broadcast.broadcast_id}, {"name", broadcast.name}}});
}

void finish(const Context& context, Broadcast& broadcast) {
  broadcast.state = "done";
  broadcast.finished_at_ms = context.now_ms;
  storage::update_broadcast(context.tx, broadcast);
  happened(context, {"broadcast.done", 0, {{"broadcast_id", broadcast.broadcast_id}, {"name", broadcast.name}}});
}

// The child of a repeating broadcast for one time; the unique key of its time makes it only once.
void start_occurrence(const Context& context, const Broadcast& parent, std::int64_t time_ms, std::int64_t expires_at_ms) {
  if (expires_at_ms <= context.now_ms) return;
  auto child = parent;
  child.parent_id = parent.broadcast_id;
  child.occurrence_ms = child.starts_at_ms = time_ms;
  child.expires_at_ms = expires_at_ms;
  child.rrule.clear();
  child.progress.clear();
  child.state = "scheduled";
  const auto id = storage::insert_occurrence(context.tx, child);
  if (!id) return;
  child.broadcast_id = *id;
  begin_planning(context, child);
}

std::int64_t open_rows(storage::Transaction& tx, const Broadcast& broadcast) {
  std::int64_t open = 0;
  for (const auto& count : storage::broadcast_counts(tx, broadcast.shop_id, broadcast.broadcast_id))
    if (is_open(count.state)) open += count.count;
  return open;
}

void finish_when_settled(storage::Transaction& tx, std::int64_t shop_id, std::int64_t broadcast_id, std::int64_t now_ms) {
  auto broadcast = storage::get_broadcast(tx, shop_id, broadcast_id);
  const auto shop = storage::get_shop(tx, shop_id);
  if (!broadcast || !shop || broadcast->state != "sending" || open_rows(tx, *broadcast) != 0) return;
  finish({tx, *shop, now_ms}, *broadcast);
}

}  // namespace

void CountChanges::move(std::int64_t shop_id, const storage::Delivery& delivery, std::string_view state,
                        std::string_view reason) {
  if (delivery.key.source != "b" || (delivery.state == state && delivery.reason == reason)) return;
  --changes_[{shop_id, delivery.key.source_id, delivery.state, delivery.reason}];
  ++changes_[{shop_id, delivery.key.source_id, std::string(state), std::string(reason)}];
}

void CountChanges::flush(std::int64_t now_ms) {
  std::map<std::pair<std::int64_t, std::int64_t>, bool> touched;
  for (const auto& [key, change] : changes_) {
    const auto& [shop_id, broadcast_id, state, reason] = key;
    if (change == 0) continue;
    storage::add_count(tx_, shop_id, broadcast_id, state, reason, change);
    auto& settles = touched[{shop_id, broadcast_id}];
    settles = settles || !is_open(state);
  }
  changes_.clear();
  for (const auto& [key, settles] : touched)
    if (settles) finish_when_settled(tx_, key.first, key.second, now_ms);
}

Broadcast start_broadcast(const Context& context, std::int64_t broadcast_id) {
  auto broadcast = must_be_in(context, broadcast_id, kStart);
  if (broadcast.klass == kMomentClass) return start_moment(context, broadcast_id);
  if (broadcast.starts_at_ms > context.now_ms || !broadcast.rrule.empty()) {
    broadcast.state = "scheduled";
    storage::update_broadcast(context.tx, broadcast);
  } else {
    begin_planning(context, broadcast);
    watch_progress(context, broadcast);
  }
  return broadcast;
}

Broadcast pause_broadcast(const Context& context, std::int64_t broadcast_id) {
  auto broadcast = must_be_in(context, broadcast_id, kPause);
  broadcast.state_before_pause = broadcast.state;
  broadcast.state = "paused";
  storage::update_broadcast(context.tx, broadcast);
  return broadcast;
}

Broadcast resume_broadcast(const Context& context, std::int64_t broadcast_id) {
  auto broadcast = must_be_in(context, broadcast_id, kResume);
  broadcast.state = std::exchange(broadcast.state_before_pause, "");
  broadcast.send_cursor = 0;  // rows that were waiting when it paused stand among the untouched ones again
  storage::update_broadcast(context.tx, broadcast);
  context.tx.raise(storage::kSendWork);
  if (broadcast.state == "sending")
    finish_when_settled(context.tx, context.shop_id(), broadcast_id, context.now_ms);
  return broadcast;
}

Broadcast cancel_broadcast(const Context& context, std::int64_t broadcast_id) {
  auto broadcast = must_be_in(context, broadcast_id, kCancel);
  broadcast.state = "cancelled";
  broadcast.send_cursor = 0;  // cancel_slice() walks what is left from here, and sets finished_at_ms at the end
  storage::update_broadcast(context.tx, broadcast);
  return broadcast;
}

void start_if_due(storage::Transaction& tx, std::int64_t shop_id, std::int64_t broadcast_id, std::int64_t now_ms) {
  auto broadcast = storage::get_broadcast(tx, shop_id, broadcast_id);
  const auto shop = storage::get_shop(tx, shop_id);
  if (!broadcast || !shop || broadcast->state != "scheduled" || broadcast->starts_at_ms > now_ms) return;
  const Context context{tx, *shop, now_ms};
  if (broadcast->rrule.empty()) return begin_planning(context, *broadcast);
  const Recurrence rule{broadcast->rrule, broadcast->occurrence_ms.value_or(broadcast->starts_at_ms), shop->time_zone};
  const auto valid_ms = broadcast->expires_at_ms - broadcast->starts_at_ms;
  // After a long stop only the newest missed time is sent, and only while it is still worth sending.
  std::int64_t time_ms = broadcast->starts_at_ms;
  auto next = next_occurrence(rule, time_ms);
  for (; next && *next <= now_ms; next = next_occurrence(rule, time_ms)) time_ms = *next;
  start_occurrence(context, *broadcast, time_ms, time_ms + valid_ms);
  if (!next) return finish(context, *broadcast);
  broadcast->starts_at_ms = *next;
  broadcast->expires_at_ms = *next + valid_ms;
  storage::update_broadcast(tx, *broadcast);
}

bool plan_slice(storage::Transaction& tx, std::int64_t shop_id, std::int64_t broadcast_id,
                std::span<const std::int64_t> customers, bool last, std::int64_t now_ms) {
  auto broadcast = storage::get_broadcast(tx, shop_id, broadcast_id);
  if (!broadcast || broadcast->state != "planning") return false;
  customers = customers.subspan(static_cast<std::size_t>(std::upper_bound(customers.begin(), customers.end(), broadcast->plan_cursor) - customers.begin()));
  const auto planned = storage::plan_broadcast_slice(tx, shop_id, broadcast_id, customers, broadcast->klass,
                                                     broadcast->starts_at_ms, broadcast->expires_at_ms);
  storage::add_count(tx, shop_id, broadcast_id, "planned", "", planned);
  broadcast->audience_count += planned;
  if (!customers.empty()) broadcast->plan_cursor = customers.back();
  if (last) broadcast->state = "sending";
  storage::update_broadcast(tx, *broadcast);
  if (last) finish_when_settled(tx, shop_id, broadcast_id, now_ms);
  return !last;
}

bool cancel_slice(storage::Transaction& tx, std::int64_t shop_id, std::int64_t broadcast_id, int limit, std::int64_t now_ms) {
  auto broadcast = storage::get_broadcast(tx, shop_id, broadcast_id);
  if (!broadcast) return false;
  const auto rows = storage::walk_broadcast(tx, shop_id, broadcast_id, broadcast->send_cursor, limit);
  if (rows.empty()) {
    broadcast->finished_at_ms = now_ms;
    storage::update_broadcast(tx, *broadcast);
    return false;
  }
  CountChanges counts(tx);
  for (auto row : rows) {
    // A row being sent is left to its outcome: cancelling it would be a lie.
    if (!is_open(row.state) || row.state == "sending") continue;
    const bool unknown = may_have_arrived(row);
    const std::string state = unknown ? "unknown" : "cancelled";
    const std::string reason(unknown ? reasons::kNoAnswer : reasons::kBroadcastCancelled);
    counts.move(shop_id, row, state, reason);
    row.state = state;
    row.reason = reason;
    row.updated_at_ms = now_ms;
    storage::update_delivery(tx, shop_id, row);
    note_bad_end(tx, shop_id, row, now_ms);
  }
  counts.flush(now_ms);
  storage::set_send_cursor(tx, shop_id, broadcast_id, rows.back().key.customer_id);
  return true;
}

std::optional<BroadcastStatus> broadcast_status(const Context& context, std::int64_t broadcast_id,
                                                const std::map<std::int64_t, double>& messages_per_second) {
  const auto broadcast = storage::get_broadcast(context.tx, context.shop_id(), broadcast_id);
  if (!broadcast) return std::nullopt;
  BroadcastStatus status;
  status.broadcast = *broadcast;
  status.counts = storage::broadcast_counts(context.tx, context.shop_id(), broadcast_id);
  for (const auto& count : status.counts) {
    status.total += count.count;
    if (is_open(count.state)) status.open += count.count;
    if (count.reason == reasons::kAwaitsPerson)
      status.awaiting += count.count;
    else if (count.state == "accepted" || count.state == "delivered" || count.state == "read") status.sent += count.count;
  }
  double rate = 0;  // of the fastest channel: most shops have one
  for (const auto& [id, per_second] : messages_per_second) rate = std::max(rate, per_second);
  if (status.open > 0 && rate > 0)
    status.estimated_end_ms =
        std::max(context.now_ms, broadcast->starts_at_ms) + static_cast<std::int64_t>(static_cast<double>(status.open) * 1000 / rate);
  return status;
}

std::string progress_text(const BroadcastStatus& status, std::string_view language, std::int64_t now_ms) {
  constexpr int kCells = 12;
  const auto settled = status.total - status.open;
  const bool over = status.broadcast.state == "done" || status.broadcast.state == "cancelled";
  const auto percent = status.total == 0 ? (over ? 100 : 0) : settled * 100 / status.total;
  std::string bar;
  for (int cell = 0; cell < kCells; ++cell) bar += cell * 100 < percent * kCells ? "▓" : "░";
  const bool zh = language.starts_with("zh");
  const auto& broadcast = status.broadcast;
  std::string text = (zh ? "群发「" : "Broadcast \"") + broadcast.name + (zh ? "」" : "\" ") +
                     (zh ? state_zh(broadcast.state) : broadcast.state) + "\n" + bar + " " + std::to_string(percent) + "%  " +
                     (zh ? "已发 " : "sent ") + std::to_string(status.sent) + " / " + std::to_string(status.total);
  for (const auto& count : status.counts) {
    if (count.reason.empty()) continue;
    text += "\n· " + reasons::state_words(count.state, language) + " " + std::to_string(count.count) + (zh ? "：" : ": ") +
            reasons::words(count.reason, language);
  }
  if (status.open > 0 && status.estimated_end_ms > now_ms && broadcast.state == "sending")
    text += (zh ? "\n预计还需 " : "\nabout ") + format_duration(status.estimated_end_ms - now_ms, language) + (zh ? "" : " left");
  return text;
}

}  // namespace laoke
