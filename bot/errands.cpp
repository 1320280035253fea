#include "bot/errands.h"

#include <condition_variable>
#include <deque>
#include <set>

#include "bot/log.h"
#include "bot/metrics.h"
#include "handlers/profiles.h"
#include "storage/errands.h"

namespace laoke {
namespace {

constexpr std::chrono::milliseconds kLookForErrands{1'000};  // also how late another process's errand is noticed
constexpr std::size_t kMostHelpers = 4;

// Rows that a version before this one left: it had two kinds for one question.
void by_todays_name(storage::ErrandRow& row) {
  if (row.kind == "look_up") row.kind = kProfileErrand;
}

// Never throws: an adapter's mistake is a refusal that may pass.
channels::ErrandOutcome run_safely(const LiveChannel& live, const storage::ErrandRow& row) {
  try {
    return live.channel->run({row.kind, "e" + std::to_string(row.errand_id), nlohmann::json::parse(row.data)});
  } catch (const std::exception& error) {
    return {channels::SendStatus::kRetryLater, error.what(), {}, {}};
  }
}

ErrandResult::Kind kind_of(channels::SendStatus status) {
  using channels::SendStatus;
  switch (status) {
    case SendStatus::kAccepted:
    case SendStatus::kAwaitsPerson: return ErrandResult::Kind::kDone;
    case SendStatus::kThrottled: return ErrandResult::Kind::kChannelWaits;
    case SendStatus::kContactBusy: return ErrandResult::Kind::kWaits;
    case SendStatus::kQuotaUsed: return ErrandResult::Kind::kQuotaUsed;
    case SendStatus::kRetryLater:
    case SendStatus::kUnknown: return ErrandResult::Kind::kAgain;
    case SendStatus::kContactGone: return ErrandResult::Kind::kGone;
    case SendStatus::kBadConfig: return ErrandResult::Kind::kChannelBroken;
    case SendStatus::kWindowClosed:
    case SendStatus::kContactMoved:
    case SendStatus::kRejected: break;
  }
  return ErrandResult::Kind::kRefused;
}

// After these the next errand of the channel would meet the same.
bool stops_channel(ErrandResult::Kind kind) {
  using Kind = ErrandResult::Kind;
  return kind == Kind::kAgain || kind == Kind::kChannelWaits || kind == Kind::kQuotaUsed || kind == Kind::kChannelBroken;
}

}  // namespace

struct Errands::Crew {
  std::mutex mutex;  // guards all below
  std::condition_variable changed;
  std::deque<std::int64_t> waiting;  // channels
  std::set<std::int64_t> taken;      // those, and the ones that are worked on
  std::size_t helpers = 0, idle = 0, users = 0;
  bool stopping = false;  // begin nothing more
  bool closed = false;    // the Errands goes: nobody may use it any more
};

// Keeps the Errands from going for as long as this lives; false when it is going already. Never held during a call.
class Errands::Use {
 public:
  explicit Use(Crew& crew) : crew_(crew) {
    const std::lock_guard lock(crew_.mutex);
    held_ = !crew_.closed;
    crew_.users += held_ ? 1 : 0;
  }
  ~Use() {
    const std::lock_guard lock(crew_.mutex);
    crew_.users -= held_ ? 1 : 0;
    crew_.changed.notify_all();
  }
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;
  explicit operator bool() const { return held_; }

 private:
  Crew& crew_;
  bool held_ = false;
};

Errands::Errands(storage::Database& database, ChannelHost& channels, Intake& intake, const ChannelLeases& leases, const Clock& clock)
    : database_(database), channels_(channels), intake_(intake), leases_(leases), clock_(clock), crew_(std::make_shared<Crew>()) {}

Errands::~Errands() { stop(std::chrono::milliseconds(0)); }

void Errands::start() { watcher_ = std::thread([this] { watch(); }); }

void Errands::stop(std::chrono::milliseconds budget) {
  const auto deadline = std::chrono::steady_clock::now() + budget;
  {
    const std::lock_guard lock(crew_->mutex);
    crew_->stopping = true;
    crew_->waiting.clear();
  }
  crew_->changed.notify_all();
  if (watcher_.joinable()) watcher_.join();
  std::unique_lock lock(crew_->mutex);
  crew_->changed.wait_until(lock, deadline, [this] { return crew_->helpers == 0; });
  crew_->closed = true;
  crew_->changed.wait(lock, [this] { return crew_->users == 0; });
}

void Errands::watch() {
  for (;;) {
    try {
      hand_out(channels_due());
    } catch (const std::exception& error) {
      log::warning("errands.fault", {{"why", error.what()}});
    }
    std::unique_lock lock(crew_->mutex);
    if (crew_->changed.wait_for(lock, kLookForErrands, [this] { return crew_->stopping; })) return;
  }
}

std::vector<std::int64_t> Errands::channels_due() {
  auto due = database_.read(
      [now_ms = clock_.now_ms()](storage::Transaction& tx) { return storage::channels_with_errands(tx, now_ms); });
  std::erase_if(due, [this](std::int64_t channel_id) { return !mine(channel_id); });
  return due;
}

LiveChannelPtr Errands::mine(std::int64_t channel_id) const {
  const auto live = channels_.by_id(channel_id);
  return live && live->channel && live->row.state == "on" && leases_.owns(channel_id) ? live : nullptr;
}

void Errands::hand_out(const std::vector<std::int64_t>& channels) {
  const std::lock_guard lock(crew_->mutex);
  if (crew_->stopping) return;
  for (const auto channel_id : channels)
    if (crew_->taken.insert(channel_id).second) crew_->waiting.push_back(channel_id);
  for (auto wanted = crew_->waiting.size(); wanted > crew_->idle && crew_->helpers < kMostHelpers; --wanted) {
    std::thread(help, crew_, this).detach();
    ++crew_->helpers;
  }
  crew_->changed.notify_all();
}

void Errands::help(std::shared_ptr<Crew> crew, Errands* errands) {
  std::unique_lock lock(crew->mutex);
  while (!crew->stopping) {
    if (crew->waiting.empty()) {
      ++crew->idle;
      crew->changed.wait(lock, [&] { return crew->stopping || !crew->waiting.empty(); });
      --crew->idle;
      continue;
    }
    const auto channel_id = crew->waiting.front();
    crew->waiting.pop_front();
    lock.unlock();
    work_on(*crew, errands, channel_id);
    lock.lock();
    crew->taken.erase(channel_id);
  }
  --crew->helpers;
  crew->changed.notify_all();
}

int Errands::round() {
  int tries = 0;
  for (const auto channel_id : channels_due()) tries += work_on(*crew_, this, channel_id);
  return tries;
}

// Until nothing is due, the channel must wait, or it is not this node's any more; how many tries were made.
int Errands::work_on(Crew& crew, Errands* errands, std::int64_t channel_id) try {
  int tries = 0;
  for (;;) {
    LiveChannelPtr live;
    std::optional<storage::ErrandRow> row;
    {
      const Use use(crew);
      if (use) live = errands->mine(channel_id);
      if (live) row = errands->next_of(*live);
    }
    if (!row) return tries;
    const auto outcome = run_safely(*live, *row);
    ++tries;
    const Use use(crew);
    if (!use || !errands->record(*live, *row, outcome)) return tries;
  }
} catch (const std::exception& error) {
  log::warning("errands.fault", {{"channel_id", channel_id}, {"why", error.what()}});  // done again, a second later
  return 0;
}

std::optional<storage::ErrandRow> Errands::next_of(const LiveChannel& live) {
  {
    const std::lock_guard lock(crew_->mutex);
    if (crew_->stopping) return std::nullopt;
  }
  auto due = database_.read([&, now_ms = clock_.now_ms()](storage::Transaction& tx) {
    return storage::due_errands(tx, live.row.shop_id, live.row.channel_id, now_ms, 1);
  });
  if (due.empty()) return std::nullopt;
  by_todays_name(due.front());
  return std::move(due.front());
}

// Whether this channel's errands may go on at once.
bool Errands::record(const LiveChannel& live, const storage::ErrandRow& row, const channels::ErrandOutcome& outcome) {
  const auto status = channels::name_of(outcome.status);
  metrics::registry().counter("laoke_errands_total", "Errands on platforms by outcome", {{"outcome", std::string(status)}}).add(1);
  if (!outcome.learned.empty()) intake_.take(live, outcome.learned, row.data);
  ErrandResult result;
  result.kind = kind_of(outcome.status);
  result.detail = outcome.platform_code;
  result.retry_after_ms = outcome.retry_after.count();
  {
    const std::lock_guard lock(random_mutex_);
    result.random01 = std::uniform_real_distribution<double>(0, 1)(random_);
  }
  const auto end = database_.write([&](storage::Transaction& tx) {
    return settle_errand({tx, live.shop, clock_.now_ms()}, row, result);
  }, storage::of_shop(live.row.shop_id));
  if (end != ErrandEnd::kDone)
    log::warning(end == ErrandEnd::kGivenUp ? "errand.given_up" : "errand.failed",
                 {{"channel_id", live.row.channel_id}, {"errand", row.kind}, {"errand_id", row.errand_id},
                  {"attempts", row.attempts + 1}, {"outcome", std::string(status)}});
  return result.kind == ErrandResult::Kind::kDone || end == ErrandEnd::kGivenUp || !stops_channel(result.kind);
}

}  // namespace laoke
