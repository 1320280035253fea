#include "handlers/policy.h"

#include <algorithm>
#include <optional>

#include "handlers/calendar.h"
#include "handlers/reasons.h"

namespace laoke {
namespace {

using Verdict = PolicyAnswer::Verdict;

constexpr std::int64_t kWeekMs = 7 * kDayMs;
constexpr std::int64_t kBrokenChannelMs = 5 * kMinuteMs;  // how often a broken channel is looked at again

PolicyAnswer drop(std::string_view reason) { return {Verdict::kDrop, reason, 0, {}}; }
PolicyAnswer wait(std::string_view reason, std::int64_t until_ms, const Reach& reach = {}) {
  return {Verdict::kWait, reason, until_ms, reach};
}

// Waiting past the expiry is a drop, with the reason for the wait: that is what the seller wants to know.
PolicyAnswer within_validity(PolicyAnswer answer, const PolicyQuestion& question) {
  if (answer.verdict == Verdict::kWait && question.expires_at_ms > 0 && answer.until_ms >= question.expires_at_ms)
    return drop(answer.reason);
  return answer;
}

std::optional<PolicyAnswer> standing(const PolicyQuestion& question) {
  const bool marketing = question.klass == "marketing";
  if (!question.is_customer && (marketing || question.klass == "notice")) return drop(reasons::kNotACustomer);
  if (question.expires_at_ms > 0 && question.now_ms >= question.expires_at_ms) return drop(reasons::kExpired);
  if (marketing && question.opted_out) return drop(reasons::kOptedOut);
  if (marketing && !question.consented) return drop(reasons::kNoConsent);
  return std::nullopt;
}

std::optional<PolicyAnswer> quiet_hours(const PolicyQuestion& question, const ShopSettings& settings) {
  if (question.klass == "reply" || question.klass == "staff" || question.passes_quiet_hours) return std::nullopt;
  const auto until = quiet_until(question.now_ms, question.zone, settings.quiet_from, settings.quiet_to);
  if (!until) return std::nullopt;
  return wait(reasons::kQuietHours, *until);
}

// At most so many a local calendar day and so many in any 7 days.
std::optional<PolicyAnswer> frequency(const PolicyQuestion& question, const ShopSettings& settings) {
  if (question.klass != "marketing") return std::nullopt;
  const auto day_start = start_of_day(question.now_ms, question.zone);
  const auto& sent = question.marketing_sent_ms;
  const auto today = std::count_if(sent.begin(), sent.end(), [&](auto at) { return at >= day_start; });
  std::vector<std::int64_t> week;
  std::copy_if(sent.begin(), sent.end(), std::back_inserter(week), [&](auto at) { return at > question.now_ms - kWeekMs; });
  if (static_cast<int>(week.size()) >= settings.marketing_per_week) {
    const auto free_place = week.size() - static_cast<std::size_t>(settings.marketing_per_week);
    const auto until = free_place < week.size() ? week[free_place] + kWeekMs : question.now_ms + kWeekMs;
    return wait(reasons::kWeeklyCap, until);
  }
  if (today >= settings.marketing_per_day)
    return wait(reasons::kDailyCap, start_of_day(day_start + kDayMs + 2 * kHourMs, question.zone));
  return std::nullopt;
}

// The way a message would take, and what stands in its way. Better ways compare lower.
struct Way {
  int rank;  // 0 open, 1 by platform template or in a batch, 2 waits, 3 closed for good
  PolicyAnswer answer;
};

Way way_by(const Reach& reach, const PolicyQuestion& question, const ChannelMap& channels) {
  const auto found = channels.find(reach.channel_id);
  if (found == channels.end()) return {6, drop(reasons::kNoContact)};
  const auto& health = found->second;
  if (reach.state != "active") return {4, drop(reasons::kBlocked)};
  if (health.state == "off") return {5, drop(reasons::kChannelOff)};
  const bool open = window_open(reach, health, question.now_ms);
  if (!open && !reach.has_platform_template && !reach.batch_reaches) return {3, drop(reasons::kWindowClosed)};
  if (health.state != "on") return {2, wait(reasons::kChannelBroken, question.now_ms + kBrokenChannelMs, reach)};
  if (health.paused_until_ms > question.now_ms) return {2, wait(reasons::kChannelWaits, health.paused_until_ms, reach)};
  if (open) return {0, {Verdict::kGo, "", 0, reach}};
  if (reach.batch_reaches) return {1, {Verdict::kGo, "", 0, reach, true}};
  return {1, {Verdict::kGoWithPlatformTemplate, "", 0, reach}};
}

PolicyAnswer best_way(const PolicyQuestion& question, const ChannelMap& channels) {
  Way best{7, drop(reasons::kNoContact)};
  for (const auto& reach : question.reaches) {
    if (question.fixed_contact_id != 0 && reach.contact_id != question.fixed_contact_id) continue;
    const auto way = way_by(reach, question, channels);
    if (way.rank < best.rank) best = way;
  }
  return best.answer;
}

}  // namespace

bool has_window(const ChannelHealth& health, std::string_view address) {
  return health.window_ms > 0 && address.starts_with(health.window_addresses);
}

bool window_open(const Reach& reach, const ChannelHealth& health, std::int64_t now_ms) {
  if (health.window_ms == 0 || !reach.windowed) return true;
  return now_ms < reach.window_until_ms && reach.replies_left != 0;
}

PolicyAnswer decide(const PolicyQuestion& question, const ShopSettings& settings, const ChannelMap& channels) {
  if (const auto no = standing(question)) return *no;
  // Whom nobody can reach is said first: waiting for the morning would not help them.
  const auto way = best_way(question, channels);
  if (way.verdict == Verdict::kDrop) return way;
  for (const auto& hold : {quiet_hours(question, settings), frequency(question, settings)})
    if (hold) return within_validity(*hold, question);
  return within_validity(way, question);
}

}  // namespace laoke
