#include <cctype>
#include <set>

#include "handlers/calendar.h"
#include "handlers/clock_words.h"
#include "handlers/recurrence.h"
#include "handlers/scan.h"
#include "handlers/traditional.h"

// The sellers' words for repeating times, turned into RRULEs.
namespace laoke {
namespace {

constexpr std::string_view kWeekdayCodes[] = {"MO", "TU", "WE", "TH", "FR", "SA", "SU"};
constexpr std::string_view kMonths[] = {"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::string_view kLongMonths[] = {"january", "february", "march",     "april",   "may",      "june",
                                            "july",    "august",   "september", "october", "november", "december"};

const Said kNotUnderstood{"看不懂这个重复时间。可以写：每天10:00、每周一9点、每周一三五 18:00、每个工作日9点、每月1号、每月最后一天、每年5月1日",
                          "This repeating time is not understood. Write for example: every day 10:00, every monday 9:00, every weekday 9am, "
                          "every month on the 1st, every year on May 1"};

std::string weekdays_rule(const std::set<int>& days) {
  std::string list;
  for (const int day : days) list += (list.empty() ? "" : ",") + std::string(kWeekdayCodes[day - 1]);
  return "FREQ=WEEKLY;BYDAY=" + list;
}

// "每月31号" means the last day of shorter months; the RFC's BYMONTHDAY=31 would leave them out.
std::string day_of_month(int day) {
  std::string days = std::to_string(day);
  if (day <= 28) return "BYMONTHDAY=" + days;
  days = "28";
  for (int d = 29; d <= day; ++d) days += "," + std::to_string(d);
  return "BYMONTHDAY=" + days + ";BYSETPOS=-1";
}

std::string every(const std::string& rule, int interval) {
  return interval > 1 ? rule + ";INTERVAL=" + std::to_string(interval) : rule;
}

// 周一三五, 周一、周三, mon and wed, monday,friday.
std::set<int> weekdays(Scan& scan) {
  std::set<int> days;
  std::optional<int> day = weekday_word(scan);
  while (day) {
    days.insert(*day);
    const std::size_t end = scan.at();
    if ((day = weekday_digit(scan))) continue;
    scan.skip_blanks();
    scan.eat_any({"、", ",", "，", "和", "and", "&"});
    scan.skip_blanks();
    day = weekday_word(scan);
    if (!day) day = weekday_digit(scan);
    if (!day) scan.back_to(end);
  }
  return days;
}

std::optional<int> ordinal(Scan& scan) {
  scan.skip_blanks();
  scan.eat("on");
  scan.skip_blanks();
  scan.eat("the");
  scan.skip_blanks();
  const auto number = scan.small_number();
  if (number) scan.eat_any({"st", "nd", "rd", "th", "日", "号"});
  return number;
}

std::optional<std::string> monthly(Scan& scan, int interval) {
  scan.skip_blanks();
  scan.eat("的");
  const std::size_t start = scan.at();
  scan.eat_any({"on the", "on"});
  scan.skip_blanks();
  if (scan.eat_any({"最后一天", "月底", "last day"})) return every("FREQ=MONTHLY;BYMONTHDAY=-1", interval);
  scan.back_to(start);
  const auto day = ordinal(scan);
  if (!day || *day < 1 || *day > 31) return std::nullopt;
  return every("FREQ=MONTHLY;" + day_of_month(*day), interval);
}

std::optional<int> month_name(Scan& scan) {
  for (int i = 0; i < 12; ++i)
    if (scan.eat(kLongMonths[i]) || scan.eat(kMonths[i])) return i + 1;
  return std::nullopt;
}

std::optional<std::string> yearly(Scan& scan) {
  scan.skip_blanks();
  scan.eat("的");
  scan.eat("on");
  scan.skip_blanks();
  auto month = month_name(scan);
  if (!month) {
    month = scan.small_number();
    if (!month || !scan.eat_any({"月", "-", "/"})) return std::nullopt;
  }
  const auto day = ordinal(scan);
  if (!day || !valid_date(2024, *month, *day)) return std::nullopt;  // a leap year: 29 February may be asked for
  return "FREQ=YEARLY;BYMONTH=" + std::to_string(*month) + ";" +
         (*month == 2 && *day == 29 ? day_of_month(29) : "BYMONTHDAY=" + std::to_string(*day));
}

std::optional<std::string> weekly(Scan& scan, int interval) {
  scan.skip_blanks();
  scan.eat_any({"的", "on"});
  scan.skip_blanks();
  const auto days = weekdays(scan);
  return days.empty() ? std::nullopt : std::optional(every(weekdays_rule(days), interval));
}

std::optional<std::string> unit_rule(Scan& scan, int interval) {
  if (scan.eat_any({"个工作日", "工作日", "个平日", "平日", "weekday", "weekdays", "workday", "working day"})) return weekdays_rule({1, 2, 3, 4, 5});
  if (scan.eat_any({"个周末", "周末", "weekend", "weekends"})) return weekdays_rule({6, 7});
  const std::size_t start = scan.at();
  scan.eat("个");
  if (const auto days = weekdays(scan); !days.empty()) return every(weekdays_rule(days), interval);
  scan.back_to(start);
  if (scan.eat_any({"天", "日", "days", "day"})) return every("FREQ=DAILY", interval);
  if (scan.eat_any({"小时", "个小时", "hours", "hour"})) return every("FREQ=HOURLY", interval);
  if (scan.eat_any({"个月", "月", "months", "month"})) return monthly(scan, interval);
  if (scan.eat_any({"年", "year"})) return yearly(scan);
  if (scan.eat_any({"个星期", "个礼拜", "星期", "礼拜", "周", "weeks", "week"})) return weekly(scan, interval);
  return std::nullopt;
}

std::optional<std::string> rule_words(Scan& scan) {
  if (scan.eat("daily")) return "FREQ=DAILY";
  if (scan.eat("weekly")) return weekly(scan, 1);
  if (scan.eat("monthly")) return monthly(scan, 1);
  if (scan.eat_any({"yearly", "annually"})) return yearly(scan);
  scan.eat_any({"每隔", "每", "every"});
  scan.skip_blanks();
  int interval = 1;
  if (const auto number = scan.small_number()) interval = *number;
  else if (scan.eat("other")) interval = 2;
  scan.skip_blanks();
  if (interval < 1 || interval > 366) return std::nullopt;
  return unit_rule(scan, interval);
}

}  // namespace

bool looks_repeating(std::string_view text) {
  Scan scan(text);
  scan.skip_blanks();
  return scan.eat("每") || scan.eat("every") || scan.eat("daily") || scan.eat("weekly") || scan.eat("monthly") || scan.eat("yearly") ||
         scan.eat("annually") || scan.eat("RRULE") || scan.eat("FREQ");
}

OrSaid<Recurrence> parse_recurrence(std::string_view text, std::int64_t now_ms, std::string_view zone) {
  const std::string plain = simplified(text);
  Scan scan(plain);
  scan.skip_blanks();
  if (!looks_repeating(text)) return kNotUnderstood;
  const bool raw = Scan(scan.rest()).eat("RRULE") || Scan(scan.rest()).eat("FREQ");
  Recurrence recurrence{"", now_ms, std::string(zone)};
  int clock = kDefaultClock;
  if (raw) {
    const auto rule = parse_rrule(scan.rest());
    if (!rule) return rule.error();
    recurrence.rrule = *rule;
  } else {
    const auto rule = rule_words(scan);
    if (!rule) return kNotUnderstood;
    scan.skip_blanks();
    scan.eat_any({"的", ",", "，"});
    if (const auto typed = clock_words(scan, std::nullopt)) {
      if (!typed->valid() || typed->next_day != 0) return kNotUnderstood;
      clock = typed->minute;
    }
    scan.skip_blanks();
    if (!scan.done()) return kNotUnderstood;
    const auto checked = parse_rrule(*rule);
    if (!checked) return checked.error();
    recurrence.rrule = *checked;
  }
  recurrence.start_ms = at_minute(to_local(now_ms, zone).date, clock, zone);
  const auto first = next_occurrence(recurrence, now_ms);
  if (!first) return Said{"这个重复时间以后不会再发生", "This repeating time never comes again"};
  recurrence.start_ms = *first;
  return recurrence;
}

}  // namespace laoke
