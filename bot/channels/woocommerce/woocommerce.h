#pragma once
#include "bot/channels/channel.h"

namespace laoke::channels {

// A WordPress shop with WooCommerce: orders and buyers by webhooks. With its REST keys set, connect() makes the webhooks
// and wakes those that the shop switched off after failures (it never repeats a delivery, and gives up after five).
Kind woocommerce_kind();

}  // namespace laoke::channels
