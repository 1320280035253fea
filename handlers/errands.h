#pragma once
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "handlers/context.h"
#include "storage/errands.h"

// Work on a platform that is no message (bot/channels/channel.h, Errand): kept until it is done, tried again after a
// refusal that passes, at last given up with a word to the seller. bot/errands.h does it.
namespace laoke {

// Queues it in this transaction; false when the same waits already. Work that another waiting one would undo ("tag"
// before "untag" of the same data) is forgotten: what was asked last is what stands in the end.
// It is not done before `delay_ms` from now.
bool enqueue_errand(const Context& context, std::int64_t channel_id, std::string_view kind, const nlohmann::json& data,
                    std::int64_t delay_ms = 0);

// Tries before it is given up. The wait grows fourfold from five seconds to nearly six hours, half of it random: up to
// eight hours in all, so that a platform's bad afternoon costs nothing.
inline constexpr std::int64_t kErrandTries = 8;
std::int64_t errand_delay_ms(std::int64_t attempts, double random01);
// Waiting because the platform asks for it is no try; but after so long nobody wants it any more.
inline constexpr std::int64_t kErrandLifeMs = 3 * 24 * 3'600'000LL;

// What came of one try.
struct ErrandResult {
  enum class Kind {
    kDone,
    kAgain,          // nothing happened, or it is not known whether
    kWaits,          // the platform asked this piece of work to wait
    kChannelWaits,   // the platform asked the whole account to wait
    kQuotaUsed,      // the same for long, and the seller should know
    kGone,           // whom it is about cannot be reached any more: nothing to tell
    kRefused,        // never possible
    kChannelBroken,  // the account's key or rights are gone: it stops until its settings change
  };
  Kind kind = Kind::kAgain;
  std::string detail;              // the platform's words
  std::int64_t retry_after_ms = 0; // 0: as the number of tries says
  double random01 = 0.5;
};
// Writes down what came of it: the row goes, or waits until its next time. Once a day for each account the seller is told
// that it stopped or has no quota left; of what is given up so many a day, in their chat and as a task.
inline constexpr int kGivenUpToldADay = 5;
enum class ErrandEnd { kDone, kWaits, kGivenUp };
ErrandEnd settle_errand(const Context& context, const storage::ErrandRow& errand, const ErrandResult& result);

}  // namespace laoke
