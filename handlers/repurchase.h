#pragma once
#include <cstdint>
#include <optional>
#include <span>

#include "storage/purchases.h"

// When what a customer bought will be used up.
namespace laoke {

// Purchases on this many different days make a rhythm: two intervals are the least a median can be taken of, and one
// interval alone is as often a gift or a second jar as a habit.
inline constexpr int kRhythmPurchases = 3;
// Shorter medians are orders in several parcels, not a rhythm.
inline constexpr std::int64_t kShortestRhythmMs = 3 * 24 * 3'600'000LL;

struct RunningOut {
  std::int64_t at_ms = 0;
  std::int64_t order_id = 0;  // the purchase that is being used up
  bool by_rhythm = false;     // else by the product's days of use
};

// The customer's median interval of the product, or of its family while the product alone has no rhythm yet; else
// `usage_days` × quantity, counted from `last_delivered_ms` (none: from the payment). Purchases oldest first; those of
// the family include the product's own, empty when it has none. Nothing when neither is known, or when another product
// of the family was bought since: then that one is in use.
std::optional<RunningOut> running_out(std::span<const storage::Purchase> of_product, std::span<const storage::Purchase> of_family,
                                      std::optional<std::int64_t> usage_days, std::optional<std::int64_t> last_delivered_ms);

// The median interval between the days of purchase; nothing for fewer than kRhythmPurchases days.
std::optional<std::int64_t> purchase_rhythm_ms(std::span<const storage::Purchase> purchases);

}  // namespace laoke
