#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "bot/channels/parcels/carrier_codes.h"
#include "handlers/outside_events.h"

// 快递100's real-time query: its page on 实时快递查询.
namespace laoke::channels::parcels {

// The field `param`: members in this order, without blanks. The signature is over these bytes.
std::string kuaidi100_query_param(std::string_view com, std::string_view number, std::string_view phone);
// Upper-case hex MD5 of param, key and customer.
std::string kuaidi100_query_sign(std::string_view param, std::string_view key, std::string_view customer);

// What it answers: the news of `number`, or `refused` with the service's words. It knows no other way to say that it has
// nothing yet.
ParcelUpdate read_kuaidi100_answer(const nlohmann::json& answer, const std::string& number, const CarrierCodes& codes);

}  // namespace laoke::channels::parcels
