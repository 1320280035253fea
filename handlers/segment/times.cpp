#include <algorithm>
#include <charconv>

#include "handlers/calendar.h"
#include "handlers/segment/values.h"
#include "handlers/text.h"
#include "handlers/traditional.h"

namespace laoke {
namespace {

using storage::SegmentPeriod;
using storage::SegmentTime;
using storage::SegmentUnit;
using TimeKind = SegmentTime::Kind;

constexpr std::int64_t kLongestAge = 36'500;  // of any unit: a hundred years of days
constexpr int kLeapYear = 2024;               // a day without a year may be 29 February

struct PeriodWord {
  std::string_view word;
  SegmentPeriod period;
};
constexpr PeriodWord kPeriods[] = {
    {"today", SegmentPeriod::kToday},          {"今天", SegmentPeriod::kToday},
    {"今日", SegmentPeriod::kToday},           {"yesterday", SegmentPeriod::kYesterday},
    {"昨天", SegmentPeriod::kYesterday},       {"昨日", SegmentPeriod::kYesterday},
    {"tomorrow", SegmentPeriod::kTomorrow},    {"明天", SegmentPeriod::kTomorrow},
    {"明日", SegmentPeriod::kTomorrow},        {"this-week", SegmentPeriod::kThisWeek},
    {"本周", SegmentPeriod::kThisWeek},        {"这周", SegmentPeriod::kThisWeek},
    {"本星期", SegmentPeriod::kThisWeek},      {"last-week", SegmentPeriod::kLastWeek},
    {"上周", SegmentPeriod::kLastWeek},        {"next-week", SegmentPeriod::kNextWeek},
    {"下周", SegmentPeriod::kNextWeek},        {"this-month", SegmentPeriod::kThisMonth},
    {"本月", SegmentPeriod::kThisMonth},       {"这个月", SegmentPeriod::kThisMonth},
    {"当月", SegmentPeriod::kThisMonth},       {"last-month", SegmentPeriod::kLastMonth},
    {"上月", SegmentPeriod::kLastMonth},       {"上个月", SegmentPeriod::kLastMonth},
    {"next-month", SegmentPeriod::kNextMonth}, {"下月", SegmentPeriod::kNextMonth},
    {"下个月", SegmentPeriod::kNextMonth},     {"this-year", SegmentPeriod::kThisYear},
    {"今年", SegmentPeriod::kThisYear},        {"本年", SegmentPeriod::kThisYear},
    {"last-year", SegmentPeriod::kLastYear},   {"去年", SegmentPeriod::kLastYear},
};

struct UnitWord {
  std::string_view word;
  SegmentUnit unit;
};
constexpr UnitWord kUnits[] = {
    {"h", SegmentUnit::kHours},      {"hour", SegmentUnit::kHours},   {"hours", SegmentUnit::kHours},
    {"小时", SegmentUnit::kHours},   {"个小时", SegmentUnit::kHours}, {"d", SegmentUnit::kDays},
    {"day", SegmentUnit::kDays},     {"days", SegmentUnit::kDays},    {"天", SegmentUnit::kDays},
    {"w", SegmentUnit::kWeeks},      {"week", SegmentUnit::kWeeks},   {"weeks", SegmentUnit::kWeeks},
    {"周", SegmentUnit::kWeeks},     {"星期", SegmentUnit::kWeeks},   {"个星期", SegmentUnit::kWeeks},
    {"m", SegmentUnit::kMonths},     {"mo", SegmentUnit::kMonths},    {"month", SegmentUnit::kMonths},
    {"months", SegmentUnit::kMonths}, {"个月", SegmentUnit::kMonths}, {"y", SegmentUnit::kYears},
    {"year", SegmentUnit::kYears},   {"years", SegmentUnit::kYears},  {"年", SegmentUnit::kYears},
};

struct NumberWord {
  std::string_view word;
  int value;
};
constexpr NumberWord kNumbers[] = {{"一", 1}, {"两", 2}, {"二", 2}, {"三", 3}, {"四", 4}, {"五", 5},
                                   {"六", 6}, {"七", 7}, {"八", 8}, {"九", 9}, {"十", 10}};

// Takes up to `most` digits from the front.
std::optional<int> take_number(std::string_view& text, std::size_t most) {
  const std::size_t length = std::min(text.find_first_not_of("0123456789"), text.size());
  if (length == 0 || length > most) return std::nullopt;
  int number = 0;
  std::from_chars(text.data(), text.data() + length, number);
  text.remove_prefix(length);
  return number;
}

bool take(std::string_view& text, std::string_view what) {
  if (!text.starts_with(what)) return false;
  text.remove_prefix(what.size());
  return true;
}

std::optional<SegmentTime> period(const std::string& text) {
  std::string key = text;
  for (char& c : key)
    if (c == '_' || c == ' ') c = '-';
  for (const auto& [word, value] : kPeriods)
    if (key == word) {
      SegmentTime time;
      time.kind = TimeKind::kPeriod;
      time.period = value;
      return time;
    }
  return std::nullopt;
}

std::optional<SegmentTime> age(std::string_view text) {
  SegmentTime time;
  if (text == "半年") {
    time.amount = 6;
    time.unit = SegmentUnit::kMonths;
    return time;
  }
  if (const auto digits = take_number(text, 6)) {
    time.amount = *digits;
  } else {
    for (const auto& [word, value] : kNumbers)
      if (time.amount == 0 && take(text, word)) time.amount = value;
  }
  if (time.amount < 1 || time.amount > kLongestAge) return std::nullopt;
  take(text, " ");
  for (const auto& [word, unit] : kUnits)
    if (text == word) {
      time.unit = unit;
      return time;
    }
  return std::nullopt;
}

std::optional<SegmentTime> month_of_any_year(std::string_view text) {
  SegmentTime time;
  time.kind = TimeKind::kMonth;
  time.month = take_number(text, 2).value_or(0);
  if (text != "月" && text != "月份") return std::nullopt;
  return time.month >= 1 && time.month <= 12 ? std::optional(time) : std::nullopt;
}

std::optional<SegmentTime> checked(SegmentTime time) {
  const int year = time.kind == TimeKind::kDay ? time.year : kLeapYear;
  return valid_date(year, time.month, time.day) ? std::optional(time) : std::nullopt;
}

// 11-01, 11/1, 11月1日.
std::optional<SegmentTime> month_and_day(std::string_view text, SegmentTime time) {
  const auto month = take_number(text, 2);
  const bool chinese = take(text, "月");
  if (!month || (!chinese && !take(text, "-") && !take(text, "/"))) return std::nullopt;
  const auto day = take_number(text, 2);
  if (chinese && !take(text, "日")) take(text, "号");
  if (!day || !text.empty()) return std::nullopt;
  time.month = *month;
  time.day = *day;
  return checked(time);
}

std::optional<SegmentTime> date(std::string_view text) {
  SegmentTime time;
  time.kind = TimeKind::kMonthDay;
  std::string_view rest = text;
  const auto year = take_number(rest, 4);
  if (year && *year >= 1900 && (take(rest, "-") || take(rest, "/") || take(rest, "年"))) {
    time.kind = TimeKind::kDay;
    time.year = *year;
    return month_and_day(rest, time);
  }
  return month_and_day(text, time);
}

}  // namespace

std::optional<storage::SegmentTime> parse_segment_time(std::string_view text) {
  if (text.size() > 60) return std::nullopt;  // longer than any time; folding is not free
  const std::string folded = word_key(text);
  if (auto time = period(folded)) return time;
  if (auto time = age(folded)) return time;
  if (auto time = month_of_any_year(folded)) return time;
  return date(folded);
}

std::optional<bool> parse_segment_yes_no(std::string_view text) {
  static constexpr std::string_view kYes[] = {"yes", "true", "y", "1", "是", "有", "对", "已"};
  static constexpr std::string_view kNo[] = {"no", "false", "n", "0", "否", "无", "不", "没有", "未"};
  const std::string folded = word_key(text);
  if (std::find(std::begin(kYes), std::end(kYes), folded) != std::end(kYes)) return true;
  if (std::find(std::begin(kNo), std::end(kNo), folded) != std::end(kNo)) return false;
  return std::nullopt;
}

}  // namespace laoke
