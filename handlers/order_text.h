#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "handlers/money.h"
#include "handlers/orders.h"
#include "handlers/said.h"

namespace laoke {

// What stands behind the customer in 订单 张三 面膜x2 精华 198 备注:送小样.
struct OrderText {
  std::vector<OrderLine> items;
  std::optional<Money> amount;
  std::string note;

  bool operator==(const OrderText&) const = default;
};

struct OrderTextHints {
  std::string currency = "CNY";                          // of bare numbers
  std::function<bool(std::string_view name)> is_product; // keeps "三只松鼠" and "维生素 2" whole; may be empty
};

// Items ("面膜x2", "面膜×2", "2盒面膜", "精华两瓶", "mask x2 @9.90" with a price each), one amount ("198", "198元", "¥198", "共198")
// and a note ("备注:…", "note: …"); 備註, 兩瓶 and 塊 are read as their simplified kin, names and the note stay as typed. Han words are items of their own, Latin words up to a comma or a count are one item.
// The sentence says which word cannot be understood. Of at most kLongestOrderText code points, else refused.
OrSaid<OrderText> read_order_text(std::string_view typed, const OrderTextHints& hints);
inline constexpr std::size_t kLongestOrderText = 4000;

// A piece such as "面膜x2": its name and, when it says one, the count. "" and a count for a bare "x2" or "两盒".
struct CountedName {
  std::string name;
  std::optional<std::int64_t> quantity;
};
CountedName read_counted_name(std::string_view piece, const std::function<bool(std::string_view)>& is_product = {});
// An amount that says it is one: with a sign, a unit, or 共/合计/total in front. nullopt for bare numbers.
std::optional<Money> read_marked_amount(std::string_view piece, std::string_view currency);

// "面膜×2、精华" / "mask ×2, serum".
std::string items_text(const std::vector<storage::OrderItem>& items, std::string_view language);

}  // namespace laoke
