#include "handlers/calendar.h"

#include <date/date.h>
#include <date/tz.h>

#include <charconv>
#include <stdexcept>

namespace laoke {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const date::time_zone* find_zone(std::string_view name) {
  if (name.empty() || name.size() > 64) return nullptr;
  const auto& zones = date::get_tzdb().zones;
  const auto it = std::lower_bound(zones.begin(), zones.end(), name,
                                   [](const date::time_zone& zone, std::string_view wanted) { return zone.name() < wanted; });
  return it != zones.end() && it->name() == name ? &*it : nullptr;
}

const date::time_zone& zone_of(std::string_view name) {
  const auto* zone = find_zone(name);
  if (zone == nullptr) throw std::invalid_argument("unknown time zone '" + std::string(name) + "'");
  return *zone;
}

date::sys_time<milliseconds> instant(std::int64_t utc_ms) { return date::sys_time<milliseconds>(milliseconds(utc_ms)); }

date::year_month_day days_of(const LocalDate& d) {
  return date::year(d.year) / date::month(static_cast<unsigned>(d.month)) / date::day(static_cast<unsigned>(d.day));
}

LocalDate date_of(const date::year_month_day& ymd) {
  return {int(ymd.year()), static_cast<int>(unsigned(ymd.month())), static_cast<int>(unsigned(ymd.day()))};
}

std::string two(int number) { return (number < 10 ? "0" : "") + std::to_string(number); }

bool chinese(std::string_view language) { return language.substr(0, 2) == "zh"; }

constexpr const char* kShownMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr const char* kWeekdays[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
constexpr const char* kWeekdaysZh[] = {"周一", "周二", "周三", "周四", "周五", "周六", "周日"};

int clock_or_throw(std::string_view text) {
  const auto minute = parse_clock(text);
  if (!minute) throw std::invalid_argument("no time of day: '" + std::string(text) + "'");
  return *minute;
}

}  // namespace

bool valid_time_zone(std::string_view name) { return find_zone(name) != nullptr; }

std::string_view zone_or(std::string_view customer_zone, std::string_view shop_zone) {
  return valid_time_zone(customer_zone) ? customer_zone : shop_zone;
}

LocalTime to_local(std::int64_t utc_ms, std::string_view zone) {
  const auto local = date::floor<seconds>(zone_of(zone).to_local(instant(utc_ms)));
  const auto day = date::floor<date::days>(local);
  const date::hh_mm_ss<seconds> clock(local - day);
  return {date_of(date::year_month_day(day)), static_cast<int>(clock.hours().count()),
          static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count())};
}

std::int64_t to_utc(const LocalTime& local, std::string_view zone) {
  const date::local_seconds wall =
      date::local_days(days_of(local.date)) + std::chrono::hours(local.hour) + std::chrono::minutes(local.minute) + seconds(local.second);
  // In both doubtful cases `first` is the offset in force before the change, which RFC 5545 asks for.
  const auto offset = zone_of(zone).get_info(wall).first.offset;
  return std::chrono::duration_cast<milliseconds>(wall.time_since_epoch() - offset).count();
}

std::int64_t at_minute(const LocalDate& date, int minute_of_day, std::string_view zone) {
  return to_utc({date, minute_of_day / 60, minute_of_day % 60, 0}, zone);
}

bool valid_date(int year, int month, int day) {
  return year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 && days_of({year, month, day}).ok();
}

LocalDate add_days(const LocalDate& d, int days) {
  return date_of(date::year_month_day(date::sys_days(days_of(d)) + date::days(days)));
}

int days_between(const LocalDate& from, const LocalDate& to) {
  return static_cast<int>((date::sys_days(days_of(to)) - date::sys_days(days_of(from))).count());
}

int weekday(const LocalDate& d) { return static_cast<int>(date::weekday(date::sys_days(days_of(d))).iso_encoding()); }

int days_in_month(int year, int month) {
  const auto last = date::year(year) / date::month(static_cast<unsigned>(month)) / date::last;
  return static_cast<int>(unsigned(last.day()));
}

std::int64_t start_of_day(std::int64_t utc_ms, std::string_view zone) {
  return at_minute(to_local(utc_ms, zone).date, 0, zone);
}

std::int64_t start_of_week(std::int64_t utc_ms, std::string_view zone) {
  const LocalDate today = to_local(utc_ms, zone).date;
  return at_minute(add_days(today, 1 - weekday(today)), 0, zone);
}

std::int64_t start_of_month(std::int64_t utc_ms, std::string_view zone) {
  LocalDate first = to_local(utc_ms, zone).date;
  first.day = 1;
  return at_minute(first, 0, zone);
}

std::optional<int> parse_clock(std::string_view text) {
  int hour = 0, minute = 0;
  const char* end = text.data() + text.size();
  auto [at, fault] = std::from_chars(text.data(), end, hour);
  if (fault != std::errc{} || at - text.data() > 2 || hour < 0 || hour > 23) return std::nullopt;
  if (at == end) return hour * 60;
  if (*at != ':' || end - at != 3) return std::nullopt;
  auto [stop, minute_fault] = std::from_chars(at + 1, end, minute);
  if (minute_fault != std::errc{} || stop != end || minute < 0 || minute > 59) return std::nullopt;
  return hour * 60 + minute;
}

std::string format_clock(int minute_of_day) { return two(minute_of_day / 60) + ":" + two(minute_of_day % 60); }

std::optional<std::int64_t> quiet_until(std::int64_t now_ms, std::string_view zone, std::string_view from,
                                        std::string_view to) {
  const int begin = clock_or_throw(from), end = clock_or_throw(to);
  if (begin == end) return std::nullopt;
  const LocalDate today = to_local(now_ms, zone).date;
  // Compared as instants, not as wall clocks: on the night clocks go back, a wall time comes twice.
  for (const int start_day : {-1, 0}) {
    const LocalDate start = add_days(today, start_day);
    const std::int64_t until = at_minute(end < begin ? add_days(start, 1) : start, end, zone);
    if (at_minute(start, begin, zone) <= now_ms && now_ms < until) return until;
  }
  return std::nullopt;
}

LocalDate birthday_in(int year, int month, int day) {
  return {year, month, std::min(day, days_in_month(year, month))};
}

std::string iso_date(const LocalDate& d) {
  std::string year = std::to_string(d.year);
  if (year.size() < 4) year.insert(0, 4 - year.size(), '0');
  return year + "-" + two(d.month) + "-" + two(d.day);
}

std::optional<LocalDate> parse_iso_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  LocalDate d;
  const auto number = [&](std::size_t at, std::size_t length, int& out) {
    const char* begin = text.data() + at;
    return std::from_chars(begin, begin + length, out).ptr == begin + length && *begin != '-';
  };
  if (!number(0, 4, d.year) || !number(5, 2, d.month) || !number(8, 2, d.day)) return std::nullopt;
  return valid_date(d.year, d.month, d.day) ? std::optional(d) : std::nullopt;
}

std::string format_date(std::int64_t utc_ms, std::string_view zone, std::string_view language) {
  const LocalDate d = to_local(utc_ms, zone).date;
  if (chinese(language))
    return std::to_string(d.year) + "年" + std::to_string(d.month) + "月" + std::to_string(d.day) + "日";
  return std::to_string(d.day) + " " + kShownMonths[d.month - 1] + " " + std::to_string(d.year);
}

std::string format_date_time(std::int64_t utc_ms, std::string_view zone, std::string_view language,
                             std::int64_t now_ms) {
  const LocalTime t = to_local(utc_ms, zone);
  const LocalDate& d = t.date;
  const bool same_year = d.year == to_local(now_ms, zone).date.year;
  const std::string clock = format_clock(t.hour * 60 + t.minute);
  const int day_of_week = weekday(d) - 1;
  if (chinese(language))
    return (same_year ? "" : std::to_string(d.year) + "年") + std::to_string(d.month) + "月" + std::to_string(d.day) + "日 " +
           kWeekdaysZh[day_of_week] + " " + clock;
  return std::string(kWeekdays[day_of_week]) + " " + std::to_string(d.day) + " " + kShownMonths[d.month - 1] +
         (same_year ? " " : " " + std::to_string(d.year) + " ") + clock;
}

std::string format_duration(std::int64_t duration_ms, std::string_view language) {
  struct Unit {
    std::int64_t ms;
    const char* zh;
    const char* en;
  };
  static constexpr Unit kUnits[] = {{kDayMs, "天", " d"}, {kHourMs, "小时", " h"}, {kMinuteMs, "分钟", " min"}, {kSecondMs, "秒", " s"}};
  const bool zh = chinese(language);
  std::string text;
  int shown = 0;
  for (const Unit& unit : kUnits) {
    const std::int64_t count = duration_ms / unit.ms;
    if (shown > 0 && count == 0) break;  // "2 d 5 min" would pretend to a precision nobody asked for
    if (count == 0) continue;
    text += (zh || text.empty() ? "" : " ") + std::to_string(count) + (zh ? unit.zh : unit.en);
    duration_ms %= unit.ms;
    if (++shown == 2) break;
  }
  return text.empty() ? std::string(zh ? "0秒" : "0 s") : text;
}

}  // namespace laoke
