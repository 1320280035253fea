#pragma once
#include <optional>

#include "handlers/scan.h"

// Times of day and weekdays as people type them; shared by handlers/when and handlers/recurrence.
namespace laoke {

enum class Period { kSmallHours, kMorning, kNoon, kAfternoon, kEvening };

struct ClockTime {
  int minute = 0;    // of the day
  int second = 0;
  int next_day = 0;  // 1: midnight at the end of the day (晚上12点)
  bool valid() const { return minute >= 0 && minute < 24 * 60 && second < 60; }
};

// 10:00, 10点半, 下午3点, 6pm, at 9: reads a time of day and takes nothing when there is none. `period` is one already
// read (今晚); a period word in front replaces it. The answer may be !valid() (25:00).
std::optional<ClockTime> clock_words(Scan& scan, std::optional<Period> period);

// 周一, 星期天, 礼拜六, monday, fri: 1 Monday … 7 Sunday.
std::optional<int> weekday_word(Scan& scan);
// The same without 周 in front: 一 … 六, 日, 天.
std::optional<int> weekday_digit(Scan& scan);

}  // namespace laoke
