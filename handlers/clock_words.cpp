#include "handlers/clock_words.h"

namespace laoke {
namespace {

struct PeriodWord {
  std::string_view word;
  Period period;
};
constexpr PeriodWord kPeriods[] = {
    {"凌晨", Period::kSmallHours}, {"清晨", Period::kMorning},  {"早上", Period::kMorning},      {"早晨", Period::kMorning},
    {"上午", Period::kMorning},    {"中午", Period::kNoon},     {"下午", Period::kAfternoon},    {"傍晚", Period::kAfternoon},
    {"晚上", Period::kEvening},    {"晚间", Period::kEvening},    {"晚", Period::kEvening},    {"夜里", Period::kEvening},      {"morning", Period::kMorning},
    {"noon", Period::kNoon},       {"afternoon", Period::kAfternoon}, {"evening", Period::kEvening}, {"早", Period::kMorning},
};

// The hour of 24 that `hour` of a 12-hour clock means in that part of the day.
ClockTime placed(int hour, int minute, std::optional<Period> period) {
  if (period && hour <= 12) {
    if (*period == Period::kEvening && hour == 12) return {minute, 0, 1};
    if ((*period == Period::kSmallHours || *period == Period::kMorning) && hour == 12 && *period == Period::kSmallHours) hour = 0;
    if ((*period == Period::kAfternoon || *period == Period::kEvening) && hour < 12) hour += 12;
    if (*period == Period::kNoon && hour <= 3) hour += 12;
  }
  return {hour > 23 || minute > 59 ? -1 : hour * 60 + minute, 0, 0};
}

// What follows 点: 半, 一刻, 三刻, 30, 30分, or nothing.
int minutes_after_hour(Scan& scan) {
  if (scan.eat("半")) return 30;
  if (scan.eat("一刻")) return 15;
  if (scan.eat("三刻")) return 45;
  if (scan.eat("整")) return 0;
  const std::size_t start = scan.at();
  const auto minute = scan.small_number();
  if (!minute) return 0;
  // 10点30 is a time, 10点100件 and 10点2件 are goods.
  if (scan.eat("分") || (*minute >= 10 && *minute < 60 && (scan.done() || scan.peek() == ' '))) return *minute;
  scan.back_to(start);
  return 0;
}

std::optional<ClockTime> after_number(Scan& scan, int hour, std::optional<Period> period, bool bare_allowed) {
  if (scan.eat_any({"点钟", "点", "时"})) return placed(hour, minutes_after_hour(scan), period);
  int minute = 0, second = 0;
  const bool colon = scan.eat_any({":", "："});
  if (colon) {
    const std::size_t digits_at = scan.at();
    const auto read = scan.number(2);
    if (!read || scan.at() - digits_at < 2) return std::nullopt;
    minute = *read;
    const std::size_t end = scan.at();
    if (scan.eat(":")) {
      if (const auto seconds = scan.number(2)) second = *seconds;
      else scan.back_to(end);
    }
  }
  const std::size_t end = scan.at();
  scan.skip_blanks();
  const bool am = scan.eat_any({"am", "a.m."}), pm = !am && scan.eat_any({"pm", "p.m."});
  if (!am && !pm) scan.back_to(end);
  if (!colon && !am && !pm && !bare_allowed) return std::nullopt;
  if (am || pm) {
    if (hour < 1 || hour > 12) return ClockTime{-1, 0, 0};
    return placed(hour % 12 + (pm ? 12 : 0), minute, std::nullopt);
  }
  ClockTime time = placed(hour, minute, period);
  time.second = second;
  return time;
}

}  // namespace

std::optional<ClockTime> clock_words(Scan& scan, std::optional<Period> period) {
  const std::size_t start = scan.at();
  for (const auto& word : kPeriods)
    if (scan.eat(word.word)) {
      period = word.period;
      break;
    }
  scan.skip_blanks();
  const bool at = scan.eat_any({"at", "@"});
  scan.skip_blanks();
  if (const auto hour = scan.small_number())
    if (const auto time = after_number(scan, *hour, period, at)) return time;
  scan.back_to(start);
  return std::nullopt;
}

std::optional<int> weekday_digit(Scan& scan) {
  static constexpr std::string_view kDigits[] = {"一", "二", "三", "四", "五", "六", "日"};
  for (int i = 0; i < 7; ++i)
    if (scan.eat(kDigits[i])) return i + 1;
  if (scan.eat("天")) return 7;
  return std::nullopt;
}

std::optional<int> weekday_word(Scan& scan) {
  static constexpr std::string_view kNames[][4] = {
      {"monday", "mon", "mondays", "mon"},    {"tuesday", "tue", "tuesdays", "tues"}, {"wednesday", "wed", "wednesdays", "weds"},
      {"thursday", "thu", "thursdays", "thur"}, {"friday", "fri", "fridays", "fri"},  {"saturday", "sat", "saturdays", "sat"},
      {"sunday", "sun", "sundays", "sun"}};
  for (int i = 0; i < 7; ++i)
    for (const auto name : kNames[i])
      if (scan.eat(name)) return i + 1;
  const std::size_t start = scan.at();
  if (scan.eat_any({"周", "星期", "礼拜"})) {
    if (const auto day = weekday_digit(scan)) return day;
    if (scan.eat("末")) return 6;
  }
  scan.back_to(start);
  return std::nullopt;
}

}  // namespace laoke
