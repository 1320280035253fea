#include "handlers/calendar.h"

#include <catch2/catch.hpp>
#include <tuple>

using namespace laoke;

namespace {

std::int64_t utc(int year, int month, int day, int hour = 0, int minute = 0) {
  return to_utc({{year, month, day}, hour, minute, 0}, "Etc/UTC");
}

std::string shown(std::int64_t utc_ms, std::string_view zone) {
  const LocalTime t = to_local(utc_ms, zone);
  return iso_date(t.date) + " " + format_clock(t.hour * 60 + t.minute);
}

}  // namespace

TEST_CASE("a local time becomes the right instant, also on the nights clocks change", "[calendar]") {
  using Row = std::tuple<const char*, const char*, LocalTime, std::int64_t>;
  const auto [says, zone, local, expected] = GENERATE(table<const char*, const char*, LocalTime, std::int64_t>({
      Row{"Shanghai has no summer time", "Asia/Shanghai", {{2026, 3, 2}, 10, 0, 0}, 1'772'416'800'000},
      Row{"before the jump", "America/New_York", {{2026, 3, 8}, 1, 59, 0}, utc(2026, 3, 8, 6, 59)},
      Row{"a skipped time is moved behind the jump", "America/New_York", {{2026, 3, 8}, 2, 30, 0}, utc(2026, 3, 8, 7, 30)},
      Row{"after the jump", "America/New_York", {{2026, 3, 8}, 3, 0, 0}, utc(2026, 3, 8, 7, 0)},
      Row{"a repeated time is its first pass", "America/New_York", {{2026, 11, 1}, 1, 30, 0}, utc(2026, 11, 1, 5, 30)},
      Row{"after the repeated hour", "America/New_York", {{2026, 11, 1}, 2, 0, 0}, utc(2026, 11, 1, 7, 0)},
      Row{"half-hour zones", "Asia/Kolkata", {{2026, 1, 1}, 0, 0, 0}, utc(2025, 12, 31, 18, 30)},
      Row{"a leap day", "Asia/Tokyo", {{2028, 2, 29}, 9, 0, 0}, utc(2028, 2, 29, 0, 0)},
  }));
  INFO(says);
  CHECK(to_utc(local, zone) == expected);
}

TEST_CASE("the second pass of a repeated hour still reads as that hour", "[calendar]") {
  CHECK(shown(utc(2026, 11, 1, 5, 30), "America/New_York") == "2026-11-01 01:30");
  CHECK(shown(utc(2026, 11, 1, 6, 30), "America/New_York") == "2026-11-01 01:30");
  CHECK(shown(utc(2026, 3, 8, 7, 30), "America/New_York") == "2026-03-08 03:30");
}

TEST_CASE("quiet hours hold a message until the morning of the customer", "[calendar]") {
  using Row = std::tuple<const char*, const char*, std::int64_t, std::int64_t>;
  const auto [says, zone, now, until] = GENERATE(table<const char*, const char*, std::int64_t, std::int64_t>({
      Row{"one minute before nine in the evening", "Asia/Shanghai", utc(2026, 3, 2, 12, 59), 0},
      Row{"at nine sharp it is quiet", "Asia/Shanghai", utc(2026, 3, 2, 13, 0), utc(2026, 3, 3, 1, 0)},
      Row{"after midnight", "Asia/Shanghai", utc(2026, 3, 2, 17, 0), utc(2026, 3, 3, 1, 0)},
      Row{"the last quiet minute", "Asia/Shanghai", utc(2026, 3, 3, 0, 59), utc(2026, 3, 3, 1, 0)},
      Row{"at nine in the morning it is over", "Asia/Shanghai", utc(2026, 3, 3, 1, 0), 0},
      Row{"the night clocks jump is an hour shorter", "America/New_York", utc(2026, 3, 8, 3, 0), utc(2026, 3, 8, 13, 0)},
      Row{"the night clocks go back is an hour longer", "America/New_York", utc(2026, 11, 1, 3, 0), utc(2026, 11, 1, 14, 0)},
  }));
  INFO(says);
  CHECK(quiet_until(now, zone, "21:00", "09:00").value_or(0) == until);
}

TEST_CASE("quiet hours may lie inside one day, be switched off, or end in a repeated hour", "[calendar]") {
  CHECK(quiet_until(utc(2026, 3, 2, 5, 0), "Asia/Shanghai", "12:00", "14:00") == utc(2026, 3, 2, 6, 0));
  CHECK_FALSE(quiet_until(utc(2026, 3, 2, 3, 59), "Asia/Shanghai", "12:00", "14:00"));
  CHECK_FALSE(quiet_until(utc(2026, 3, 2, 15, 0), "Asia/Shanghai", "00:00", "00:00"));
  // 01:45 comes twice in New York: the span ends with the first, so the second 01:30 is not quiet.
  CHECK(quiet_until(utc(2026, 11, 1, 5, 30), "America/New_York", "21:00", "01:45") == utc(2026, 11, 1, 5, 45));
  CHECK_FALSE(quiet_until(utc(2026, 11, 1, 6, 30), "America/New_York", "21:00", "01:45"));
  CHECK_THROWS_AS(quiet_until(0, "Asia/Shanghai", "25:00", "9:00"), std::invalid_argument);
}

TEST_CASE("days, weeks and months begin at the shop's midnight", "[calendar]") {
  const std::int64_t sunday_late = utc(2026, 3, 1, 15, 59);  // 23:59 in Shanghai
  CHECK(shown(start_of_day(sunday_late, "Asia/Shanghai"), "Asia/Shanghai") == "2026-03-01 00:00");
  CHECK(shown(start_of_week(sunday_late, "Asia/Shanghai"), "Asia/Shanghai") == "2026-02-23 00:00");
  CHECK(shown(start_of_week(sunday_late + kMinuteMs, "Asia/Shanghai"), "Asia/Shanghai") == "2026-03-02 00:00");
  CHECK(shown(start_of_month(sunday_late, "Asia/Shanghai"), "Asia/Shanghai") == "2026-03-01 00:00");
  // Beirut springs forward at midnight: that day has no 00:00 and begins at 01:00.
  CHECK(shown(start_of_day(utc(2026, 3, 29, 10, 0), "Asia/Beirut"), "Asia/Beirut") == "2026-03-29 01:00");
}

TEST_CASE("a mistyped time zone is refused and the nearest is named", "[calendar]") {
  CHECK(valid_time_zone("Asia/Shanghai"));
  for (const char* wrong : {"", "Asia/Shangai", "asia/shanghai", "posix/Asia/Tokyo", "../etc/passwd", "GMT+8", "北京"}) {
    INFO(wrong);
    CHECK_FALSE(valid_time_zone(wrong));
    CHECK_THROWS_AS(to_local(0, wrong), std::invalid_argument);
  }
  const auto [typed, nearest] = GENERATE(table<const char*, const char*>({
      {"Asia/Shangai", "Asia/Shanghai"}, {"shanghai", "Asia/Shanghai"}, {"北京", "Asia/Shanghai"},
      {"new york", "America/New_York"},  {"Beijing", "Asia/Shanghai"},  {"Europe/Lodnon", "Europe/London"},
      {"xyzzyplugh", ""},                {"", ""},
  }));
  INFO(typed);
  CHECK(nearest_time_zone(typed) == nearest);
  CHECK(zone_or("", "Asia/Tokyo") == "Asia/Tokyo");
  CHECK(zone_or("Mars/Base", "Asia/Tokyo") == "Asia/Tokyo");
  CHECK(zone_or("Europe/Paris", "Asia/Tokyo") == "Europe/Paris");
}

TEST_CASE("clocks and dates are read strictly", "[calendar]") {
  CHECK(parse_clock("21:00") == 1260);
  CHECK(parse_clock("9:05") == 545);
  CHECK(parse_clock("9") == 540);
  for (const char* wrong : {"", "24:00", "9:5", "9:60", "-1:00", "009:00", "9:000", "nine", "9:0x"}) {
    INFO(wrong);
    CHECK_FALSE(parse_clock(wrong));
  }
  CHECK(parse_iso_date("2028-02-29") == LocalDate{2028, 2, 29});
  for (const char* wrong : {"2026-02-29", "2026-13-01", "2026-1-1", "2026/01/01", "0000-01-01", "2026--1-01", ""}) {
    INFO(wrong);
    CHECK_FALSE(parse_iso_date(wrong));
  }
}

TEST_CASE("someone born on 29 February is wished on the 28th in common years", "[calendar]") {
  CHECK(birthday_in(2026, 2, 29) == LocalDate{2026, 2, 28});
  CHECK(birthday_in(2028, 2, 29) == LocalDate{2028, 2, 29});
  CHECK(birthday_in(2026, 12, 31) == LocalDate{2026, 12, 31});
}

TEST_CASE("dates and durations are written as people of that language write them", "[calendar]") {
  const std::int64_t monday = 1'772'416'800'000;
  CHECK(format_date(monday, "Asia/Shanghai", "zh-CN") == "2026年3月2日");
  CHECK(format_date(monday, "Asia/Shanghai", "en") == "2 Mar 2026");
  CHECK(format_date_time(monday, "Asia/Shanghai", "zh-CN", monday) == "3月2日 周一 10:00");
  CHECK(format_date_time(monday, "America/New_York", "en", monday) == "Sun 1 Mar 21:00");
  CHECK(format_date_time(monday, "Asia/Shanghai", "en", utc(2025, 1, 1)) == "Mon 2 Mar 2026 10:00");
  CHECK(format_duration(2 * kDayMs + 3 * kHourMs + 9, "zh-CN") == "2天3小时");
  CHECK(format_duration(2 * kDayMs + 5 * kMinuteMs, "en") == "2 d");
  CHECK(format_duration(90 * kSecondMs, "en") == "1 min 30 s");
  CHECK(format_duration(0, "zh-CN") == "0秒");
  CHECK(days_between({2026, 2, 28}, {2026, 3, 1}) == 1);
  CHECK(add_days({2027, 12, 31}, 1) == LocalDate{2028, 1, 1});
}
