#include "handlers/profiles.h"

#include "handlers/errands.h"

namespace laoke {

void ask_profile(const Context& context, const ResolvedContact& resolved) {
  const auto& contact = resolved.sender.contact;
  // A new contact was never heard from.
  if (!contact.display_name.empty() || context.now_ms - contact.last_in_ms < kAskProfileAgainMs) return;
  enqueue_errand(context, contact.channel_id, "profile", {{"external_id", contact.external_id}});
}

}  // namespace laoke
