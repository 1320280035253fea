#include <algorithm>
#include <utility>

#include "bot/log.h"
#include "bot/metrics.h"
#include "bot/sender.h"
#include "handlers/reasons.h"
#include "storage/ledger.h"

// What the lanes' results mean for the ledger.
namespace laoke {
namespace {

constexpr std::int64_t kLongPauseMs = 5'000;

// Nothing left the program, or the platform said that it took nothing.
bool nothing_sent(const Outcome& outcome) {
  return outcome.kind == Outcome::Kind::kRetryAt || outcome.kind == Outcome::Kind::kReturned;
}

}  // namespace

void Sender::pause(const SendResult& result, std::int64_t until_ms) {
  auto& paused = paused_until_ms_[result.claimed.channel_id];
  paused = std::max(paused, until_ms);
  const std::lock_guard lock(lanes_mutex_);
  const auto lane = lanes_.find(result.claimed.channel_id);
  if (lane == lanes_.end()) return;
  const auto span_ms = until_ms - clock_.now_ms();
  lane->second->pause_until(steady_us() + span_ms * 1000);
  // What waits behind it belongs in the ledger, where it says why it waits and can be cancelled.
  if (span_ms > kLongPauseMs) lane->second->hand_back();
}

Outcome Sender::translate(SendResult&& result) {
  Outcome outcome;
  outcome.at_ms = moment_.at_ms;
  outcome.detail = std::move(result.outcome.platform_code);
  outcome.platform_message_id = std::move(result.outcome.platform_message_id);
  outcome.new_external_id = std::move(result.outcome.new_external_id);
  outcome.part_ids = std::move(result.outcome.part_ids);
  if (result.started)
    classify(result, outcome);
  else
    outcome.kind = Outcome::Kind::kReturned;
  outcome.claimed = std::move(result.claimed);
  return outcome;
}

void Sender::look_at_clock_for(const SendResult& result) {
  if (result.claimed.batch && result.claimed.batch == moment_.batch) return;
  moment_ = {result.claimed.batch, clock_.now_ms(), std::uniform_real_distribution<double>(0, 1)(random_)};
}

// Whether the platform would recognise the same call. Answers by reply token are protected by no key.
bool Sender::repeats(const SendResult& result) const {
  const auto live = channels_.by_id(result.claimed.channel_id);
  if (!live || !live->channel || !result.claimed.reply_token.empty()) return false;
  const auto& traits = live->channel->traits();
  return traits.idempotent || (result.claimed.batch && traits.batches_idempotent);
}

bool Sender::answers_for_free(const SendResult& result) const {
  const auto live = channels_.by_id(result.claimed.channel_id);
  return live && live->channel && live->channel->traits().reply_token_ms > 0;
}

void Sender::classify(const SendResult& result, Outcome& outcome) {
  using channels::SendStatus;
  const auto retry = [&](std::string_view reason, std::int64_t at_ms) {
    outcome.kind = Outcome::Kind::kRetryAt;
    outcome.reason = reason;
    outcome.retry_at_ms = at_ms;
  };
  const std::int64_t asked_ms = outcome.at_ms + result.outcome.retry_after.count();
  switch (result.outcome.status) {
    case SendStatus::kAwaitsPerson:
      outcome.reason = reasons::kAwaitsPerson;
      [[fallthrough]];
    case SendStatus::kAccepted:
      outcome.kind = Outcome::Kind::kAccepted;
      break;
    case SendStatus::kThrottled:
      pause(result, asked_ms);
      retry(reasons::kChannelWaits, asked_ms);
      break;
    case SendStatus::kContactBusy:
      retry(reasons::kContactBusy, asked_ms);
      break;
    case SendStatus::kQuotaUsed:
      // Answers by reply token cost no quota: they go on.
      outcome.account_waits = !answers_for_free(result);
      if (outcome.account_waits) pause(result, std::max(asked_ms, outcome.at_ms + 3'600'000));
      retry(reasons::kQuotaUsed, std::max(asked_ms, outcome.at_ms + 3'600'000));
      break;
    case SendStatus::kRetryLater: {
      const auto delay_ms = retry_delay_ms(result.claimed.attempts, moment_.random01);
      retry(reasons::kRetry, std::max(asked_ms, outcome.at_ms + delay_ms));
      break;
    }
    case SendStatus::kContactGone:
      outcome.kind = Outcome::Kind::kReroute;
      break;
    case SendStatus::kWindowClosed:
      outcome.kind = Outcome::Kind::kWindowClosed;
      break;
    case SendStatus::kContactMoved:
      outcome.kind = Outcome::Kind::kMoved;
      break;
    case SendStatus::kRejected:
      outcome.kind = Outcome::Kind::kRejected;
      break;
    case SendStatus::kBadConfig:
      outcome.channel_broken = true;
      retry(reasons::kChannelBroken, outcome.at_ms + 60'000);
      break;
    case SendStatus::kUnknown:
      outcome.kind = Outcome::Kind::kUnknown;
      outcome.reason = reasons::kNoAnswer;
      outcome.repeatable = !result.claimed.batch && repeats(result);
      break;
  }
}

// A batch of which nothing is known is called again as a whole, under its key: one outcome stands for all its members. So
// is one that did not leave this time but may have arrived by an earlier call: in another batch its members would get it
// twice.
bool Sender::stays_together(const BatchCall& batch, const Outcome& outcome) const {
  if (outcome.kind == Outcome::Kind::kUnknown) return batch.nothing_known && batch.attempts < kMaxAttempts;
  return batch.nothing_sent && outcome.retry_at_ms - batch.since_ms < kKeyLifeMs;
}

void Sender::add_outcome(SendResult&& result, std::vector<Outcome>& outcomes) {
  look_at_clock_for(result);
  const auto batch = result.claimed.batch;
  const bool recognised = batch && repeats(result);
  Outcome outcome = translate(std::move(result));
  const bool earlier = batch && batch->attempts > 1 && nothing_sent(outcome);
  // An answer to the repeat that takes nobody is none to the call before; one that takes some says what became of each.
  if (batch && batch->attempts > 1 && !batch->some_accepted) outcome.claimed.may_have_arrived = true;
  if (earlier && outcome.kind == Outcome::Kind::kReturned) outcome.retry_at_ms = outcome.at_ms;
  if (outcome.kind == Outcome::Kind::kUnknown && batch) outcome.retry_at_ms = outcome.at_ms + retry_delay_ms(batch->attempts, moment_.random01);
  const bool open = earlier || (batch && outcome.kind == Outcome::Kind::kUnknown);
  if (open && recognised && stays_together(*batch, outcome)) {
    if (!outcomes.empty() && outcomes.back().kind == Outcome::Kind::kRepeatBatch && outcomes.back().claimed.batch == batch) return;
    outcome.kind = Outcome::Kind::kRepeatBatch;
  } else if (earlier) {
    outcome.kind = Outcome::Kind::kUnknown;
    outcome.reason = reasons::kNoAnswer;
  }
  outcomes.push_back(std::move(outcome));
}

std::vector<Outcome> Sender::take_results() {
  std::vector<Outcome> outcomes = std::exchange(unrecorded_, {});
  auto results = results_->take();
  outcomes.reserve(outcomes.size() + results.size());
  std::map<std::string_view, std::uint64_t> counts;
  const BatchCall* last_batch = nullptr;
  for (auto& result : results) {
    const auto status = result.started ? channels::name_of(result.outcome.status) : "returned";
    ++counts[status];
    if (!result.claimed.batch) --given_[result.claimed.channel_id];
    // Of a batch the first is told.
    const bool told = result.claimed.batch != nullptr && std::exchange(last_batch, result.claimed.batch.get()) == result.claimed.batch.get();
    if (result.started && !told && result.outcome.status != channels::SendStatus::kAccepted)
      log::warning("send.refused", {{"channel_id", result.claimed.channel_id},
                                 {"delivery", storage::to_text(result.claimed.key)},
                                 {"outcome", std::string(status)},
                                 {"code", result.outcome.platform_code}});
    add_outcome(std::move(result), outcomes);
  }
  for (const auto& [status, count] : counts)
    metrics::registry().counter("laoke_sends_total", "Calls to chat platforms by outcome", {{"outcome", std::string(status)}}).add(count);
  return outcomes;
}

}  // namespace laoke
