#include "handlers/when.h"

#include <catch2/catch.hpp>

#include "handlers/calendar.h"
#include "tests/support/test_shop.h"

using namespace laoke;
using test::kMonday10;  // Monday 2026-03-02 10:00 in Shanghai

namespace {

std::string read_as(std::string_view text, std::string_view zone = "Asia/Shanghai", std::int64_t now = kMonday10) {
  const auto at = parse_when(text, now, zone);
  if (!at) return at.error().en;
  const LocalTime t = to_local(*at, zone);
  return iso_date(t.date) + " " + format_clock(t.hour * 60 + t.minute);
}

}  // namespace

TEST_CASE("a seller's words for a time mean what a shopkeeper means", "[when]") {
  const auto [typed, meant] = GENERATE(table<const char*, const char*>({
      {"明天10:00", "2026-03-03 10:00"},
      {"明天 10：00", "2026-03-03 10:00"},
      {"明天１０点", "2026-03-03 10:00"},
      {"今晚8点", "2026-03-02 20:00"},
      {"今晚八点半", "2026-03-02 20:30"},
      {"今天晚上12点", "2026-03-03 00:00"},
      {"明早9点", "2026-03-03 09:00"},
      {"明晚十点一刻", "2026-03-03 22:15"},
      {"后天上午9点半", "2026-03-04 09:30"},
      {"大后天下午三点", "2026-03-05 15:00"},
      {"后天中午12点", "2026-03-04 12:00"},
      {"明天凌晨12点30分", "2026-03-03 00:30"},
      {"周五 18:00", "2026-03-06 18:00"},
      {"星期天晚上7点", "2026-03-08 19:00"},
      {"周一 18:00", "2026-03-02 18:00"},
      {"周一 9:00", "2026-03-09 09:00"},
      {"下周一10点", "2026-03-09 10:00"},
      {"下周五 10点", "2026-03-13 10:00"},
      {"本周三 9:00", "2026-03-04 09:00"},
      {"11月20日 9:00", "2026-11-20 09:00"},
      {"十一月二十号9点", "2026-11-20 09:00"},
      {"11-20 9:00", "2026-11-20 09:00"},
      {"2026-12-01 10:00", "2026-12-01 10:00"},
      {"2026年12月1日 上午10点", "2026-12-01 10:00"},
      {"2026-12-01T10:00:00Z", "2026-12-01 18:00"},
      {"2026-12-01T10:00:00+09:00", "2026-12-01 09:00"},
      {"30分钟后", "2026-03-02 10:30"},
      {"半小时后", "2026-03-02 10:30"},
      {"2小时后", "2026-03-02 12:00"},
      {"两个小时后", "2026-03-02 12:00"},
      {"3天后", "2026-03-05 10:00"},
      {"3天后 18:30", "2026-03-05 18:30"},
      {"一周后", "2026-03-09 10:00"},
      {"马上", "2026-03-02 10:00"},
      {"现在", "2026-03-02 10:00"},
      {"18:00", "2026-03-02 18:00"},
      {"下午3点", "2026-03-02 15:00"},
      {"tomorrow 10:00", "2026-03-03 10:00"},
      {"tomorrow at 10", "2026-03-03 10:00"},
      {"Tomorrow 10am", "2026-03-03 10:00"},
      {"tonight 8:30 pm", "2026-03-02 20:30"},
      {"tonight at 8", "2026-03-02 20:00"},
      {"fri 6pm", "2026-03-06 18:00"},
      {"Friday 18:00", "2026-03-06 18:00"},
      {"next monday 9:00", "2026-03-09 09:00"},
      {"Nov 20 9:00", "2026-11-20 09:00"},
      {"20 Nov 9am", "2026-11-20 09:00"},
      {"in 2 hours", "2026-03-02 12:00"},
      {"in 90 minutes", "2026-03-02 11:30"},
      {"+2h", "2026-03-02 12:00"},
      {"in an hour", "2026-03-02 11:00"},
      {"now", "2026-03-02 10:00"},
      {"6pm tomorrow", "2026-03-03 18:00"},
      {"tomorrow 12am", "2026-03-03 00:00"},
      {"tomorrow 12pm", "2026-03-03 12:00"},
  }));
  INFO(typed);
  CHECK(read_as(typed).substr(0, std::string_view(meant).size()) == meant);
}

TEST_CASE("a time that cannot be meant is refused with the reason", "[when]") {
  const auto [typed, reason] = GENERATE(table<const char*, const char*>({
      {"今天 9:00", "Mon 2 Mar 09:00 has passed"},
      {"09:59", "has passed"},
      {"3月1日 10:00", "has passed"},
      {"2020-01-01 10:00", "has passed"},
      {"2040-01-01 10:00", "more than ten years"},
      {"明天", "time of day"},
      {"tomorrow", "time of day"},
      {"周五", "time of day"},
      {"2月30日 10:00", "no such date"},
      {"2026-13-01 10:00", "no such date"},
      {"明天25:00", "no such date"},
      {"明天 10:60", "no such date"},
      {"13pm", "no such date"},
      {"", "not understood"},
      {"   ", "not understood"},
      {"soon", "not understood"},
      {"春季上新", "not understood"},
      {"friend 6pm", "not understood"},
      {"10", "not understood"},
      {"明天10:00 春季上新", "not understood"},
      {"9999999999天后", "not understood"},
      {"9999周后", "more than ten years"},
  }));
  INFO(typed);
  const auto at = parse_when(typed, kMonday10, "Asia/Shanghai");
  REQUIRE_FALSE(at);
  CHECK_THAT(at.error().en, Catch::Contains(reason));
  CHECK(at.error().zh.size() > 10);
}

TEST_CASE("a date without a year is the coming one, across the turn of the year", "[when]") {
  const std::int64_t december = to_utc({{2026, 12, 20}, 10, 0, 0}, "Asia/Shanghai");
  CHECK(read_as("1月5日 9:00", "Asia/Shanghai", december) == "2027-01-05 09:00");
  CHECK(read_as("2月29日 9:00", "Asia/Shanghai", to_utc({{2028, 1, 1}, 0, 0, 0}, "Asia/Shanghai")) == "2028-02-29 09:00");
  CHECK_THAT(read_as("12月19日 9:00", "Asia/Shanghai", december), Catch::Contains("has passed"));
}

TEST_CASE("a time in front of a broadcast's text is taken off, other text is left alone", "[when]") {
  const auto [typed, rest] = GENERATE(table<const char*, const char*>({
      {"明天10:00 春季上新", "春季上新"},
      {"周五 下午3点 10点半到货", "10点半到货"},
      {"明天10点2件八折", "2件八折"},
      {"tomorrow 10:00 spring sale", "spring sale"},
      {"3天后 5折", "5折"},
      {"春季上新", "春季上新"},
      {"10 new arrivals", "10 new arrivals"},
      {"monthly news", "monthly news"},
      {"12件新品", "12件新品"},
      {"今天有活动", "今天有活动"},
      {"今天，我们上新了", "今天，我们上新了"},
      {"今晚直播见", "今晚直播见"},
      {"明天10点 今天有活动", "今天有活动"},
      {"周五福利日", "周五福利日"},
      {"5/8折起", "5/8折起"},
      {"2月30日大促", "2月30日大促"},
      {"现在下单立减20", "现在下单立减20"},
      {"马上到货啦", "马上到货啦"},
      {"3天后见", "3天后见"},
      {"30分钟后开抢", "30分钟后开抢"},
      {"10点半开播", "10点半开播"},
      {"18:00，不见不散", "18:00，不见不散"},
      {"马上 今天有活动", "今天有活动"},
      {"明天10:00\n今天有活动", "\n今天有活动"},
      {"today's offer is on", "today's offer is on"},
      {"Friday's offer", "Friday's offer"},
      {"tomorrow 10am today's offer", "today's offer"},
      {"10am today's offer", "today's offer"},
      {"now's the time", "now's the time"},
  }));
  INFO(typed);
  const auto taken = take_when(typed, kMonday10, "Asia/Shanghai");
  REQUIRE(taken);
  CHECK(std::string_view(typed).substr(taken->bytes) == rest);
}

TEST_CASE("a time the clocks skip is moved on, not refused", "[when]") {
  const std::int64_t saturday = to_utc({{2026, 3, 7}, 12, 0, 0}, "America/New_York");
  CHECK(read_as("tomorrow 2:30", "America/New_York", saturday) == "2026-03-08 03:30");
}

TEST_CASE("durations are read with their units and nothing else", "[when]") {
  CHECK(*parse_duration("90s") == 90 * kSecondMs);
  CHECK(*parse_duration("30m") == 30 * kMinuteMs);
  CHECK(*parse_duration("1d 12h") == 36 * kHourMs);
  CHECK(*parse_duration("1d12h") == 36 * kHourMs);
  CHECK(*parse_duration("1w") == 7 * kDayMs);
  CHECK(*parse_duration("0s") == 0);
  for (const char* wrong : {"", " ", "2", "h", "-2h", "2x", "2 h", "99999999999d", "4000d", "2.5h", "2h!"}) {
    INFO(wrong);
    const auto duration = parse_duration(wrong);
    REQUIRE_FALSE(duration);
    CHECK_THAT(duration.error().en, Catch::Contains("90s, 30m, 2h, 3d, 1w"));
  }
}
