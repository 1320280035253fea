#pragma once
#include <cstdint>
#include <string>

#include "storage/segment_query.h"

namespace laoke::storage {

// Half open: from_ms <= t < until_ms.
struct TimeRange {
  std::int64_t from_ms = 0, until_ms = 0;
};

// Days of a year as month * 100 + day, both ends included; `first > last` runs over New Year.
struct BirthdayRange {
  std::int64_t first = 0, last = 0;
  bool everything = false;  // a year or more
};

// Calendar words of one shop at one moment. An unknown zone counts as UTC: a segment must not fail to run for it.
class SegmentCalendar {
 public:
  SegmentCalendar(const std::string& time_zone, std::int64_t now_ms);

  // The moments a time covers in the shop's zone; of an age: from so long ago until now. Days of no year (kMonthDay,
  // kMonth) are those of the current year.
  TimeRange range(const SegmentTime& time) const;
  // The same as UTC midnights, which is how date attributes are stored.
  TimeRange date_range(const SegmentTime& time) const;
  // The birthdays on the days a time covers; of an age: the days to come, today first. In years without one,
  // 29 February is kept on the 28th.
  BirthdayRange birthdays(const SegmentTime& time, bool last_day_too) const;
  std::int64_t now_ms() const { return now_ms_; }

 private:
  struct Days {  // day numbers since 1970-01-01, half open
    std::int64_t from = 0, until = 0;
  };
  Days days(const SegmentTime& time) const;
  Days period_days(SegmentPeriod period) const;
  std::int64_t ago_ms(const SegmentTime& age) const;
  std::int64_t midnight_ms(std::int64_t day) const;

  const void* zone_ = nullptr;  // date::time_zone, null for UTC; lives as long as the program
  std::int64_t now_ms_ = 0;
  std::int64_t today_ = 0;             // local day number
  std::int64_t time_of_day_ms_ = 0;    // local
};

}  // namespace laoke::storage
