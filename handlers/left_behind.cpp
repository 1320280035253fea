#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "handlers/batching.h"
#include "handlers/dispatch.h"
#include "handlers/reasons.h"
#include "storage/batches.h"

// What a node that is gone left in "sending".
namespace laoke {
namespace {

// What becomes of a row that was left behind; none: it stays as it is, in its batch.
std::optional<Outcome::Kind> end_of(const storage::InFlight& row, const LeftBehind& left, const storage::Batch* batch, std::int64_t now_ms) {
  if (!row.batch.empty() && batch == nullptr) return Outcome::Kind::kUnknown;  // kInHook, kByToken: no key protects these
  if (batch != nullptr) {
    if (batch->state == "gathering" || batch->state == "dissolving") return Outcome::Kind::kReturned;
    if (batch->state == "accepted") return Outcome::Kind::kAccepted;
    const bool repeat = (left.idempotent || left.batches_idempotent) && batch->state == "sealed" && now_ms - batch->since_ms < kKeyLifeMs;
    return repeat ? std::nullopt : std::optional(Outcome::Kind::kUnknown);
  }
  const bool repeat = left.idempotent && now_ms - row.since_ms < kKeyLifeMs;
  return repeat ? Outcome::Kind::kReturned : Outcome::Kind::kUnknown;
}

Outcome outcome_of(const storage::InFlight& row, Outcome::Kind kind, std::int64_t now_ms) {
  Outcome outcome;
  outcome.claimed.shop_id = row.shop_id;
  outcome.claimed.key = row.key;
  outcome.claimed.channel_id = row.channel_id;
  outcome.claimed.fence = row.fence;
  outcome.claimed.lane = row.key.source == "b" ? storage::SendLane::kBulk : storage::SendLane::kFast;
  outcome.at_ms = now_ms;
  outcome.kind = kind;
  if (kind != Outcome::Kind::kAccepted) outcome.reason = reasons::kStopped;
  return outcome;
}

// As the sender would have it, for what is accepted after all.
void complete(storage::Transaction& tx, const storage::Batch& batch, Outcome& outcome) {
  auto& claimed = outcome.claimed;
  outcome.platform_message_id = batch.platform_message_id;
  claimed.content = message_content_from(batch.content);
  if (const auto delivery = storage::get_delivery(tx, claimed.shop_id, claimed.key)) {
    claimed.contact_id = delivery->contact_id;
    claimed.attempts = delivery->attempts;
    claimed.klass = delivery->klass;
  }
}

}  // namespace

int settle_left_behind(storage::Transaction& tx, std::int64_t now_ms, const LeftBehind& left) {
  std::map<std::string, storage::Batch> batches;
  for (auto& batch : storage::list_batches(tx, left.shop_id))
    if (batch.channel_id == left.channel_id) batches[batch.key] = std::move(batch);
  std::set<std::string> kept;
  std::vector<Outcome> outcomes;
  for (const auto& row : storage::list_in_flight(tx)) {
    if (row.shop_id != left.shop_id || row.channel_id != left.channel_id || row.fence >= left.before_fence) continue;
    const auto batch = batches.find(row.batch);
    const auto* of = batch == batches.end() ? nullptr : &batch->second;
    const auto kind = end_of(row, left, of, now_ms);
    if (!kind) {
      kept.insert(row.batch);
      continue;
    }
    auto& outcome = outcomes.emplace_back(outcome_of(row, *kind, now_ms));
    outcome.claimed.may_have_arrived = of == nullptr;  // a batch that was never called did not
    if (*kind == Outcome::Kind::kAccepted) complete(tx, *of, outcome);
  }
  record(tx, outcomes);
  for (const auto& [key, batch] : batches) {
    const auto like = std::ranges::find(outcomes, batch.platform_message_id, &Outcome::platform_message_id);
    if (batch.state == "accepted" && like != outcomes.end()) note_job(tx, {batch.shop_id, batch.channel_id, batch.broadcast_id}, *like, outcomes);
    if (kept.contains(key)) {
      storage::adopt_batch(tx, batch, left.node, left.before_fence);
      storage::repeat_batch(tx, batch.shop_id, key, now_ms);
    } else {
      storage::delete_batch_if_done(tx, batch.shop_id, key, batch.broadcast_id);
    }
  }
  return static_cast<int>(outcomes.size());
}

}  // namespace laoke
