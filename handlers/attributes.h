#pragma once
#include <string>
#include <string_view>

#include "handlers/context.h"
#include "handlers/said.h"
#include "storage/attributes.h"

namespace laoke {

inline constexpr std::size_t kMaxAttributeNameCodePoints = 50;
inline constexpr std::size_t kMaxAttributeValueCodePoints = 500;

// A typed value from what a person writes: 42 and 3.5 are numbers (007 and 13812345678901234 are text), 2026-03-08 and
// 2026年3月8日 dates, 是/否/yes/no yes or no, anything else text. Names are folded: "Skin " and "skin" are one.
OrSaid<storage::Attribute> attribute_from(std::string_view name, std::string_view typed);
// For people: dates and numbers as they are, yes/no in words.
std::string shown_attribute(const storage::Attribute& attribute, std::string_view language);
// Sets it (customer.updated happens); an empty value removes it. Whether something changed. Throws Refusal.
bool set_customer_attribute(const Context& context, std::int64_t customer_id, std::string_view name,
                            std::string_view typed);

}  // namespace laoke
