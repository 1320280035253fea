#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "handlers/said.h"

namespace laoke {

// One company that carries parcels. The table is handlers/carriers_table.cpp.
struct Carrier {
  std::string_view code;     // stored with shipments: "sf"
  Said name;                 // "顺丰速运", "SF Express"
  std::vector<std::string_view> aliases;  // what sellers type, beside code and names
  std::string_view home;     // ISO 3166 alpha-2 of the country it serves, "" worldwide
  std::string_view tracking_url;  // "{}" is the number; "" none
};

std::span<const Carrier> carriers();
const Carrier* carrier_by_code(std::string_view code);
// By code, name or alias, in any case, width or script (順豐), also with 快递/速递/express behind it; nullptr when unknown.
const Carrier* find_carrier(std::string_view typed);
// find_carrier(), or what to answer: the nearest names.
OrSaid<const Carrier*> carrier_typed(std::string_view typed);
// For a person; an unknown code as it is, "" for "".
std::string carrier_name(std::string_view code, std::string_view language);
// Where the customer can follow the parcel; "" when there is no such page.
std::string tracking_url(std::string_view code, std::string_view tracking_no);

// A tracking number as we store it: half width, upper case, without blanks. Empty when it cannot be one (letters, digits
// and '-' only, 6 to 40 of them, at least 4 digits).
std::string tracking_number(std::string_view typed);

struct CarrierGuess {
  const Carrier* carrier = nullptr;
  int certainty = 0;  // 1 possible, 2 likely, 3 certain (its own prefix, or a right check digit)
};
// Who may have given this number, the likeliest first; none when nobody known numbers like that. Where a check digit is
// known a wrong one rules the carrier out. `country` (the shop's) puts its own carriers first among equals.
std::vector<CarrierGuess> guess_carriers(std::string_view tracking_no, std::string_view country = "");

}  // namespace laoke
