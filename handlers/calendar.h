#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Local calendars at the edges: everything inside is UTC epoch milliseconds. Zones are IANA names, read from the
// system's time zone database. All functions may run on any thread and throw std::invalid_argument for a zone that
// valid_time_zone() refuses: check zones where a person types them.
//
// Local times that clocks skip or repeat are decided as RFC 5545 3.3.5 does: a skipped time (02:30 when clocks jump
// from 02:00 to 03:00) means the same distance after the jump (03:30); a repeated one means its first pass.
namespace laoke {

inline constexpr std::int64_t kSecondMs = 1000, kMinuteMs = 60 * kSecondMs, kHourMs = 60 * kMinuteMs,
                              kDayMs = 24 * kHourMs;  // of elapsed time: a local day may have 23 or 25 hours

struct LocalDate {
  int year = 1970, month = 1, day = 1;
  auto operator<=>(const LocalDate&) const = default;
};

struct LocalTime {
  LocalDate date;
  int hour = 0, minute = 0, second = 0;
  auto operator<=>(const LocalTime&) const = default;
};

bool valid_time_zone(std::string_view name);
// The zone most like what was typed ("Asia/Shangai", "shanghai", "北京"); "" when nothing is near.
std::string nearest_time_zone(std::string_view typed);
// The customer's zone when it is set and valid, else the shop's.
std::string_view zone_or(std::string_view customer_zone, std::string_view shop_zone);

LocalTime to_local(std::int64_t utc_ms, std::string_view zone);
std::int64_t to_utc(const LocalTime& local, std::string_view zone);
// `minute_of_day` of that date, 0..1439.
std::int64_t at_minute(const LocalDate& date, int minute_of_day, std::string_view zone);

bool valid_date(int year, int month, int day);
LocalDate add_days(const LocalDate& date, int days);
// Days from `from` to `to`; negative when `to` is earlier.
int days_between(const LocalDate& from, const LocalDate& to);
int weekday(const LocalDate& date);  // 1 Monday … 7 Sunday
int days_in_month(int year, int month);

// First instants of the local day, the week (Monday) and the month that hold `utc_ms`.
std::int64_t start_of_day(std::int64_t utc_ms, std::string_view zone);
std::int64_t start_of_week(std::int64_t utc_ms, std::string_view zone);
std::int64_t start_of_month(std::int64_t utc_ms, std::string_view zone);

// "21:00", "9:05" or "9" as minutes of the day.
std::optional<int> parse_clock(std::string_view text);
std::string format_clock(int minute_of_day);  // "09:05"

// When the quiet span around `now_ms` ends, or nullopt outside it. The span runs from `from` (quiet) to `to` (no longer
// quiet), over midnight when `to` is earlier; equal clocks mean there is no quiet span. A clock that parse_clock()
// refuses throws std::invalid_argument.
std::optional<std::int64_t> quiet_until(std::int64_t now_ms, std::string_view zone, std::string_view from,
                                        std::string_view to);

// 29 February is kept on 28 February in common years: the wish comes within the month of birth and never late.
LocalDate birthday_in(int year, int month, int day);

std::string iso_date(const LocalDate& date);  // "2026-03-02"
// "YYYY-MM-DD", or nullopt when it is no date.
std::optional<LocalDate> parse_iso_date(std::string_view text);
// "2026年3月2日" / "2 Mar 2026".
std::string format_date(std::int64_t utc_ms, std::string_view zone, std::string_view language);
// "3月2日 周一 10:00" / "Mon 2 Mar 10:00"; the year is added when it is not that of `now_ms`.
std::string format_date_time(std::int64_t utc_ms, std::string_view zone, std::string_view language,
                             std::int64_t now_ms);
// "2天3小时" / "2 d 3 h": the two largest units.
std::string format_duration(std::int64_t duration_ms, std::string_view language);

}  // namespace laoke
