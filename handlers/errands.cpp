#include "handlers/errands.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "handlers/calendar.h"
#include "handlers/crypto.h"
#include "handlers/owner_chat.h"
#include "handlers/platform_tags.h"
#include "handlers/profiles.h"
#include "handlers/tasks.h"
#include "handlers/text.h"
#include "handlers/wording.h"
#include "storage/channels.h"

namespace laoke {
namespace {

using storage::ErrandRow;
using Kind = ErrandResult::Kind;

constexpr std::int64_t kFirstDelayMs = 5'000;
constexpr double kGrowth = 4;
constexpr std::int64_t kShortestWaitMs = 1'000;        // whatever the platform says
constexpr std::int64_t kShortestQuotaWaitMs = 3'600'000;
constexpr std::size_t kDigestDigits = 32;              // of 64: 128 bits
constexpr std::size_t kShownWhyCodePoints = 200, kShownAboutCodePoints = 60;

// Of each pair the one undoes the other.
constexpr std::pair<std::string_view, std::string_view> kOpposites[] = {{"tag", "untag"}};

std::string shortened(const std::string& why) { return shorten(repair_utf8(why), kShownWhyCodePoints); }

std::string_view opposite_of(std::string_view kind) {
  for (const auto& [one, other] : kOpposites) {
    if (kind == one) return other;
    if (kind == other) return one;
  }
  return "";
}

// What the work is about, for a person: the first of these members that is there.
std::string about(const ErrandRow& errand) {
  constexpr std::array kMembers = {"tracking_no", "tag", "name", "title", "external_id"};
  const auto data = nlohmann::json::parse(errand.data, nullptr, false);
  if (!data.is_object()) return "";
  for (const char* member : kMembers)
    if (const auto found = data.find(member); found != data.end() && found->is_string())
      return shorten(found->get<std::string>(), kShownAboutCodePoints);
  return "";
}

std::string what(std::string_view language, const ErrandRow& errand) {
  const std::string key = "errand.what." + errand.kind;
  if (has_words(key)) return say(language, key, {{"about", about(errand)}});
  return say(language, "errand.what.other", {{"kind", errand.kind}, {"about", about(errand)}});
}

std::string day_of(const Context& context) {
  const auto date = to_local(context.now_ms, context.shop.time_zone).date;
  return std::to_string(date.year) + "-" + std::to_string(date.month) + "-" + std::to_string(date.day);
}

std::string channel_name(const Context& context, std::int64_t channel_id) {
  const auto channel = storage::get_channel(context.tx, context.shop_id(), channel_id);
  return channel ? channel->name : "?";
}

// A task and a message, unless the task is there: so the seller reads it once and `todo` keeps it.
bool tell_once(const Context& context, const std::string& source_key, const Words& words) {
  TaskDraft task;
  task.text = words(context.shop.language);
  task.source_key = source_key;
  if (!add_task(context, task)) return false;
  tell_owners(context, words);
  return true;
}

std::string source_of(const Context& context, const ErrandRow& errand, const char* topic) {
  return std::string("errand:") + topic + ":" + std::to_string(errand.channel_id) + ":" + day_of(context);
}

void tell_of_channel(const Context& context, const ErrandRow& errand, const char* topic, const std::string& why) {
  const std::string key = std::string("errand.") + topic, name = channel_name(context, errand.channel_id);
  tell_once(context, source_of(context, errand, topic),
            [&](std::string_view language) { return say(language, key, {{"channel", name}, {"why", shortened(why)}}); });
}

void tell_given_up(const Context& context, const ErrandRow& errand, const std::string& why) {
  const std::string name = channel_name(context, errand.channel_id);
  for (int slot = 1; slot <= kGivenUpToldADay; ++slot) {
    const char* key = slot < kGivenUpToldADay ? "errand.given_up" : "errand.given_up_last";
    const auto words = [&](std::string_view language) {
      return say(language, key, {{"what", what(language, errand)}, {"channel", name}, {"why", shortened(why)}});
    };
    if (tell_once(context, source_of(context, errand, "given_up") + ":" + std::to_string(slot), words)) return;
  }
}

ErrandEnd give_up(const Context& context, const ErrandRow& errand, const std::string& why) {
  if (storage::remove_errand(context.tx, context.shop_id(), errand.errand_id)) tell_given_up(context, errand, why);
  return ErrandEnd::kGivenUp;
}

// Too many tries, or too long. Nobody asked for a profile and nobody waits for it: who cannot be asked about today is asked
// about another time (handlers/profiles.h). That the account may not ask at all is told all the same.
ErrandEnd tire_of(const Context& context, const ErrandRow& errand, const std::string& why) {
  if (errand.kind != kProfileErrand) return give_up(context, errand, why);
  storage::remove_errand(context.tx, context.shop_id(), errand.errand_id);
  return ErrandEnd::kGivenUp;
}

ErrandEnd wait(const Context& context, ErrandRow errand, const ErrandResult& result, std::int64_t wait_ms) {
  if (context.now_ms + wait_ms - errand.created_at_ms > kErrandLifeMs) return tire_of(context, errand, result.detail);
  errand.due_at_ms = context.now_ms + wait_ms;
  errand.last_error = shortened(result.detail);
  storage::defer_errand(context.tx, errand);
  return ErrandEnd::kWaits;
}

ErrandEnd try_again(const Context& context, ErrandRow errand, const ErrandResult& result) {
  ++errand.attempts;
  if (errand.attempts >= kErrandTries) return tire_of(context, errand, result.detail);
  return wait(context, errand, result, std::max(result.retry_after_ms, errand_delay_ms(errand.attempts, result.random01)));
}

ErrandEnd channel_waits(const Context& context, const ErrandRow& errand, const ErrandResult& result, std::int64_t least_ms) {
  const std::int64_t wait_ms = std::max(result.retry_after_ms, least_ms);
  storage::rest_errands(context.tx, context.shop_id(), errand.channel_id, context.now_ms + wait_ms);
  return wait(context, errand, result, wait_ms);
}

ErrandEnd channel_broken(const Context& context, const ErrandRow& errand, const ErrandResult& result) {
  const std::string why = shortened(result.detail);
  storage::set_channel_state(context.tx, context.shop_id(), errand.channel_id, "broken", why);
  tell_of_channel(context, errand, "channel_broken", why);
  return wait(context, errand, result, std::max(result.retry_after_ms, kShortestWaitMs));
}

}  // namespace

bool enqueue_errand(const Context& context, std::int64_t channel_id, std::string_view kind, const nlohmann::json& data,
                    std::int64_t delay_ms) {
  ErrandRow errand;
  errand.shop_id = context.shop_id();
  errand.channel_id = channel_id;
  errand.kind = kind;
  errand.data = data.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  errand.key = crypto::sha256_hex(errand.data).substr(0, kDigestDigits);
  errand.created_at_ms = context.now_ms;
  errand.due_at_ms = context.now_ms + delay_ms;
  if (const auto opposite = opposite_of(kind); !opposite.empty())
    storage::remove_errand(context.tx, errand.shop_id, channel_id, opposite, errand.key);
  return storage::insert_errand(context.tx, errand);
}

std::int64_t errand_delay_ms(std::int64_t attempts, double random01) {
  const double whole = static_cast<double>(kFirstDelayMs) * std::pow(kGrowth, std::clamp<std::int64_t>(attempts, 1, kErrandTries) - 1);
  return static_cast<std::int64_t>(whole / 2 + whole / 2 * random01);
}

ErrandEnd settle_errand(const Context& context, const ErrandRow& errand, const ErrandResult& result) {
  switch (result.kind) {
    case Kind::kDone:
    case Kind::kGone:
      storage::remove_errand(context.tx, context.shop_id(), errand.errand_id);
      if (result.kind == Kind::kDone) note_tag_errand(context, errand);
      return result.kind == Kind::kDone ? ErrandEnd::kDone : ErrandEnd::kGivenUp;
    case Kind::kAgain:
      return try_again(context, errand, result);
    case Kind::kWaits:
      return wait(context, errand, result, std::max(result.retry_after_ms, kShortestWaitMs));
    case Kind::kChannelWaits:
      return channel_waits(context, errand, result, kShortestWaitMs);
    case Kind::kQuotaUsed:
      tell_of_channel(context, errand, "quota_used", result.detail);
      return channel_waits(context, errand, result, kShortestQuotaWaitMs);
    case Kind::kRefused:
      return give_up(context, errand, result.detail);
    case Kind::kChannelBroken:
      return channel_broken(context, errand, result);
  }
  return ErrandEnd::kWaits;
}

}  // namespace laoke
