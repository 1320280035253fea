#include "bot/channels/channel.h"

namespace laoke::channels {

std::string_view name_of(SendStatus status) {
  switch (status) {
    case SendStatus::kAccepted: return "accepted";
    case SendStatus::kAwaitsPerson: return "awaits_person";
    case SendStatus::kThrottled: return "throttled";
    case SendStatus::kContactBusy: return "contact_busy";
    case SendStatus::kQuotaUsed: return "quota_used";
    case SendStatus::kRetryLater: return "retry_later";
    case SendStatus::kContactGone: return "contact_gone";
    case SendStatus::kWindowClosed: return "window_closed";
    case SendStatus::kContactMoved: return "contact_moved";
    case SendStatus::kRejected: return "rejected";
    case SendStatus::kBadConfig: return "bad_config";
    case SendStatus::kUnknown: return "unknown";
  }
  return "unknown";
}

std::vector<SendOutcome> Channel::send_batch(const MessageContent& content, std::span<const Outgoing> to) {
  std::vector<SendOutcome> outcomes;
  for (Outgoing one : to) {
    one.content = content;
    outcomes.push_back(send(one));
  }
  return outcomes;
}

}  // namespace laoke::channels
