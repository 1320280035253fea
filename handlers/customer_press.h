#pragma once
#include <optional>

#include "handlers/customer_chat.h"
#include "handlers/relay.h"

namespace laoke {

// What a customer's press on a button means for the shop, and what the customer is answered. The buttons under the
// stock texts: "paid:N" and "cancel:N" (an order's number), "rcv:N:y" and "rcv:N:n", "again:y" and "again:n"; any other
// is shown to the staff by its label. A press is a wish: nothing but the customer's own "it arrived" moves an order, and
// an order that is not theirs is answered as if there were none.
// nullopt: there is nothing to show to the staff.
std::optional<Remark> on_customer_press(const Context& context, const CustomerMessage& message);

}  // namespace laoke
