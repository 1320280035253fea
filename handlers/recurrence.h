#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "handlers/said.h"

// Repeating times: RFC 5545 RRULE, read and expanded by libical in the shop's local time, so that 10:00 stays 10:00
// when clocks change (skipped and repeated times as handlers/calendar.h says). As the RFC asks, a day that a month does
// not have is left out (BYMONTHDAY=31 means seven times a year); the sellers' words below mean the last day instead.
namespace laoke {

struct Recurrence {
  std::string rrule;          // "FREQ=WEEKLY;BYDAY=MO", without "RRULE:"
  std::int64_t start_ms = 0;  // the first possible time; gives the clock, and the day where the rule names none
  std::string zone;           // IANA
};

// The rule in its canonical spelling. Refused: what RFC 5545 does not allow, FREQ=SECONDLY and MINUTELY, and rules that
// never happen (BYMONTH=2;BYMONTHDAY=30).
OrSaid<std::string> parse_rrule(std::string_view text);

// The first time after `after_ms`; nullopt when COUNT or UNTIL ended it. The rule must have passed parse_rrule().
std::optional<std::int64_t> next_occurrence(const Recurrence& recurrence, std::int64_t after_ms);

// Whether a person means something repeating ("每天…", "every…", "RRULE:…").
bool looks_repeating(std::string_view text);

// 每天10:00, 每周一三五 9点, 每个工作日9点, 每两周周五18:00, 每月1号, 每月最后一天 20:00, 每年5月1日, every day 10:00, every monday
// 9:00, every weekday 9am, every 2 weeks fri 18:00, every month on the 1st, every year on May 1, or an RRULE.
// Without a time of day it is kDefaultClock. start_ms of the answer is the first time after `now_ms`.
inline constexpr int kDefaultClock = 10 * 60;  // minutes: shops are open, customers awake
OrSaid<Recurrence> parse_recurrence(std::string_view text, std::int64_t now_ms, std::string_view zone);

// A rule as a person says it, without its time of day: "每周一、周三", "every month on the 1st". A rule that parse_recurrence()
// does not make of words comes back as it is.
Said recurrence_words(std::string_view rrule);

}  // namespace laoke
