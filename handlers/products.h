#pragma once
#include <string_view>

#include "handlers/context.h"
#include "storage/products.h"

namespace laoke {

// Longest product name, in code points: it has to fit a chat line and a shipping label.
inline constexpr std::size_t kLongestProductName = 120;

// Stores a new product (product_id 0) or changes one; the product as stored. Blank currency means the shop's. Refusal
// when a value is out of range or the name or sku is another product's.
storage::Product save_product(const Context& context, storage::Product product);

// The product a seller means by what they typed: its exact name, its sku, or its name in other case or width.
std::optional<storage::Product> find_product(const Context& context, std::string_view typed);

// The same, and one with that name is made when there is none, so that nobody has to set up a catalogue before selling.
storage::Product product_for(const Context& context, std::string_view typed);

}  // namespace laoke
