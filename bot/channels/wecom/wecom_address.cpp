#include "bot/channels/wecom/wecom_address.h"

namespace laoke::channels::wecom {
namespace {

constexpr std::string_view kCustomerPrefix = "ext:", kMemberPrefix = "member:";

}  // namespace

std::string customer_address(std::string_view external_userid) {
  return std::string(kCustomerPrefix) + std::string(external_userid);
}

std::string service_address(std::string_view open_kfid, std::string_view external_userid) {
  return std::string(kServicePrefix) + std::string(open_kfid) + ":" + std::string(external_userid);
}

std::string member_address(std::string_view userid) {
  return std::string(kMemberPrefix) + std::string(userid);
}

std::optional<Address> address_in(std::string_view text) {
  const auto behind = [&](std::string_view prefix) { return std::string(text.substr(prefix.size())); };
  if (text.starts_with(kCustomerPrefix) && text.size() > kCustomerPrefix.size())
    return Address{Who::kCustomer, behind(kCustomerPrefix), ""};
  if (text.starts_with(kMemberPrefix) && text.size() > kMemberPrefix.size()) return Address{Who::kMember, behind(kMemberPrefix), ""};
  if (!text.starts_with(kServicePrefix)) return std::nullopt;
  text.remove_prefix(kServicePrefix.size());
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == text.size()) return std::nullopt;
  return Address{Who::kService, std::string(text.substr(colon + 1)), std::string(text.substr(0, colon))};
}

}  // namespace laoke::channels::wecom
