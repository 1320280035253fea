#include "storage/segment_time.h"

#include <date/date.h>
#include <date/tz.h>

#include <algorithm>
#include <stdexcept>

namespace laoke::storage {
namespace {

using std::chrono::milliseconds;
constexpr std::int64_t kHourMs = 3'600'000, kDayMs = 24 * kHourMs;
constexpr int kDaysOfYear = 366;

const date::time_zone* zone_of(const void* zone) { return static_cast<const date::time_zone*>(zone); }

date::sys_days day_of(std::int64_t number) { return date::sys_days{date::days{number}}; }
std::int64_t number_of(date::year_month_day day) { return date::sys_days{day}.time_since_epoch().count(); }

// The same day so many months earlier; of a shorter month its last day.
date::year_month_day months_before(date::year_month_day day, std::int64_t months) {
  const auto month = date::year_month{day.year(), day.month()} - date::months{static_cast<int>(months)};
  const date::year_month_day result = month / day.day();
  return result.ok() ? result : date::year_month_day{month / date::last};
}

date::year_month_day next_month(date::year_month month) { return (month + date::months{1}) / 1; }

std::int64_t month_day(std::int64_t number) {
  const date::year_month_day day{day_of(number)};
  return std::int64_t{static_cast<unsigned>(day.month())} * 100 + static_cast<unsigned>(day.day());
}

// 29 February of a common year is its 28th.
date::year_month_day in_year(date::year year, const SegmentTime& time) {
  const date::year_month_day day{year, date::month(static_cast<unsigned>(time.month)),
                                 date::day(static_cast<unsigned>(time.day))};
  return day.ok() ? day : date::year_month_day{year / day.month() / date::last};
}

}  // namespace

SegmentCalendar::SegmentCalendar(const std::string& time_zone, std::int64_t now_ms) : now_ms_(now_ms) {
  const date::sys_time<milliseconds> now{milliseconds(now_ms)};
  date::local_time<milliseconds> local{now.time_since_epoch()};
  try {
    zone_ = date::locate_zone(time_zone);
    local = zone_of(zone_)->to_local(now);
  } catch (const std::runtime_error&) {
    zone_ = nullptr;
  }
  const auto day = date::floor<date::days>(local);
  today_ = day.time_since_epoch().count();
  time_of_day_ms_ = (local - day).count();
}

std::int64_t SegmentCalendar::midnight_ms(std::int64_t day) const {
  const date::local_days local{date::days{day}};
  if (zone_ == nullptr) return day * kDayMs;
  // Where a change of clocks skips or repeats midnight, the first moment of the day counts.
  return std::chrono::duration_cast<milliseconds>(
             zone_of(zone_)->to_sys(date::local_time<milliseconds>(local), date::choose::earliest).time_since_epoch())
      .count();
}

std::int64_t SegmentCalendar::ago_ms(const SegmentTime& age) const {
  switch (age.unit) {
    case SegmentUnit::kHours: return now_ms_ - age.amount * kHourMs;
    case SegmentUnit::kDays: return now_ms_ - age.amount * kDayMs;
    case SegmentUnit::kWeeks: return now_ms_ - age.amount * 7 * kDayMs;
    default: break;
  }
  const std::int64_t months = age.amount * (age.unit == SegmentUnit::kYears ? 12 : 1);
  return midnight_ms(number_of(months_before(date::year_month_day{day_of(today_)}, months))) + time_of_day_ms_;
}

SegmentCalendar::Days SegmentCalendar::period_days(SegmentPeriod period) const {
  const date::year_month_day today{day_of(today_)};
  const date::year_month month{today.year(), today.month()};
  const std::int64_t monday = today_ - (date::weekday{day_of(today_)} - date::Monday).count();
  const auto whole_month = [](date::year_month which) { return Days{number_of(which / 1), number_of(next_month(which))}; };
  const auto whole_year = [](date::year year) {
    return Days{number_of(year / 1 / 1), number_of((year + date::years{1}) / 1 / 1)};
  };
  switch (period) {
    case SegmentPeriod::kToday: return {today_, today_ + 1};
    case SegmentPeriod::kYesterday: return {today_ - 1, today_};
    case SegmentPeriod::kTomorrow: return {today_ + 1, today_ + 2};
    case SegmentPeriod::kThisWeek: return {monday, monday + 7};
    case SegmentPeriod::kLastWeek: return {monday - 7, monday};
    case SegmentPeriod::kNextWeek: return {monday + 7, monday + 14};
    case SegmentPeriod::kThisMonth: return whole_month(month);
    case SegmentPeriod::kLastMonth: return whole_month(month - date::months{1});
    case SegmentPeriod::kNextMonth: return whole_month(month + date::months{1});
    case SegmentPeriod::kThisYear: return whole_year(today.year());
    case SegmentPeriod::kLastYear: return whole_year(today.year() - date::years{1});
  }
  return {};
}

SegmentCalendar::Days SegmentCalendar::days(const SegmentTime& time) const {
  const date::year this_year = date::year_month_day{day_of(today_)}.year();
  if (time.kind == SegmentTime::Kind::kPeriod) return period_days(time.period);
  if (time.kind == SegmentTime::Kind::kMonth) {
    const date::year_month month{this_year, date::month(static_cast<unsigned>(time.month))};
    return {number_of(month / 1), number_of(next_month(month))};
  }
  const date::year year = time.kind == SegmentTime::Kind::kDay ? date::year{time.year} : this_year;
  const std::int64_t day = number_of(in_year(year, time));
  return {day, day + 1};
}

TimeRange SegmentCalendar::range(const SegmentTime& time) const {
  if (time.kind == SegmentTime::Kind::kAge) return {ago_ms(time), now_ms_ + 1};
  const Days covered = days(time);
  return {midnight_ms(covered.from), midnight_ms(covered.until)};
}

TimeRange SegmentCalendar::date_range(const SegmentTime& time) const {
  if (time.kind != SegmentTime::Kind::kAge) {
    const Days covered = days(time);
    return {covered.from * kDayMs, covered.until * kDayMs};
  }
  // An age of whole days reaches back to that date; "now" is the end of today.
  const std::int64_t offset_ms = today_ * kDayMs + time_of_day_ms_ - now_ms_;
  const std::int64_t ago = ago_ms(time) + offset_ms;
  const std::int64_t day = ago >= 0 ? ago / kDayMs : (ago - kDayMs + 1) / kDayMs;
  return {day * kDayMs, (today_ + 1) * kDayMs};
}

BirthdayRange SegmentCalendar::birthdays(const SegmentTime& time, bool last_day_too) const {
  if (time.kind == SegmentTime::Kind::kMonth) return {time.month * 100, time.month * 100 + 31, false};
  if (time.kind == SegmentTime::Kind::kMonthDay) return {time.month * 100 + time.day, time.month * 100 + time.day, false};
  Days covered;
  if (time.kind == SegmentTime::Kind::kAge) {
    const std::int64_t back = midnight_ms(today_) + time_of_day_ms_ - ago_ms(time);
    covered = {today_, today_ + back / kDayMs + (last_day_too ? 1 : 0)};
  } else {
    covered = days(time);
  }
  if (covered.until - covered.from >= kDaysOfYear - 1) return {101, 1231, true};
  const std::int64_t last = std::max(covered.from, covered.until - 1);
  const bool common_28th = month_day(last) == 228 && !date::year_month_day{day_of(last)}.year().is_leap();
  return {month_day(covered.from), common_28th ? 229 : month_day(last), false};
}

}  // namespace laoke::storage
