#pragma once
#include "handlers/context.h"

namespace laoke {

// Customers write all day, so customer.wrote is a fact only in a shop where somebody hears it: a rule that is on and
// starts with it or is ended by it, or a webhook that is told it. Whether anybody does stands in the shop's settings,
// which every message has at hand. Called in the transaction that changes a rule or a webhook.
void recheck_listeners(const Context& context);

}  // namespace laoke
