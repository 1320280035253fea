#pragma once
#include <string_view>

namespace laoke {

// Traditional and simplified by turns, in the order of the traditional ones.
std::u16string_view traditional_pairs();

}  // namespace laoke
