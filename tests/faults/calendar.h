#pragma once
#include "tests/faults/scenarios.h"

namespace laoke::faults {

// The days on which calendars go wrong, walked through with the node's clock and in part walked twice: 29 February with
// and without a leap year, the hour that a zone leaves out in March and the one it has twice in October. People born on
// 29 February get one wish a year, a daily broadcast at 02:30 goes out once a day.
RunResult run_calendar(const RunPlan& plan);

}  // namespace laoke::faults
