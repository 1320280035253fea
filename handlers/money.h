#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "handlers/wording.h"

// Money is integer minor units (分, cents) plus an ISO 4217 code; no floating point anywhere.
namespace laoke {

struct Money {
  std::int64_t amount_minor = 0;
  std::string currency;  // ISO 4217, capitals
  bool operator==(const Money&) const = default;
};

// Largest amount accepted: far above any order, and sums of a million of them stay exact everywhere (also in JSON).
inline constexpr std::int64_t kLargestAmountMinor = 1'000'000'000'000;

// Digits behind the point: CNY 2, JPY 0, KWD 3. nullopt: not a currency.
std::optional<int> minor_digits(std::string_view currency);
inline bool is_currency(std::string_view currency) {
  return minor_digits(currency).has_value();
}

// What a person wrote: "198", "198.50", "¥198", "198元", "1,280.00", "US$12", "12 USD", full-width too. A bare number,
// and a sign that several currencies share (¥, $), mean `default_currency` when it can be that. Negative amounts,
// "12,5", more digits than the currency has, and anything else that could be misread are refused with a phrase
// "money.…".
std::variant<Money, Phrase> parse_money(std::string_view text, std::string_view default_currency);

// For people: "¥198.00" in zh-CN, "$12.00" in en, the shared signs told apart as each language does ("US$12.00").
std::string format_money(std::int64_t amount_minor, std::string_view currency, std::string_view language);
// For files and APIs: "198.00".
std::string decimal_text(std::int64_t amount_minor, std::string_view currency);

}  // namespace laoke
