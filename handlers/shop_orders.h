#pragma once
#include <cstdint>

#include "handlers/context.h"
#include "handlers/outside_events.h"

namespace laoke {

// News of a shop system takes effect: an order with its buyer, payment, parcels and refunds, an abandoned checkout, a
// buyer, a request of the law. All messages about one order are joined (handlers/shop_order_known.h) and the order then
// follows what is known, by moves that are allowed (handlers/order_states.h), so any order of arrival ends in the same
// order. A close that came too early is taken back first, while nobody else changed the order since.
//
// What the seller changed by hand stands against older messages: a state the seller took back is not gone to again, and
// amounts and lines are not rewritten, by a message from before that moment.
//
// Throws std::runtime_error for what cannot be recorded (an amount beyond all orders): a dead letter, never an answer.
void take_shop_order(const Context& context, std::int64_t channel_id, const ShopOrderUpdate& update);

}  // namespace laoke
