#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "handlers/calendar.h"
#include "handlers/recurrence.h"
#include "handlers/when.h"

// Times, durations and repetitions as strangers may type them: no crash, and what is understood lies ahead.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace laoke;
  if (size > 2000) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  constexpr std::int64_t kNow = 1'772'416'800'000;
  for (const auto* zone : {"Asia/Shanghai", "America/New_York"}) {
    const auto when = parse_when(text, kNow, zone);
    if (when && *when < kNow) std::abort();
    const auto taken = take_when(text, kNow, zone);
    if (taken && taken->bytes > size) std::abort();
    const auto repeating = parse_recurrence(text, kNow, zone);
    if (repeating && repeating->start_ms <= kNow) std::abort();
  }
  if (const auto duration = parse_duration(text); duration && *duration < 0) std::abort();
  (void)nearest_time_zone(text);
  return 0;
}
