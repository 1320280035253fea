#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "handlers/said.h"

namespace laoke {

enum class OrderState { kEnquiry, kPlaced, kPaid, kShipped, kDelivered, kCompleted, kCancelled, kRefunded };
inline constexpr OrderState kOrderStates[] = {OrderState::kEnquiry,   OrderState::kPlaced,    OrderState::kPaid,
                                              OrderState::kShipped,   OrderState::kDelivered, OrderState::kCompleted,
                                              OrderState::kCancelled, OrderState::kRefunded};

// As stored and as the API spells it: "placed".
std::string_view name_of(OrderState state);
// "已付款" / "paid".
const Said& word_for(OrderState state);
// From a stored or typed name, also Chinese ("已付款", "付款"); case does not matter.
std::optional<OrderState> find_order_state(std::string_view text);

// What an order in `from` may become. Payment is a fact of its own: an order sent before it was paid (pay on delivery)
// takes a payment later without going back, so the state it ends in may differ from the one asked for.
struct OrderMove {
  enum class Needs { kNothing, kPaid, kUnpaid };
  OrderState from, asked;
  Needs needs;
  OrderState result;
};
// The move from `from` to `asked`, nullptr when it is not allowed.
const OrderMove* find_move(OrderState from, OrderState asked, bool paid);
std::vector<OrderState> allowed_next(OrderState from, bool paid);
// "订单 #1024 已取消，不能改为已发货；……" naming what is allowed instead.
Said move_refused(std::int64_t number, OrderState from, OrderState asked, bool paid);

// Whether such an order counts as an order of its customer (placed and later, not cancelled or refunded).
bool counts_as_order(OrderState state);

}  // namespace laoke
