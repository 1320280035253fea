#pragma once
#include <string>

#include "handlers/context.h"
#include "handlers/outside_events.h"
#include "handlers/shop_buyers.h"

namespace laoke {

// A checkout somebody began: remembered, and told as "checkout.abandoned" to the rules, which wait before they write. Shop
// systems send one message for every field that is filled in; it is told again only after ten quiet minutes, and then the
// wait starts over. Nothing once it became an order, and nobody to write to without a phone, an e-mail or a known buyer.
void take_checkout(const Context& context, const ShopAccount& account, const ShopOrderUpdate& update);

// It became an order: "checkout.recovered" ends what waits for it, also where the order was another customer's.
void checkout_ordered(const Context& context, const ShopAccount& account, const std::string& checkout_id);

}  // namespace laoke
