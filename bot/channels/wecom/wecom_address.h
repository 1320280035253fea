#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace laoke::channels::wecom {

inline constexpr std::string_view kServicePrefix = "kf:";

enum class Who { kCustomer, kService, kMember };

// The three kinds of addresses of one account; see wecom.h.
struct Address {
  Who who = Who::kCustomer;
  std::string id;         // external_userid or userid
  std::string open_kfid;  // kService only
  bool operator==(const Address&) const = default;
};

std::string customer_address(std::string_view external_userid);                               // "ext:wm…"
std::string service_address(std::string_view open_kfid, std::string_view external_userid);  // "kf:wk…:wm…"
std::string member_address(std::string_view userid);                                         // "member:…"
// None when it is none of ours.
std::optional<Address> address_in(std::string_view external_id);

}  // namespace laoke::channels::wecom
