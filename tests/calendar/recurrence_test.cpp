#include "handlers/recurrence.h"

#include <catch2/catch.hpp>

#include "handlers/calendar.h"
#include "tests/support/test_shop.h"

using namespace laoke;
using test::kMonday10;  // Monday 2026-03-02 10:00 in Shanghai

namespace {

std::string shown(std::optional<std::int64_t> at_ms, std::string_view zone) {
  if (!at_ms) return "never";
  const LocalTime t = to_local(*at_ms, zone);
  return iso_date(t.date) + " " + format_clock(t.hour * 60 + t.minute);
}

std::int64_t local(int year, int month, int day, int hour, std::string_view zone) { return to_utc({{year, month, day}, hour, 0, 0}, zone); }

// The first `count` times after the start, by asking for the next one again and again.
std::string times(const Recurrence& recurrence, int count) {
  std::string all;
  std::int64_t after = recurrence.start_ms - 1;
  for (int i = 0; i < count; ++i) {
    const auto next = next_occurrence(recurrence, after);
    all += (i == 0 ? "" : ", ") + shown(next, recurrence.zone);
    if (!next) break;
    after = *next;
  }
  return all;
}

}  // namespace

TEST_CASE("a seller's repeating time begins at the first one that comes and goes on", "[recurrence]") {
  const auto [typed, expected] = GENERATE(table<const char*, const char*>({
      {"每天10:00", "2026-03-03 10:00, 2026-03-04 10:00"},
      {"每天 晚上8点", "2026-03-02 20:00, 2026-03-03 20:00"},
      {"每周一9点", "2026-03-09 09:00, 2026-03-16 09:00"},
      {"每周一三五 18:00", "2026-03-02 18:00, 2026-03-04 18:00, 2026-03-06 18:00, 2026-03-09 18:00"},
      {"每周二、周四 9点", "2026-03-03 09:00, 2026-03-05 09:00, 2026-03-10 09:00"},
      {"每个工作日9点", "2026-03-03 09:00, 2026-03-04 09:00, 2026-03-05 09:00, 2026-03-06 09:00, 2026-03-09 09:00"},
      {"每两周周五18:00", "2026-03-06 18:00, 2026-03-20 18:00"},
      {"每3天 10点半", "2026-03-02 10:30, 2026-03-05 10:30"},
      {"每月1号", "2026-04-01 10:00, 2026-05-01 10:00"},
      {"每月15日20点", "2026-03-15 20:00, 2026-04-15 20:00"},
      {"每月31号 9点", "2026-03-31 09:00, 2026-04-30 09:00, 2026-05-31 09:00"},
      {"每月最后一天 20:00", "2026-03-31 20:00, 2026-04-30 20:00"},
      {"每年5月1日", "2026-05-01 10:00, 2027-05-01 10:00"},
      {"每年2月29日 9点", "2027-02-28 09:00, 2028-02-29 09:00, 2029-02-28 09:00"},
      {"every day 10:30", "2026-03-02 10:30, 2026-03-03 10:30"},
      {"daily 9am", "2026-03-03 09:00, 2026-03-04 09:00"},
      {"every monday 9:00", "2026-03-09 09:00, 2026-03-16 09:00"},
      {"every mon and thu 6pm", "2026-03-02 18:00, 2026-03-05 18:00, 2026-03-09 18:00"},
      {"every weekday 9am", "2026-03-03 09:00, 2026-03-04 09:00"},
      {"every other friday 18:00", "2026-03-06 18:00, 2026-03-20 18:00"},
      {"every 2 weeks on fri 18:00", "2026-03-06 18:00, 2026-03-20 18:00"},
      {"every month on the 1st 9:00", "2026-04-01 09:00, 2026-05-01 09:00"},
      {"every year on May 1", "2026-05-01 10:00, 2027-05-01 10:00"},
      {"RRULE:FREQ=WEEKLY;BYDAY=MO", "2026-03-09 10:00, 2026-03-16 10:00"},
      {"freq=monthly;byday=-1fr", "2026-03-27 10:00, 2026-04-24 10:00"},
  }));
  INFO(typed);
  const auto recurrence = parse_recurrence(typed, kMonday10, "Asia/Shanghai");
  if (!recurrence) FAIL(recurrence.error().en);
  INFO(recurrence->rrule);
  const int count = static_cast<int>(std::count(expected, expected + std::strlen(expected), ',')) + 1;
  CHECK(times(*recurrence, count) == expected);
}

TEST_CASE("a repeating time that cannot be meant is refused with what is allowed", "[recurrence]") {
  const auto [typed, reason] = GENERATE(table<const char*, const char*>({
      {"明天10:00", "not understood"},
      {"每", "not understood"},
      {"每周", "not understood"},
      {"每月32号", "not understood"},
      {"每月0号", "not understood"},
      {"每年2月30日", "not understood"},
      {"每天25:00", "not understood"},
      {"每天10:00 上新", "not understood"},
      {"every", "not understood"},
      {"every 0 days", "not understood"},
      {"every 9999 days", "not understood"},
      {"FREQ=SECONDLY", "HOURLY, DAILY"},
      {"FREQ=MINUTELY", "HOURLY, DAILY"},
      {"FREQ=SOMETIMES", "HOURLY, DAILY"},
      {"FREQ=DAILY;BYMONTH=13", "HOURLY, DAILY"},
      {"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "HOURLY, DAILY"},
      {"RRULE:", "HOURLY, DAILY"},
      {"FREQ=DAILY;UNTIL=20200101T000000Z", "never comes again"},
  }));
  INFO(typed);
  const auto recurrence = parse_recurrence(typed, kMonday10, "Asia/Shanghai");
  REQUIRE_FALSE(recurrence);
  CHECK_THAT(recurrence.error().en, Catch::Contains(reason));
  CHECK_FALSE(recurrence.error().zh.empty());
}

TEST_CASE("the local hour stays when clocks change, and a skipped hour is moved", "[recurrence]") {
  const Recurrence daily{"FREQ=DAILY", local(2026, 3, 7, 10, "America/New_York"), "America/New_York"};
  CHECK(times(daily, 3) == "2026-03-07 10:00, 2026-03-08 10:00, 2026-03-09 10:00");
  const Recurrence at_two{"FREQ=DAILY", local(2026, 3, 7, 2, "America/New_York"), "America/New_York"};
  CHECK(times(at_two, 3) == "2026-03-07 02:00, 2026-03-08 03:00, 2026-03-09 02:00");
  const Recurrence at_one{"FREQ=DAILY", local(2026, 10, 31, 1, "America/New_York"), "America/New_York"};
  CHECK(times(at_one, 3) == "2026-10-31 01:00, 2026-11-01 01:00, 2026-11-02 01:00");
}

TEST_CASE("RFC rules keep their own meaning of days a month does not have", "[recurrence]") {
  const Recurrence thirty_first{"FREQ=MONTHLY;BYMONTHDAY=31", local(2026, 1, 31, 9, "Asia/Shanghai"), "Asia/Shanghai"};
  CHECK(times(thirty_first, 3) == "2026-01-31 09:00, 2026-03-31 09:00, 2026-05-31 09:00");
  const Recurrence leap{"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", local(2024, 2, 29, 9, "Asia/Shanghai"), "Asia/Shanghai"};
  CHECK(times(leap, 2) == "2024-02-29 09:00, 2028-02-29 09:00");
}

TEST_CASE("COUNT and UNTIL end a repetition, also when asked years later", "[recurrence]") {
  const Recurrence thrice{"FREQ=WEEKLY;COUNT=3", kMonday10, "Asia/Shanghai"};
  CHECK(times(thrice, 4) == "2026-03-02 10:00, 2026-03-09 10:00, 2026-03-16 10:00, never");
  const Recurrence until{"FREQ=DAILY;UNTIL=20260304T020000Z", kMonday10, "Asia/Shanghai"};  // 10:00 in Shanghai
  CHECK(times(until, 4) == "2026-03-02 10:00, 2026-03-03 10:00, 2026-03-04 10:00, never");
  const Recurrence to_the_day{"FREQ=DAILY;UNTIL=20260303", kMonday10, "Asia/Shanghai"};
  CHECK(times(to_the_day, 3) == "2026-03-02 10:00, 2026-03-03 10:00, never");
  const Recurrence forever{"FREQ=WEEKLY;BYDAY=MO", local(2001, 1, 1, 10, "Asia/Shanghai"), "Asia/Shanghai"};
  CHECK(shown(next_occurrence(forever, kMonday10), "Asia/Shanghai") == "2026-03-09 10:00");
  const Recurrence every_second{"FREQ=DAILY;INTERVAL=2", local(2001, 1, 1, 10, "Asia/Shanghai"), "Asia/Shanghai"};
  CHECK(shown(next_occurrence(every_second, kMonday10), "Asia/Shanghai") == "2026-03-03 10:00");
}

TEST_CASE("what the rule leaves open is taken from its start, also decades later", "[recurrence]") {
  const auto [rule, expected] = GENERATE(table<const char*, const char*>({
      {"FREQ=WEEKLY", "2026-03-04 10:00"},  // it began on a Wednesday
      {"FREQ=MONTHLY", "2026-03-17 10:00"},
      {"FREQ=YEARLY", "2027-01-17 10:00"},
      {"FREQ=HOURLY", "2026-03-02 11:00"},
  }));
  INFO(rule);
  const Recurrence since_2001{rule, local(2001, 1, 17, 10, "Asia/Shanghai"), "Asia/Shanghai"};
  CHECK(shown(next_occurrence(since_2001, kMonday10), "Asia/Shanghai") == expected);
}

TEST_CASE("a repeating time is shown as a person says it", "[recurrence]") {
  const auto [typed, zh, en] = GENERATE(table<const char*, const char*, const char*>({
      {"每天10:00", "每天", "every day"},
      {"每3天 9点", "每3天", "every 3 days"},
      {"每小时", "每小时", "every hour"},
      {"每周一9点", "每周一", "every Monday"},
      {"每周一三五 18:00", "每周一、周三、周五", "every Monday, Wednesday, Friday"},
      {"every weekday 9am", "每个工作日", "every weekday"},
      {"every weekend", "每个周末", "every weekend"},
      {"every 2 weeks fri 18:00", "每2周的周五", "every 2 weeks on Friday"},
      {"每月1号", "每月1日", "every month on the 1st"},
      {"every month on the 22nd", "每月22日", "every month on the 22nd"},
      {"every month on the 12th", "每月12日", "every month on the 12th"},
      {"每月30号", "每月30日", "every month on the 30th"},
      {"每月31号", "每月最后一天", "every month on the last day"},
      {"每月最后一天 20:00", "每月最后一天", "every month on the last day"},
      {"every 2 months on the 3rd", "每2个月3日", "every 2 months on the 3rd"},
      {"every year on May 1", "每年5月1日", "every year on 1 May"},
      {"每年2月29日", "每年2月29日", "every year on 29 February"},
      {"FREQ=DAILY;COUNT=3", "FREQ=DAILY;COUNT=3", "FREQ=DAILY;COUNT=3"},
      {"FREQ=MONTHLY;BYDAY=1MO", "FREQ=MONTHLY;BYDAY=1MO", "FREQ=MONTHLY;BYDAY=1MO"},
      {"FREQ=WEEKLY;BYDAY=MO;BYMONTH=5", "FREQ=WEEKLY;BYDAY=MO;BYMONTH=5", "FREQ=WEEKLY;BYDAY=MO;BYMONTH=5"},
  }));
  CAPTURE(typed);
  const auto read = parse_recurrence(typed, kMonday10, "Asia/Shanghai");
  REQUIRE(read);
  CAPTURE(read->rrule);
  CHECK(recurrence_words(read->rrule).zh == zh);
  CHECK(recurrence_words(read->rrule).en == en);
}

TEST_CASE("what is no rule is shown as it stands", "[recurrence]") {
  const auto* const text = GENERATE("", ";", "FREQ", "FREQ=WEEKLY;BYDAY=", "FREQ=WEEKLY;BYDAY=XX", "FREQ=DAILY;INTERVAL=x", "FREQ=YEARLY;BYMONTH=13;BYMONTHDAY=1",
                                    "FREQ=MONTHLY;BYMONTHDAY=", "FREQ=MONTHLY;BYMONTHDAY=1,2", "FREQ=MONTHLY;BYMONTHDAY=-2");
  CHECK(recurrence_words(text).en == text);
}
