#include "handlers/policy_question.h"

#include "handlers/calendar.h"
#include "handlers/delivery_content.h"
#include "handlers/unanswered.h"
#include "storage/customers.h"

namespace laoke {
namespace {

constexpr std::int64_t kCapMemoryMs = 7 * kDayMs;  // the longest cap

}  // namespace

storage::SendQuestion facts_wanted(const Context& context, const ShopSettings& settings, bool marketing) {
  return {marketing, marketing && settings.ask_consent, context.now_ms - kCapMemoryMs};
}

PolicyQuestion policy_question(const Context& context, const ShopSettings& settings, const storage::Delivery& delivery,
                               const ChannelMap& channels) {
  const auto customer_id = delivery.key.customer_id;
  storage::SendFactsOf known;
  storage::read_send_facts(context.tx, context.shop_id(), {&customer_id, 1},
                           facts_wanted(context, settings, delivery.klass == "marketing"), known);
  const auto found = known.find(customer_id);
  const auto* facts = found == known.end() ? nullptr : &found->second;
  auto question = policy_question(context, settings, delivery, channels, facts);
  MessageCache cache;
  const auto broadcast = delivery.key.source == "b" ? storage::get_broadcast(context.tx, context.shop_id(), delivery.key.source_id) : std::nullopt;
  note_ways_in(context, delivery, facts != nullptr ? facts->language : "", broadcast ? &*broadcast : nullptr, channels, cache, question);
  return question;
}

PolicyQuestion policy_question(const Context& context, const ShopSettings& settings, const storage::Delivery& delivery,
                               const ChannelMap& channels, const storage::SendFacts* facts) {
  static const storage::SendFacts kNobody;
  const auto& known = facts != nullptr ? *facts : kNobody;
  PolicyQuestion question;
  question.klass = delivery.klass;
  question.now_ms = context.now_ms;
  question.expires_at_ms = delivery.expires_at_ms;
  const bool left_already = may_have_arrived(delivery);  // its place in the cap is taken, and no other way is one
  question.fixed_contact_id = delivery.key.source == "m" || left_already ? delivery.contact_id : 0;
  question.passes_quiet_hours = passes_quiet_hours(delivery);
  question.is_customer = known.has_facts && known.standing == storage::kStandingCustomer;
  question.opted_out = known.opted_out;
  question.zone = zone_or(known.time_zone, context.shop.time_zone);
  if (delivery.klass == "marketing") {
    if (!left_already) question.marketing_sent_ms = known.marketing_sent_ms;
    question.consented = !settings.ask_consent || known.agreed;
  }
  question.reaches.reserve(known.ways.size());
  for (const auto& way : known.ways) {
    const auto channel = channels.find(way.channel_id);
    const bool windowed = channel != channels.end() && has_window(channel->second, way.external_id);
    question.reaches.push_back({way.contact_id, way.channel_id, way.state, way.window_until_ms, way.replies_left, way.last_in_ms, windowed});
  }
  return question;
}

void note_ways_in(const Context& context, const storage::Delivery& delivery, std::string_view language,
                  const storage::Broadcast* broadcast, const ChannelMap& channels, MessageCache& cache, PolicyQuestion& question) {
  for (auto& reach : question.reaches) {
    const auto channel = channels.find(reach.channel_id);
    if (channel == channels.end() || window_open(reach, channel->second, question.now_ms)) continue;
    const auto& health = channel->second;
    const auto traits = traits_of(context, delivery, language, health.kind, broadcast, cache);
    reach.has_platform_template = traits.platform_template;
    reach.batch_reaches = broadcast != nullptr && health.batch_size > 1 && health.batch_ignores_window && traits.same_for_all;
  }
}

}  // namespace laoke
