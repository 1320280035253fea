#pragma once
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bot/channels/wecom/wecom_address.h"
#include "bot/channels/wecom/wecom_api.h"
#include "handlers/inbound_event.h"

// 微信客服: customers who write without having added a member. developer.work.weixin.qq.com/document/path/94638.
namespace laoke::channels::wecom {

inline constexpr std::int64_t kServiceWindowMs = 48 * 3'600'000LL;  // ibid. 94677
inline constexpr std::int64_t kServiceReplies = 5;
inline constexpr std::int64_t kEnteredWindowMs = 20'000;  // who entered and wrote nothing gets one message: ibid. 95122
inline constexpr std::size_t kServiceTextBytes = 2048;

// One entry of sync_msg's msg_list. What an employee wrote by hand and what only concerns employees is kOther. Throws
// BadPayload.
InboundEvent service_event(const nlohmann::json& message);

// The next page of an account's messages.
struct ServicePage {
  Reply reply;
  std::vector<nlohmann::json> messages;
  std::string next_cursor;
  bool more = false;
};
ServicePage next_page(const Api& api, const std::string& open_kfid, const std::string& cursor, const std::string& token, HttpCancel* cancel);

struct ServiceCustomer {
  std::string name, union_id;
};
// Names by external_userid; those the platform does not tell are left out.
std::map<std::string, ServiceCustomer> service_names(const Api& api, const std::vector<std::string>& customers, HttpCancel* cancel);

// Sends the text in as many messages as it needs, all with ids made from the idempotency key. `reply_token`: the code of
// an entered session, for the first.
SendOutcome send_to_service(const Api& api, const Address& to, const Outgoing& message);

}  // namespace laoke::channels::wecom
