#include "handlers/recurrence.h"

#include <libical/ical.h>

#include <memory>

#include "handlers/calendar.h"

namespace laoke {
namespace {

// An hourly rule with a far condition is walked; more steps than ten years of hours means it never happens.
constexpr int kMostRecurrenceSteps = 90'000;
constexpr std::size_t kLongestRule = 500;  // bytes; the longest sensible rule is far below

struct IteratorDeleter {
  void operator()(icalrecur_iterator* iterator) const { icalrecur_iterator_free(iterator); }
};
using Iterator = std::unique_ptr<icalrecur_iterator, IteratorDeleter>;

icaltimetype ical_time(const LocalTime& t) {
  icaltimetype out = icaltime_null_time();
  out.year = t.date.year;
  out.month = t.date.month;
  out.day = t.date.day;
  out.hour = t.hour;
  out.minute = t.minute;
  out.second = t.second;
  return out;
}

LocalTime local_time(const icaltimetype& t) { return {{t.year, t.month, t.day}, t.hour, t.minute, t.second}; }

// UNTIL with a Z is an instant; everything is expanded in local time.
void make_until_local(icalrecurrencetype& rule, std::string_view zone) {
  if (icaltime_is_null_time(rule.until)) return;
  if (rule.until.is_date) {
    rule.until.is_date = 0;
    rule.until.hour = 23;
    rule.until.minute = 59;
    rule.until.second = 59;
  } else if (icaltime_is_utc(rule.until)) {
    rule.until = ical_time(to_local(to_utc(local_time(rule.until), "Etc/UTC"), zone));
  }
}

std::string without_prefix(std::string_view text) {
  while (!text.empty() && (text.back() == ' ' || text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  std::string rule(text);
  for (char& c : rule) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return rule.rfind("RRULE:", 0) == 0 ? rule.substr(6) : rule;
}

Said refused(std::string_view text) {
  const std::string shown(text.substr(0, 80));
  return {"重复规则“" + shown + "”不对。按 RFC 5545 写，FREQ 可用 HOURLY、DAILY、WEEKLY、MONTHLY、YEARLY，例如 FREQ=WEEKLY;BYDAY=MO;"
          "也可以直接写：每天10:00、每周一9点、每月1号",
          "The repeating rule '" + shown + "' is wrong. Write it after RFC 5545 with FREQ=HOURLY, DAILY, WEEKLY, MONTHLY or YEARLY, "
          "for example FREQ=WEEKLY;BYDAY=MO; or simply: every day 10:00, every monday 9:00, every month on the 1st"};
}

std::optional<icaltimetype> step(icalrecur_iterator* iterator) {
  const icaltimetype next = icalrecur_iterator_next(iterator);
  return icaltime_is_null_time(next) ? std::nullopt : std::optional(next);
}

// COUNT is counted from the start, so only a rule without it may jump near `after_ms`.
void jump_near(icalrecur_iterator* iterator, const icalrecurrencetype& rule, const Recurrence& recurrence, std::int64_t after_ms) {
  const std::int64_t near_ms = after_ms - 2 * kDayMs;
  if (rule.count > 0 || rule.interval > 1 || near_ms <= recurrence.start_ms) return;
  LocalTime from = to_local(near_ms, recurrence.zone);
  const LocalTime start = to_local(recurrence.start_ms, recurrence.zone);
  from.hour = start.hour;
  from.minute = start.minute;
  from.second = start.second;
  icalrecur_iterator_set_start(iterator, ical_time(from));
}

}  // namespace

OrSaid<std::string> parse_rrule(std::string_view text) {
  if (text.size() > kLongestRule || text.find('\0') != std::string_view::npos) return refused(text);
  const std::string wanted = without_prefix(text);
  icalrecurrencetype rule = icalrecurrencetype_from_string(wanted.c_str());
  if (rule.freq == ICAL_NO_RECURRENCE || rule.freq == ICAL_SECONDLY_RECURRENCE || rule.freq == ICAL_MINUTELY_RECURRENCE)
    return refused(text);
  const std::unique_ptr<char, decltype(&std::free)> canonical(icalrecurrencetype_as_string_r(&rule), &std::free);
  if (canonical == nullptr) return refused(text);
  std::string spelled = canonical.get();
  // Past UNTILs are allowed (the rule simply ended), so the trial runs without it.
  icalrecurrencetype endless = rule;
  endless.until = icaltime_null_time();
  const Iterator iterator(icalrecur_iterator_new(endless, ical_time({{2024, 1, 1}, 10, 0, 0})));
  if (iterator == nullptr || !step(iterator.get())) return refused(text);
  return spelled;
}

std::optional<std::int64_t> next_occurrence(const Recurrence& recurrence, std::int64_t after_ms) {
  icalrecurrencetype rule = icalrecurrencetype_from_string(recurrence.rrule.c_str());
  if (rule.freq == ICAL_NO_RECURRENCE) throw std::invalid_argument("no recurrence rule: " + recurrence.rrule);
  make_until_local(rule, recurrence.zone);
  const Iterator iterator(icalrecur_iterator_new(rule, ical_time(to_local(recurrence.start_ms, recurrence.zone))));
  if (iterator == nullptr) return std::nullopt;
  jump_near(iterator.get(), rule, recurrence, after_ms);
  for (int i = 0; i < kMostRecurrenceSteps; ++i) {
    const auto next = step(iterator.get());
    if (!next) return std::nullopt;
    const std::int64_t at_ms = to_utc(local_time(*next), recurrence.zone);
    if (at_ms > after_ms && at_ms >= recurrence.start_ms) return at_ms;
  }
  return std::nullopt;
}

}  // namespace laoke
