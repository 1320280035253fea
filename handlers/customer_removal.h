#pragma once
#include <cstdint>
#include <vector>

#include "handlers/context.h"

namespace laoke {

// Takes a customer away again who was made for an order that is being taken back: they are in no search, list or segment
// any more, and their number is free. The cancelled order keeps its name. False, and nothing changes, when the shop
// knows anything else of them: a chat, another order, a tag, a note, a task, a field somebody filled in.
bool remove_with_order(const Context& context, std::int64_t customer_id, std::int64_t order_id);

// Removes a person because the law asks: name, phones, e-mail, birthday, addresses, notes, attributes and the facts that
// tell them. `orders` are those the request is about; they stay, without the person. False, and nothing changes, when
// the shop knows the person otherwise: a chat, or another order.
bool remove_person(const Context& context, std::int64_t customer_id, const std::vector<std::int64_t>& orders);

}  // namespace laoke
