#pragma once
#include <cstdint>
#include <span>
#include <string_view>

#include "handlers/carriers.h"

// The data behind handlers/carriers.cpp.
namespace laoke {

// What follows the prefix of a number.
enum class Body { kDigits, kAlphanumeric };
// The check digit a number carries; kNone: nothing to hold it against.
enum class Check { kNone, kS10, kUps, kUsps, kMod7, kFedEx12 };

// One shape of tracking number. In `prefix` and `suffix` '?' is any letter and '#' any digit.
struct NumberPattern {
  std::string_view carrier;
  std::string_view prefix;
  Body body;
  int shortest, longest;  // length of the body
  std::string_view suffix;
  Check check;
  int certainty;  // CarrierGuess::certainty when it fits
};

std::span<const NumberPattern> number_patterns();

}  // namespace laoke
