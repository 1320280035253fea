#pragma once
#include <cstdint>

#include "handlers/context.h"
#include "handlers/inbound_event.h"

namespace laoke {

// Tags that were put on or taken off on the platform (InboundEvent::tags, untags) are put on and taken off here, made when
// there are none. The facts say "source": "platform", so that nobody carries them back. Names that cannot be a tag of the
// shop are changed as little as needed, or passed over.
void follow_platform_tags(const Context& context, std::int64_t customer_id, const InboundEvent& event);

}  // namespace laoke
