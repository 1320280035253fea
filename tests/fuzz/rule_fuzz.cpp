#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "handlers/reminder_chains.h"
#include "handlers/reminder_payload.h"
#include "handlers/rule_format.h"

// Rules as strangers may write them: no crash, and what is accepted has the manners of its class.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace laoke;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto rule = parse_rule(text);
  if (rule && (rule->steps.empty() || rule->expires_ms <= 0)) std::abort();
  if (rule && rule->klass == "marketing" && (rule->passes_quiet_hours || rule->resend_unknown)) std::abort();
  if (rule)
    for (const auto& step : rule->steps) (void)due_after(1'772'416'800'000, step.offset, "America/New_York");
  (void)parse_offset(text);
  if (const auto ref = parse_step_cause(text); ref && step_cause(ref->chain_cause, ref->step).empty()) std::abort();
  (void)id_in_cause(text, "order");
  return 0;
}
