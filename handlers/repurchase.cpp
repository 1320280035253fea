#include "handlers/repurchase.h"

#include <algorithm>
#include <vector>

#include "handlers/calendar.h"

namespace laoke {
namespace {

constexpr std::int64_t kMostUsageDays = 3650;  // ten years of supply is a typing mistake

// Purchases within one day of each other are one trip to the shop.
std::vector<std::int64_t> days_of(std::span<const storage::Purchase> purchases) {
  std::vector<std::int64_t> days;
  for (const auto& purchase : purchases)
    if (days.empty() || purchase.at_ms - days.back() >= kDayMs) days.push_back(purchase.at_ms);
  return days;
}

}  // namespace

std::optional<std::int64_t> purchase_rhythm_ms(std::span<const storage::Purchase> purchases) {
  const auto days = days_of(purchases);
  if (static_cast<int>(days.size()) < kRhythmPurchases) return std::nullopt;
  std::vector<std::int64_t> gaps;
  for (std::size_t i = 1; i < days.size(); ++i) gaps.push_back(days[i] - days[i - 1]);
  std::sort(gaps.begin(), gaps.end());
  const std::size_t middle = gaps.size() / 2;
  const std::int64_t median = gaps.size() % 2 == 1 ? gaps[middle] : (gaps[middle - 1] + gaps[middle]) / 2;
  return median >= kShortestRhythmMs ? std::optional(median) : std::nullopt;
}

std::optional<RunningOut> running_out(std::span<const storage::Purchase> of_product, std::span<const storage::Purchase> of_family,
                                      std::optional<std::int64_t> usage_days, std::optional<std::int64_t> last_delivered_ms) {
  if (of_product.empty()) return std::nullopt;
  const auto& last = of_product.back();
  if (!of_family.empty() && of_family.back().at_ms > last.at_ms) return std::nullopt;
  auto rhythm = purchase_rhythm_ms(of_product);
  if (!rhythm) rhythm = purchase_rhythm_ms(of_family);
  if (rhythm) return RunningOut{last.at_ms + *rhythm, last.order_id, true};
  if (!usage_days || *usage_days < 1 || last.quantity < 1) return std::nullopt;
  const std::int64_t days = std::min(*usage_days * std::min(last.quantity, kMostUsageDays), kMostUsageDays);
  return RunningOut{last_delivered_ms.value_or(last.at_ms) + days * kDayMs, last.order_id, false};
}

}  // namespace laoke
