#pragma once
#include "handlers/context.h"
#include "handlers/policy.h"
#include "handlers/shop_settings.h"
#include "storage/ledger.h"

namespace laoke {

// What policy must know of one delivery, read from the database as it is at context.now_ms. `settings` are the shop's.
PolicyQuestion policy_question(const Context& context, const ShopSettings& settings, const storage::Delivery& delivery);

}  // namespace laoke
