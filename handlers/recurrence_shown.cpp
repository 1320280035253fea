#include <algorithm>
#include <charconv>
#include <map>
#include <vector>

#include "handlers/recurrence.h"

// RRULEs as a person says them. What the sellers' words never make is shown as it stands.
namespace laoke {
namespace {

using RuleParts = std::map<std::string, std::string, std::less<>>;

struct WeekdayWords {
  std::string_view code, zh, en;
};
constexpr WeekdayWords kWeekdayWords[] = {{"MO", "一", "Monday"},   {"TU", "二", "Tuesday"},  {"WE", "三", "Wednesday"},
                                          {"TH", "四", "Thursday"}, {"FR", "五", "Friday"},   {"SA", "六", "Saturday"},
                                          {"SU", "日", "Sunday"}};
constexpr std::string_view kMonthWords[] = {"January", "February", "March",     "April",   "May",      "June",
                                            "July",    "August",   "September", "October", "November", "December"};

std::vector<std::string_view> cut_at(std::string_view text, char mark) {
  std::vector<std::string_view> pieces;
  while (!text.empty()) {
    const auto end = std::min(text.find(mark), text.size());
    pieces.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return pieces;
}

RuleParts parts_of(std::string_view rrule) {
  RuleParts parts;
  for (const auto piece : cut_at(rrule, ';')) {
    const auto equals = std::min(piece.find('='), piece.size());
    parts.emplace(piece.substr(0, equals), piece.substr(std::min(equals + 1, piece.size())));
  }
  return parts;
}

// Whether a rule has these parts and no other; INTERVAL may stand in any.
bool has_only(const RuleParts& parts, std::initializer_list<std::string_view> names) {
  for (const auto name : names)
    if (!parts.contains(name)) return false;
  return parts.size() == names.size() + 1 + parts.count("INTERVAL");
}

int rule_number(std::string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? number : 0;
}

int interval_of(const RuleParts& parts) {
  const auto found = parts.find("INTERVAL");
  return found == parts.end() ? 1 : rule_number(found->second);
}

std::string ordinal_words(int day) {
  const bool teen = day / 10 == 1;
  const char* ending = teen ? "th" : day % 10 == 1 ? "st" : day % 10 == 2 ? "nd" : day % 10 == 3 ? "rd" : "th";
  return std::to_string(day) + ending;
}

// "每天", "每3天"; "every day", "every 3 days".
Said every_so_many(int interval, const std::string& zh, const std::string& measure, const std::string& en) {
  if (interval == 1) return {"每" + zh, "every " + en};
  return {"每" + std::to_string(interval) + measure + zh, "every " + std::to_string(interval) + " " + en + "s"};
}

std::optional<Said> weekly_words(const RuleParts& parts) {
  const std::string& days = parts.at("BYDAY");
  const int interval = interval_of(parts);
  if (interval == 1 && days == "MO,TU,WE,TH,FR") return Said{"每个工作日", "every weekday"};
  if (interval == 1 && days == "SA,SU") return Said{"每个周末", "every weekend"};
  Said list;
  for (const auto code : cut_at(days, ',')) {
    const auto* day = std::find_if(std::begin(kWeekdayWords), std::end(kWeekdayWords), [&](const auto& one) { return one.code == code; });
    if (day == std::end(kWeekdayWords)) return std::nullopt;
    list.zh += (list.zh.empty() ? "周" : "、周") + std::string(day->zh);
    list.en += (list.en.empty() ? "" : ", ") + std::string(day->en);
  }
  if (list.zh.empty()) return std::nullopt;
  if (interval == 1) return Said{"每" + list.zh, "every " + list.en};
  const Said weeks = every_so_many(interval, "周", "", "week");
  return Said{weeks.zh + "的" + list.zh, weeks.en + " on " + list.en};
}

std::optional<Said> monthly_words(const RuleParts& parts) {
  const Said months = every_so_many(interval_of(parts), "月", "个", "month");
  const auto days = cut_at(parts.at("BYMONTHDAY"), ',');
  // "28,…,31" with BYSETPOS=-1 is the 31st, or the last day there is.
  const bool last_of_several = parts.contains("BYSETPOS");
  if (days.empty() || (last_of_several ? parts.at("BYSETPOS") != "-1" : days.size() != 1)) return std::nullopt;
  const int day = rule_number(days.back());
  if (day == -1 || day == 31) return Said{months.zh + "最后一天", months.en + " on the last day"};
  if (day < 1) return std::nullopt;
  return Said{months.zh + std::to_string(day) + "日", months.en + " on the " + ordinal_words(day)};
}

std::optional<Said> yearly_words(const RuleParts& parts) {
  const int month = rule_number(parts.at("BYMONTH"));
  const auto days = cut_at(parts.at("BYMONTHDAY"), ',');
  const int day = days.empty() ? 0 : rule_number(days.back());
  if (month < 1 || month > 12 || day < 1 || interval_of(parts) != 1 || (days.size() != 1 && !parts.contains("BYSETPOS"))) return std::nullopt;
  return Said{"每年" + std::to_string(month) + "月" + std::to_string(day) + "日",
              "every year on " + std::to_string(day) + " " + std::string(kMonthWords[month - 1])};
}

std::optional<Said> known_words(const RuleParts& parts) {
  const auto freq = parts.find("FREQ");
  if (freq == parts.end() || interval_of(parts) < 1) return std::nullopt;
  if (freq->second == "DAILY" && has_only(parts, {})) return every_so_many(interval_of(parts), "天", "", "day");
  if (freq->second == "HOURLY" && has_only(parts, {})) return every_so_many(interval_of(parts), "小时", "", "hour");
  if (freq->second == "WEEKLY" && has_only(parts, {"BYDAY"})) return weekly_words(parts);
  if (freq->second == "MONTHLY" && (has_only(parts, {"BYMONTHDAY"}) || has_only(parts, {"BYMONTHDAY", "BYSETPOS"})))
    return monthly_words(parts);
  if (freq->second == "YEARLY" && (has_only(parts, {"BYMONTH", "BYMONTHDAY"}) || has_only(parts, {"BYMONTH", "BYMONTHDAY", "BYSETPOS"})))
    return yearly_words(parts);
  return std::nullopt;
}

}  // namespace

Said recurrence_words(std::string_view rrule) {
  const auto words = known_words(parts_of(rrule));
  return words ? *words : Said{std::string(rrule), std::string(rrule)};
}

}  // namespace laoke
