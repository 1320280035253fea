#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "handlers/calendar.h"
#include "handlers/context.h"
#include "handlers/said.h"
#include "storage/ledger.h"

// What will be sent in the coming days, found by running the real rules and the real policy on a simulated clock over one
// read snapshot. It knows what is planned and what follows from it, not what customers will do: no new orders, no
// payments. So an unpaid order is nudged to the end, and everybody who lapses lapses.
namespace laoke {

// Policy as the forecast asks it: at context.now_ms, with the marketing this forecast already sent to the customer.
struct ForecastAnswer {
  enum class Verdict { kGo, kWait, kDrop } verdict = Verdict::kGo;
  std::string reason;         // handlers/reasons.h; "" for kGo
  std::int64_t until_ms = 0;  // kWait
};
using ForecastPolicy =
    std::function<ForecastAnswer(const Context&, const storage::Delivery&, std::span<const std::int64_t> marketing_sent_ms)>;

// A broadcast that waits for its time.
struct ForecastBroadcast {
  std::int64_t broadcast_id = 0;
  std::string name, segment, klass = "marketing";
  std::int64_t starts_at_ms = 0, valid_ms = 0;
  std::string rrule;  // "" once
};

struct ForecastLine {
  std::string source;                              // "rule", "broadcast"
  std::string name;
  Said title;
  std::int64_t due = 0;                            // fall due on this day
  std::int64_t sent = 0;                           // go out on this day, also those that waited since yesterday
  std::map<std::string, std::int64_t> held_back;   // reason -> how many of this day's wait
  std::map<std::string, std::int64_t> dropped;     // reason -> how many are never sent
};
struct ForecastDay {
  LocalDate date;  // in the shop's zone
  std::vector<ForecastLine> lines;  // by source and name; a day without any is left out
};

// The days from context.now_ms on. A wrong segment of a broadcast throws SegmentError.
std::vector<ForecastDay> forecast(const Context& context, int days, const ForecastPolicy& policy,
                                  std::span<const ForecastBroadcast> broadcasts);

}  // namespace laoke
