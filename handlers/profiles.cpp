#include "handlers/profiles.h"

#include "handlers/channel_limits.h"
#include "handlers/errands.h"
#include "handlers/platform_tags.h"
#include "storage/channels.h"

namespace laoke {
namespace {

bool takes_questions(const Context& context, std::int64_t channel_id) {
  const auto channel = storage::get_channel(context.tx, context.shop_id(), channel_id);
  return channel && channel->state != "off" && limits_of(*channel).tells_profiles;
}

// Cheap reasons first: this is asked for every message.
bool worth_asking(const Context& context, const ResolvedContact& resolved, const InboundEvent& event) {
  const auto& contact = resolved.sender.contact;
  const bool nameless = event.names_on_request && contact.display_name.empty();
  if (nameless && context.now_ms - contact.last_in_ms >= kAskProfileAgainMs) return true;  // never heard from: last_in_ms 0
  const bool arrives = resolved.came_back || contact.last_in_ms == 0;
  return arrives && !event.names_on_request && event.person_id.empty() && takes_questions(context, contact.channel_id);
}

}  // namespace

void ask_profile(const Context& context, const ResolvedContact& resolved, const InboundEvent& event) {
  if (!worth_asking(context, resolved, event)) return;
  const auto& contact = resolved.sender.contact;
  enqueue_errand(context, contact.channel_id, kProfileErrand, {{"external_id", contact.external_id}});
}

void take_profile(const Context& context, const storage::Sender& sender, const InboundEvent& event) {
  follow_platform_tags(context, follow_profile(context, sender, event).contact, event);
}

}  // namespace laoke
