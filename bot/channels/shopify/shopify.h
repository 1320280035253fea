#pragma once
#include "bot/channels/channel.h"

namespace laoke::channels {

// A store on Shopify: orders, payments, parcels, refunds, checkouts and buyers by webhooks. With `shop` and `token` set,
// connect() subscribes to what is missing; without them the seller does it in the store's notification settings.
Kind shopify_kind();

}  // namespace laoke::channels
