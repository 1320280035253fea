#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "bot/channels/channel.h"

namespace laoke::channels::youzan {

// "%7B%22a%22%3A1%7D" as it was meant; '+' and "%20" are blanks, a '%' without two hex digits stays.
std::string url_decoded(std::string_view text);
// A trade as the API gives it ({"full_order_info": …, "delivery_order": …}) written as a push that parse() takes.
std::string as_push(const nlohmann::json& trade, const std::string& kdt_id);
// What one push tells. `kdt_id`: the account's shop, "" any; another shop's news is not ours. Throws BadPayload.
std::vector<InboundEvent> parse(const RawRequest& request, const std::string& kdt_id);

}  // namespace laoke::channels::youzan
