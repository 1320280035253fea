#pragma once
#include <string>
#include <vector>

#include "bot/channels/channel.h"

namespace laoke::channels::woocommerce {

struct ParseSettings {
  std::string tracking_meta, tracking_number, tracking_carrier;  // where a plugin keeps the parcels
  bool completed_is_shipped = false;                             // what the seller means by "completed"
};

// The form that WooCommerce sends, unsigned, when a webhook is saved.
bool is_ping(const RawRequest& request);
// What one webhook tells. Throws BadPayload.
std::vector<InboundEvent> parse(const RawRequest& request, const ParseSettings& settings);

}  // namespace laoke::channels::woocommerce
