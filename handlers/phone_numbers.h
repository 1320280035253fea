#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "handlers/said.h"

namespace laoke {

// The number as E.164 ("+8613812345678") from what a person writes: blanks, dashes, full-width digits, with or without
// the country's code; without it `country` (ISO 3166 alpha-2, the shop's) decides. Thread-safe. The library behind it
// loads its tables (some MB) at the first use.
OrSaid<std::string> phone_from(std::string_view typed, std::string_view country);
// The same, when there is one, for telling whether a text is a phone number at all.
std::optional<std::string> phone_in(std::string_view text, std::string_view country);
// For people: "138 1234 5678" within `country`, "+1 650-253-0000" elsewhere.
std::string shown_phone(std::string_view e164, std::string_view country);

}  // namespace laoke
