#include "bot/channels/parcels/carrier_codes.h"

#include <stdexcept>

#include "handlers/carriers.h"
#include "handlers/text.h"

namespace laoke::channels::parcels {
namespace {

std::string_view code_of(const CarrierCode& row, Service service) {
  switch (service) {
    case Service::kKuaidi100: return row.kuaidi100;
    case Service::k17Track: return row.seventeentrack;
    case Service::kAfterShip: return row.aftership;
  }
  return "";
}

[[noreturn]] void refuse_pair(std::string_view pair) {
  throw std::invalid_argument("carriers has '" + std::string(pair) +
                              "', but it must be pairs such as ane=annengwuliu, the first a code of ours (sf, zto, …), with commas between");
}

}  // namespace

// 快递100: the parameter "com" (its list of carriers; names also stand in the addresses of handlers/carriers_table.cpp).
// 17TRACK: its list of carrier numbers. AfterShip: couriers' slugs. Seen 2026-11; what is missing here the services
// recognise by the number, or the shop's setting `carriers` adds it.
std::span<const CarrierCode> carrier_codes() {
  static constexpr CarrierCode kCodes[] = {
      {"sf", "shunfeng", "", "sf-express"},
      {"zto", "zhongtong", "", "zto-express"},
      {"yto", "yuantong", "", "yto"},
      {"sto", "shentong", "", "sto"},
      {"yunda", "yunda", "", "yundaex"},
      {"jt", "jtexpress", "", "jtexpress-cn"},
      {"jd", "jd", "", "jd-express"},
      {"ems", "ems", "3013", "china-ems"},
      {"chinapost", "youzhengguonei", "3011", "china-post"},
      {"best", "huitongkuaidi", "", "800bestex"},
      {"deppon", "debangkuaidi", "", "deppon"},
      {"zjs", "zhaijisong", "", "zjs-express"},
      {"shansong", "shansong", "", ""},
      {"danniao", "danniao", "", ""},
      {"ane", "annengwuliu", "", ""},
      {"uce", "youshuwuliu", "", ""},
      {"kuayue", "kuayue", "", ""},
      {"dhl", "dhl", "", "dhl"},
      {"fedex", "fedex", "", "fedex"},
      {"ups", "ups", "", "ups"},
      {"usps", "usps", "", "usps"},
  };
  return kCodes;
}

CarrierCodes::CarrierCodes(Service service, std::string_view more) {
  while (!more.empty()) {
    const auto comma = more.find(',');
    const std::string pair(trim(more.substr(0, comma)));
    more = comma == std::string_view::npos ? "" : more.substr(comma + 1);
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    if (equals == std::string::npos) refuse_pair(pair);
    const std::string our(trim(std::string_view(pair).substr(0, equals))), their(trim(std::string_view(pair).substr(equals + 1)));
    if (carrier_by_code(our) == nullptr || their.empty()) refuse_pair(pair);
    theirs_.emplace(our, their);
    ours_.emplace(their, our);
  }
  for (const auto& row : carrier_codes()) {
    const auto code = code_of(row, service);
    if (code.empty()) continue;
    theirs_.emplace(row.carrier, code);
    ours_.emplace(code, row.carrier);
  }
}

std::string CarrierCodes::theirs(std::string_view ours) const {
  const auto found = theirs_.find(ours);
  return found == theirs_.end() ? "" : found->second;
}

std::string CarrierCodes::ours(std::string_view theirs) const {
  const auto found = ours_.find(theirs);
  return found == ours_.end() ? "" : found->second;
}

}  // namespace laoke::channels::parcels
