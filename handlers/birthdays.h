#pragma once
#include <string>
#include <string_view>

#include "handlers/calendar.h"
#include "handlers/said.h"

namespace laoke {

// A birthday as it is stored, 'YYYY-MM-DD' or '--MM-DD', from what a person writes: 1990-03-08, 1990/3/8, 1990.3.8,
// 19900308, 1990年3月8日, 3月8日, 03-08, 3/8 (month first), 0308, --03-08. 29 February is a day like any other. `today`
// refuses years to come and before 1900.
OrSaid<std::string> birthday_from(std::string_view typed, const LocalDate& today);
// "1990年3月8日", "3月8日" / "8 Mar 1990", "8 Mar"; "" for "".
std::string shown_birthday(std::string_view stored, std::string_view language);

}  // namespace laoke
