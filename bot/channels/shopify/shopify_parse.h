#pragma once
#include <string>
#include <vector>

#include "bot/channels/channel.h"

namespace laoke::channels::shopify {

// What one webhook tells. Its topic stands in a header; without the headers (a dead letter that is tried again) the body
// tells which it is. `shop` is the account's "name.myshopify.com", "" any: another store's news is not ours. Throws
// BadPayload.
std::vector<InboundEvent> parse(const RawRequest& request, const std::string& shop);

}  // namespace laoke::channels::shopify
