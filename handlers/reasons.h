#pragma once
#include <string>
#include <string_view>
#include <vector>

// The closed list of reasons a delivery can carry, and their words. What `why` says comes from here.
namespace laoke::reasons {

inline constexpr std::string_view kOptedOut = "opted_out";
inline constexpr std::string_view kNoConsent = "no_consent";
inline constexpr std::string_view kQuietHours = "quiet_hours";
inline constexpr std::string_view kDailyCap = "daily_cap";
inline constexpr std::string_view kWeeklyCap = "weekly_cap";
inline constexpr std::string_view kExpired = "expired";
inline constexpr std::string_view kNoContact = "no_contact";
inline constexpr std::string_view kBlocked = "blocked";
inline constexpr std::string_view kNotACustomer = "not_a_customer";
inline constexpr std::string_view kWindowClosed = "window_closed";
inline constexpr std::string_view kChannelWaits = "channel_waits";
inline constexpr std::string_view kChannelBroken = "channel_broken";
inline constexpr std::string_view kChannelOff = "channel_off";
inline constexpr std::string_view kContactBusy = "contact_busy";
inline constexpr std::string_view kQuotaUsed = "quota_used";
inline constexpr std::string_view kRetry = "retry";
inline constexpr std::string_view kRetriesUsedUp = "retries_used_up";
inline constexpr std::string_view kRejected = "rejected";
inline constexpr std::string_view kTemplateError = "template_error";
inline constexpr std::string_view kTemplateHeld = "template_held";
inline constexpr std::string_view kNoAnswer = "no_answer";
inline constexpr std::string_view kStopped = "stopped_while_sending";
inline constexpr std::string_view kBroadcastCancelled = "broadcast_cancelled";
inline constexpr std::string_view kRuleChanged = "rule_changed";
inline constexpr std::string_view kNoLongerDue = "no_longer_due";
inline constexpr std::string_view kUndone = "undone";
inline constexpr std::string_view kLeft = "left_as_it_is";
inline constexpr std::string_view kAwaitsPerson = "awaits_person";
inline constexpr std::string_view kApprovedTemplate = "approved_template";
inline constexpr std::string_view kOtherWay = "other_way";
inline constexpr std::string_view kReceiptFailed = "platform_reported_failure";

struct Reason {
  std::string_view code, zh, en;
};
const std::vector<Reason>& all();
// "在免打扰时段(21:00–09:00),等到早上再发" for language "zh-CN", else English; the code itself when unknown.
std::string words(std::string_view code, std::string_view language);
// The words for a delivery's state: "已送达", "delivered".
std::string state_words(std::string_view state, std::string_view language);

}  // namespace laoke::reasons
