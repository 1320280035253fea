#pragma once
#include <utility>
#include <vector>

#include "handlers/orders.h"

// Between orders.cpp and order_record.cpp: how a draft becomes rows.
namespace laoke {

// Checks the draft and makes its rows, with a number and products of the shop; stores the products it had to make and
// nothing else. Refusal when the draft is wrong.
std::pair<storage::Order, std::vector<storage::OrderItem>> prepare_order(const Context& context, const OrderDraft& draft);

// The state of a stored order; a state nobody knows is a broken database (throws).
OrderState state_of(const storage::Order& order);
// When the order came into that state. An enquiry has no stamp of its own and no order may be asked for one.
std::optional<std::int64_t>& stamp_of(storage::Order& order, OrderState state);
std::optional<std::int64_t> stamp_of(const storage::Order& order, OrderState state);

}  // namespace laoke
