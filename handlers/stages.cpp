#include "handlers/stages.h"

#include <algorithm>
#include <array>

#include "handlers/segment/fields.h"
#include "storage/customers.h"
#include "storage/orders.h"

namespace laoke {
namespace {

// By the number of paid orders; the last for that many and more.
constexpr std::array<std::string_view, 3> kByOrders{"lead", "new", "regular"};
constexpr std::string_view kLost = "lost";

// "老客" and "regular" are one stage; a word of the shop's own is none of ours.
std::string_view code_of(std::string_view stage) {
  const auto* word = find_segment_word(segment_stages(), stage);
  return word == nullptr ? std::string_view() : word->code;
}

std::string_view code_for(std::int64_t paid_orders) {
  return kByOrders[static_cast<std::size_t>(std::clamp<std::int64_t>(paid_orders, 0, std::ssize(kByOrders) - 1))];
}

// Its place among those the orders give; -1 for one written by hand.
std::ptrdiff_t rank(std::string_view stage) {
  if (stage.empty()) return 0;
  const auto found = std::ranges::find(kByOrders, code_of(stage));
  return found == kByOrders.end() ? -1 : found - kByOrders.begin();
}

}  // namespace

std::string stage_words(std::string_view stage, std::string_view language) {
  const auto* word = find_segment_word(segment_stages(), stage);
  if (word == nullptr) return std::string(stage);
  return std::string(language.starts_with("zh") ? word->zh : word->code);
}

std::string stage_of_orders(std::int64_t paid_orders, std::string_view language) {
  return stage_words(code_for(paid_orders), language);
}

std::string stage_moved(std::string_view stage, std::int64_t before, std::int64_t after, std::string_view language) {
  const bool from_orders = stage.empty() || code_of(stage) == code_for(before);
  const bool back = code_of(stage) == kLost && after > before;
  return from_orders || back ? stage_of_orders(after, language) : std::string(stage);
}

std::string stage_together(std::string_view kept, std::string_view merged, std::int64_t paid_orders, std::string_view language) {
  if (rank(kept) < 0) return std::string(kept);
  if (rank(merged) < 0) return std::string(merged);
  const auto furthest = std::max({rank(kept), rank(merged), rank(code_for(paid_orders))});
  return stage_words(kByOrders[static_cast<std::size_t>(furthest)], language);
}

void follow_orders(const Context& context, std::int64_t customer_id, int bought) {
  if (bought == 0) return;
  const auto facts = storage::get_facts(context.tx, context.shop_id(), customer_id);
  if (!facts) return;
  const auto now = storage::paid_orders_of(context.tx, context.shop_id(), customer_id);
  const auto stage = stage_moved(facts->stage, now - bought, now, context.shop.language);
  if (stage != facts->stage) storage::set_stage(context.tx, context.shop_id(), customer_id, stage);
}

}  // namespace laoke
