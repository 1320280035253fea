#include "bot/channels/parcels/kuaidi100_query.h"

#include <algorithm>

#include "bot/channels/parcels/kuaidi100_push.h"
#include "bot/channels/parcels/service.h"
#include "handlers/crypto.h"

namespace laoke::channels::parcels {
namespace {

using nlohmann::json;

std::string quoted(std::string_view text) { return json(text).dump(-1, ' ', false, json::error_handler_t::replace); }

}  // namespace

std::string kuaidi100_query_param(std::string_view com, std::string_view number, std::string_view phone) {
  return "{\"com\":" + quoted(com) + ",\"num\":" + quoted(number) + ",\"phone\":" + quoted(phone) + "}";
}

std::string kuaidi100_query_sign(std::string_view param, std::string_view key, std::string_view customer) {
  std::string sign = crypto::md5_hex(std::string(param) + std::string(key) + std::string(customer));
  std::ranges::transform(sign, sign.begin(), [](unsigned char c) { return c >= 'a' && c <= 'z' ? c - 32 : c; });
  return sign;
}

ParcelUpdate read_kuaidi100_answer(const json& answer, const std::string& number, const CarrierCodes& codes) {
  // An answer says status, a refusal returnCode.
  if (loose_text(answer, "status") == "200") {
    auto news = kuaidi100_result(answer, codes);
    news.tracking_no = number;
    return news;
  }
  ParcelUpdate news;
  news.tracking_no = number;
  const std::string code = loose_text(answer, "returnCode");
  news.refused = said_by_service(code.empty() ? "?" : code, loose_text(answer, "message"));
  return news;
}

}  // namespace laoke::channels::parcels
