#include "bot/send_lane.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "bot/log.h"
#include "handlers/crypto.h"

namespace laoke {
namespace {

constexpr double kAheadSeconds = 0.2;      // claimed ahead of the pace: what a crash can leave unknown
constexpr int kUnlimitedCapacity = 1024;   // for accounts without a rate
constexpr std::size_t kMostThreads = 8;    // measured: more do not send faster from one machine
constexpr double kRoundTripSeconds = 0.4;  // a slow platform; threads needed = rate x round trip

// The same for every try of one delivery, for platforms that recognise a repeated send.
std::string idempotency_key(const Claimed& claimed) {
  return crypto::sha256_hex(std::to_string(claimed.shop_id) + "/" + storage::to_text(claimed.key)).substr(0, 32);
}

channels::Outgoing outgoing_of(Claimed& claimed) {
  channels::Outgoing message;
  message.external_id = claimed.external_id;
  message.content = std::move(claimed.content);
  message.idempotency_key = claimed.batch ? claimed.batch->key : idempotency_key(claimed);
  message.reply_token = claimed.reply_token;
  message.marketing = claimed.klass == "marketing";
  message.reference = storage::to_text(claimed.key);
  return message;
}

double batch_rate_of(const LiveChannel& live) { return live.channel ? live.channel->traits().batches_per_second : 0; }

double rate_of(const LiveChannel& live) { return live.channel ? live.channel->traits().messages_per_second : 0; }

bool tells_nothing_was_sent(channels::SendStatus status) {
  using channels::SendStatus;
  static constexpr SendStatus kThese[] = {SendStatus::kThrottled, SendStatus::kRetryLater, SendStatus::kQuotaUsed, SendStatus::kContactBusy, SendStatus::kBadConfig};
  return std::find(std::begin(kThese), std::end(kThese), status) != std::end(kThese);
}

int capacity_for(double rate) {
  return rate <= 0 ? kUnlimitedCapacity : std::clamp(static_cast<int>(std::ceil(rate * kAheadSeconds)), 1, kUnlimitedCapacity);
}

std::size_t threads_for(double rate) {
  return rate <= 0 ? kMostThreads : std::clamp<std::size_t>(static_cast<std::size_t>(std::ceil(rate * kRoundTripSeconds)), 1, kMostThreads);
}

// An adapter that throws has a fault of its own. How far the call had come nobody can tell, so the message counts as one
// that may have arrived, and the program and its other accounts go on.
template <class Call>
auto guarded(const LiveChannel& live, Call&& call) {
  try {
    return call();
  } catch (const std::exception& error) {
    log::error("sender.adapter_fault", {{"channel", live.row.name}, {"kind", live.row.kind}, {"why", error.what()}});
    return decltype(call())();
  }
}

}  // namespace

std::int64_t steady_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

void ResultBox::put(SendResult&& result) {
  const std::lock_guard lock(mutex_);
  results_.push_back(std::move(result));
  if (results_.size() == 1 || results_.size() == kEnough) changed_.notify_all();
}

void ResultBox::put(std::vector<SendResult>&& results) {
  const std::lock_guard lock(mutex_);
  std::move(results.begin(), results.end(), std::back_inserter(results_));
  changed_.notify_all();
}

void ResultBox::ring() {
  const std::lock_guard lock(mutex_);
  rung_ = true;
  changed_.notify_all();
}

void ResultBox::wait(std::chrono::milliseconds most, std::chrono::milliseconds gather) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, most, [this] { return rung_ || !results_.empty(); });
  if (!rung_ && !results_.empty()) changed_.wait_for(lock, gather, [this] { return rung_ || results_.size() >= kEnough; });
  rung_ = false;
}

std::vector<SendResult> ResultBox::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(results_, {});
}

SendLane::SendLane(LiveChannelPtr live, std::shared_ptr<ResultBox> results, MaySend may_send)
    : results_(std::move(results)),
      may_send_(std::move(may_send)),
      pacer_(rate_of(*live)),
      batch_pacer_(batch_rate_of(*live)),
      capacity_(capacity_for(pacer_.per_second())),
      most_threads_(threads_for(pacer_.per_second())),
      live_(std::move(live)) {}

void SendLane::push(std::vector<Claimed>&& claimed) {
  const std::lock_guard lock(mutex_);
  for (auto& one : claimed)
    (one.lane == storage::SendLane::kFast ? fast_ : bulk_).push_back(std::move(one));
  start_threads();
  changed_.notify_all();
}

void SendLane::push_batch(std::vector<Claimed>&& members) {
  const std::lock_guard lock(mutex_);
  batches_.push_back(std::move(members));
  start_threads();
  changed_.notify_all();
}

void SendLane::acknowledge_press(const std::string& press_id) {
  const std::lock_guard lock(mutex_);
  presses_.push_back(press_id);
  start_threads();
  changed_.notify_one();
}

int SendLane::room() const {
  const std::lock_guard lock(mutex_);
  return capacity_ - static_cast<int>(fast_.size() + bulk_.size() + busy_);
}

bool SendLane::idle() const {
  const std::lock_guard lock(mutex_);
  return fast_.empty() && bulk_.empty() && batches_.empty() && presses_.empty() && busy_ == 0;
}

void SendLane::use(LiveChannelPtr live) {
  const std::lock_guard lock(mutex_);
  live_ = std::move(live);
}

void SendLane::start_threads() {
  const std::size_t wanted = std::min(most_threads_, fast_.size() + bulk_.size() + presses_.size() + busy_);
  for (; !stopping_ && threads_ - batch_threads_ < wanted; ++threads_)
    std::thread([self = shared_from_this()] { self->work(); }).detach();
  if (stopping_ || batches_.empty() || batch_threads_ > 0) return;
  ++threads_;
  ++batch_threads_;
  std::thread([self = shared_from_this()] { self->work_batches(); }).detach();
}

void SendLane::acknowledge_next_press(std::unique_lock<std::mutex>& lock) {
  const auto press = std::move(presses_.front());
  presses_.pop_front();
  const auto account = live_;
  lock.unlock();
  if (account->channel) guarded(*account, [&] { account->channel->acknowledge_press(press, ""); });
  lock.lock();
}

bool SendLane::next(Claimed& claimed, LiveChannelPtr& live, std::unique_lock<std::mutex>& lock) {
  for (;;) {
    if (stopping_) return false;
    if (!presses_.empty()) {
      acknowledge_next_press(lock);
      continue;
    }
    if (fast_.empty() && bulk_.empty()) {
      changed_.wait(lock);
      continue;
    }
    // First the moment, then the message: a reply that comes while we wait still goes first.
    const std::int64_t moment = pacer_.reserve(steady_us());
    for (std::int64_t wait = moment - steady_us(); wait > 0 && !stopping_; wait = moment - steady_us())
      changed_.wait_for(lock, std::chrono::microseconds(wait), [this] { return stopping_; });
    if (stopping_) return false;
    auto& queue = !fast_.empty() ? fast_ : bulk_;
    if (queue.empty()) continue;
    claimed = std::move(queue.front());
    queue.pop_front();
    live = live_;
    pacer_.left(moment, steady_us());
    return true;
  }
}

void SendLane::work() {
  std::unique_lock lock(mutex_);
  Claimed claimed;
  LiveChannelPtr live;
  while (next(claimed, live, lock)) {
    ++busy_;
    lock.unlock();
    SendResult result;
    result.started = live->channel != nullptr && (!may_send_ || may_send_(claimed));
    if (result.started) {
      auto message = outgoing_of(claimed);
      result.outcome = guarded(*live, [&] { return live->channel->send(message); });
      claimed.content = std::move(message.content);  // recording needs it
    }
    result.claimed = std::move(claimed);
    results_->put(std::move(result));
    lock.lock();
    --busy_;
    if (busy_ == 0) changed_.notify_all();
  }
  --threads_;
  changed_.notify_all();
}

bool SendLane::next_batch(std::vector<Claimed>& members, LiveChannelPtr& live, std::unique_lock<std::mutex>& lock) {
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || !batches_.empty(); });
    if (stopping_) return false;
    Pacer& pacer = batch_pacer_.per_second() > 0 ? batch_pacer_ : pacer_;
    const std::int64_t moment = pacer.reserve(steady_us());
    for (std::int64_t wait = moment - steady_us(); wait > 0 && !stopping_; wait = moment - steady_us())
      changed_.wait_for(lock, std::chrono::microseconds(wait), [this] { return stopping_; });
    if (stopping_) return false;
    if (batches_.empty()) continue;  // handed back meanwhile
    members = std::move(batches_.front());
    batches_.pop_front();
    live = live_;
    pacer.left(moment, steady_us());
    return true;
  }
}

std::vector<SendResult> SendLane::call(std::vector<Claimed>&& members, const LiveChannel& live) {
  const bool started = live.channel != nullptr && (!may_send_ || may_send_(members.front()));
  std::vector<channels::SendOutcome> outcomes;
  if (started) {
    std::vector<channels::Outgoing> to;
    to.reserve(members.size());
    for (auto& member : members) to.push_back(outgoing_of(member));
    outcomes = guarded(live, [&] { return live.channel->send_batch(members.front().batch->content, to); });
  }
  outcomes.resize(members.size());  // an adapter that forgets one leaves it unknown
  auto shared = std::make_shared<BatchCall>(*members.front().batch);
  const auto all = [&](auto&& is) { return std::all_of(outcomes.begin(), outcomes.end(), [&](const auto& outcome) { return is(outcome.status); }); };
  using channels::SendStatus;
  shared->all_accepted = started && all([](SendStatus status) { return status == SendStatus::kAccepted; });
  shared->some_accepted = started && std::ranges::any_of(outcomes, [](const auto& outcome) { return outcome.status == SendStatus::kAccepted; });
  shared->nothing_known = started && all([](SendStatus status) { return status == SendStatus::kUnknown; });
  shared->nothing_sent = !started || all(tells_nothing_was_sent);
  std::vector<SendResult> results;
  results.reserve(members.size());
  for (std::size_t i = 0; i < members.size(); ++i) {
    members[i].batch = shared;
    results.push_back({std::move(members[i]), std::move(outcomes[i]), started});
  }
  return results;
}

void SendLane::work_batches() {
  std::unique_lock lock(mutex_);
  std::vector<Claimed> members;
  LiveChannelPtr live;
  while (next_batch(members, live, lock)) {
    ++busy_;
    lock.unlock();
    results_->put(call(std::move(members), *live));
    lock.lock();
    --busy_;
    if (busy_ == 0) changed_.notify_all();
  }
  --batch_threads_;
  --threads_;
  changed_.notify_all();
}

void SendLane::return_queued() {
  for (; !batches_.empty(); batches_.pop_front()) {
    std::vector<SendResult> results;
    // What was never called by this node is not called; what an earlier call left open stays so.
    auto shared = std::make_shared<BatchCall>(*batches_.front().front().batch);
    shared->nothing_sent = true;
    for (auto& member : batches_.front()) {
      member.batch = shared;
      results.push_back({std::move(member), {}, false});
    }
    results_->put(std::move(results));
  }
  for (auto* queue : {&fast_, &bulk_})
    while (!queue->empty()) {
      SendResult result;
      result.claimed = std::move(queue->front());
      queue->pop_front();
      results_->put(std::move(result));
    }
}

void SendLane::pause_until(std::int64_t until_us) {
  pacer_.pause_until(until_us);
  batch_pacer_.pause_until(until_us);
}

void SendLane::hand_back() {
  const std::lock_guard lock(mutex_);
  return_queued();
}

bool SendLane::stop(std::chrono::steady_clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  stopping_ = true;
  changed_.notify_all();
  return_queued();
  return changed_.wait_until(lock, deadline, [this] { return threads_ == 0; });
}

}  // namespace laoke
