#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "handlers/said.h"

// Times as people type them: 明天10:00, 今晚8点, 后天上午9点半, 周五 18:00, 下周一10点, 11月20日 9:00, 2026-12-01 10:00, 30分钟后,
// 马上, 後天上午9點半, tomorrow 10:00, fri 6pm, next monday 9:00, in 2 hours, now.
//
// What is left open is decided so: a weekday means its next coming time (周五), 下周/next the calendar week after this one
// (weeks begin on Monday); a date without a year is this year's, or next year's when it lies more than half a year
// back; a clock alone is today's; a time that clocks skip or repeat as handlers/calendar.h says.
namespace laoke {

// The instant, or what is wrong: not understood, a day without a time of day, a date that does not exist, a time that
// has passed, or one more than ten years away.
OrSaid<std::int64_t> parse_when(std::string_view text, std::int64_t now_ms, std::string_view zone);

struct WhenFound {
  std::int64_t at_ms = 0;
  std::size_t bytes = 0;  // how much of the text it took, with the blanks after it; 0: the text begins with no time
};
// The same at the beginning of a longer text ("明天10:00 春季上新"). A day ends at a blank, the end or a clock, anything
// else at a blank or the end: 今天有活动, 10点半开播 and "today's offer" begin with no time. An error only for a time
// that is meant but wrong.
OrSaid<WhenFound> take_when(std::string_view text, std::int64_t now_ms, std::string_view zone);

// "90s 30m 2h 3d 1w", also several ("1d 12h"), without sign. At least 0, at most ten years; a day has 24 hours.
OrSaid<std::int64_t> parse_duration(std::string_view text);

}  // namespace laoke
