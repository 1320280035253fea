#include "handlers/when.h"

#include <charconv>

#include "handlers/calendar.h"
#include "handlers/clock_words.h"
#include "handlers/scan.h"
#include "handlers/traditional.h"

namespace laoke {
namespace {

constexpr std::int64_t kFarthestMs = 3653 * kDayMs;  // ten years: more is a typing mistake

struct Now {
  std::int64_t ms;
  std::string_view zone;
  LocalDate today;
};

// What was read: an instant, or a date whose clock comes next.
struct Day {
  LocalDate date;
  std::optional<Period> period;  // 今晚, tonight
  std::optional<int> weekday_offset;  // of a bare weekday: one week more when today's time has passed
};

struct DayWord {
  std::string_view word;
  int days;
  std::optional<Period> period;
};
// Longer words before those they begin with.
constexpr DayWord kDayWords[] = {
    {"大后天", 3, {}},   {"后天", 2, {}},          {"明天", 1, {}},          {"明日", 1, {}},
    {"今天", 0, {}},     {"今日", 0, {}},          {"今晚", 0, Period::kEvening}, {"明晚", 1, Period::kEvening},
    {"后晚", 2, Period::kEvening}, {"今早", 0, Period::kMorning}, {"明早", 1, Period::kMorning},
    {"the day after tomorrow", 2, {}}, {"day after tomorrow", 2, {}}, {"tomorrow", 1, {}}, {"tmr", 1, {}},
    {"today", 0, {}},    {"tonight", 0, Period::kEvening},
};

constexpr std::string_view kMonthNames[][2] = {
    {"january", "jan"}, {"february", "feb"}, {"march", "mar"},      {"april", "apr"},   {"may", "may"},      {"june", "jun"},
    {"july", "jul"},    {"august", "aug"},   {"september", "sep"},  {"october", "oct"}, {"november", "nov"}, {"december", "dec"}};

const Said kNotUnderstood{"看不懂这个时间。可以写：明天10:00、今晚8点、周五 18:00、下周一10点、11月20日 9:00、2026-12-01 10:00、30分钟后、马上",
                          "This time is not understood. Write for example: tomorrow 10:00, fri 6pm, next monday 9:00, "
                          "2026-12-01 10:00, in 2 hours, now"};
const Said kNoClock{"请写上几点，例如：明天10:00、周五 下午3点", "Please add the time of day, for example: tomorrow 10:00, fri 6pm"};
const Said kNoSuchTime{"没有这个日期或钟点，请检查（例如 2026-12-01 10:00）",
                       "There is no such date or time of day, please check (for example 2026-12-01 10:00)"};

std::optional<int> month_name(Scan& scan) {
  for (int i = 0; i < 12; ++i)
    if (scan.eat(kMonthNames[i][0]) || scan.eat(kMonthNames[i][1])) return i + 1;
  return std::nullopt;
}

LocalDate with_year(int month, int day, const Now& now) {
  const LocalDate this_year{now.today.year, month, day};
  if (!valid_date(this_year.year, month, day)) return this_year;
  // Typed in December, 1月5日 is next January; typed on the 21st, "the 20th" is a mistake to point out.
  return days_between(this_year, now.today) > 183 ? LocalDate{now.today.year + 1, month, day} : this_year;
}

std::optional<LocalDate> month_day(Scan& scan, const Now& now) {
  const std::size_t start = scan.at();
  if (const auto month = month_name(scan)) {  // Nov 20
    scan.skip_blanks();
    if (const auto day = scan.number(2)) return with_year(*month, *day, now);
  } else if (const auto first = scan.small_number()) {
    if (scan.eat("月")) {  // 11月20日
      const auto day = scan.small_number();
      if (day && (scan.eat_any({"日", "号"}) || true)) return with_year(*first, *day, now);
    } else if (scan.eat_any({"-", "/"})) {  // 11-20, 11/20
      if (const auto day = scan.number(2)) return with_year(*first, *day, now);
    } else {  // 20 Nov
      scan.skip_blanks();
      if (const auto month = month_name(scan)) return with_year(*month, *first, now);
    }
  }
  scan.back_to(start);
  return std::nullopt;
}

std::optional<LocalDate> full_date(Scan& scan) {
  const std::size_t start = scan.at();
  const auto year = scan.number();
  if (year && *year >= 1970 && scan.eat_any({"-", "/", ".", "年"})) {
    const auto month = scan.small_number();
    if (month && scan.eat_any({"-", "/", ".", "月"}))
      if (const auto day = scan.small_number()) {
        scan.eat_any({"日", "号"});
        return LocalDate{*year, *month, *day};
      }
  }
  scan.back_to(start);
  return std::nullopt;
}

std::optional<Day> weekday_of(Scan& scan, const Now& now) {
  const std::size_t start = scan.at();
  const int monday_offset = 1 - weekday(now.today);
  const bool next = scan.eat_any({"下个", "下", "next"});
  const bool current = !next && scan.eat_any({"这个", "这", "本", "this"});
  scan.skip_blanks();
  const auto day = weekday_word(scan);
  if (!day) {
    scan.back_to(start);
    return std::nullopt;
  }
  if (next) return Day{add_days(now.today, monday_offset + 7 + *day - 1), {}, {}};
  if (current) return Day{add_days(now.today, monday_offset + *day - 1), {}, {}};
  const int ahead = (*day - weekday(now.today) + 7) % 7;
  return Day{add_days(now.today, ahead), {}, ahead};
}

std::optional<Day> day_of(Scan& scan, const Now& now) {
  for (const DayWord& word : kDayWords)
    if (scan.eat(word.word)) return Day{add_days(now.today, word.days), word.period, {}};
  if (const auto day = weekday_of(scan, now)) return day;
  if (const auto date = full_date(scan)) return Day{*date, {}, {}};
  if (const auto date = month_day(scan, now)) return Day{*date, {}, {}};
  return std::nullopt;
}

// What a time must be followed by when more text comes: 今天有活动 and today's offer are text, no times.
bool at_border(const Scan& scan) {
  if (scan.done()) return true;
  for (const std::string_view blank : {" ", "\t", "\n", "\r", "　", "\u00a0"})
    if (scan.rest().starts_with(blank)) return true;
  return false;
}

// "10am tomorrow": English puts the day behind the clock; in Chinese what follows is the message.
std::optional<Day> trailing_day(Scan& scan, const Now& now) {
  const std::size_t start = scan.at();
  scan.skip_blanks();
  const bool letters = std::isalpha(static_cast<unsigned char>(scan.peek())) != 0;
  const auto day = letters ? day_of(scan, now) : std::nullopt;
  if (day && at_border(scan)) return day;
  scan.back_to(start);
  return std::nullopt;
}

struct Span {
  std::int64_t unit_ms;
  std::int64_t count;
};

std::optional<Span> span_of(Scan& scan) {
  struct Unit {
    std::int64_t ms;
    std::initializer_list<std::string_view> words;
  };
  static const Unit kUnits[] = {
      {kMinuteMs, {"分钟", "分", "minutes", "minute", "mins", "min", "m"}},
      {kHourMs, {"个小时", "个钟头", "小时", "个钟", "hours", "hour", "hrs", "hr", "h"}},
      {7 * kDayMs, {"个星期", "个礼拜", "星期", "周", "weeks", "week", "w"}},
      {kDayMs, {"天", "日", "days", "day", "d"}},
      {kSecondMs, {"秒钟", "秒", "seconds", "second", "s"}},
  };
  const std::size_t start = scan.at();
  if (scan.eat("半")) {
    if (scan.eat_any({"个小时", "小时", "个钟头"})) return Span{kMinuteMs, 30};
    scan.back_to(start);
    return std::nullopt;
  }
  auto count = scan.small_number();
  if (!count && scan.eat_any({"an", "a"})) count = 1;
  if (count) {
    scan.skip_blanks();
    for (const Unit& unit : kUnits)
      if (scan.eat_any(unit.words)) return Span{unit.ms, *count};
  }
  scan.back_to(start);
  return std::nullopt;
}

// "30分钟后", "in 2 hours", "+2h", and "3天后10:00".
std::optional<std::int64_t> relative(Scan& scan, const Now& now) {
  const std::size_t start = scan.at();
  const bool before = scan.eat("in") || scan.eat("+");
  scan.skip_blanks();
  const auto span = span_of(scan);
  const bool after = span && (scan.skip_blanks(), scan.eat_any({"以后", "之后", "后", "later", "from now"}));
  if (!span || (!before && !after)) {
    scan.back_to(start);
    return std::nullopt;
  }
  if (span->unit_ms >= kDayMs) {
    const std::size_t end = scan.at();
    scan.skip_blanks();
    const auto clock = clock_words(scan, std::nullopt);
    if (clock && clock->valid())
      return at_minute(add_days(now.today, static_cast<int>(span->unit_ms / kDayMs * span->count) + clock->next_day), clock->minute, now.zone);
    scan.back_to(end);
  }
  if (!at_border(scan)) {
    scan.back_to(start);
    return std::nullopt;
  }
  return now.ms + span->unit_ms * span->count;
}

// The end of an ISO time: "Z" or "+08:00". Without it the time is local.
std::optional<std::int64_t> utc_offset(Scan& scan) {
  const std::size_t start = scan.at();
  if (scan.eat("Z")) return 0;
  const int sign = scan.peek() == '-' ? -1 : 1;
  if (scan.eat("+") || scan.eat("-")) {
    const auto hours = scan.number(2);
    if (hours && scan.eat(":"))
      if (const auto minutes = scan.number(2); minutes && *hours <= 14 && *minutes < 60)
        return sign * (*hours * kHourMs + *minutes * kMinuteMs);
  }
  scan.back_to(start);
  return std::nullopt;
}

std::int64_t instant_of(const Day& day, const ClockTime& clock, Scan& scan, const Now& now) {
  const LocalDate date = add_days(day.date, clock.next_day);
  if (const auto offset = utc_offset(scan)) return to_utc({date, clock.minute / 60, clock.minute % 60, clock.second}, "Etc/UTC") - *offset;
  const auto at = [&](const LocalDate& d) { return to_utc({d, clock.minute / 60, clock.minute % 60, clock.second}, now.zone); };
  if (day.weekday_offset == 0 && at(date) <= now.ms) return at(add_days(date, 7));
  return at(date);
}

OrSaid<WhenFound> found(std::int64_t at_ms, Scan& scan, const Now& now) {
  if (at_ms < now.ms) {
    const std::string was_zh = format_date_time(at_ms, now.zone, "zh-CN", now.ms), was_en = format_date_time(at_ms, now.zone, "en", now.ms);
    return Said{was_zh + " 已经过去了，现在是 " + format_date_time(now.ms, now.zone, "zh-CN", now.ms) + "。请写将来的时间",
                was_en + " has passed, it is " + format_date_time(now.ms, now.zone, "en", now.ms) + " now. Give a time to come"};
  }
  if (at_ms - now.ms > kFarthestMs) return Said{"这个时间在十年以后，请检查年份", "This time is more than ten years away, please check the year"};
  scan.skip_blanks();
  return WhenFound{at_ms, scan.at()};
}

}  // namespace

OrSaid<WhenFound> take_when(std::string_view text, std::int64_t now_ms, std::string_view zone) {
  const Now now{now_ms, zone, to_local(now_ms, zone).date};
  const std::string plain = simplified(text);  // byte for byte as long
  Scan scan(plain);
  scan.skip_blanks();
  const std::size_t start = scan.at();
  if (scan.eat_any({"马上", "现在", "立刻", "立即", "now", "immediately"}) && at_border(scan)) return found(now_ms, scan, now);
  scan.back_to(start);
  if (const auto at = relative(scan, now)) return found(*at, scan, now);
  auto day = day_of(scan, now);
  const bool day_ends = day && at_border(scan);
  scan.skip_blanks();
  if (day) scan.eat_any({"T", "的", ",", "，"});
  const auto clock = clock_words(scan, day ? day->period : std::nullopt);
  if (!clock && !day_ends) return WhenFound{};
  if (day && !valid_date(day->date.year, day->date.month, day->date.day)) return kNoSuchTime;
  if (!clock) return kNoClock;
  if (!day && !(day = trailing_day(scan, now)) && !at_border(scan)) return WhenFound{};
  if (!clock->valid()) return kNoSuchTime;
  return found(instant_of(day.value_or(Day{now.today, {}, {}}), *clock, scan, now), scan, now);
}

OrSaid<std::int64_t> parse_when(std::string_view text, std::int64_t now_ms, std::string_view zone) {
  const auto taken = take_when(text, now_ms, zone);
  if (!taken) return taken.error();
  if (taken->bytes == 0 || taken->bytes != text.size()) return kNotUnderstood;
  return taken->at_ms;
}

OrSaid<std::int64_t> parse_duration(std::string_view text) {
  const Said wrong{"时长 \"" + std::string(text) + "\" 看不懂，可用：90s、30m、2h、3d、1w，也可以连写 1d 12h",
                   "Duration \"" + std::string(text) + "\" is not understood; allowed: 90s, 30m, 2h, 3d, 1w, also together as 1d 12h"};
  static constexpr std::pair<char, std::int64_t> kUnits[] = {
      {'s', kSecondMs}, {'m', kMinuteMs}, {'h', kHourMs}, {'d', kDayMs}, {'w', 7 * kDayMs}};
  std::int64_t total = 0;
  const char* at = text.data();
  const char* const end = at + text.size();
  bool any = false;
  while (at != end) {
    if (*at == ' ') {
      ++at;
      continue;
    }
    std::uint32_t count = 0;
    const auto [stop, fault] = std::from_chars(at, end, count);
    if (fault != std::errc{} || stop == end) return wrong;
    const auto unit = std::find_if(std::begin(kUnits), std::end(kUnits), [letter = *stop](const auto& u) { return u.first == letter; });
    if (unit == std::end(kUnits) || count > kFarthestMs / unit->second) return wrong;
    total += count * unit->second;
    at = stop + 1;
    any = true;
  }
  if (!any || total > kFarthestMs) return wrong;
  return total;
}

}  // namespace laoke
