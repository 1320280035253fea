#include "handlers/birthdays.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "handlers/text.h"
#include "handlers/traditional.h"
#include "handlers/wording.h"

namespace laoke {
namespace {

constexpr int kFirstYear = 1900;
constexpr int kLeapYear = 2000;  // a birthday without a year may be 29 February
constexpr std::array<const char*, 12> kBirthdayMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

struct Parts {
  std::vector<int> numbers;
  std::vector<std::size_t> digits;
  bool readable = true;
};

bool separates(std::string_view text, std::size_t at, std::size_t& length) {
  for (const std::string_view mark : {"年", "月", "日", "号", "-", "/", ".", " "})
    if (text.substr(at, mark.size()) == mark) {
      length = mark.size();
      return true;
    }
  return false;
}

Parts parts_of(std::string_view text) {
  Parts parts;
  bool in_number = false;
  for (std::size_t at = 0, length = 1; at < text.size(); at += length) {
    length = 1;
    const char c = text[at];
    if (c >= '0' && c <= '9') {
      if (!in_number) {
        parts.numbers.push_back(0);
        parts.digits.push_back(0);
      }
      in_number = true;
      if (++parts.digits.back() > 8) parts.readable = false;
      if (parts.readable) parts.numbers.back() = parts.numbers.back() * 10 + (c - '0');
      continue;
    }
    in_number = false;
    if (!separates(text, at, length)) parts.readable = false;
  }
  return parts;
}

// 19900308 and 0308 are written without marks.
void split_joined(Parts& parts) {
  if (parts.numbers.size() != 1) return;
  const int all = parts.numbers[0];
  if (parts.digits[0] == 8)
    parts.numbers = {all / 10000, all / 100 % 100, all % 100};
  else if (parts.digits[0] == 4)
    parts.numbers = {all / 100, all % 100};
}

std::string stored(int year, int month, int day) {
  char text[24];
  if (year > 0)
    std::snprintf(text, sizeof text, "%04d-%02d-%02d", year, month, day);
  else
    std::snprintf(text, sizeof text, "--%02d-%02d", month, day);
  return text;
}

}  // namespace

OrSaid<std::string> birthday_from(std::string_view typed, const LocalDate& today) {
  const Said unreadable = said({"birthday.unreadable", {{"typed", shorten(typed, 30)}}});
  if (typed.size() > 60) return unreadable;
  Parts parts = parts_of(word_key(typed));
  split_joined(parts);
  if (!parts.readable || (parts.numbers.size() != 2 && parts.numbers.size() != 3)) return unreadable;
  const bool with_year = parts.numbers.size() == 3;
  const int year = with_year ? parts.numbers[0] : 0;
  const int month = parts.numbers[with_year ? 1 : 0], day = parts.numbers[with_year ? 2 : 1];
  if (with_year && (year < kFirstYear || year > today.year))
    return said({"birthday.year", {{"typed", shorten(typed, 30)}, {"first", kFirstYear}, {"last", today.year}}});
  if (!valid_date(with_year ? year : kLeapYear, month, day))
    return said({"birthday.no_such_day", {{"typed", shorten(typed, 30)}}});
  if (with_year && LocalDate{year, month, day} > today)
    return said({"birthday.year", {{"typed", shorten(typed, 30)}, {"first", kFirstYear}, {"last", today.year}}});
  return stored(year, month, day);
}

std::string shown_birthday(std::string_view text, std::string_view language) {
  if (text.size() < 7) return "";
  const bool with_year = text[0] != '-';
  const auto month_day = text.substr(text.size() - 5);
  const int month = std::atoi(std::string(month_day.substr(0, 2)).c_str()),
            day = std::atoi(std::string(month_day.substr(3)).c_str());
  if (month < 1 || month > 12) return "";
  const std::string year(with_year ? text.substr(0, 4) : "");
  if (spoken_language(language) == "zh-CN")
    return (with_year ? year + "年" : "") + std::to_string(month) + "月" + std::to_string(day) + "日";
  return std::to_string(day) + " " + kBirthdayMonths[static_cast<std::size_t>(month - 1)] + (with_year ? " " + year : "");
}

}  // namespace laoke
